//! Layer 2: the dashboard, as message → update → view.
//!
//! The runtime hands messages to [`update()`], the only thing that changes a [`Model`], and
//! draws the model with [`view()`], which cannot change it. Nothing in here knows a socket or
//! a file, and nothing but the runtime knows a clock or a terminal: time comes with the
//! messages, the size with the frame.

mod message;

mod model;

mod keymap;
mod update;

mod layout;
mod theme;
mod view;
mod widgets;

pub mod lab;
pub mod runtime;
mod terminal;

#[cfg(test)]
mod fixture;

pub use crate::trace::About;
pub use keymap::bindings::BindError;
pub use keymap::{KeyRow, keys};
pub use message::{Drive, Effect, Errand, Msg, Report};
pub use model::Model;
pub use model::lesson::{Look, Moment, Strip};
pub use model::preferences::{Preferences, SetError, Value, history};
pub use runtime::Lecture;
pub use terminal::background::Background;
pub use terminal::clipboard::Clipboard;
pub use theme::{Name, Theme, When, Wish};
pub use update::{Dashboard, update};
pub use view::view;
