//! What every part of a record is made of: spans and heads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::octets::Octets;

/// Offsets in what the connection received: from the first to one past the last.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Span {
    pub(in crate::session) start: u64,
    pub(in crate::session) end: u64,
}

/// A head as it came, and where it begins.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Head<'a> {
    pub(in crate::session) offset: u64,
    #[serde(borrow)]
    pub(in crate::session) octets: Octets<'a>,
}
