//! Layer 2: the page on which others follow what is shown, for reading only.
//!
//! ```text
//! hall      one thread: it owns every socket of the page, and waits for all of them at once
//! seat      one connection: asks for something once, or watches until it leaves
//! asking    what it asks for, from octets
//! page      what is answered once: the page, its script, its style, refusals
//! channel   what those see who see the same: frames, and what changed in them
//! gallery   what is seen from where: the followed screen, viewpoints, questions
//! spans     from the cells of a screen to rows of text with the names of their styles
//! pollster  a question, and how often each answer was given
//! ```
//!
//! It has a port of its own. So nothing of it is in the way of a connection of the server, and
//! none of its connections is told of, counted or recorded: what is shown never grows by being
//! looked at. To a browser it is an origin of its own too: no page that is served beside it can
//! read it.
//!
//! What is shown comes from a [`Scene`]; this room knows the cells of a screen, and neither
//! connections nor records. Nobody waits for a viewer: each has room for one message, and where
//! that is not taken the next one is the newest frame, whole.

mod asking;
mod bell;
mod channel;
mod gallery;
mod hall;
mod listen;
mod page;
mod pollster;
mod scene;
mod seat;

mod spans;
mod token;

pub use asking::PATH;
pub use bell::{Bell, Ear, bell};
pub use hall::{Running, open};
pub use listen::{listen, port};
pub use scene::{Audience, Picture, Question, Scene, Wish};
pub use token::{Token, TokenError};

/// How many may watch at once.
pub const MOST_VIEWERS: usize = 200;
/// How many of them may look at something else than is shown.
pub const MOST_OWN: usize = 16;
