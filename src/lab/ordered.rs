//! Numbers, acknowledgements and a window: everything arrives once and in order.

use super::GAP;
use super::link::{Flight, Landing, Link};
use super::settings::{Loss, Settings};

/// How many acknowledgements have to repeat another before it is believed that a packet is
/// missing rather than late (RFC 5681 §3.2).
pub(super) const REPEATS: u32 = 3;

/// A packet on its way to the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it was sent before.
    pub again: bool,
}

/// An acknowledgement on its way to the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// Everything up to this number has arrived.
    pub up_to: u32,
}

/// Why a packet is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is its turn, and there is room in the window.
    Turn,
    /// The timer ran out.
    Timer,
    /// Three acknowledgements repeated another.
    Repeats,
    /// An acknowledgement covered a part of what was under way when a packet was missing.
    NextHole,
}

/// Where a packet that arrives belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// No hole before it: everything up to this number goes upward.
    Next {
        /// The last that is delivered.
        up_to: u32,
    },
    /// Behind a hole.
    BehindHole {
        /// The first that is missing.
        missing: u32,
    },
    /// It has been here before.
    Copy,
}

/// What can happen in a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    Sent {
        number: u32,
        why: Why,
    },
    Lost {
        number: u32,
    },
    Arrived {
        number: u32,
        arrival: Arrival,
        ack: u32,
    },
    AckLost {
        up_to: u32,
    },
    /// An acknowledgement of more than was known; the window now ends at this number.
    Acked {
        up_to: u32,
        window_end: u32,
    },
    /// One that says what is known, so many times now.
    Repeated {
        up_to: u32,
        times: u32,
    },
    /// One that was overtaken.
    Old {
        up_to: u32,
    },
    /// The sender knows that everything has arrived.
    Done {
        packets: u32,
    },
}

/// What has been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub sent: u64,
    pub resent: u64,
    pub lost: u64,
    pub acks: u64,
    pub acks_lost: u64,
    /// Packets thrown away because their number was known.
    pub copies: u64,
}

/// Sender and receiver, and the link between them.
#[derive(Debug, Clone)]
pub struct Ordered {
    settings: Settings,
    forth: Link<Packet>,
    back: Link<Ack>,
    // The sender.
    /// Everything up to this number is known to have arrived.
    acked: u32,
    /// The highest number that was sent.
    sent: u32,
    last_send: Option<u64>,
    timer: Option<u64>,
    repeats: u32,
    /// The highest number sent when a packet was found missing: an acknowledgement of less
    /// than that tells of another hole.
    recover: Option<u32>,
    resend: Option<(u32, Why)>,
    done: Option<u64>,
    // The receiver.
    /// The infinite array: what has arrived, by its number less one.
    array: Vec<bool>,
    last_reliable_index: u32,
    upward: Vec<u32>,
    counts: Counts,
}

impl Ordered {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            forth: Link::new(settings, 1),
            back: Link::new(settings, 2),
            acked: 0,
            sent: 0,
            last_send: None,
            timer: None,
            repeats: 0,
            recover: None,
            resend: None,
            done: None,
            array: Vec::new(),
            last_reliable_index: 0,
            upward: Vec::new(),
            counts: Counts::default(),
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
                Landing::Lost(Packet { number, .. }) => {
                    self.counts.lost += 1;
                    Happening::Lost { number }
                }
                Landing::Arrived(packet) => self.receive(packet.number, now),
            });
        }
        for landing in self.back.land(now) {
            happened.push(match landing {
                Landing::Lost(Ack { up_to }) => {
                    self.counts.acks_lost += 1;
                    Happening::AckLost { up_to }
                }
                Landing::Arrived(ack) => self.acknowledge(ack.up_to, now),
            });
        }
        if self.acked == self.settings.packets && self.done.is_none() {
            self.done = Some(now);
            let packets = self.settings.packets;
            happened.push(Happening::Done { packets });
        }
        happened.extend(self.send(now));
        happened
    }

    /// The receiver: into the array, and upward as far as there is no hole.
    fn receive(&mut self, number: u32, now: u64) -> Happening {
        let index = number as usize - 1;
        if self.array.len() <= index {
            self.array.resize(index + 1, false);
        }
        let arrival = match self.array.get_mut(index) {
            Some(there) if !*there => {
                *there = true;
                self.deliver();
                if number <= self.last_reliable_index {
                    let up_to = self.last_reliable_index;
                    Arrival::Next { up_to }
                } else {
                    let missing = self.last_reliable_index + 1;
                    Arrival::BehindHole { missing }
                }
            }
            Some(_) | None => {
                self.counts.copies += 1;
                Arrival::Copy
            }
        };
        let ack = self.last_reliable_index;
        self.counts.acks += 1;
        self.back.send_packet(Ack { up_to: ack }, now);
        Happening::Arrived {
            number,
            arrival,
            ack,
        }
    }

    fn deliver(&mut self) {
        while self.array.get(self.last_reliable_index as usize) == Some(&true) {
            self.last_reliable_index += 1;
            self.upward.push(self.last_reliable_index);
        }
    }

    /// The sender learns how far the receiver has got.
    fn acknowledge(&mut self, up_to: u32, now: u64) -> Happening {
        if up_to > self.acked {
            self.acked = up_to;
            self.repeats = 0;
            let under_way = self.sent > self.acked;
            self.timer = under_way.then(|| now + self.settings.timeout());
            if self.resend.is_some_and(|(number, _)| number <= up_to) {
                self.resend = None;
            }
            match self.recover {
                Some(recover) if up_to < recover => self.resend(Why::NextHole),
                Some(_) | None => self.recover = None,
            }
            let window_end = self.window_end();
            return Happening::Acked { up_to, window_end };
        }
        if up_to < self.acked || self.sent == self.acked {
            return Happening::Old { up_to };
        }
        self.repeats += 1;
        let times = self.repeats;
        if times == REPEATS && self.recover.is_none() {
            self.recover = Some(self.sent);
            self.resend(Why::Repeats);
        }
        Happening::Repeated { up_to, times }
    }

    /// The oldest packet without an acknowledgement is to be sent again.
    const fn resend(&mut self, why: Why) {
        self.resend = Some((self.acked + 1, why));
    }

    fn send(&mut self, now: u64) -> Option<Happening> {
        if self.timer.is_some_and(|timer| timer <= now) {
            self.recover = Some(self.sent);
            self.repeats = 0;
            self.resend(Why::Timer);
            // Sending it sets it anew.
            self.timer = None;
        }
        if self.last_send.is_some_and(|last| now < last + GAP) {
            return None;
        }
        let (number, why) = match self.resend.take() {
            Some(again) => again,
            None if self.sent < self.window_end() => (self.sent + 1, Why::Turn),
            None => return None,
        };
        let again = why != Why::Turn;
        self.counts.sent += 1;
        self.counts.resent += u64::from(again);
        self.sent = self.sent.max(number);
        self.last_send = Some(now);
        if self.timer.is_none() || again {
            self.timer = Some(now + self.settings.timeout());
        }
        self.forth.send_packet(Packet { number, again }, now);
        Some(Happening::Sent { number, why })
    }

    /// The highest number that may be under way.
    pub fn window_end(&self) -> u32 {
        self.acked
            .saturating_add(self.settings.window)
            .min(self.settings.packets)
    }

    /// Everything up to this number is known to the sender to have arrived.
    pub const fn acked(&self) -> u32 {
        self.acked
    }

    /// The highest number that was sent.
    pub const fn sent(&self) -> u32 {
        self.sent
    }

    /// Whether packet `number` has arrived.
    pub fn has(&self, number: u32) -> bool {
        (number as usize)
            .checked_sub(1)
            .is_some_and(|index| self.array.get(index) == Some(&true))
    }

    /// The highest number that has arrived.
    pub const fn highest(&self) -> usize {
        self.array.len()
    }

    /// Up to here the array has no hole.
    pub const fn last_reliable_index(&self) -> u32 {
        self.last_reliable_index
    }

    /// The numbers of what was delivered, in the order in which it was.
    pub fn upward(&self) -> &[u32] {
        &self.upward
    }

    /// What has been counted.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The tick in which the sender knew that everything had arrived.
    pub const fn done(&self) -> Option<u64> {
        self.done
    }

    /// Packets on their way.
    pub fn packets(&self) -> &[Flight<Packet>] {
        self.forth.flights()
    }

    /// Acknowledgements on their way.
    pub fn acks(&self) -> &[Flight<Ack>] {
        self.back.flights()
    }
}
