//! Connections that rest, which of them are to be taken up, and when the waits of the others
//! are over. It knows neither sockets nor threads.
//!
//! A connection that is being served stays listed: what comes meanwhile is for whoever puts it
//! down. The numbers of connections are used once, so that what is told of a connection that is
//! gone is told of none.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use foldhash::fast::RandomState;

use crate::event::ConnectionId;

/// Connections that rest, and those that are being served and have rested before.
#[derive(Debug)]
pub(super) struct Resting<C> {
    // No peer chooses the number of its connection.
    guests: HashMap<ConnectionId, Guest<C>, RandomState>,
    /// Those that are to be taken up, the one that has waited longest first.
    ready: VecDeque<ConnectionId>,
    /// When to look at whose wait is over. A connection that is served often is not to be
    /// moved in here each time: it is looked at when an earlier wait of it would be over.
    timers: BTreeSet<(Instant, ConnectionId)>,
}

/// One connection.
#[derive(Debug)]
struct Guest<C> {
    state: State<C>,
    /// Whether the peer has finished, or the connection is broken.
    ended: bool,
    /// When its wait is over.
    due: Option<Instant>,
    /// When it is looked at.
    timer: Option<Instant>,
}

#[derive(Debug)]
enum State<C> {
    Rests(C),
    /// It is to be taken up.
    Ready(C),
    /// A thread serves it; `again` when something came since it was taken up.
    Served {
        again: bool,
    },
}

/// What came of putting a connection down.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Put<C> {
    /// It rests.
    Rests,
    /// It rests, and its wait is over before that of any other.
    RestsFirst,
    /// Something came meanwhile: it is to be served on. The peer has finished where it has
    /// `ended`.
    Again { connection: C, ended: bool },
}

impl<C> Default for Resting<C> {
    fn default() -> Self {
        Self {
            guests: HashMap::default(),
            ready: VecDeque::new(),
            timers: BTreeSet::new(),
        }
    }
}

impl<C> Resting<C> {
    /// Lists a connection that is being served and will rest.
    pub(super) fn enter(&mut self, id: ConnectionId) {
        let guest = Guest {
            state: State::Served { again: false },
            ended: false,
            due: None,
            timer: None,
        };
        self.guests.insert(id, guest);
    }

    /// Takes a connection off the list that is served and has ended.
    pub(super) fn leave(&mut self, id: ConnectionId) {
        if let Some(guest) = self.guests.remove(&id)
            && let Some(at) = guest.timer
        {
            self.timers.remove(&(at, id));
        }
        if self.guests.len() < self.guests.capacity() / 8 {
            self.guests.shrink_to(2 * self.guests.len());
            self.ready.shrink_to(2 * self.ready.len());
        }
    }

    /// Puts a connection down that was served. Its wait is over when it is `due`.
    pub(super) fn put(&mut self, id: ConnectionId, connection: C, due: Option<Instant>) -> Put<C> {
        let Some(guest) = self.guests.get_mut(&id) else {
            let ended = false;
            return Put::Again { connection, ended };
        };
        if matches!(guest.state, State::Served { again: true }) {
            guest.state = State::Served { again: false };
            let ended = guest.ended;
            return Put::Again { connection, ended };
        }
        guest.state = State::Rests(connection);
        guest.due = due;
        let Some(due) = due else { return Put::Rests };
        if guest.timer.is_some_and(|timer| timer <= due) {
            return Put::Rests;
        }
        let before = guest.timer.replace(due);
        if let Some(before) = before {
            self.timers.remove(&(before, id));
        }
        self.timers.insert((due, id));
        if self.timers.first() == Some(&(due, id)) {
            Put::RestsFirst
        } else {
            Put::Rests
        }
    }

    /// Puts a connection down that is to be taken up again after those that are ready.
    pub(super) fn put_last(&mut self, id: ConnectionId, connection: C) {
        if let Some(guest) = self.guests.get_mut(&id) {
            guest.state = State::Ready(connection);
            self.ready.push_back(id);
        }
    }

    /// Something came for a connection, or it is wanted: it is to be taken up.
    pub(super) fn ready(&mut self, id: ConnectionId, ended: bool) {
        let Some(guest) = self.guests.get_mut(&id) else {
            return;
        };
        guest.ended |= ended;
        let served = State::Served { again: true };
        guest.state = match std::mem::replace(&mut guest.state, served) {
            State::Rests(connection) => {
                self.ready.push_back(id);
                State::Ready(connection)
            }
            State::Ready(connection) => State::Ready(connection),
            State::Served { .. } => State::Served { again: true },
        };
    }

    /// Those whose wait is over at `now` are to be taken up.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(&(at, id)) = self.timers.first()
            && at <= now
        {
            self.timers.pop_first();
            let Some(guest) = self.guests.get_mut(&id) else {
                continue;
            };
            guest.timer = None;
            // Whoever serves it has its deadline set when it is put down.
            if !matches!(guest.state, State::Rests(_)) {
                continue;
            }
            match guest.due {
                Some(due) if due > now => {
                    guest.timer = Some(due);
                    self.timers.insert((due, id));
                }
                Some(_) => self.ready(id, false),
                None => {}
            }
        }
    }

    /// When [`expire`](Self::expire) is to be called next, if it is.
    pub(super) fn next_timer(&self) -> Option<Instant> {
        self.timers.first().map(|&(at, _)| at)
    }

    /// A connection that is to be taken up, and whether its peer has finished.
    pub(super) fn take(&mut self) -> Option<(ConnectionId, C, bool)> {
        while let Some(id) = self.ready.pop_front() {
            let Some(guest) = self.guests.get_mut(&id) else {
                continue;
            };
            let served = State::Served { again: false };
            match std::mem::replace(&mut guest.state, served) {
                State::Ready(connection) => return Some((id, connection, guest.ended)),
                other @ (State::Rests(_) | State::Served { .. }) => guest.state = other,
            }
        }
        None
    }

    /// How many are to be taken up.
    pub(super) fn ready_len(&self) -> usize {
        self.ready.len()
    }

    /// How many are listed.
    pub(super) fn len(&self) -> usize {
        self.guests.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ONE: ConnectionId = ConnectionId(1);
    const TWO: ConnectionId = ConnectionId(2);

    fn with(ids: &[ConnectionId], due: Option<Instant>) -> Resting<u64> {
        let mut resting = Resting::default();
        for &id in ids {
            resting.enter(id);
            let put = resting.put(id, id.0, due);
            assert!(matches!(put, Put::Rests | Put::RestsFirst));
        }
        resting
    }

    #[test]
    fn those_that_are_ready_are_taken_up_in_turn_and_once() {
        let mut resting = with(&[ONE, TWO], None);
        assert_eq!(resting.take(), None);
        resting.ready(TWO, false);
        resting.ready(ONE, true);
        resting.ready(TWO, false);
        assert_eq!(resting.take(), Some((TWO, 2, false)));
        assert_eq!(resting.take(), Some((ONE, 1, true)));
        assert_eq!(resting.take(), None);
        // What is told of a connection that is gone is told of none.
        resting.leave(ONE);
        resting.ready(ONE, false);
        assert_eq!(resting.take(), None);
    }

    #[test]
    fn what_comes_while_it_is_served_is_for_whoever_puts_it_down() {
        let mut resting = with(&[ONE], None);
        resting.ready(ONE, false);
        assert_eq!(resting.take(), Some((ONE, 1, false)));
        resting.ready(ONE, false);
        assert_eq!(resting.take(), None, "it is being served");
        let again = |ended| Put::Again {
            connection: 1,
            ended,
        };
        assert_eq!(resting.put(ONE, 1, None), again(false));
        assert_eq!(resting.put(ONE, 1, None), Put::Rests);
        // That the peer has finished is told once, and not lost on whoever serves it then.
        resting.ready(ONE, false);
        assert_eq!(resting.take(), Some((ONE, 1, false)));
        resting.ready(ONE, true);
        assert_eq!(resting.put(ONE, 1, None), again(true));
    }

    #[test]
    fn a_wait_that_is_over_has_it_taken_up() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut resting = Resting::default();
        for (id, due, put) in [
            (ONE, after(60), Put::RestsFirst),
            (TWO, after(70), Put::Rests),
        ] {
            resting.enter(id);
            assert_eq!(resting.put(id, id.0, Some(due)), put);
        }
        assert_eq!(resting.next_timer(), Some(after(60)));
        // It was served: nothing is moved, it is looked at when its first wait would be over.
        resting.ready(ONE, false);
        resting.take().unwrap();
        assert_eq!(resting.put(ONE, 1, Some(after(80))), Put::Rests);
        assert_eq!(resting.next_timer(), Some(after(60)));
        resting.expire(after(60));
        assert_eq!(resting.take(), None);
        assert_eq!(resting.next_timer(), Some(after(70)));
        resting.expire(after(75));
        assert_eq!(resting.take(), Some((TWO, 2, false)));
        // A shorter wait than the one before is kept too.
        assert_eq!(resting.put(TWO, 2, Some(after(76))), Put::RestsFirst);
        resting.leave(TWO);
        assert_eq!(resting.next_timer(), Some(after(80)));
        resting.expire(after(80));
        assert_eq!(resting.take(), Some((ONE, 1, false)));
        assert_eq!(resting.next_timer(), None);
        // One whose wait was over while it was served is looked at when it is put down.
        assert_eq!(resting.put(ONE, 1, Some(after(80))), Put::RestsFirst);
    }

    #[test]
    fn the_list_of_a_crowd_is_given_back() {
        let ids: Vec<_> = (1..=10_000).map(ConnectionId).collect();
        let mut resting = with(&ids, None);
        for id in ids {
            resting.leave(id);
        }
        assert_eq!(resting.len(), 0);
        assert!(resting.guests.capacity() < 64);
    }
}
