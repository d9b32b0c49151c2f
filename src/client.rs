//! Layer 2: a client that may send anything, and knows what comes back.
//!
//! A [`Client`] is one connection, call by call: it sends octets as they are, and what it
//! receives it hands to the protocol core, which says which response it is and where it ends.
//! A [`Script`] is such a conversation planned beforehand, which [`perform`] holds and tells of
//! call by call. Drills, requests that are sent again and lessons use it; it knows none of them,
//! and nothing of the server.

mod conversation;
mod peer;
mod resend;
mod script;
mod socket;

pub use conversation::{Client, Response};
pub use peer::{Peer, PeerError, Remote};
pub use resend::resend;
pub use script::{Did, End, Ending, Piece, Script, Tell, perform};
