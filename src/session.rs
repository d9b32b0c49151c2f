//! Layer 1: sessions as files, so that what was watched once can be watched again, elsewhere
//! and by others.
//!
//! # The file
//!
//! A session file is an [MCAP](https://mcap.dev) file: an append-only container with
//! compressed, checksummed chunks, a summary at the end that is not needed to read the rest,
//! and readers in other languages. It was taken because all of that is done and tested by
//! others, and because `mcap cat FILE --json` prints a session without glassport.
//!
//! - Header: profile `glassport`.
//! - One metadata record named `glassport.session`: `format` (`1.1`), `program`, `started`
//!   (nanoseconds since 1970-01-01 UTC), `serving`, `redacted`, `record_bodies` (how many octets
//!   of the content of each response at most), `recv_size`, `head_timeout` and
//!   `idle_timeout` (seconds; 0 for none), `accept_lf`, `rests`.
//! - One channel, topic `records`, message encoding `json`, whose schema (`jsonschema`) is in
//!   the file. A message is an array of records, one a line, or one record alone; its log time
//!   is that of the first.
//! - Chunks are compressed with Zstandard and written whole, at least once a second: what an
//!   abort loses is what came after the last one.
//!
//! # A record
//!
//! ```json
//! {"seq":1,"at":1204000,"connection":7,"event":{"received":{"offset":0,"asked":16384,
//!  "octets":{"text":"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"}}}}
//! ```
//!
//! Once a second, where they changed, the counts of everything are a record too, so that what
//! is missing from a file can be told.
//!
//! `seq` counts per connection (without `connection`: for the listener), `at` is nanoseconds
//! since `started`. Octets are `{"text": …}` where they are UTF-8 and `{"base64": …}` where
//! they are not. Heads are kept as octets and parsed again by the code that parsed them live:
//! `{"received": n}` stands for n octets, from the offset of the head on, that a record before
//! in the same message says were received. The search for the end of a head is written, though
//! it follows from the octets: it need not be guessed what a version of the program looked at.
//!
//! `content` holds the first octets of what follows the head of a response; how many of them
//! were sent is told by `sent`. It comes once a response, before anything of it is sent.
//!
//! A minor version adds events and keys: a reader skips what it does not know, and counts it.
//! A file of another major version is refused.

mod convert;
mod header;
mod input;
mod keeping;
mod merged;
mod message;
mod messages;
mod reader;
mod redact;
mod shipped;
mod tally;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

pub use self::header::Header;
pub use self::input::Input;
pub use self::keeping::{Kept, Progress, Store, keep};
pub use self::merged::{Again, Merged, Place};
pub use self::messages::{Message, Messages, read_message};
pub use self::reader::{End, OpenError, Reader};
pub(crate) use self::redact::Masker;
pub use self::redact::Redaction;
pub use self::shipped::Shipped;
pub use self::tally::Tally;
pub use self::writer::{RecordError, Recorder};

/// The version of the format that is written: major and minor.
const FORMAT: (u32, u32) = (1, 1);
/// What names a session file among others of its container.
const PROFILE: &str = "glassport";
