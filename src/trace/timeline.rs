//! The moments of one connection worth standing at, and what there is to be seen at each.
//!
//! One stands just before the next thing that happens, so that what was asked about in the
//! meantime is known; that something was asked about is nothing that happened.

use std::time::Duration;

use super::connection::Connection;
use super::entry::{Entry, Moment};
use super::labels;
use crate::event::{Activity, End, UpstreamActivity};
use crate::http::Span;

/// From when on an exchange was slow.
const SLOW: Duration = Duration::from_secs(1);

/// What kind of thing happened. The greater one is shown where there is room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// What has no mark of its own: a search, a name that was looked up.
    Plain,
    Recv,
    Response,
    Boundary,
    Hold,
    LeftOut,
    /// Refused, timed out, failed or cut off.
    Trouble,
}

impl Mark {
    fn from_activity(activity: &Activity) -> Self {
        match activity {
            Activity::Received { .. } | Activity::PeerFinished => Self::Recv,
            Activity::BoundaryFound { .. } => Self::Boundary,
            Activity::Responding { .. } | Activity::Sent { .. } | Activity::Responded { .. } => {
                Self::Response
            }
            Activity::Held { .. } | Activity::Released { .. } => Self::Hold,
            Activity::Rejected { .. } | Activity::TimedOut { .. } | Activity::Failed { .. } => {
                Self::Trouble
            }
            Activity::Closed { reason, .. } if labels::is_trouble(*reason) => Self::Trouble,
            Activity::Gone => Self::LeftOut,
            Activity::Upstream(upstream) => Self::from_upstream(upstream),
            Activity::Closed { .. }
            | Activity::Accepted { .. }
            | Activity::Scanned { .. }
            | Activity::Parsed { .. }
            | Activity::Continued
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Content { .. }
            | Activity::Finished
            | Activity::Counted(_)
            | Activity::Sampled(_)
            | Activity::OfSource(_) => Self::Plain,
        }
    }
}

impl Mark {
    const fn from_upstream(upstream: &UpstreamActivity) -> Self {
        match upstream {
            UpstreamActivity::Received { .. } | UpstreamActivity::PeerFinished => Self::Response,
            UpstreamActivity::Faulty { .. }
            | UpstreamActivity::LeadsPast { .. }
            | UpstreamActivity::Failed { .. } => Self::Trouble,
            UpstreamActivity::Connected { .. }
            | UpstreamActivity::GoesOn { .. }
            | UpstreamActivity::Rewritten { .. }
            | UpstreamActivity::Edited { .. }
            | UpstreamActivity::Forwarded { .. }
            | UpstreamActivity::Parsed { .. }
            | UpstreamActivity::Switched
            | UpstreamActivity::NotRead
            | UpstreamActivity::Finished => Self::Plain,
        }
    }
}

/// One thing that happened, on the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    pub(crate) at: Duration,
    /// Just before the next one.
    pub(crate) moment: Moment,
    pub(crate) mark: Mark,
    /// How many records before it were left out.
    pub(crate) left_out: u64,
}

impl Connection {
    /// Everything that happened and is kept, the oldest first.
    pub(crate) fn stops(&self) -> Vec<Stop> {
        let mut stops: Vec<Stop> = Vec::new();
        let mut expected = self.log().first_seq();
        for (index, entry) in (self.log().first().0..).zip(self.log().iter()) {
            let left_out = entry.seq.saturating_sub(expected);
            expected = expected.max(entry.next_seq());
            let moment = Moment(index).next();
            if entry.is_reading() {
                if let Some(last) = stops.last_mut() {
                    last.moment = moment;
                }
                continue;
            }
            stops.push(Stop {
                at: entry.at,
                moment,
                mark: Mark::from_activity(&entry.activity),
                left_out,
            });
        }
        stops
    }

    /// `moment`, and what was asked about after it.
    pub(crate) fn settled_at(&self, moment: Moment) -> Moment {
        let mut at = moment;
        while self.log().after(at).is_some_and(Entry::is_reading) {
            at = at.next();
        }
        at
    }

    /// The first moment one can stand at: the oldest that is kept, if anything had happened.
    pub(crate) fn first_moment(&self) -> Moment {
        let first = self.log().first();
        if first > Moment::default() {
            return first;
        }
        let mut at = self.settled_at(first);
        if self.log().after(at).is_some() {
            at = at.next();
        }
        self.settled_at(at)
    }

    /// One thing that happened back.
    pub(crate) fn moment_before(&self, moment: Moment) -> Option<Moment> {
        let first = self.first_moment();
        let mut at = moment.min(self.moment);
        while at > first {
            at = at.before();
            if !self.log().after(at).is_some_and(Entry::is_reading) {
                return Some(at);
            }
        }
        None
    }

    /// One thing that happened on; `None` after the newest.
    pub(crate) fn moment_after(&self, moment: Moment) -> Option<Moment> {
        let next = self.settled_at(moment);
        self.log().after(next)?;
        Some(self.settled_at(next.next()))
    }

    /// What happens after `moment`.
    pub(crate) fn next_after(&self, moment: Moment) -> Option<&Entry> {
        self.log().after(self.settled_at(moment))
    }

    /// Until when what is known at `moment` goes.
    pub(crate) fn time_of(&self, moment: Moment) -> Duration {
        if moment <= self.log().first() {
            return self
                .log()
                .iter()
                .next()
                .map_or(self.since, |oldest| oldest.at);
        }
        let newest = self.log().after(moment.before());
        newest.map_or(self.since, |entry| entry.at)
    }

    /// The moments at which something had just happened that is out of the ordinary.
    pub(crate) fn oddities(&self) -> impl DoubleEndedIterator<Item = Moment> {
        let stops = self.stops().into_iter();
        stops
            .filter(|stop| stop.left_out > 0 || stop.mark >= Mark::LeftOut || self.is_odd(stop))
            .map(|stop| stop.moment)
    }

    fn is_odd(&self, stop: &Stop) -> bool {
        let mut entries = (self.log().first().0..stop.moment.0).rev();
        let entry = entries.find_map(|index| {
            let entry = self.log().after(Moment(index))?;
            (!entry.is_reading()).then_some(entry)
        });
        match entry.map(|entry| &entry.activity) {
            Some(Activity::Responded { took, .. }) => *took >= SLOW,
            Some(Activity::BoundaryFound { head }) => {
                // All but the first of the four: a recv that begins with that one splits nothing.
                let rest = Span::new(head.end.saturating_sub(3), head.end);
                let mut runs = self.octets().runs_in(rest);
                runs.any(|run| rest.contains(run.offset))
            }
            Some(Activity::Closed { by, .. }) => {
                let last = self.exchanges.back();
                *by == End::Peer && last.is_some_and(|e| e.response.is_some() && e.done.is_none())
            }
            Some(_) | None => false,
        }
    }

    /// The same connection while a search that begins here has got as far as `to`.
    #[must_use]
    pub(crate) fn searched_to(&self, from: u64, to: u64) -> Self {
        const WANTED: &[u8] = b"\r\n\r\n";
        let begin = self.buffered().start.max(to.saturating_sub(4));
        let span = Span::new(begin.min(to), to);
        let tail: Vec<u8> = self
            .octets()
            .octets_in(span)
            .map(|(_, octet)| octet)
            .collect();
        let matched = (0..=4_u8).rev().find(|&n| {
            let start = WANTED.get(..usize::from(n)).unwrap_or_default();
            tail.ends_with(start)
        });
        let activity = Activity::Scanned {
            from,
            to,
            matched: matched.unwrap_or(0),
        };
        let mut searching = self.clone();
        let at = self.time_of(self.moment);
        searching.fold(self.next_seq, at, activity);
        searching
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::event::{Breakpoint, Sampled, Waiting};
    use crate::http::Status;

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    fn told(tell: impl FnOnce(&mut Script)) -> Arc<Connection> {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        Arc::clone(&trace.connections[&id(1)])
    }

    fn names(connection: &Connection, moments: &[Moment]) -> Vec<Mark> {
        let stops = connection.stops();
        let mark = |moment: &Moment| stops.iter().find(|s| s.moment == *moment).unwrap().mark;
        moments.iter().map(mark).collect()
    }

    #[test]
    fn one_stands_where_something_happened_and_knows_what_was_asked_meanwhile() {
        let connection = told(|s| {
            s.note(
                1,
                Activity::Held {
                    before: Breakpoint::Recv,
                },
            );
            s.wait(5)
                .note(1, Activity::Sampled(Sampled::default().into()));
            let after = Duration::from_millis(5);
            s.note(1, Activity::Released { after });
        });
        let mut moments = vec![connection.first_moment()];
        while let Some(next) = connection.moment_after(moments[moments.len() - 1]) {
            moments.push(next);
        }
        assert_eq!(moments, [Moment(1), Moment(3), Moment(4)]);
        assert!(connection.at(Moment(3)).sampled.is_some());
        assert_eq!(connection.time_of(Moment(3)), Duration::from_millis(5));
        let mut back = vec![connection.moment];
        while let Some(before) = connection.moment_before(back[back.len() - 1]) {
            back.push(before);
        }
        back.reverse();
        assert_eq!(back, moments);
        assert_eq!(
            names(&connection, &moments),
            [Mark::Plain, Mark::Hold, Mark::Hold]
        );
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_found_and_what_is_not_is_not() {
        let odd = |tell: &dyn Fn(&mut Script)| told(|s| tell(s)).oddities().count();
        assert_eq!(
            odd(&|s| {
                s.receive(1, GET).answer(1, Status::OK, 3).close(1);
            }),
            0
        );
        assert_eq!(
            odd(&|s| {
                s.receive(1, &GET[..24]).receive(1, &GET[24..]);
            }),
            1
        );
        // The line before the empty one ended in another recv: nothing of the four is split.
        assert_eq!(
            odd(&|s| {
                s.receive(1, &GET[..23]).receive(1, &GET[23..]);
            }),
            0
        );
        assert_eq!(
            odd(&|s| {
                s.receive(1, "GET / HTTP/1.1\n\n");
            }),
            1
        );
        let waiting_for = Waiting::Head;
        let after = Duration::from_secs(30);
        assert_eq!(
            odd(&|s| {
                s.note(1, Activity::TimedOut { waiting_for, after });
            }),
            1
        );
        let lost = told(|s| {
            s.receive(1, GET).answer(1, Status::OK, 3);
            s.records.remove(2);
        });
        let gap = lost.oddities().next().unwrap();
        assert_eq!(
            lost.stops()
                .iter()
                .find(|s| s.moment == gap)
                .unwrap()
                .left_out,
            1
        );
    }

    #[test]
    fn a_search_can_be_watched_octet_by_octet() {
        let connection = told(|s| {
            s.receive(1, GET);
        });
        let received = connection.at(Moment(2));
        let matched = |to| {
            let searching = received.searched_to(0, to);
            assert_eq!(searching.scan.to, to);
            searching.scan.matched
        };
        let end = GET.len() as u64;
        let all: Vec<u8> = [1, 4, 15, 16, 17, end - 3, end - 2, end - 1, end]
            .map(matched)
            .into();
        assert_eq!(all, [0, 0, 1, 2, 0, 1, 2, 3, 4]);
    }
}
