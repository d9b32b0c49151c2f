//! Tells which of many sockets have become ready: epoll(7).
//!
//! A connection is registered once and never again: it is told of whenever something comes,
//! and not for as long as something is there (EPOLLET). So nothing is to be asked of the kernel
//! between two requests.

use std::io;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use socket2::Socket;

use crate::event::ConnectionId;

/// How many sockets are told of at once.
const AT_ONCE: usize = 128;
/// Connections are counted from 1: none comes to these numbers.
const WOKEN: u64 = u64::MAX;
const LISTENERS: u64 = u64::MAX / 2;
/// The longest wait that every kernel takes.
const LONGEST: Duration = Duration::from_secs(3600);

/// What became ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    /// A connection waits for `accept` on the listening socket of this number.
    Listener(usize),
    /// Octets came, or the end of them where `ended`.
    Connection { id: ConnectionId, ended: bool },
}

/// Sockets that are waited for together.
#[derive(Debug)]
pub(super) struct Poller {
    epoll: OwnedFd,
    waker: OwnedFd,
}

/// What one wait brought.
pub(super) struct Events(Vec<Event>);

impl Events {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(AT_ONCE))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Ready> {
        self.0.iter().filter_map(|event| {
            let (flags, data) = (event.flags, event.data);
            match data.u64() {
                WOKEN => None,
                number if number >= LISTENERS => usize::try_from(number - LISTENERS)
                    .ok()
                    .map(Ready::Listener),
                id => Some(Ready::Connection {
                    id: ConnectionId(id),
                    ended: flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR),
                }),
            }
        })
    }
}

impl Poller {
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let data = EventData::new_u64(WOKEN);
        epoll::add(&epoll, &waker, data, EventFlags::IN | EventFlags::ET)?;
        Ok(Self { epoll, waker })
    }

    /// Waits for connections too. Of several pollers that do, one is woken for each.
    pub(super) fn add_listener(&self, number: usize, socket: &Socket) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::EXCLUSIVE;
        let data = EventData::new_u64(LISTENERS + number as u64);
        Ok(epoll::add(&self.epoll, socket, data, flags)?)
    }

    /// Waits no longer for connections.
    pub(super) fn remove_listener(&self, socket: &Socket) {
        // One that is not waited for needs no removing.
        let _ = epoll::delete(&self.epoll, socket);
    }

    /// Waits for octets, from now on until the socket is closed. What is there already is told
    /// at once.
    pub(super) fn add(&self, stream: &TcpStream, id: ConnectionId) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::RDHUP | EventFlags::ET;
        Ok(epoll::add(
            &self.epoll,
            stream,
            EventData::new_u64(id.0),
            flags,
        )?)
    }

    /// Waits until something is ready, or for `time`.
    pub(super) fn wait(&self, events: &mut Events, time: Option<Duration>) {
        events.0.clear();
        let time = time.map(|time| time.min(LONGEST));
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        // It fails when a signal comes, and then nothing is ready.
        let _ = epoll::wait(&self.epoll, spare_capacity(&mut events.0), time.as_ref());
    }

    /// Ends a wait, or the next one where nobody waits.
    pub(super) fn wake(&self) {
        // It fails when it has been woken 2^64 - 2 times since it waited: it is awake then.
        let _ = rustix::io::write(&self.waker, &1_u64.to_ne_bytes());
    }
}
