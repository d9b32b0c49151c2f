//! The lab on the screen: the simulation of [`crate::lab`] between a sender and a receiver,
//! at a pace one can follow.
//!
//! It has a model of its own, and the terminal's guard, theme and drawing tools in common
//! with the dashboard.

mod bench;
mod course;
mod keymap;
mod runtime;
mod view;

pub(super) use bench::{Bench, Pace};
pub use course::{Course, CourseStep, Front};
pub use keymap::keys;
pub(super) use keymap::{KEYMAP, hints};
pub use runtime::run;
