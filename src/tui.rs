//! Layer 2: the dashboard, as message → update → view.
//!
//! ```text
//! message    what can reach the dashboard, and what it asks for
//! keymap     which key does what where: one table, and keys that are bound otherwise
//! model      data alone: the trace, what is selected, what is open, what is typed
//! update     a file for each thing a key does; the only code that writes to a model
//! layout     which pane stands where: one function of the size and the focus
//! view       a file for each pane; draws a `&Model`
//! widgets    what is drawn with, whatever the model: windows, lines of text, cells of octets
//! theme      from what something is to how it looks
//! terminal   taken and given back; keys, mouse and clipboard; the screen
//! runtime    the loop: keys, signals, records and time come in, frames go out
//! lab        another screen on the same ground: the simulation of [`crate::lab`]
//! ```
//!
//! The runtime hands messages to [`update()`] and draws what comes of them with [`view()`]. A
//! [`Dashboard`] lends its [`Model`] to be read; the way to write to it is private to `update`.
//! Nothing but the runtime asks what time it is, and nothing but `terminal` reads or writes:
//! time comes with the messages, the size with the frame.

mod keymap;
mod message;

mod model;
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
pub use message::{Drive, Effect, Job, Msg, Recorded, Report};
pub use model::Model;
pub use model::audience::{Audience, Shared};
pub use model::followed::Followed;
pub use model::lesson::{Look, Moment, Strip};
pub use model::preferences::{Preferences, SetError, Value, history};
pub use runtime::Lecture;
pub use terminal::clipboard::Clipboard;
pub use theme::{Background, Name, Theme, ThemeOptions, When, has_colours};
pub use update::viewpoint::{Asked, Glance, Shown, Viewpoint};
pub use update::{Dashboard, update};
pub use view::view;
