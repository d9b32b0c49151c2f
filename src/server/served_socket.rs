//! The socket of a connection that is served: the system calls on it, and its place among the
//! open ones until it is dropped.
//!
//! A socket that has a place to rest is never blocked on in `recv` or `send` (O_NONBLOCK): where
//! there is nothing to receive the connection rests, and where it has to be waited all the same,
//! another thread is first told to look after those that rest.

use std::fs::File;
use std::io::{self, IoSlice};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, recv, send, sendmsg};

use super::keeper::Place;
use super::kernel;
use super::open_socket::OpenSocket;
use super::sendfile::NotSent;
use super::shared::Shared;
use super::stream::{NoRoom, Stream, Then};
use crate::event::{Breakpoint, ConnectionId, Reporter};

/// Into how many pieces a second is cut when sending is slowed down.
const PIECES_A_SECOND: u64 = 10;
/// From how many octets of a file on others are not to wait until they are sent.
const LONG: usize = 1 << 20;

/// The socket of a connection that is served.
pub(super) struct ServedSocket {
    // Dropped in this order: the socket is closed by whoever takes it off the list.
    socket: Arc<OpenSocket>,
    registration: Registration,
    /// For a socket that has a place to rest.
    readiness: Option<Readiness>,
}

/// What is known of a socket that is not blocked on.
struct Readiness {
    /// Whether the thread that serves the connection leads the crowd it rests in.
    leads: bool,
    /// Whether all that had come was received, when that was looked at last.
    drained: bool,
    /// Whether the peer has finished, or the connection is broken: that is told once, and is
    /// not to be missed behind the last octets.
    ended: bool,
    /// How long octets are waited for.
    timeout: Duration,
}

/// A place among the open connections.
struct Registration {
    shared: Arc<Shared>,
    id: ConnectionId,
}

impl ServedSocket {
    /// Lists an accepted socket among the open ones, driven as new ones are. A place
    /// [was taken](Shared::take_place) for it.
    pub(super) fn new(
        shared: &Arc<Shared>,
        id: ConnectionId,
        stream: TcpStream,
        place: Option<Place>,
    ) -> Self {
        let throttle = shared.config.throttle;
        let handling = *shared.new_handling();
        let readiness = place.is_some().then_some(Readiness {
            leads: false,
            drained: false,
            ended: false,
            timeout: Duration::ZERO,
        });
        let socket = Arc::new(OpenSocket::new(stream, handling, throttle, place));
        shared.register(id, &socket);
        let shared = Arc::clone(shared);
        Self {
            readiness,
            socket,
            registration: Registration { shared, id },
        }
    }

    /// The socket itself.
    pub(super) fn stream(&self) -> &TcpStream {
        self.socket.stream()
    }

    /// A tap that forwards many connections at once looks after it from now on.
    pub(super) fn rest_at(&self, place: Place) {
        self.socket.rest_at(place);
    }

    /// Which connection it is a socket of.
    pub(super) const fn id(&self) -> ConnectionId {
        self.registration.id
    }

    /// The calling thread, which leads the crowd the connection rests in, serves it from now
    /// on. The peer has finished where it has `ended`.
    pub(super) const fn lead(&mut self, ended: bool) {
        if let Some(readiness) = &mut self.readiness {
            readiness.leads = true;
            readiness.ended |= ended;
        }
    }

    /// The peer has finished, or the connection is broken: that was told while it was served.
    pub(super) const fn note_end(&mut self) {
        if let Some(readiness) = &mut self.readiness {
            readiness.ended = true;
        }
    }

    /// Whether the thread that serves the connection leads the crowd it rests in.
    pub(super) fn is_led(&self) -> bool {
        self.readiness
            .as_ref()
            .is_some_and(|readiness| readiness.leads)
    }

    /// Whether the connection is held or slowed down.
    pub(super) fn is_stepped(&self) -> bool {
        self.socket.stepper().is_active()
    }

    /// What is to be sent in the place of what was held.
    pub(super) fn take_edited(&self) -> Option<Vec<u8>> {
        self.socket.stepper().take_edited()
    }

    /// Whether nothing is to be done before more octets come.
    pub(super) fn may_rest(&self) -> bool {
        let readiness = self.readiness.as_ref();
        readiness.is_some_and(|readiness| readiness.drained) && !self.is_stepped()
    }

    /// The calling thread may be about to block: it looks after nobody else any more.
    fn hand_over(&mut self) {
        if let Some(readiness) = &mut self.readiness
            && readiness.leads
            && let Some(place) = self.socket.place()
        {
            readiness.leads = !place.keeper.hand_over(place.crowd);
        }
    }

    /// Waits until the socket is ready, however many wait for another one.
    fn wait(&mut self, until: PollFlags, time: Duration) -> io::Result<()> {
        self.hand_over();
        let mut polled = [PollFd::new(self.socket.stream(), until)];
        let ready = poll(&mut polled, Timespec::try_from(time).ok().as_ref())?;
        if ready == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    /// Sends, once there is room where that is waited for.
    fn sent_when_there_is_room(
        &mut self,
        no_room: NoRoom,
        send: impl Fn(&TcpStream) -> Result<usize, Errno>,
    ) -> io::Result<usize> {
        loop {
            match send(self.socket.stream()) {
                Err(Errno::AGAIN) if no_room == NoRoom::Wait && self.readiness.is_some() => {
                    self.wait(PollFlags::OUT, self.send_timeout())?;
                }
                sent => return Ok(sent?),
            }
        }
    }

    /// How long one `send` waits for room.
    fn send_timeout(&self) -> Duration {
        self.registration.shared.config.longest_send()
    }

    /// The server it is a socket of.
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.registration.shared
    }
}

fn flags(then: Then, no_room: NoRoom) -> SendFlags {
    let mut flags = SendFlags::empty();
    flags.set(SendFlags::DONTWAIT, no_room == NoRoom::Fail);
    // Elsewhere there is no such flag, and what follows leaves in a segment of its own.
    #[cfg(target_os = "linux")]
    flags.set(SendFlags::MORE, then == Then::More);
    #[cfg(not(target_os = "linux"))]
    let _ = then;
    flags
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.shared.unregister(self.id);
        self.shared.free_place();
    }
}

impl Stream for ServedSocket {
    fn take_up(&mut self) {
        self.socket.stepper().enter();
    }

    fn put_down(&mut self) {
        self.socket.stepper().leave();
    }

    fn recv<'r>(&mut self, room: &'r mut Vec<u8>, asked: usize) -> io::Result<&'r [u8]> {
        // One that is held or slowed down keeps its thread: to wait is what it is doing.
        if let Some(readiness) = &self.readiness
            && self.socket.stepper().is_active()
        {
            self.wait(PollFlags::IN, readiness.timeout)?;
        }
        let room = room.spare_capacity_mut();
        let most = room.len().min(asked);
        let room = room.get_mut(..most).unwrap_or_default();
        let received = recv(self.socket.stream(), room, RecvFlags::empty());
        let Some(readiness) = &mut self.readiness else {
            // SO_RCVTIMEO has passed.
            let ((octets, _), _) = received.map_err(|error| match error {
                Errno::AGAIN => io::ErrorKind::TimedOut.into(),
                error => io::Error::from(error),
            })?;
            return Ok(octets);
        };
        readiness.drained = match &received {
            Ok((_, n)) => *n < most && !readiness.ended,
            Err(_) => true,
        };
        let ((octets, _), _) = received?;
        Ok(octets)
    }

    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize> {
        let flags = flags(then, no_room);
        self.sent_when_there_is_room(no_room, |stream| send(stream, octets, flags))
    }

    fn send_msg(&mut self, runs: [&[u8]; 2], then: Then, no_room: NoRoom) -> io::Result<usize> {
        let runs = runs.map(IoSlice::new);
        let flags = flags(then, no_room);
        self.sent_when_there_is_room(no_room, |stream| {
            sendmsg(stream, &runs, &mut SendAncillaryBuffer::default(), flags)
        })
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Result<usize, NotSent> {
        // A file that is sent in pieces takes its time, on the disk if not on the way.
        if count >= LONG {
            self.hand_over();
        }
        let mut offset = offset;
        loop {
            let sent = rustix::fs::sendfile(self.socket.stream(), file, Some(&mut offset), count);
            match sent {
                Err(Errno::AGAIN) if self.readiness.is_some() => {
                    let ready = self.wait(PollFlags::OUT, self.send_timeout());
                    ready.map_err(NotSent::Socket)?;
                }
                sent => return Ok(sent?),
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn send_file(&mut self, _file: &File, _offset: u64, _count: usize) -> Result<usize, NotSent> {
        Err(Errno::NOSYS.into())
    }

    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        if let Some(readiness) = &mut self.readiness {
            readiness.timeout = timeout;
            return Ok(());
        }
        self.socket.stream().set_read_timeout(Some(timeout))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.socket.stream().shutdown(Shutdown::Write)
    }

    fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(self.socket.stream()).unwrap_or(0)
    }

    fn is_drained(&self) -> bool {
        self.may_rest()
    }

    fn recv_size(&self) -> usize {
        self.socket.stepper().recv_size()
    }

    fn pass(&mut self, breakpoint: Breakpoint, reporter: &mut Reporter) -> Duration {
        if self.socket.stepper().is_active() {
            self.hand_over();
        }
        self.socket.stepper().pass(breakpoint, reporter)
    }

    fn piece(&self, octets: usize) -> usize {
        let Some(rate) = self.socket.throttle() else {
            return octets;
        };
        let tenth = usize::try_from(rate.get() / PIECES_A_SECOND).unwrap_or(usize::MAX);
        octets.min(tenth.max(1))
    }

    fn rest(&mut self, octets: usize) -> Duration {
        let Some(rate) = self.socket.throttle() else {
            return Duration::ZERO;
        };
        let nanos = (octets as u128 * 1_000_000_000) / u128::from(rate.get());
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let since = self.now();
        self.hand_over();
        self.socket.stepper().rest(time);
        since.elapsed()
    }

    fn untaken(&self) -> u64 {
        kernel::unsent(self.socket.stream()).unwrap_or(0)
    }

    fn dawdle(&mut self, time: Duration) {
        self.hand_over();
        self.socket.stepper().rest(time);
    }
}
