//! Layer 0: HTTP/1.1 as octets in, steps out.
//!
//! Nothing in here knows a socket, a file, a clock, a thread or a channel: the room imports
//! `core` and `alloc` alone. A [`Connection`] is handed octets as they come and returns one
//! observable [`Step`] a call; what it returns is what the dashboard shows. A client has a
//! [`ResponseConnection`], which is the same code for responses.

mod authority;
mod boundary;
mod chunked;
mod conditional;
mod connection;
mod date;
mod diagnosis;
mod framing;
mod head;
mod limits;
mod negotiation;
mod octet;
mod range;
mod receive_buffer;
mod secret;
mod span;
mod status;
mod target;
mod version;
mod word;

pub use authority::Authority;
pub(crate) use authority::parse as parse_authority;
pub use boundary::{BOUNDARY, BoundaryScanner, Found};
pub use chunked::{ChunkPart, ChunkedDecoder, Decoded};
pub use conditional::{Outcome, Preconditions, Validators, evaluate_preconditions};
pub use connection::{BodyOctets, Connection, ResponseConnection, ResponseStep, Step, WaitingFor};
pub use date::{HttpDate, parse_date};
pub use diagnosis::{Diagnosis, Fault, MessageKind};
pub(crate) use diagnosis::{faults, one_line};
pub use framing::Persistence;
pub use framing::remarks::remarks;
pub use framing::request::{BodyLength, Framing};
pub use framing::response::{Asked, ResponseBody, ResponseFraming};
pub use head::field::FieldLine;
pub use head::request::Method;
pub use head::section::FieldSection;
pub use head::writer::{CONTINUE, HeadWriter};
pub use head::{RequestHead, ResponseHead};
pub use limits::{Limits, LineEnds};
pub use negotiation::{ContentCoding, prefer_coding, prefers_json};
pub use range::{ByteRange, Selection, if_range, select_range};
pub use receive_buffer::ReceiveBuffer;
pub use secret::{
    Begins, MASK, SECRET_FIELDS, cookie_values, mask_fields, mask_received, secret_field,
};
pub use span::{Part, Span};
pub use status::Status;
pub use target::{Form, Target, decode_percent};
pub use version::Version;
