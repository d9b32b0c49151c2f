//! Layer 2: many servers, one dashboard. Records go into a stream of Redis, and come out of as
//! many streams as are watched.
//!
//! # An entry
//!
//! Each entry of a stream stands for itself, since those before it may have been trimmed:
//!
//! | field     | what it is                                                                  |
//! |-----------|-----------------------------------------------------------------------------|
//! | `source`  | what the server is called, `laptop-7:8080`                                  |
//! | `run`     | sixteen hexadecimal digits, others each time a server starts                |
//! | `seq`     | how many records of the run come before those of this entry                 |
//! | `lost`    | how many of those the server dropped, having no room for them                 |
//! | `session` | a JSON object: what a session file says of itself ([`session`])             |
//! | `records` | a JSON array of records, as they stand in a session file                    |
//!
//! An entry that Redis did not acknowledge is sent again. It may be there twice then, and is
//! read once: its `seq` is below what is expected. One above shows that entries are missing,
//! and how many records they held: they were trimmed, or there was no room for them while
//! Redis was away.
//!
//! Nothing here makes a server wait: what cannot be sent is counted, and said.
//!
//! [`session`]: crate::session

mod address;
mod codes;
mod entry;
mod publisher;
mod redis;
mod runs;
mod watched;

pub use address::Address;
pub use entry::Entry;
pub use publisher::{About, Detail, Publisher, Standing, Stream};
pub use redis::Redis;
pub use watched::{News, Watched};
