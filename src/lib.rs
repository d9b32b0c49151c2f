//! glassport is an HTTP server you can see through: it serves a folder over HTTP/1.1
//! straight from the socket API, and shows on a terminal dashboard how each `recv` lands in
//! the receive buffer, how the search for CR LF CR LF goes, what was cut off and what it
//! meant, what was sent back, and why the connection is still open or was closed.
//!
//! # Code map
//!
//! A room uses only the rooms below it, and no files of a room use each other in a circle:
//! `tests/architecture` holds both.
//!
//! ```text
//! 3  main · app · cli · config                        wires everything together
//! 2  server      plain      tui      share            siblings: none imports another, but
//!    client   ◄─ poke · lesson · check                drills, lessons and checks use the client
//! 1              export    replay                     other formats, written from a trace;
//!                                                     sessions read again, to any moment
//!                trace                                what a stream of records means
//!    docroot     event      lab      signals          files; the vocabulary and its sink; a
//!    session                                          simulation; what asks for the end;
//!                                                     sessions as files
//! 0  http        units       spread                   octets in, steps out; sizes and times as
//!                                                     text; a copy for each thread
//! ```
//!
//! # The way of one octet
//!
//! ```text
//! recv ─► reporter ─► sink ─► inbox ─► trace ─► model ─► view ─► cell        to be seen
//!   └───► connection ─► search ─► head ─► handler ─► send                    to be answered
//! ```
//!
//! Where another server is [tapped](server::Upstream), what comes goes on to it before it takes
//! either way, and no handler answers.
//!
//! From the socket to the screen, at one station after the other:
//!
//! 1. A worker of the [`server`] calls `recv`, and what came goes two ways.
//! 2. To be answered, it goes into the receive buffer of an [`http::Connection`] (`receive`),
//!    which searches it for CR LF CR LF. What is found comes out as an [`http::RequestHead`],
//!    one [`http::Step`] after the other (`step`).
//! 3. To be seen, it goes to [`event::Reporter::detail`], as [`event::Activity::Received`]. The
//!    reporter gathers what happens in one turn, and hands it to the [`event::Sink`] before the
//!    worker waits.
//! 4. [`event::Inbox::open`] takes the batch apart on the other side of the channel, into
//!    [`event::Record`]s.
//! 5. [`tui::runtime::run`] tells each of them to [`tui::update()`], which alone writes to the
//!    model.
//! 6. [`trace::Trace::fold`] keeps it in the [`trace::Connection`] it belongs to, where the run
//!    of octets and its offset can be asked for, as of any moment.
//! 7. [`tui::view()`] asks which row each octet in sight stands in and what it is a part of,
//!    and so which style it has.
//! 8. [`event::glyph`] makes it visible and harmless, and it stands in its cell.
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
//! 3. Layer 2 rooms do not use each other, but for drills, lessons and checks, which use the
//!    client.
//! 4. Time is data outside of the server, the client and who calls with it, the sink and the
//!    dashboard's runtime.
//! 5. Every octet from the wire reaches a terminal or a log line through one function that
//!    makes it visible and harmless.
//! 6. The view takes `&Model`: drawing the same model twice gives the same cells. Only
//!    [`tui::update()`] writes to a model.
//! 7. Counted + left out = what happened.
//! 8. No `unsafe` but for the system calls no safe crate wraps, in one file each of `docroot`,
//!    `server` and `signals`.
//! 9. Deadlines are absolute: dribbling octets buys no time.

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

extern crate alloc;

pub mod http;
mod spread;
mod units;

pub mod docroot;
pub mod event;
pub mod export;
#[cfg(feature = "redis")]
pub mod fleet;
pub mod lab;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "otlp")]
pub mod otlp;
pub mod replay;
pub mod session;
pub mod signals;
pub mod trace;

pub mod check;
pub mod client;
pub mod lesson;
pub mod plain;
pub mod poke;
pub mod server;
pub mod share;
pub mod tui;

pub mod cli;
pub mod config;

pub mod app;
