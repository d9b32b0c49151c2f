//! What a run follows from.

use core::fmt;
use core::str::FromStr;

/// How often the link loses a packet: a whole percentage under 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss(u8);

impl Loss {
    /// The largest there is: a link that loses everything delivers nothing, whatever one does.
    pub const MOST: Self = Self(99);

    /// `None` from 100 on.
    pub const fn percent(percent: u8) -> Option<Self> {
        if percent < 100 {
            Some(Self(percent))
        } else {
            None
        }
    }

    /// In per cent.
    pub const fn as_percent(self) -> u8 {
        self.0
    }

    /// This much more, within bounds.
    #[must_use]
    pub fn more(self, percent: u8) -> Self {
        Self(self.0.saturating_add(percent)).min(Self::MOST)
    }

    /// This much less, within bounds.
    #[must_use]
    pub const fn less(self, percent: u8) -> Self {
        Self(self.0.saturating_sub(percent))
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl FromStr for Loss {
    type Err = &'static str;

    /// `20%`, or `0.2` with at most two decimals.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "say a share from 0 to 0.99, or a percentage from 0% to 99%";
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
            if digits { text.parse().ok() } else { None }
        };
        let percent = if let Some(percent) = text.strip_suffix('%') {
            number(percent)
        } else if let Some(decimals) = text.strip_prefix("0.").or_else(|| text.strip_prefix('.')) {
            match decimals.len() {
                1 => number(decimals).map(|tenths: u8| tenths * 10),
                2 => number(decimals),
                _ => None,
            }
        } else {
            (text == "0").then_some(0)
        };
        percent.and_then(Self::percent).ok_or(wrong)
    }
}

/// Everything a run follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What the fate of every packet is drawn from.
    pub seed: u64,
    /// How many packets there are to send, at least 1.
    pub packets: u32,
    /// How often the link loses one, in either direction.
    pub loss: Loss,
    /// Ticks that each takes at least, at least 1.
    pub delay: u32,
    /// Ticks that one may take more than another.
    pub reorder: u32,
    /// How many may be under way without an acknowledgement, at least 1.
    pub window: u32,
}

impl Default for Settings {
    /// A run in which everything happens that there is to learn: a loss and a late packet, a
    /// packet resent because of the timer and one because of repeated acknowledgements, a
    /// hole that is filled, a lost acknowledgement, a copy.
    fn default() -> Self {
        Self {
            seed: 362,
            packets: 16,
            loss: Loss(20),
            delay: 24,
            reorder: 12,
            window: 6,
        }
    }
}

impl Settings {
    /// How long a sender waits for an answer: as long as the slowest one takes, and a gap.
    pub const fn timeout(self) -> u64 {
        2 * (self.delay as u64 + self.reorder as u64) + super::GAP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_is_a_share_or_a_percentage() {
        for (text, percent) in [
            ("0", 0),
            ("0.2", 20),
            ("0.05", 5),
            (".5", 50),
            ("0.99", 99),
            ("7%", 7),
            ("99%", 99),
        ] {
            assert_eq!(text.parse(), Ok(Loss(percent)), "{text}");
        }
        for text in [
            "", "1", "20", "1.0", "100%", "0.999", "-1%", "0.", "%", "0.+5", "x",
        ] {
            assert!(text.parse::<Loss>().is_err(), "{text}");
        }
    }
}
