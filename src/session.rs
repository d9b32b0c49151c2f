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
//! - One metadata record named `glassport.session`: `format` (`1.0`), `program`, `started`
//!   (nanoseconds since 1970-01-01 UTC), `serving`, `redacted`, `recv_size`, `head_timeout` and
//!   `idle_timeout` (seconds; 0 for none), `accept_lf`, `rests`.
//! - One channel, topic `records`, message encoding `json`, whose schema (`jsonschema`) is in
//!   the file. A message is one record; its log time is the time of the record.
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
//! they are not. Heads are kept as octets and parsed again by the code that parsed them live.
//!
//! A minor version adds events and keys: a reader skips what it does not know, and counts it.
//! A file of another major version is refused.

mod convert;
mod header;
mod keeping;
mod merged;
mod reader;
mod redact;
mod stored;
mod tally;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

pub use self::header::Header;
pub use self::keeping::{Kept, Strain, keep};
pub use self::merged::{Input, Merged};
pub use self::reader::{End, OpenError, Reader};
pub use self::redact::Redaction;
pub use self::stored::Stored;
pub use self::writer::{RecordError, Recorder};

/// The version of the format that is written: major and minor.
const FORMAT: (u32, u32) = (1, 0);
/// What names a session file among others of its container.
const PROFILE: &str = "glassport";
