//! From octets to the list of sends. Knows no socket and no clock.

use std::time::Duration;

use super::drill::Split;
use crate::client::{Ending, Piece, Script};

/// How many octets a plan may send at most.
pub(super) const MOST_OCTETS: usize = 16 << 20;
/// In how many sends at most.
pub(super) const MOST_SENDS: usize = 100_000;
/// How long its delays may take at most.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// Everything that will be sent on one connection, decided beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    sends: Vec<Vec<u8>>,
    delay: Duration,
    ending: Ending,
}

/// Why there is no plan: it would take too much of something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is nothing to send.
    #[error("there is nothing to send")]
    Empty,
    /// So many octets.
    #[error("{0} octets are more than the {most} MiB of a drill", most = MOST_OCTETS >> 20)]
    Octets(usize),
    /// So many sends.
    #[error("{0} sends are more than the {MOST_SENDS} of a drill; split into larger pieces")]
    Sends(usize),
    /// So long.
    #[error(
        "the delays would take {taken} s, more than the {longest} s of a drill; shorten --delay or split into larger pieces",
        taken = .0.as_secs(),
        longest = LONGEST.as_secs()
    )]
    Time(Duration),
}

impl Plan {
    /// Cuts `octets` into sends.
    pub fn new(
        octets: &[u8],
        split: Split,
        delay: Duration,
        ending: Ending,
    ) -> Result<Self, PlanError> {
        if octets.is_empty() {
            return Err(PlanError::Empty);
        }
        if octets.len() > MOST_OCTETS {
            return Err(PlanError::Octets(octets.len()));
        }
        let sends: Vec<Vec<u8>> = match split {
            Split::Whole => vec![octets.to_vec()],
            Split::Lines => octets
                .split_inclusive(|octet| *octet == b'\n')
                .map(<[u8]>::to_vec)
                .collect(),
            Split::Every(count) => octets.chunks(count.max(1)).map(<[u8]>::to_vec).collect(),
        };
        if sends.len() > MOST_SENDS {
            return Err(PlanError::Sends(sends.len()));
        }
        let plan = Self {
            sends,
            delay,
            ending,
        };
        if plan.delays() > LONGEST {
            return Err(PlanError::Time(plan.delays()));
        }
        Ok(plan)
    }

    /// The octets of each send, in order.
    pub fn sends(&self) -> &[Vec<u8>] {
        &self.sends
    }

    /// As a client performs it, who waits so long for the peer behind the last send.
    pub(super) fn script(&self, wait: Duration) -> Script<'_> {
        let first = std::iter::once(Duration::ZERO);
        let pauses = first.chain(std::iter::repeat(self.delay));
        let pieces = self.sends.iter().zip(pauses);
        let last = match self.ending {
            Ending::Receive => Duration::ZERO,
            Ending::HalfClose | Ending::Reset => self.delay,
        };
        let time = self.delays() + wait;
        Script {
            pieces: pieces
                .map(|(octets, pause)| Piece { pause, octets })
                .collect(),
            ending: (last, self.ending),
            time,
            silence: time,
        }
    }

    /// How long all delays take together.
    pub fn delays(&self) -> Duration {
        let last = match self.ending {
            Ending::Receive => 0,
            Ending::HalfClose | Ending::Reset => 1,
        };
        let count = u32::try_from(self.sends.len() - 1 + last).unwrap_or(u32::MAX);
        self.delay.saturating_mul(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(octets: &[u8], split: Split) -> Vec<Vec<u8>> {
        Plan::new(octets, split, Duration::ZERO, Ending::Receive)
            .unwrap()
            .sends
    }

    #[test]
    fn octets_are_cut_as_asked() {
        let octets = b"GET /\r\n\r\nx";
        assert_eq!(cut(octets, Split::Whole), [b"GET /\r\n\r\nx"]);
        assert_eq!(
            cut(octets, Split::Lines),
            [&b"GET /\r\n"[..], b"\r\n", b"x"]
        );
        assert_eq!(
            cut(octets, Split::Every(4)),
            [&b"GET "[..], b"/\r\n\r", b"\nx"]
        );
        assert_eq!(cut(octets, Split::Every(1)).len(), 10);
        assert_eq!(cut(b"a\nb\n", Split::Lines), [b"a\n", b"b\n"]);
    }

    #[test]
    fn a_plan_has_bounds() {
        let plan = |len: usize, split, delay: u64| {
            let delay = Duration::from_millis(delay);
            Plan::new(&vec![b'x'; len], split, delay, Ending::Receive)
        };
        assert_eq!(plan(0, Split::Whole, 0), Err(PlanError::Empty));
        assert!(plan(MOST_OCTETS, Split::Whole, 0).is_ok());
        assert_eq!(
            plan(MOST_OCTETS + 1, Split::Whole, 0),
            Err(PlanError::Octets(MOST_OCTETS + 1))
        );
        assert!(plan(MOST_SENDS, Split::Every(1), 0).is_ok());
        assert_eq!(
            plan(MOST_SENDS + 1, Split::Every(1), 0),
            Err(PlanError::Sends(MOST_SENDS + 1))
        );
        assert!(plan(601, Split::Every(1), 1000).is_ok());
        assert_eq!(
            plan(602, Split::Every(1), 1000),
            Err(PlanError::Time(Duration::from_secs(601)))
        );
        let reset = Plan::new(
            &[0; 601],
            Split::Every(1),
            Duration::from_secs(1),
            Ending::Reset,
        );
        assert_eq!(reset, Err(PlanError::Time(Duration::from_secs(601))));
    }

    proptest! {
        #[test]
        fn no_octet_is_lost_doubled_or_moved(
            octets in prop::collection::vec(any::<u8>(), 1..200),
            split in prop_oneof![
                Just(Split::Whole),
                Just(Split::Lines),
                (0_usize..40).prop_map(Split::Every),
            ],
        ) {
            let sends = cut(&octets, split);
            prop_assert!(sends.iter().all(|send| !send.is_empty()));
            prop_assert_eq!(sends.concat(), octets);
        }
    }
}
