//! The arguments of `glassport lesson`.

use clap::Args;

use super::address::DEFAULT_PORT;
use super::number::number;
use crate::server::Port;

/// Run one of the lessons by itself: real sockets, real octets, and a sentence on each step
///
/// Starts a server with the sample site for loopback alone, drives a client against it, holds
/// and steps the server where there is something to see, and asks the class what will happen
/// before it does. On a terminal it shows the dashboard and waits for a key before each step;
/// lessons 2 and 3 run in the lab. Without a number it lists the lessons.
#[derive(Debug, Args)]
#[command(after_help = "\
In a lesson: Enter or Space does the step, and then goes on to the next; Q leaves. All other \
keys are the dashboard's.

Exit codes: 0 when all happened as told; 1 when something did not, which is said; 2 when the \
arguments are wrong.")]
pub(super) struct Arguments {
    /// Which lesson
    #[arg(value_name = "N", value_parser = number::<u8>(1..=14))]
    number: Option<u8>,

    /// Print the lesson as text, without waiting for keys
    #[arg(long, requires = "number")]
    plain: bool,

    /// With --plain: wait for Enter before each step and after it
    #[arg(long, requires = "plain")]
    pause: bool,

    /// The server's port; 0 for any that is free [default: 8080, or the next that is free]
    #[arg(short, long, value_name = "PORT", value_parser = number::<u16>(0..=u16::MAX))]
    port: Option<u16>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Which lesson; `None` for the list.
    pub number: Option<u8>,
    /// Whether it is printed rather than shown.
    pub plain: bool,
    /// Whether the text waits for Enter.
    pub pause: bool,
    /// The server's port.
    pub port: Port,
}

impl Arguments {
    pub(super) fn wanted(&self) -> Wanted {
        Wanted {
            number: self.number,
            plain: self.plain,
            pause: self.pause,
            port: self.port.map_or(Port::From(DEFAULT_PORT), Port::Exactly),
        }
    }
}
