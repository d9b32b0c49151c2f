//! Layer 2: what a server that somebody else wrote gets right.
//!
//! A [`Check`] is data: what is said to the server, and a judge over the octets that came back,
//! which knows no socket and no clock. A [`Caller`] holds the talks on real connections, and
//! [`run`] makes one stage of checks after the other. It knows nothing of our own server.

mod answer;
mod caller;
mod entry;
mod heard;
mod links;
mod listening;
mod repeat;
mod report;
mod run;
mod site;
mod stages;
mod talk;
mod told;
mod verdict;

pub use answer::{Answer, Answers, Length};
pub use caller::Caller;
pub use entry::{Check, Judged, Seen, Stage};
pub use heard::{Ended, Heard, Turn};
pub use report::{Format, Report, explain, list};
pub use run::{Made, Wanted, run};
pub use site::{Found, Known, Site};
pub use stages::{ALL, checks, find};
pub use talk::{Ending, Piece, Plan, Talk, Until};
pub use told::records;
pub use verdict::{Finding, Verdict};
