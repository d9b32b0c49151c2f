//! Layer 2: the dashboard, as message → update → view.
//!
//! The runtime hands messages to [`update()`], the only thing that changes a [`Model`], and
//! draws the model with [`view()`], which cannot change it. Nothing in here knows a socket or
//! a file, and nothing but the runtime knows a clock or a terminal: time comes with the
//! messages, the size with the frame.

mod msg;

mod marks;
mod model;

mod bindings;
mod entry;
mod filter;
mod find;
mod needle;
mod prompt;
mod rows;

mod ended;
mod keymap;
mod movement;
mod outside;
mod update;

mod again;
mod clipboard;
mod drive;
mod lesson;
mod notice;
mod overlay;
mod palette;
mod pointer;
mod predict;
mod preferences;
mod sample;
mod selected;

mod layout;
mod theme;
mod view;

pub mod lab;
pub mod runtime;

mod background;
mod input;
mod keys;
mod mouse;
mod panics;
mod screen;
mod stage;
mod surface;
mod terminal;
mod watchdog;

#[cfg(test)]
mod records;

pub use crate::trace::About;
pub use background::Background;
pub use bindings::BindError;
pub use clipboard::Clipboard;
pub use drive::Drive;
pub use keymap::{KeyRow, keys};
pub use lesson::{Lecture, Look, Moment, Strip};
pub use model::Model;
pub use msg::{Effect, Errand, Msg, Report};
pub use preferences::{Preferences, SetError, Value, history};
pub use theme::{Name, Theme, When, Wish};
pub use update::update;
pub use view::view;
