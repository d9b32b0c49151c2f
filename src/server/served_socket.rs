//! The socket of a connection that is served: the system calls on it, and its place among the
//! open ones until it is dropped.

use std::fs::File;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::kernel;
use super::open_socket::OpenSocket;
use super::sendfile::NotSent;
use super::shared::Shared;
use super::stream::{NoRoom, Stream, Then};
use crate::event::{Breakpoint, ConnectionId, Reporter};

/// Into how many pieces a second is cut when sending is slowed down.
const PIECES_A_SECOND: u64 = 10;

/// The socket of a connection that is served.
pub(super) struct ServedSocket {
    // Dropped in this order: the socket is closed by whoever takes it off the list.
    socket: Arc<OpenSocket>,
    registration: Registration,
}

/// A place among the open connections.
struct Registration {
    shared: Arc<Shared>,
    id: ConnectionId,
}

impl ServedSocket {
    /// Lists an accepted socket among the open ones, driven as new ones are. A place
    /// [was taken](Shared::take_place) for it.
    pub(super) fn new(shared: &Arc<Shared>, id: ConnectionId, stream: TcpStream) -> Self {
        let throttle = shared.config.throttle;
        let handling = *shared.new_handling();
        let socket = Arc::new(OpenSocket::new(stream, handling, throttle));
        shared.register(id, &socket);
        let shared = Arc::clone(shared);
        Self {
            socket,
            registration: Registration { shared, id },
        }
    }

    /// The socket itself.
    pub(super) fn stream(&self) -> &TcpStream {
        self.socket.stream()
    }

    /// Whether its worker is held, stepped or slowed down.
    pub(super) fn is_stepped(&self) -> bool {
        self.socket.stepper().is_active()
    }

    /// The server it is a socket of.
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.registration.shared
    }
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
        let room = room.spare_capacity_mut();
        let most = room.len().min(asked);
        let room = room.get_mut(..most).unwrap_or_default();
        let ((octets, _), _) = recv(self.socket.stream(), room, RecvFlags::empty())?;
        Ok(octets)
    }

    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize> {
        let mut flags = SendFlags::empty();
        flags.set(SendFlags::DONTWAIT, no_room == NoRoom::Fail);
        // Elsewhere there is no such flag, and what follows leaves in a segment of its own.
        #[cfg(target_os = "linux")]
        flags.set(SendFlags::MORE, then == Then::More);
        #[cfg(not(target_os = "linux"))]
        let _ = then;
        Ok(send(self.socket.stream(), octets, flags)?)
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Result<usize, NotSent> {
        let mut offset = offset;
        Ok(rustix::fs::sendfile(
            self.socket.stream(),
            file,
            Some(&mut offset),
            count,
        )?)
    }

    #[cfg(not(target_os = "linux"))]
    fn send_file(&mut self, _file: &File, _offset: u64, _count: usize) -> Result<usize, NotSent> {
        Err(rustix::io::Errno::NOSYS.into())
    }

    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.socket.stream().set_read_timeout(Some(timeout))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.socket.stream().shutdown(Shutdown::Write)
    }

    fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(self.socket.stream()).unwrap_or(0)
    }

    fn recv_size(&self) -> usize {
        self.socket.stepper().recv_size()
    }

    fn pass(&mut self, breakpoint: Breakpoint, reporter: &mut Reporter) -> Duration {
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
        self.socket.stepper().rest(time);
        since.elapsed()
    }

    fn untaken(&self) -> u64 {
        kernel::unsent(self.socket.stream()).unwrap_or(0)
    }

    fn dawdle(&mut self, time: Duration) {
        self.socket.stepper().rest(time);
    }
}
