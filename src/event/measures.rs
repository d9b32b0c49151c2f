//! Counts by kind, for whoever asks for them: exact, whatever a watcher is shown. Nobody
//! counts where nobody has asked.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::record::Activity;
use super::refusal::{Policy, Reason};
use crate::http::Fault;

/// The methods that have a count of their own; what else comes counts as the last.
pub const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "_OTHER",
];
/// The upper bounds of the durations that are counted together; longer ones come last. They are
/// those that OpenTelemetry advises for `http.server.request.duration`, and two below.
pub const BOUNDS: [Duration; 16] = [
    Duration::from_micros(100),
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(75),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(750),
    Duration::from_secs(1),
    Duration::from_millis(2500),
    Duration::from_secs(5),
    Duration::from_millis(7500),
    Duration::from_secs(10),
];

const OTHER: usize = METHODS.len() - 1;

/// Counts by kind.
#[derive(Debug)]
pub struct Measures {
    /// Responses, by method and by the first digit of the status.
    responses: [[AtomicU64; 6]; METHODS.len()],
    durations: [AtomicU64; BOUNDS.len() + 1],
    /// In nanoseconds.
    lasted: AtomicU64,
    faults: Vec<AtomicU64>,
    policies: Vec<AtomicU64>,
}

impl Default for Measures {
    fn default() -> Self {
        let none = |count| {
            std::iter::repeat_with(AtomicU64::default)
                .take(count)
                .collect()
        };
        Self {
            responses: Default::default(),
            durations: Default::default(),
            lasted: AtomicU64::default(),
            faults: none(Fault::ALL.len()),
            policies: none(Policy::ALL.len()),
        }
    }
}

/// What is measured of one connection at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measured {
    /// The place of the method of the request that is answered next.
    method: usize,
}

impl Default for Measured {
    fn default() -> Self {
        Self { method: OTHER }
    }
}

impl Measures {
    /// Counts what happened.
    pub(super) fn take(&self, of: &mut Measured, activity: &Activity) {
        let method = |octets: &[u8]| {
            let place = METHODS.iter().position(|name| name.as_bytes() == octets);
            place.unwrap_or(OTHER)
        };
        match activity {
            Activity::Parsed { head, .. } => of.method = method(head.method_octets()),
            Activity::Rejected { refusal, head, .. } => {
                if let Some(head) = head {
                    of.method = method(head.method_octets());
                }
                let (counts, place) = match refusal.reason {
                    Reason::Fault(fault) => (&self.faults[..], place(Fault::ALL, fault)),
                    Reason::Policy(policy) => (&self.policies[..], place(Policy::ALL, policy)),
                };
                add(place.and_then(|place| counts.get(place)), 1);
            }
            Activity::Responding { status, .. } => {
                let of = std::mem::take(of);
                let methods = self.responses.get(of.method);
                add(methods.and_then(|m| m.get(usize::from(status.class()))), 1);
            }
            Activity::Responded { took, .. } => {
                let bound = BOUNDS.iter().position(|bound| took <= bound);
                add(self.durations.get(bound.unwrap_or(BOUNDS.len())), 1);
                let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
                add(Some(&self.lasted), nanos);
            }
            Activity::Accepted { .. }
            | Activity::Received { .. }
            | Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::Continued
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Content { .. }
            | Activity::Sent { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Finished
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Failed { .. }
            | Activity::Closed { .. }
            | Activity::Counted(_)
            | Activity::Sampled(_)
            | Activity::OfSource(_)
            | Activity::Gone
            | Activity::Upstream(_) => {}
        }
    }

    /// Responses that there were: the method, the first digit of the status, how many.
    pub fn responses(&self) -> impl Iterator<Item = (&'static str, usize, u64)> {
        let methods = METHODS.into_iter().zip(&self.responses);
        methods.flat_map(|(method, classes)| {
            let counts = classes.iter().map(|n| n.load(Relaxed)).enumerate();
            let there = counts.filter(|(_, count)| *count > 0);
            there.map(move |(class, count)| (method, class, count))
        })
    }

    /// How many responses took as long as each of [`BOUNDS`] at most and longer than the one
    /// before, and behind those how many took longer than all.
    pub fn durations(&self) -> [u64; BOUNDS.len() + 1] {
        std::array::from_fn(|place| self.durations.get(place).map_or(0, |n| n.load(Relaxed)))
    }

    /// How long all of them took together.
    pub fn lasted(&self) -> Duration {
        Duration::from_nanos(self.lasted.load(Relaxed))
    }

    /// Refusals that there were: why, and how many.
    pub fn refusals(&self) -> impl Iterator<Item = (Reason, u64)> {
        let faults = Fault::ALL.iter().map(|&fault| Reason::Fault(fault));
        let policies = Policy::ALL.iter().map(|&policy| Reason::Policy(policy));
        let all = faults.zip(&self.faults).chain(policies.zip(&self.policies));
        let counts = all.map(|(reason, count)| (reason, count.load(Relaxed)));
        counts.filter(|(_, count)| *count > 0)
    }
}

fn place<T: PartialEq + Copy>(all: &[T], one: T) -> Option<usize> {
    all.iter().position(|known| *known == one)
}

fn add(counter: Option<&AtomicU64>, n: u64) {
    if let Some(counter) = counter {
        counter.fetch_add(n, Relaxed);
    }
}
