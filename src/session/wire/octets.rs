//! Octets, as they can stand in JSON.

use std::borrow::Cow;
use std::str;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Octets: as text where they are UTF-8.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::session) enum Octets<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Base64(Cow<'a, str>),
    /// So many of those that were received here, as a record before in the same message says.
    Received(usize),
    /// What was received, looked up. It is not written.
    #[serde(skip)]
    Known(Arc<[u8]>),
}

impl<'a> Octets<'a> {
    pub(in crate::session) fn new(octets: &'a [u8]) -> Self {
        match str::from_utf8(octets) {
            Ok(text) => Self::Text(Cow::Borrowed(text)),
            Err(_) => Self::Base64(STANDARD.encode(octets).into()),
        }
    }

    /// The octets; `None` where what should be base64 is none, or where they stand elsewhere.
    pub(in crate::session) fn to_octets(&self) -> Option<Arc<[u8]>> {
        match self {
            Self::Text(text) => Some(text.as_bytes().into()),
            Self::Known(octets) => Some(Arc::clone(octets)),
            Self::Received(_) => None,
            Self::Base64(text) => STANDARD.decode(text.as_bytes()).ok().map(Arc::from),
        }
    }
}
