//! Layer 1: what a stream of records means.
//!
//! A [`Trace`] keeps, for each connection, the newest records of it, within a budget. All that
//! is said of a connection is a function of them: what they come to ([`State`]: its phase,
//! what was cut off the receive buffer, its exchanges), its octets run by run, its history
//! line by line, a transcript, a sentence on what happened last, advice, and the words for
//! all of it. What is known now is kept up with each record; what was known at any other
//! [`Moment`] is folded again from the records ([`Trace::at`]) and has the same type, so that
//! whoever shows a connection need not know which it is.
//!
//! Any record may be missing, and no order is relied on. Nothing here knows a screen.
//!
//! ```text
//! Record ─► Trace::fold ─► Connection ─┬─ Log      the newest records, the one store
//!           (store)                    ├─ State    what they come to (fold)
//!                                      └─ Octets   where in the log each octet is
//! ```

// In the order they build on each other: none uses one below it.
pub(crate) mod answer;
pub(crate) mod direction;
pub(crate) mod entry;
pub(crate) mod exchange;
pub(crate) mod format;
pub(crate) mod log;
pub(crate) mod rate;

pub(crate) mod octets;
pub(crate) mod state;

pub(crate) mod cut_off;
mod fold;

pub(crate) mod connection;

pub(crate) mod about;
pub(crate) mod budget;
pub(crate) mod labels;
pub(crate) mod marks;

mod standing;
pub(crate) mod store;
pub(crate) mod window;

mod eviction;
pub(crate) mod page_load;
pub mod readings;

pub(crate) mod arrivals;
pub(crate) mod cause;
pub(crate) mod comparison;
pub(crate) mod content;
pub(crate) mod pretty;

pub(crate) mod stream;

pub(crate) mod event_stream;
pub(crate) mod web_socket;

pub(crate) mod carried;

pub(crate) mod octet_flow;
pub(crate) mod octet_role;

pub(crate) mod advice;
pub(crate) mod field_tree;
pub(crate) mod narration;
pub(crate) mod request;
pub(crate) mod row_layout;
mod summary;
pub(crate) mod timeline;

#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;

pub use about::{About, Opened};
pub use connection::Connection;
pub use entry::{Entry, Moment};
pub use exchange::{Exchange, ExchangeId};
pub use log::{Line, Log};
pub use narration::Narrator;
pub use octets::{Octets, Run};
pub use request::{Cannot, Piece, Request};
pub use standing::Standing;
pub use state::State;
pub use store::Trace;
pub use window::{Found, Part, Wanted, Window};
