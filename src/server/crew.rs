//! The threads that serve connections which rest while there is nothing to do for them.
//!
//! The connections are parted into crowds, and each crowd is led by one thread: it waits for
//! what becomes ready, and serves one connection after the other, with plain code. Where it
//! would have to wait for a single one (a peer that does not receive, a connection that is held
//! or slowed down), it first hands the crowd over to another thread, which is started if there
//! is none, and goes on with that connection alone. A thread that has nothing left to do waits
//! for a crowd that needs one, and ends when that takes long.

mod accepting;

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::admission::Admitted;
use super::ceiling::Ceiling;
use super::connection::{Connection, Desk, Outcome};
use super::crowd::Crowd;
use super::keeper::Keeper;
use super::kernel;
use super::listener::Listener;
use super::poller::{Events, Ready};
use super::resting::Put;
use super::served_socket::ServedSocket;
use super::shared::Shared;
use super::shortage::{BACK_OFF, Shortage};
use super::worker_pool::STACK;
use crate::event::ConnectionId;

/// How many crowds there are at most: one for each processor, up to here.
const MOST_CROWDS: usize = 8;
/// How often one connection is served before others, when it is sent to without end.
const AT_A_STRETCH: u32 = 16;
/// How many threads wait for a crowd that needs one, and for how long.
const SPARE: usize = 4;
const SPARE_TIME: Duration = Duration::from_secs(5);

type Guest = Box<Connection<ServedSocket>>;

/// The threads, and the crowds they lead.
#[derive(Debug)]
pub(super) struct Crew {
    /// For the threads that are started.
    me: Weak<Self>,
    shared: Arc<Shared>,
    listeners: Vec<Arc<Listener>>,
    crowds: Vec<Crowd<Guest>>,
    staff: Mutex<Staff>,
    called: Condvar,
    shortage: Shortage,
    /// How many threads are between `accept` and having listed what it returned.
    accepting: AtomicUsize,
    /// How many threads there is room for.
    most: usize,
    /// No thread is needed any more.
    dismissed: AtomicBool,
}

#[derive(Debug, Default)]
struct Staff {
    threads: usize,
    /// How many wait for a crowd.
    idle: usize,
    /// The crowds that need somebody to lead them.
    vacant: VecDeque<usize>,
}

impl Crew {
    /// Accepts and serves connections on `listeners` until the server stops.
    pub(super) fn start(
        listeners: Vec<Arc<Listener>>,
        shared: Arc<Shared>,
    ) -> io::Result<Arc<Self>> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let crowds = processors.min(MOST_CROWDS);
        let most = Ceiling::under(usize::MAX, &kernel::threads(STACK)).connections;
        let parted: io::Result<Vec<_>> = (0..crowds).map(|_| Crowd::new()).collect();
        let parted = parted?;
        for listener in &listeners {
            listener.never_wait()?;
        }
        let crew = Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            crowds: parted,
            dismissed: AtomicBool::new(false),
            staff: Mutex::default(),
            called: Condvar::new(),
            shortage: Shortage::new(),
            accepting: AtomicUsize::new(0),
            most,
            listeners,
            shared,
        });
        for at in 0..crowds {
            let mut staff = crew.staff();
            crew.hire(&mut staff)?;
            staff.vacant.push_back(at);
        }
        Ok(crew)
    }

    /// Whether a connection may still be accepted and listed, once the server begins to stop.
    pub(super) fn accepts(&self) -> bool {
        self.accepting.load(SeqCst) > 0
    }

    /// Ends all threads that serve no connection.
    pub(super) fn dismiss(&self) {
        self.dismissed.store(true, SeqCst);
        // Who has looked at it with the lock held, and seen it as it was, waits by now.
        drop(self.staff());
        self.called.notify_all();
        for crowd in &self.crowds {
            crowd.rouse();
        }
    }

    /// Starts a thread, if there is room for it.
    fn hire(&self, staff: &mut Staff) -> io::Result<()> {
        let crew = self.me.upgrade().filter(|_| staff.threads < self.most);
        let Some(crew) = crew else {
            return Err(io::ErrorKind::QuotaExceeded.into());
        };
        Builder::new()
            .name("worker".into())
            .stack_size(STACK)
            .spawn(move || {
                let mut desk = Desk::default();
                while let Some(at) = crew.next_post() {
                    // Whatever happens to a thread, its crowd is not left alone.
                    let led = catch_unwind(AssertUnwindSafe(|| crew.lead(at, &mut desk)));
                    if led.is_err() {
                        crew.staff().vacant.push_back(at);
                    }
                }
            })?;
        staff.threads += 1;
        Ok(())
    }

    /// Waits for a crowd that needs somebody to lead it.
    fn next_post(&self) -> Option<usize> {
        let mut staff = self.staff();
        loop {
            let dismissed = self.dismissed.load(SeqCst);
            let vacant = staff.vacant.pop_front().filter(|_| !dismissed);
            if vacant.is_some() {
                return vacant;
            }
            if dismissed || staff.idle >= SPARE {
                staff.threads -= 1;
                return None;
            }
            staff.idle += 1;
            let (again, waited) = self
                .called
                .wait_timeout(staff, SPARE_TIME)
                .unwrap_or_else(PoisonError::into_inner);
            staff = again;
            staff.idle -= 1;
            if waited.timed_out() && staff.vacant.is_empty() {
                staff.threads -= 1;
                return None;
            }
        }
    }

    /// Leads a crowd until another thread does.
    fn lead(&self, at: usize, desk: &mut Desk) {
        let Some(crowd) = self.crowds.get(at) else {
            return;
        };
        let term = crowd.term();
        let mut events = Events::new();
        // Until when nobody accepts, for want of descriptors.
        let mut shut = None;
        while !self.dismissed.load(SeqCst) {
            self.open_or_shut(crowd, &mut shut);
            self.shared.give_back();
            crowd.wait(&mut events, shut.map(|_| BACK_OFF));
            for ready in events.iter() {
                if let Ready::Listener(number) = ready
                    && let Some(listener) = self.listeners.get(number)
                    && !self.accept(listener, at, term, desk)
                {
                    shut = Some(Instant::now() + BACK_OFF);
                }
            }
            // What becomes ready meanwhile is for the next turn, and so are new connections.
            for _ in 0..crowd.ready() {
                if crowd.term() == term
                    && let Some((id, mut guest, ended)) = crowd.take()
                {
                    guest.stream().lead(ended);
                    serve(crowd, id, guest, desk);
                }
            }
            if crowd.term() != term {
                return;
            }
        }
    }

    /// Sees to it that connections are waited for, but not while none can be accepted.
    fn open_or_shut(&self, crowd: &Crowd<Guest>, shut: &mut Option<Instant>) {
        shut.take_if(|until| Instant::now() >= *until);
        let accepts = shut.is_none() && !self.shared.draining();
        let sockets = self.listeners.iter().map(|listener| listener.socket());
        if let Err(error) = crowd.set_accepts(accepts, sockets) {
            self.shortage.tell_of_accept(&self.shared.sink, &error);
        }
    }

    /// Serves a connection that was accepted by whoever leads `at`, until it rests or ends. One
    /// that ends at once is never listed.
    fn begin(&self, at: usize, admitted: Admitted, place: usize, desk: &mut Desk) {
        let id = admitted.id();
        let (Some(crowd), Some(mut guest)) = (self.crowds.get(place), admitted.begin()) else {
            return;
        };
        if place == at {
            guest.stream().lead(false);
            // Before the first octet it rests in any case.
            while !guest.stream().may_rest() {
                if guest.serve_at(desk) == Outcome::Ended {
                    return;
                }
            }
        }
        if crowd.enter(id, guest.stream().stream()).is_err() {
            guest.give_up();
            crowd.leave(id);
        } else if place != at {
            crowd.put_last(id, guest);
            crowd.rouse();
        } else if let Some(again) = put_down(crowd, id, guest) {
            serve(crowd, id, again, desk);
        }
    }

    /// A panic while the lock is held leaves a staff that is as good as before.
    fn staff(&self) -> MutexGuard<'_, Staff> {
        self.staff.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper for Crew {
    fn wake(&self, crowd: usize, id: ConnectionId) {
        if let Some(crowd) = self.crowds.get(crowd) {
            crowd.wake(id);
        }
    }

    fn hand_over(&self, at: usize) -> bool {
        let mut staff = self.staff();
        // Those that wait and were called already are on their way to a crowd.
        if staff.idle <= staff.vacant.len()
            && let Err(error) = self.hire(&mut staff)
        {
            drop(staff);
            self.shortage.tell_of_spawn(&self.shared.sink, &error);
            return false;
        }
        staff.vacant.push_back(at);
        if let Some(crowd) = self.crowds.get(at) {
            crowd.end_term();
        }
        drop(staff);
        self.called.notify_one();
        true
    }
}

/// Serves a connection that is listed, until it rests again or ends.
fn serve(crowd: &Crowd<Guest>, id: ConnectionId, mut guest: Guest, desk: &mut Desk) {
    for turn in 0_u32.. {
        if guest.serve_at(desk) == Outcome::Ended {
            crowd.leave(id);
            return;
        }
        // What comes without end is not all to be served before anything else.
        let socket = guest.stream();
        if turn >= AT_A_STRETCH && socket.is_led() && !socket.is_stepped() {
            crowd.put_last(id, guest);
            return;
        }
        match put_down(crowd, id, guest) {
            None => return,
            Some(again) => guest = again,
        }
    }
}

/// Puts a connection down that is listed, if it may rest; one that is to be served on is
/// returned.
fn put_down(crowd: &Crowd<Guest>, id: ConnectionId, mut guest: Guest) -> Option<Guest> {
    // It may have been told to hold since it was listed: then nobody else was told.
    if !guest.stream().may_rest() {
        return Some(guest);
    }
    guest.give_back();
    let (due, is_led) = (guest.deadline(), guest.stream().is_led());
    match crowd.put(id, guest, due) {
        Put::Rests => None,
        Put::RestsFirst => {
            if !is_led {
                crowd.rouse();
            }
            None
        }
        Put::Again {
            mut connection,
            ended,
        } => {
            if ended {
                connection.stream().note_end();
            }
            Some(connection)
        }
    }
}
