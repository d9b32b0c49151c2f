//! The subcommands: what glassport can do other than serve.

use clap::Subcommand;

use super::poke;

/// What to do in place of serving, as it stands on the command line.
#[derive(Debug, Subcommand)]
pub(super) enum Arguments {
    Poke(poke::Arguments),
}

/// What to do in place of serving, checked.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// A drill.
    Poke(Box<crate::poke::Drill>),
}

impl Task {
    /// The error is a sentence.
    pub(super) fn new(arguments: Arguments) -> Result<Self, String> {
        match arguments {
            Arguments::Poke(arguments) => Ok(Self::Poke(Box::new(arguments.drill()?))),
        }
    }
}
