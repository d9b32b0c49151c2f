//! Layer 0: HTTP/1.1 as octets in, steps out.
//!
//! Nothing in here knows a socket, a file, a clock, a thread or a channel: the room imports
//! `core` and `alloc` alone. [`Connection`] is handed octets as they come and returns one
//! observable [`Step`] a call; what it returns is what the dashboard shows.

mod authority;
mod boundary;
mod chunked;
mod conditional;
mod connection;
mod date;
mod diagnosis;
mod field;
mod framing;
mod negotiation;
mod octet;
mod range;
mod receive_buffer;
mod request;
mod request_line;
mod response;
mod secret;
mod span;
mod status;
mod target;
mod word;

pub use authority::Authority;
pub(crate) use authority::parse as parse_authority;
pub use boundary::{BOUNDARY, BoundaryScanner, Found};
pub use chunked::{ChunkedDecoder, Decoded};
pub use conditional::{Outcome, Preconditions, Validators, evaluate_preconditions};
pub use connection::{Connection, Limits, LineEnds, Step, WaitingFor};
pub use date::{HttpDate, parse_date};
pub use diagnosis::{Diagnosis, Fault};
pub use field::FieldLine;
pub use framing::{BodyLength, Framing, Persistence};
pub use negotiation::{ContentCoding, prefer_coding, prefers_json};
pub use range::{ByteRange, Selection, if_range, select_range};
pub use receive_buffer::ReceiveBuffer;
pub use request::{Method, RequestHead, Version};
pub use response::{CONTINUE, HeadWriter};
pub use secret::{Begins, mask_fields, mask_received};
pub use span::{Part, Span};
pub use status::Status;
pub use target::{Form, Target, decode_percent};
