//! glassport is an HTTP server you can see through: it serves a folder over HTTP/1.1
//! straight from the socket API, and shows on a terminal dashboard how each `recv` lands in
//! the receive buffer, how the search for CR LF CR LF goes, what was cut off and what it
//! meant, what was sent back, and why the connection is still open or was closed.
//!
//! # Code map
//!
//! A room uses only the rooms below it, and `tests/architecture.rs` holds that.
//!
//! ```text
//! 3  main · cli · config · classroom · announce · service · run   wires everything together
//! 2  server      plain      tui      errand            siblings: none imports another, but
//!    client   ◄─ poke · lesson                         drills and lessons use the client
//! 1              export                                other formats, written from a trace
//!                trace                                 what a stream of records means
//!    docroot     event      lab      signals           files; the vocabulary and its sink; a
//!                                                      simulation; what asks for the end
//! 0  http        units                        octets in, steps out; sizes and times as text
//! ```
//!
//! The one idea: **the inspection is the return type.** [`http::Connection`] is handed octets
//! and returns one observable [`http::Step`] a call. A worker of the [`server`] does what the
//! step says and forwards it as an [`event::Activity`]; nothing is logged on the side, so
//! nothing can happen that is not seen.
//!
//! And its other half: **everything is a record, and a trace is what records mean.** Counts
//! and what the kernel says come as records too. A [`trace::Trace`] keeps the newest of them
//! and folds them, once, for everyone: the dashboard, the access log, exports and lessons read
//! the same [`trace::Connection`], as of now or of any moment that is kept.
//!
//! # Invariants
//!
//! 1. `http` imports `core` and `alloc` alone; any split of the same octets yields the same
//!    messages, in both roles.
//! 2. No octet is scanned twice.
//! 3. Layer 2 rooms do not know each other, but for drills and lessons, which use the client.
//! 4. Time is data outside of the server, the client, the sink and the dashboard's runtime.
//! 5. Every octet from the wire reaches a terminal or a log line through one function that
//!    makes it visible and inert.
//! 6. The view takes `&Model`: drawing the same model twice gives the same cells.
//! 7. Counted + left out = what happened.
//! 8. No `unsafe` but for the system calls no safe crate wraps, in one file of `server` and
//!    one of `signals`.
//! 9. Deadlines are absolute: dribbling octets buys no time.

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

extern crate alloc;

pub mod http;
mod units;

pub mod docroot;
pub mod event;
pub mod export;
pub mod lab;
pub mod signals;
pub mod trace;

pub mod client;
pub mod lesson;
pub mod plain;
pub mod poke;
pub mod server;
pub mod tui;

pub mod cli;
pub mod config;

pub mod app;
