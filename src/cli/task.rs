//! The subcommands: what glassport can do other than serve.

use clap::Subcommand;

#[cfg(feature = "redis")]
use super::fleet;
use super::{check, lab, lesson, poke, session};

/// What to do in place of serving, as it stands on the command line.
#[derive(Debug, Subcommand)]
pub(super) enum Arguments {
    Check(check::Arguments),
    Poke(poke::Arguments),
    Lab(lab::Arguments),
    Lesson(lesson::Arguments),
    Open(session::Open),
    #[cfg(feature = "redis")]
    Watch(fleet::Watch),
    Export(session::Export),
}

/// What to do in place of serving, checked.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// The checks of a server, or what is said of them.
    Check(check::Checking),
    /// A drill.
    Poke(Box<crate::poke::Drill>),
    /// A simulation.
    Lab {
        /// Of what.
        settings: crate::lab::Settings,
        /// Whether it is printed rather than drawn.
        plain: bool,
    },
    /// A lesson, or the list of them.
    Lesson(lesson::Wanted),
    /// Sessions, shown.
    Open(session::Opened),
    /// Servers that publish, shown.
    #[cfg(feature = "redis")]
    Watch(fleet::Watched),
    /// A session, written.
    Export(Box<session::Exported>),
}

impl Task {
    /// The error is a sentence.
    pub(super) fn new(arguments: Arguments) -> Result<Self, String> {
        match arguments {
            Arguments::Check(arguments) => arguments.checking().map(Self::Check),
            Arguments::Poke(arguments) => Ok(Self::Poke(Box::new(arguments.drill()?))),
            Arguments::Lab(arguments) => {
                let (settings, plain) = arguments.settings();
                Ok(Self::Lab { settings, plain })
            }
            Arguments::Lesson(arguments) => Ok(Self::Lesson(arguments.wanted())),
            Arguments::Open(arguments) => arguments.opened().map(Self::Open),
            #[cfg(feature = "redis")]
            Arguments::Watch(arguments) => Ok(Self::Watch(arguments.watched())),
            Arguments::Export(arguments) => arguments.exported().map(Box::new).map(Self::Export),
        }
    }
}
