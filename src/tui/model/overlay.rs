//! What is open over the panes, one thing at a time: the menu of forms, the name of a file,
//! the palette.

mod editor;
mod menu;
mod palette;

use std::path::PathBuf;

pub(crate) use self::editor::{Editor, LONGEST, Move};
pub(crate) use self::menu::{Action, Item, MASK, Menu, Of, SEVERAL, Scope, Several};
pub(crate) use self::palette::Palette;
use super::recording::Question;
use super::text_input::TextInput;
use crate::export::Form;
use crate::trace::ExchangeId;
use crate::trace::content::Side;
use crate::tui::keymap::{Context, Motion};

/// What is open.
#[derive(Debug, Clone)]
pub(crate) enum Overlay {
    /// What to copy or write.
    Menu(Box<Menu>),
    /// Under which name.
    Name(Name),
    /// There is a file of this name.
    Replace { path: PathBuf, octets: Vec<u8> },
    /// Into which file it is recorded.
    Record(Question),
    /// Which command.
    Palette(Palette),
    /// A request, to be changed and sent.
    Editor(Box<Editor>),
    /// Two answers, side by side.
    Comparison(Comparison),
    /// The content of a message, as people read it.
    Content(Reading),
    /// Where others follow.
    Share,
}

/// The content of a message, being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) of: ExchangeId,
    pub(crate) side: Side,
    /// The line that stands first.
    pub(crate) top: usize,
}

/// Two answers, side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) before: ExchangeId,
    pub(crate) after: ExchangeId,
    /// How many rows it is scrolled down.
    pub(crate) top: usize,
}

/// A file's name, being typed.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) input: TextInput,
    pub(crate) form: Form,
    /// The fields whose values are in it.
    pub(crate) secrets: Vec<&'static str>,
    pub(crate) octets: Vec<u8>,
}

impl Overlay {
    pub(crate) const fn context(&self) -> Context {
        match self {
            Self::Menu(_) | Self::Replace { .. } | Self::Share => Context::Menu,
            Self::Editor(_) => Context::Editor,
            Self::Comparison(_) => Context::Comparison,
            Self::Content(_) => Context::Content,
            Self::Name(_) | Self::Record(_) | Self::Palette(_) => Context::Prompt,
        }
    }
}

/// Where a cursor in a list of `len` goes.
pub(crate) fn moved(at: usize, motion: Motion, len: usize) -> usize {
    let last = len.saturating_sub(1);
    match motion {
        Motion::Up => at.checked_sub(1).unwrap_or(last),
        Motion::Down if at >= last => 0,
        Motion::Down => at + 1,
        Motion::First | Motion::PageUp => 0,
        Motion::Last | Motion::PageDown => last,
        Motion::Left | Motion::Right | Motion::LineStart | Motion::LineEnd => at,
    }
}

/// Whose values something holds, as a clause.
pub(crate) fn held(secrets: &[&'static str]) -> String {
    format!("with the value of {}", secrets.join(", "))
}
