//! Layer 2: lessons that run by themselves.
//!
//! A [`Lesson`] is data: what is said, what is done on real sockets, what the class should
//! see. [`run`] does it against a server that is running, one [`Step`] after the other, and
//! tells whoever listens. It knows the server only by its [`Controls`](crate::event::Controls)
//! and its records, and no screen at all. What the presenter asks of it comes as cues.
//!
//! A step that does not go as told ends the lesson: nothing is shown that did not happen.

mod driver;
mod plain;
mod recorded;
mod script;
mod scripts;
mod told;

pub use driver::{Setting, Stop, run};
pub use plain::{Plain, list};
pub use script::{Deed, Lesson, Question, Side, Simulation, Step, Until};
pub use scripts::ALL;
pub use told::Told;

/// The lesson of this number, from 1 on.
pub fn find(number: u8) -> Option<&'static Lesson> {
    ALL.into_iter().find(|lesson| lesson.number == number)
}
