//! Threads that each forward many tapped connections: epoll(7) says which of their sockets can
//! be received from, or sent to.
//!
//! A connection has one thread for as long as its thread may have to wait for it alone: while it
//! is held, stepped or slowed down, and when it is lost or refused and what was sent before has to
//! arrive. All others share a few, so that what comes on many at once is forwarded without a change of
//! threads between them.
//!
//! The kernel tells of a socket for as long as something is to be done on it, so a side that
//! nothing is wanted of is taken off its list; with requests and answers that fit into its
//! buffers, it is asked once for each connection.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::Builder;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, PollFlags, eventfd};

use super::relay::{Break, Relay, attempt};
use super::side::Side;
use crate::event::ConnectionId;
use crate::server::keeper::{Keeper, Place};

/// How many lanes there are at most: one for each processor, up to here.
const MOST: usize = 8;
/// How many sockets are told of at once.
const AT_ONCE: usize = 128;
/// Connections are counted from 1, with two sockets each: none comes to this number.
const WOKEN: u64 = u64::MAX;
/// The stack of a thread. Only what is touched takes memory.
const STACK: usize = 256 * 1024;

/// The threads that forward many connections each, once there is a connection.
#[derive(Debug, Default)]
pub(in crate::server) struct Lanes {
    /// None where they cannot be started.
    started: OnceLock<Option<Arc<Started>>>,
}

/// Those threads.
#[derive(Debug)]
struct Started {
    lanes: Vec<Arc<Lane>>,
    next: AtomicUsize,
}

/// What one of them is reached by.
#[derive(Debug)]
struct Lane {
    epoll: OwnedFd,
    waker: OwnedFd,
    called: Mutex<Called>,
    dismissed: AtomicBool,
}

/// What a lane is called for.
#[derive(Default)]
struct Called {
    /// Connections that it is to forward from now on.
    new: Vec<Relay>,
    /// Those that were told to hold.
    held: Vec<ConnectionId>,
}

impl std::fmt::Debug for Called {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Called")
            .field("new", &self.new.len())
            .field("held", &self.held)
            .finish()
    }
}

/// A connection, and what the kernel was asked to tell of its two sockets.
struct Guest {
    relay: Relay,
    asked: [Option<PollFlags>; 2],
}

const SIDES: [Side; 2] = [Side::Peer, Side::Upstream];

impl Lanes {
    /// Has one of them forward this connection. One that needs a thread of its own is returned.
    pub(super) fn take(&self, relay: Relay) -> Option<Relay> {
        let start = || Started::new().ok().map(Arc::new);
        match self.started.get_or_init(start) {
            Some(started) if !relay.wants_to_be_alone() => started.take(relay),
            Some(_) | None => Some(relay),
        }
    }

    /// Ends all threads.
    pub(in crate::server) fn dismiss(&self) {
        let started = self.started.get().and_then(Option::as_ref);
        for lane in started.iter().flat_map(|started| &started.lanes) {
            lane.dismissed.store(true, SeqCst);
            lane.wake();
        }
    }
}

impl Started {
    fn new() -> io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let lanes: io::Result<Vec<_>> = (0..processors.min(MOST)).map(|_| Lane::start()).collect();
        Ok(Self {
            lanes: lanes?,
            next: AtomicUsize::new(0),
        })
    }

    fn take(self: &Arc<Self>, relay: Relay) -> Option<Relay> {
        let at = self.next.fetch_add(1, SeqCst) % self.lanes.len().max(1);
        let Some(lane) = self.lanes.get(at) else {
            return Some(relay);
        };
        relay.rest_at(Place {
            keeper: Arc::<Self>::clone(self),
            crowd: at,
        });
        lane.call(|called| called.new.push(relay));
        None
    }
}

impl Keeper for Started {
    fn wake(&self, crowd: usize, id: ConnectionId) {
        if let Some(lane) = self.lanes.get(crowd) {
            lane.call(|called| called.held.push(id));
        }
    }

    /// Nobody leads a lane but its own thread, which never blocks.
    fn hand_over(&self, _crowd: usize) -> bool {
        false
    }
}

impl Lane {
    fn start() -> io::Result<Arc<Self>> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let data = EventData::new_u64(WOKEN);
        epoll::add(&epoll, &waker, data, EventFlags::IN | EventFlags::ET)?;
        let lane = Arc::new(Self {
            epoll,
            waker,
            called: Mutex::default(),
            dismissed: AtomicBool::new(false),
        });
        let run = Arc::clone(&lane);
        Builder::new()
            .name("tap".into())
            .stack_size(STACK)
            .spawn(move || run.run())?;
        Ok(lane)
    }

    /// A panic while the lock is held leaves lists that are as good as before.
    fn call<T>(&self, what: impl FnOnce(&mut Called) -> T) -> T {
        let done = what(&mut self.called.lock().unwrap_or_else(PoisonError::into_inner));
        self.wake();
        done
    }

    fn wake(&self) {
        // It fails when it has been woken 2^64 - 2 times since it waited: it is awake then.
        let _ = rustix::io::write(&self.waker, &1_u64.to_ne_bytes());
    }

    fn run(&self) {
        let mut guests: HashMap<ConnectionId, Guest> = HashMap::new();
        let mut events: Vec<Event> = Vec::with_capacity(AT_ONCE);
        while !self.dismissed.load(SeqCst) {
            events.clear();
            // It fails when a signal comes, and then nothing is ready.
            let _ = epoll::wait(&self.epoll, spare_capacity(&mut events), None);
            for event in &events {
                let (data, flags) = (event.data, event.flags);
                match data.u64() {
                    WOKEN => self.answer_calls(&mut guests),
                    socket => self.attend(&mut guests, socket, flags),
                }
            }
        }
    }

    fn answer_calls(&self, guests: &mut HashMap<ConnectionId, Guest>) {
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        let Called { new, held } = std::mem::take(&mut *called);
        drop(called);
        for mut relay in new {
            let id = relay.id();
            relay.share_thread();
            let goes_on = attempt(&mut relay, Relay::begin);
            let asked = [None, None];
            guests.insert(id, Guest { relay, asked });
            self.follow(guests, id, goes_on);
        }
        for id in held {
            self.follow(guests, id, Ok(()));
        }
    }

    /// Does what can be done on a socket.
    fn attend(&self, guests: &mut HashMap<ConnectionId, Guest>, socket: u64, flags: EventFlags) {
        let id = ConnectionId(socket / 2);
        let side = if socket.is_multiple_of(2) {
            Side::Peer
        } else {
            Side::Upstream
        };
        // It may have ended since it was told of.
        let Some(guest) = guests.get_mut(&id) else {
            return;
        };
        let ready = PollFlags::from_bits_truncate(u16::try_from(flags.bits()).unwrap_or_default());
        let goes_on = attempt(&mut guest.relay, |relay| {
            relay.attend(side, ready)?;
            relay.settle()
        });
        self.follow(guests, id, goes_on);
    }

    /// Sees to it that a connection is told of as it wants to be, comes to its end, or gets a
    /// thread of its own.
    fn follow(
        &self,
        guests: &mut HashMap<ConnectionId, Guest>,
        id: ConnectionId,
        goes_on: Result<(), Break>,
    ) {
        let Some(guest) = guests.get_mut(&id) else {
            return;
        };
        let leaves = match goes_on {
            Ok(()) => guest.relay.wants_to_be_alone() || self.ask(guest, id).is_err(),
            Err(_) => true,
        };
        if !leaves {
            return;
        }
        let Some(Guest { relay, asked }) = guests.remove(&id) else {
            return;
        };
        for (side, asked) in SIDES.into_iter().zip(asked) {
            if asked.is_some() {
                // The other one of its descriptors may keep the socket open.
                let _ = epoll::delete(&self.epoll, relay.socket(side));
            }
        }
        match goes_on {
            Ok(()) => alone(relay, |relay| drop(relay.serve())),
            Err(broken @ (Break::Lost(..) | Break::Refused(_))) => {
                alone(relay, move |relay| drop(relay.end(broken)));
            }
            Err(broken) => drop(relay.end(broken)),
        }
    }

    /// Asks the kernel to tell of what is wanted now, where that is not what was wanted before.
    fn ask(&self, guest: &mut Guest, id: ConnectionId) -> io::Result<()> {
        let relay = &guest.relay;
        for (number, (side, asked)) in (0..).zip(SIDES.into_iter().zip(&mut guest.asked)) {
            let wanted = relay.is_polled(side).then(|| relay.wanted(side));
            if wanted == *asked {
                continue;
            }
            let socket = relay.socket(side);
            let data = EventData::new_u64(id.0 * 2 + number);
            let flags = |wanted: PollFlags| EventFlags::from_bits_retain(wanted.bits().into());
            match (*asked, wanted) {
                (None, Some(wanted)) => epoll::add(&self.epoll, socket, data, flags(wanted))?,
                (Some(_), Some(wanted)) => epoll::modify(&self.epoll, socket, data, flags(wanted))?,
                (_, None) => epoll::delete(&self.epoll, socket)?,
            }
            *asked = wanted;
        }
        Ok(())
    }
}

/// Gives a connection a thread of its own. Where there is none to be had, it is closed.
fn alone(relay: Relay, what: impl FnOnce(Relay) + Send + 'static) {
    let _ = Builder::new()
        .name("connection".into())
        .stack_size(STACK)
        .spawn(move || what(relay));
}
