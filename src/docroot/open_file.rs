//! A file that can be sent, and all that a response says of it.

use std::borrow::Cow;
use std::fs::File;
use std::sync::Arc;
use std::time::SystemTime;

use super::known::Known;
use crate::http::ContentCoding;

/// A file as it was when it was opened.
#[derive(Debug)]
pub struct OpenFile {
    /// Its path below the root, without a slash in front, in the octets of its names.
    pub path: Arc<[u8]>,
    /// What to send.
    pub content: Content,
    /// How many octets that is.
    pub length: u64,
    /// When it was last modified.
    pub modified: Option<SystemTime>,
    /// Its entity tag (RFC 9110 §8.8.3): a strong one, unless it has just been changed.
    pub etag: Option<Arc<str>>,
    /// What `Content-Type` says.
    pub media_type: Cow<'static, str>,
    /// What `Content-Encoding` says: how the octets are coded, where they are.
    pub coding: Option<ContentCoding>,
    /// Whether another request might have been given the file in another coding, which is
    /// to be said with `Vary: Accept-Encoding` (RFC 9110 §12.5.5), in a 304 too.
    pub varies: bool,
    /// What is known of it beyond this request, if anything is.
    pub known: Option<Known>,
}

/// Where the octets of a file are.
#[derive(Debug)]
pub enum Content {
    /// In a file, whose descriptor has been found to be a regular one.
    File(Arc<File>),
    /// In memory.
    Memory(Arc<[u8]>),
    /// In the binary.
    Static(&'static [u8]),
}
