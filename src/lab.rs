//! Layer 1: from IP to TCP, as a simulation.
//!
//! A link loses packets, delays them and lets them overtake each other. Two senders try to
//! get the same octets across it, one octet in each packet, side by side: [`Ordered`] with
//! sequence numbers, acknowledgements and a window, as TCP does, and [`Naive`] with
//! "resend until all succeed".
//!
//! There is no clock, no thread and no socket in here: time is counted in ticks, and a run
//! follows from its [`Settings`] alone, on every machine. Whoever draws it asks; whoever
//! wants it as text calls [`timeline`].
//!
//! What is TCP's and what is not: numbers count packets here, octets in TCP. The
//! acknowledgement is cumulative, the timer runs for the oldest packet, three acknowledgements
//! that repeat another have a packet sent again at once (RFC 5681 §3.2), and so does one that
//! covers only a part of what was under way then (RFC 6582). The window is fixed, and the
//! timer is as long as the slowest round trip: TCP measures both, and doubles the timer each
//! time it runs out (RFC 6298).

mod link;
mod message;
mod naive;
mod narration;
mod ordered;
mod settings;
mod timeline;

#[cfg(test)]
mod tests;

pub use link::{Fate, Flight};
pub use message::octet;
pub use naive::{Naive, Verdict};
pub use narration::Weight;
pub use ordered::{Arrival, Ordered, Why};
pub use settings::{Loss, Settings};
pub use timeline::timeline;

/// Ticks between two packets that the same sender sends.
pub const GAP: u64 = 4;

/// What happened in one tick.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tick {
    /// With numbers.
    pub ordered: Vec<ordered::Happening>,
    /// Without.
    pub naive: Vec<naive::Happening>,
}

/// Both attempts, side by side.
#[derive(Debug, Clone)]
pub struct Lab {
    settings: Settings,
    now: u64,
    ordered: Ordered,
    naive: Naive,
}

impl Lab {
    /// Before the first tick.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: 0,
            ordered: Ordered::new(settings),
            naive: Naive::new(settings),
        }
    }

    /// One tick. Nothing happens any more when [`Lab::is_done`].
    pub fn tick(&mut self) -> Tick {
        if self.is_done() {
            return Tick::default();
        }
        self.now += 1;
        Tick {
            ordered: self.ordered.tick(self.now),
            naive: self.naive.tick(self.now),
        }
    }

    /// From the next packet on, this many are lost.
    pub fn set_loss(&mut self, loss: Loss) {
        self.settings.loss = loss;
        self.ordered.set_loss(loss);
        self.naive.set_loss(loss);
    }

    /// What it runs with now.
    pub const fn settings(&self) -> Settings {
        self.settings
    }

    /// How many ticks have passed.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// The attempt with numbers.
    pub const fn ordered(&self) -> &Ordered {
        &self.ordered
    }

    /// The attempt without.
    pub const fn naive(&self) -> &Naive {
        &self.naive
    }

    /// Whether both senders know that everything has arrived.
    pub const fn is_done(&self) -> bool {
        self.ordered.done().is_some() && self.naive.done().is_some()
    }
}
