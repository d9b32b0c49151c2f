//! Which key does what in the lab; the help and the footer are printed from it.

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::keymap::Key;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    RunOrPause,
    Step,
    Tick,
    Slower,
    Faster,
    LessLoss,
    MoreLoss,
    Restart,
    NewSeed,
    Theme,
    Help,
    Back,
    Quit,
    Suspend,
    Redraw,
}

impl Command {
    /// Whether it changes what happens in the simulation, or when.
    pub(super) const fn drives(self) -> bool {
        match self {
            Self::RunOrPause
            | Self::Step
            | Self::Tick
            | Self::LessLoss
            | Self::MoreLoss
            | Self::Restart
            | Self::NewSeed => true,
            Self::Slower
            | Self::Faster
            | Self::Theme
            | Self::Help
            | Self::Back
            | Self::Quit
            | Self::Suspend
            | Self::Redraw => false,
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Binding {
    keys: &'static [Key],
    /// The keys as they are printed.
    pub(crate) shown: &'static str,
    pub(super) command: Command,
    pub(crate) label: &'static str,
    /// Key and word for the footer, for the keys that deserve it.
    pub(super) hint: Option<&'static str>,
}

const fn row(
    keys: &'static [Key],
    shown: &'static str,
    command: Command,
    label: &'static str,
    hint: Option<&'static str>,
) -> Binding {
    Binding {
        keys,
        shown,
        command,
        label,
        hint,
    }
}

/// Every key there is.
#[rustfmt::skip]
pub(crate) const KEYMAP: &[Binding] = &[
    row(&[Key::Char(' ')], "Space", Command::RunOrPause, "run, pause", Some("Space pause")),
    row(&[Key::Char('.'), Key::Code(KeyCode::Right)], ". →", Command::Step, "on to the next thing that happens", Some(". step")),
    row(&[Key::Char(',')], ",", Command::Tick, "one tick", None),
    row(&[Key::Char('<')], "<", Command::Slower, "slower", Some("< > speed")),
    row(&[Key::Char('>')], ">", Command::Faster, "faster", None),
    row(&[Key::Char('l')], "l", Command::LessLoss, "lose less from now on", Some("l/L loss")),
    row(&[Key::Char('L')], "L", Command::MoreLoss, "lose more from now on", None),
    row(&[Key::Char('r')], "r", Command::Restart, "the same run from the beginning", Some("r restart")),
    row(&[Key::Char('n')], "n", Command::NewSeed, "another run: the next seed", Some("n new seed")),
    row(&[Key::Char('t')], "t", Command::Theme, "next theme", None),
    row(&[Key::Char('?')], "?", Command::Help, "this help", None),
    row(&[Key::Char('q'), Key::Code(KeyCode::Esc)], "q Esc", Command::Back, "close the help; quit", None),
    row(&[Key::Char('Q'), Key::Ctrl('c')], "Q Ctrl-C", Command::Quit, "quit", None),
    row(&[Key::Ctrl('z')], "Ctrl-Z", Command::Suspend, "suspend; fg comes back", None),
    row(&[Key::Ctrl('l')], "Ctrl-L", Command::Redraw, "draw everything again", None),
];

/// Every key of the lab, as it is printed, and what it does.
pub fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEYMAP.iter().map(|row| (row.shown, row.label))
}

/// What `event` asks for.
pub(crate) fn command(event: KeyEvent) -> Option<Command> {
    KEYMAP
        .iter()
        .find(|row| row.keys.iter().any(|key| key.matches(event)))
        .map(|row| row.command)
}
