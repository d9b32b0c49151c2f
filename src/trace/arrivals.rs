//! The ladder, rung by rung: what the program did, and between that, as far as the kernel was
//! asked, what had come from the peer. Nothing is guessed: where the kernel was not asked there
//! is no arrival, and where it was asked too late to tell one from another, that is said.

use std::time::Duration;

use super::connection::Connection;
use super::entry::Entry;
use super::log::Line;
use crate::event::{Activity, Sampled, TcpState};

/// One rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rung<'a> {
    /// What happened, and how many octets were unread in the kernel after it, where that is
    /// known.
    Line(Line<'a>, Option<u64>),
    Arrival(Arrival),
}

/// What came from the peer into the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) octets: u64,
    pub(crate) segments: u64,
    /// How many octets were unread then.
    pub(crate) unread: u64,
    /// Not all of it need have come before the next recv; by this one it had.
    pub(crate) until: Option<u64>,
    /// When the kernel was asked, if nothing had taken any of it by then.
    pub(crate) seen: Option<Duration>,
}

/// What the kernel had received at a time: octets, and segments that held some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Came {
    octets: u64,
    segments: u64,
}

impl Came {
    fn from_sample(sampled: &Sampled) -> Option<Self> {
        let tcp = sampled.kernel.tcp?;
        // FIN has a place in the stream, and is counted like an octet.
        let fin = match tcp.state {
            Some(
                TcpState::CloseWait | TcpState::LastAck | TcpState::Closing | TcpState::TimeWait,
            ) => 1,
            _ => 0,
        };
        Some(Self {
            octets: tcp.octets_received.saturating_sub(fin),
            segments: tcp.data_segments_in?.into(),
        })
    }
}

/// The rungs of what is kept of a connection, the oldest first.
pub(crate) fn rungs(connection: &Connection) -> Vec<Rung<'_>> {
    let is_whole = connection.log().first().0 == 0;
    let mut ladder = Ladder {
        rungs: Vec::new(),
        recvs: Vec::new(),
        known: is_whole.then(Came::default),
        asked: false,
        taken: 0,
        number: connection.octets().count(),
    };
    let kept = connection.log().iter().filter(|entry| is_recv(entry));
    ladder.number = ladder.number.saturating_sub(kept.count() as u64);
    for line in connection.log().lines() {
        match line {
            Line::Record(Entry {
                activity: Activity::Sampled(sampled),
                at,
                ..
            }) => ladder.ask(sampled, *at),
            line @ (Line::Record(_) | Line::LeftOut(..)) => ladder.push(line),
        }
    }
    ladder.rungs
}

fn is_recv(entry: &Entry) -> bool {
    matches!(entry.activity, Activity::Received { .. })
}

struct Ladder<'a> {
    rungs: Vec<Rung<'a>>,
    /// The recvs since the kernel was asked: which rung, where it ended, its number.
    recvs: Vec<(usize, u64, u64)>,
    known: Option<Came>,
    /// Whether it was asked since anything could have come.
    asked: bool,
    /// How many octets recv has taken.
    taken: u64,
    number: u64,
}

impl<'a> Ladder<'a> {
    fn push(&mut self, line: Line<'a>) {
        if let Line::Record(Entry {
            activity: Activity::Received { offset, octets, .. },
            ..
        }) = line
        {
            self.taken = offset.saturating_add(octets.len() as u64);
            self.number += 1;
            self.recvs.push((self.rungs.len(), self.taken, self.number));
        }
        if line.is_on_ladder() {
            let unread = self.known.filter(|_| self.asked);
            let unread = unread.map(|came| came.octets.saturating_sub(self.taken));
            self.rungs.push(Rung::Line(line, unread));
        }
    }

    /// Takes in what the kernel said.
    fn ask(&mut self, sampled: &Sampled, at: Duration) {
        let Some(now) = Came::from_sample(sampled) else {
            return;
        };
        let before = self.known.replace(now);
        let recvs = std::mem::take(&mut self.recvs);
        self.asked = true;
        let Some(before) = before else { return };
        let (octets, segments) = (
            now.octets.saturating_sub(before.octets),
            now.segments.saturating_sub(before.segments),
        );
        if octets == 0 {
            return;
        }
        // Those that took some of what is new.
        let took = || recvs.iter().filter(|(_, end, _)| *end > before.octets);
        let left = now.octets.saturating_sub(self.taken);
        let is_exact = segments <= 1 || took().count() == 0 || took().count() == 1 && left == 0;
        let first = took().next();
        let taken_before = match first {
            Some(&(index, ..)) => self.taken_before(index),
            None => self.taken,
        };
        let arrival = Arrival {
            octets,
            segments,
            unread: now.octets.saturating_sub(taken_before),
            until: took().next_back().filter(|_| !is_exact).map(|(.., n)| *n),
            seen: first.is_none().then_some(at),
        };
        let index = first.map_or(self.rungs.len(), |(index, ..)| *index);
        for (at, end, _) in took() {
            if let Some(Rung::Line(_, unread)) = self.rungs.get_mut(*at) {
                *unread = Some(now.octets.saturating_sub(*end));
            }
        }
        self.rungs.insert(index, Rung::Arrival(arrival));
    }

    /// How many octets had been taken before the recv on this rung.
    fn taken_before(&self, index: usize) -> u64 {
        match self.rungs.get(index) {
            Some(Rung::Line(
                Line::Record(Entry {
                    activity: Activity::Received { offset, .. },
                    ..
                }),
                _,
            )) => *offset,
            Some(Rung::Line(..) | Rung::Arrival(_)) | None => self.taken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::event::TcpFacts;

    fn sample(script: &mut Script, octets: u64, segments: u32) {
        let tcp = TcpFacts {
            octets_received: octets,
            data_segments_in: Some(segments),
            ..TcpFacts::default()
        };
        let mut sampled = Sampled::default();
        sampled.kernel.tcp = Some(tcp);
        script.note(1, Activity::Sampled(sampled.into()));
    }

    /// `5 segments 44` for an arrival, `recv 4, 40 left` for a recv.
    fn told(tell: impl FnOnce(&mut Script)) -> Vec<String> {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        rungs(&trace.connections[&id(1)])
            .iter()
            .filter_map(|rung| match rung {
                Rung::Arrival(it) => {
                    let until = it
                        .until
                        .map_or(String::new(), |n| format!(" until recv {n}"));
                    Some(format!("{} segments {}{until}", it.segments, it.octets))
                }
                Rung::Line(
                    Line::Record(Entry {
                        activity: Activity::Received { octets, .. },
                        ..
                    }),
                    left,
                ) => {
                    let left = left.map_or(String::new(), |left| format!(", {left} left"));
                    Some(format!("recv {}{left}", octets.len()))
                }
                Rung::Line(..) => None,
            })
            .collect()
    }

    #[test]
    fn one_segment_that_many_recvs_take_is_one_arrival() {
        let expected = [
            "1 segments 9",
            "recv 4, 5 left",
            "recv 4, 1 left",
            "recv 1, 0 left",
        ];
        // Whether the kernel is asked while it waits, or after all was taken.
        let before = told(|s| {
            sample(s, 9, 1);
            s.receive(1, "GET ").receive(1, "/ HT").receive(1, "T");
        });
        assert_eq!(before, expected);
        let after = told(|s| {
            s.receive(1, "GET ").receive(1, "/ HT").receive(1, "T");
            sample(s, 9, 1);
        });
        assert_eq!(after, expected);
    }

    #[test]
    fn many_segments_that_one_recv_takes_are_told_with_their_number() {
        let told = told(|s| {
            s.receive(1, "GET / HTT");
            sample(s, 9, 5);
        });
        assert_eq!(told, ["5 segments 9", "recv 9, 0 left"]);
    }

    #[test]
    fn what_came_apart_and_was_not_asked_about_between_is_not_told_apart() {
        let told = told(|s| {
            s.receive(1, "GET ").receive(1, "/ HT");
            sample(s, 8, 2);
            s.receive(1, "TP");
            sample(s, 10, 3);
        });
        assert_eq!(
            told,
            [
                "2 segments 8 until recv 2",
                "recv 4, 4 left",
                "recv 4, 0 left",
                "1 segments 2",
                "recv 2, 0 left"
            ]
        );
    }

    #[test]
    fn where_the_kernel_was_not_asked_nothing_is_told_of_it() {
        let told = told(|s| {
            s.receive(1, "GET ");
        });
        assert_eq!(told, ["recv 4"]);
    }
}
