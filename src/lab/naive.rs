//! "Resend until all succeed", with a `send_packet` that says whether it did:
//!
//! ```text
//! while len(unsent_packets) > 0:
//!     for p in unsent_packets:
//!         send_packet(p, ip_address)
//! ```
//!
//! How could it know? By an answer that comes back over the same link, within the time of a
//! round trip. So a lost answer is a packet sent twice. The receiver has no numbers to go by
//! and hands on whatever comes.

use super::GAP;
use super::link::{Flight, Landing, Link};
use super::settings::{Loss, Settings};

/// What can happen in a tick. The numbers are for whoever looks on: the receiver has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    Sent {
        number: u32,
        pass: u32,
    },
    Lost {
        number: u32,
    },
    Arrived {
        number: u32,
        verdict: Verdict,
    },
    AnswerLost {
        number: u32,
    },
    /// `send_packet` returns True.
    Answered {
        number: u32,
    },
    /// Of this pass, so many have to be sent again.
    PassOver {
        pass: u32,
        unsent: usize,
    },
    Done {
        right: bool,
    },
}

/// What has become of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Right,
    /// One with a higher number went upward before.
    TooLate,
    /// The same went upward before.
    Twice,
}

/// What has been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub sent: u64,
    pub resent: u64,
    pub lost: u64,
    pub answers_lost: u64,
    pub too_late: u64,
    pub twice: u64,
}

/// A call of `send_packet` that has not returned.
#[derive(Debug, Clone, Copy)]
struct Call {
    number: u32,
    answered: bool,
}

/// Sender and receiver, and the link between them.
#[derive(Debug, Clone)]
pub struct Naive {
    packets: u32,
    timeout: u64,
    forth: Link<u32>,
    back: Link<u32>,
    pass: u32,
    /// What this pass has yet to send, the next one last.
    unsent: Vec<u32>,
    calls: Vec<Call>,
    last_send: Option<u64>,
    upward: Vec<(u32, Verdict)>,
    highest: u32,
    seen: Vec<bool>,
    counts: Counts,
    done: Option<u64>,
}

impl Naive {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            packets: settings.packets,
            timeout: settings.timeout(),
            forth: Link::new(settings, 3),
            back: Link::new(settings, 4),
            pass: 1,
            unsent: (1..=settings.packets).rev().collect(),
            calls: Vec::new(),
            last_send: None,
            upward: Vec::new(),
            highest: 0,
            seen: vec![false; settings.packets as usize],
            counts: Counts::default(),
            done: None,
        }
    }

    pub(super) fn set_loss(&mut self, loss: Loss) {
        self.forth.set_loss(loss);
        self.back.set_loss(loss);
    }

    pub(super) fn tick(&mut self, now: u64) -> Vec<Happening> {
        let mut happened = Vec::new();
        for landing in self.forth.land(now) {
            happened.push(match landing {
                Landing::Lost(number) => {
                    self.counts.lost += 1;
                    Happening::Lost { number }
                }
                Landing::Arrived(number) => {
                    self.back.send_packet(number, now);
                    let verdict = self.hand_on(number);
                    Happening::Arrived { number, verdict }
                }
            });
        }
        for landing in self.back.land(now) {
            happened.push(match landing {
                Landing::Lost(number) => {
                    self.counts.answers_lost += 1;
                    Happening::AnswerLost { number }
                }
                Landing::Arrived(number) => {
                    for call in self.calls.iter_mut().filter(|call| call.number == number) {
                        call.answered = true;
                    }
                    Happening::Answered { number }
                }
            });
        }
        happened.extend(self.finish_pass(now));
        happened.extend(self.send(now));
        happened
    }

    fn hand_on(&mut self, number: u32) -> Verdict {
        let seen = self.seen.get_mut(number as usize - 1);
        let before = seen.is_some_and(|seen| std::mem::replace(seen, true));
        let verdict = if before {
            self.counts.twice += 1;
            Verdict::Twice
        } else if number < self.highest {
            self.counts.too_late += 1;
            Verdict::TooLate
        } else {
            Verdict::Right
        };
        self.highest = self.highest.max(number);
        self.upward.push((number, verdict));
        verdict
    }

    /// A pass is over when each of its calls has returned.
    fn finish_pass(&mut self, now: u64) -> Option<Happening> {
        if self.done.is_some() || !self.unsent.is_empty() || self.calls.is_empty() {
            return None;
        }
        let waited = self
            .last_send
            .is_some_and(|last| now >= last + self.timeout);
        if !waited && self.calls.iter().any(|call| !call.answered) {
            return None;
        }
        let failed = self.calls.drain(..).filter(|call| !call.answered);
        self.unsent = failed.map(|call| call.number).collect();
        self.unsent.reverse();
        if self.unsent.is_empty() {
            self.done = Some(now);
            let right = self.upward.iter().all(|(_, v)| *v == Verdict::Right);
            return Some(Happening::Done { right });
        }
        let over = Happening::PassOver {
            pass: self.pass,
            unsent: self.unsent.len(),
        };
        self.pass += 1;
        Some(over)
    }

    fn send(&mut self, now: u64) -> Option<Happening> {
        if self.last_send.is_some_and(|last| now < last + GAP) {
            return None;
        }
        let number = self.unsent.pop()?;
        self.counts.sent += 1;
        self.counts.resent += u64::from(self.pass > 1);
        self.last_send = Some(now);
        let answered = false;
        self.calls.push(Call { number, answered });
        self.forth.send_packet(number, now);
        let pass = self.pass;
        Some(Happening::Sent { number, pass })
    }

    /// How many packets there are to send.
    pub const fn total(&self) -> u32 {
        self.packets
    }

    /// Which time through the loop this is, from 1.
    pub const fn pass(&self) -> u32 {
        self.pass
    }

    /// The numbers of what went upward, in the order in which it did.
    pub fn upward(&self) -> &[(u32, Verdict)] {
        &self.upward
    }

    /// What has been counted.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The tick in which the last call returned True.
    pub const fn done(&self) -> Option<u64> {
        self.done
    }

    /// Packets on their way.
    pub fn packets(&self) -> &[Flight<u32>] {
        self.forth.flights()
    }

    /// Answers on their way.
    pub fn answers(&self) -> &[Flight<u32>] {
        self.back.flights()
    }
}
