//! How long what is played takes: the pace, and what an eye needs. Knows no clock.

use std::time::Duration;

use super::past::Past;
use crate::event::Activity;
use crate::trace::Connection;

/// How often what is played moves where it moves all the time.
const FRAME: Duration = Duration::from_millis(33);
/// How long an eye looks at an octet the search passes, and at all of a search at most.
const OCTET: Duration = Duration::from_millis(70);
const SEARCH: Duration = Duration::from_millis(1600);

/// How long an eye needs for what has just happened.
pub(crate) fn for_an_eye(connection: &Connection) -> Duration {
    let millis = match connection.newest().map(|entry| &entry.activity) {
        // What comes now is looked for in it.
        Some(Activity::Received { .. }) => 450,
        Some(Activity::Scanned { matched: 4, .. }) => 500,
        Some(Activity::Scanned { .. }) => 120,
        Some(Activity::BoundaryFound { .. }) => 1100,
        Some(Activity::Parsed { .. } | Activity::Rejected { .. }) => 900,
        Some(Activity::Responding { .. } | Activity::Closed { .. }) => 800,
        Some(_) | None => 600,
    };
    Duration::from_millis(millis)
}

/// The search that comes next: what it looks at, and how long an eye looks at each octet.
pub(crate) fn search(now: &Connection, past: &Past) -> Option<(u64, u64, Duration)> {
    let Activity::Scanned { from, to, .. } = now.next_after(past.moment)?.activity else {
        return None;
    };
    let octets = u32::try_from(to.checked_sub(from)?).unwrap_or(u32::MAX);
    Some((from, to, OCTET.min(SEARCH.checked_div(octets)?)))
}

/// How long, from when the play was last moved on, until there is something new to see.
pub(crate) fn due(now: &Connection, past: &Past, pace: Pace) -> Option<Duration> {
    let play = past.play?;
    let Some(last) = play.passed_at else {
        return Some(Duration::ZERO);
    };
    let wait = match pace.kind {
        PaceKind::Real => FRAME,
        PaceKind::Eye => {
            let eye = for_an_eye(&past.then);
            let inside = match search(now, past) {
                Some((_, _, each)) if play.shown >= eye && !each.is_zero() => {
                    let passed = play.shown.saturating_sub(eye).as_nanos() / each.as_nanos();
                    let next = u32::try_from(passed).unwrap_or(u32::MAX).saturating_add(1);
                    (eye + each.saturating_mul(next)).saturating_sub(play.shown)
                }
                Some(_) | None => eye.saturating_sub(play.shown),
            };
            pace.unscaled(inside).max(FRAME)
        }
    };
    Some(last + wait)
}

/// How fast a play goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    pub(crate) kind: PaceKind,
    /// By how many notches an eye's pace is faster than usual, and the real one.
    eye: i8,
    real: i8,
}

/// What a play keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaceKind {
    /// Every record has the time an eye needs.
    Eye,
    /// Everything takes as long as it took, or so many times as long.
    Real,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            kind: PaceKind::Eye,
            eye: 0,
            real: 0,
        }
    }
}

impl Pace {
    /// The other one, at the speed it had.
    pub(crate) const fn other(self) -> Self {
        let kind = match self.kind {
            PaceKind::Eye => PaceKind::Real,
            PaceKind::Real => PaceKind::Eye,
        };
        Self { kind, ..self }
    }

    /// A notch faster, or slower.
    pub(crate) fn notch(self, by: i8) -> Self {
        match self.kind {
            PaceKind::Eye => Self {
                eye: (self.eye + by).clamp(-3, 4),
                ..self
            },
            PaceKind::Real => Self {
                real: (self.real + by).clamp(-14, 6),
                ..self
            },
        }
    }

    /// How much time passes in the play, in so much time outside.
    pub(crate) fn scaled(self, outside: Duration) -> Duration {
        let notch = self.speed();
        let factor = 1_u32 << notch.unsigned_abs().min(14);
        if notch < 0 {
            outside / factor
        } else {
            outside.saturating_mul(factor)
        }
    }

    /// How much time passes outside, in so much time of the play.
    pub(crate) fn unscaled(self, inside: Duration) -> Duration {
        let inverse = Self {
            eye: -self.eye,
            real: -self.real,
            ..self
        };
        inverse.scaled(inside)
    }

    const fn speed(self) -> i8 {
        match self.kind {
            PaceKind::Eye => self.eye,
            PaceKind::Real => self.real,
        }
    }

    /// In a word or two: `×2`, `real ×1/64`.
    pub(crate) fn label(self) -> String {
        let notch = self.speed();
        let factor = 1_u32 << notch.unsigned_abs().min(14);
        let factor = if notch < 0 {
            format!("×1/{factor}")
        } else {
            format!("×{factor}")
        };
        match self.kind {
            PaceKind::Eye => factor,
            PaceKind::Real => format!("real {factor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_has_notches_and_each_kind_keeps_its_own() {
        let second = Duration::from_secs(1);
        let pace = Pace::default();
        assert_eq!((pace.scaled(second), pace.label()), (second, "×1".into()));
        let fast = pace.notch(1);
        assert_eq!(
            (fast.scaled(second), fast.label()),
            (2 * second, "×2".into())
        );
        assert_eq!(fast.unscaled(second), second / 2);
        let slow = fast.other().notch(-3);
        assert_eq!(
            (slow.scaled(second), slow.label()),
            (second / 8, "real ×1/8".into())
        );
        assert_eq!(slow.other().label(), fast.label());
        let mut slowest = slow;
        for _ in 0..100 {
            slowest = slowest.notch(-1);
        }
        assert_eq!(slowest.label(), "real ×1/16384");
    }
}
