//! IP as a program sees it: what is sent arrives later, in another order, or not at all.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::settings::{Loss, Settings};

/// How long what was lost can still be seen where it was lost, in ticks.
const TRACE: u64 = 10;

/// What will become of something on the link. Nobody on either end knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// It is lost in this tick.
    LostAt(u64),
}

/// Something under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flight<T> {
    /// What it is.
    pub what: T,
    /// The tick in which it was sent.
    pub sent: u64,
    /// The tick in which it arrives, or would.
    pub arrives: u64,
    /// What becomes of it.
    pub fate: Fate,
}

impl<T> Flight<T> {
    /// How far it has got, in ticks of so many.
    pub fn progress(&self, now: u64) -> (u64, u64) {
        let now = match self.fate {
            Fate::Arrives => now,
            Fate::LostAt(at) => now.min(at),
        };
        let whole = self.arrives - self.sent;
        (now.saturating_sub(self.sent).min(whole), whole)
    }

    /// Whether it is lost by now; it can be seen for a while yet.
    pub fn is_lost(&self, now: u64) -> bool {
        matches!(self.fate, Fate::LostAt(at) if at <= now)
    }
}

/// The end of a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Landing<T> {
    Arrived(T),
    Lost(T),
}

/// One direction between two ends.
#[derive(Debug, Clone)]
pub(super) struct Link<T> {
    random: ChaCha8Rng,
    loss: Loss,
    delay: u64,
    reorder: u64,
    flights: Vec<Flight<T>>,
}

impl<T: Copy> Link<T> {
    /// Links with another `name` have other fates.
    pub(super) fn new(settings: Settings, name: u64) -> Self {
        // The seed of ChaCha itself, so that a run stays the same whatever becomes of the
        // ways in which crates stretch a number to a seed.
        let mut seed = [0; 32];
        let numbers = settings
            .seed
            .to_le_bytes()
            .into_iter()
            .chain(name.to_le_bytes());
        for (octet, value) in seed.iter_mut().zip(numbers) {
            *octet = value;
        }
        Self {
            random: ChaCha8Rng::from_seed(seed),
            loss: settings.loss,
            delay: u64::from(settings.delay.max(1)),
            reorder: u64::from(settings.reorder),
            flights: Vec::new(),
        }
    }

    pub(super) fn set_loss(&mut self, loss: Loss) {
        self.loss = loss;
    }

    /// The whole of what IP offers.
    pub(super) fn send_packet(&mut self, what: T, now: u64) {
        // The same draws for each packet, so that another loss does not shift all others.
        let (lost, late, place) = (self.draw(100), self.draw(self.reorder + 1), self.draw(60));
        let takes = self.delay + late;
        let fate = if lost < u64::from(self.loss.as_percent()) {
            // Somewhere from a fifth to four fifths of the way.
            Fate::LostAt(now + (takes * (20 + place) / 100).max(1))
        } else {
            Fate::Arrives
        };
        self.flights.push(Flight {
            what,
            sent: now,
            arrives: now + takes,
            fate,
        });
    }

    /// A number under `bound`, which is small: the bias of the remainder cannot be noticed.
    fn draw(&mut self, bound: u64) -> u64 {
        u64::from(self.random.next_u32()) % bound
    }

    /// What arrives or is lost in this tick, in the order it was sent.
    pub(super) fn land(&mut self, now: u64) -> Vec<Landing<T>> {
        let mut landings = Vec::new();
        self.flights.retain(|flight| match flight.fate {
            Fate::Arrives if flight.arrives <= now => {
                landings.push(Landing::Arrived(flight.what));
                false
            }
            Fate::LostAt(at) => {
                if at == now {
                    landings.push(Landing::Lost(flight.what));
                }
                now < at + TRACE
            }
            Fate::Arrives => true,
        });
        landings
    }

    pub(super) fn flights(&self) -> &[Flight<T>] {
        &self.flights
    }
}
