//! The arguments of `glassport lab`.

use clap::Args;

use super::number::number;
use crate::lab::{Loss, Settings};

/// Watch a lossy link, and how numbers, acknowledgements and a window make it reliable
///
/// A simulation of what lies between IP and TCP: packets are lost, delayed and overtake each
/// other; one sender resends until all succeed, the other numbers its packets. The same
/// options give the same run on every machine.
#[derive(Debug, Args)]
#[command(after_help = "\
In the lab: Space runs and pauses, . goes to the next thing that happens, < and > change the \
speed, l and L the loss, n takes another seed, r starts again, ? shows all keys, q quits.")]
pub(super) struct Arguments {
    /// What the fate of every packet is drawn from
    #[arg(long, value_name = "N", default_value_t = Settings::default().seed, value_parser = number::<u64>(0..=u64::MAX))]
    seed: u64,

    /// How often a packet or an acknowledgement is lost: 0.2, or 20%
    #[arg(long, value_name = "SHARE", default_value_t = Settings::default().loss, allow_negative_numbers = true)]
    loss: Loss,

    /// How many packets there are to send
    #[arg(long, value_name = "N", default_value_t = Settings::default().packets, value_parser = number::<u32>(1..=999))]
    packets: u32,

    /// Ticks that each takes at least
    #[arg(long, value_name = "TICKS", default_value_t = Settings::default().delay, value_parser = number::<u32>(1..=500))]
    delay: u32,

    /// Ticks that one may take more than another; 0 keeps the order
    #[arg(long, value_name = "TICKS", default_value_t = Settings::default().reorder, value_parser = number::<u32>(0..=500))]
    reorder: u32,

    /// How many may be under way without an acknowledgement
    #[arg(long, value_name = "N", default_value_t = Settings::default().window, value_parser = number::<u32>(1..=99))]
    window: u32,

    /// Print the whole run as text, as is done where there is no terminal
    #[arg(long)]
    plain: bool,
}

impl Arguments {
    /// What to run, and whether to print it.
    pub(super) const fn settings(&self) -> (Settings, bool) {
        let settings = Settings {
            seed: self.seed,
            packets: self.packets,
            loss: self.loss,
            delay: self.delay,
            reorder: self.reorder,
            window: self.window,
        };
        (settings, self.plain)
    }
}
