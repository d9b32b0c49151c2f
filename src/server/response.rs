//! A response before it is octets: its status, its fields, its body.

mod body;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use body::{Body, FilePart, Octets, SMALL};

use super::date;
use super::fields::Fields;
use crate::docroot::Known;
use crate::event::{Refusal, Resource};
use crate::http::{ContentCoding, HeadWriter, Status};

/// The methods that are served.
pub(super) const ALLOW: &str = "GET, HEAD, OPTIONS";
const CACHE_CONTROL: &str = "Cache-Control";
pub(super) const NOSNIFF: &str = "X-Content-Type-Options";
/// Pages made by the server load nothing and run nothing.
pub(super) const GENERATED_CSP: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// A response, ready to be written.
pub(crate) struct Response {
    pub(crate) status: Status,
    pub(crate) body: Body,
    /// Why this status, where that is not plain from the status.
    pub(crate) because: Option<Cow<'static, str>>,
    /// What the request-target was found to name.
    pub(crate) resource: Option<Resource>,
    /// Why the request is refused, if it is.
    pub(crate) refusal: Option<Refusal>,
    /// Whether the connection must not go on.
    pub(crate) close: bool,
    pub(super) media_type: Option<Cow<'static, str>>,
    pub(super) coding: Option<ContentCoding>,
    pub(super) etag: Option<Arc<str>>,
    pub(super) modified: Option<SystemTime>,
    pub(super) location: Option<Vec<u8>>,
    pub(super) content_range: Option<String>,
    pub(super) ranges: bool,
    pub(super) allow: Option<&'static str>,
    /// The request fields that had a say in which representation this is.
    pub(super) vary: Option<&'static str>,
    /// What the page may load and run, when the server made it.
    pub(super) policy: Option<&'static str>,
    /// The methods a page of another origin may use, where a browser asks.
    pub(super) preflight: Option<&'static str>,
    /// Whether nobody may keep it: it says what one peer has sent.
    pub(super) private: bool,
    /// What was masked in it, by the names of fields.
    pub(super) masked: Option<String>,
    /// What is known of the file it is, where its fields are the same each time but for Date.
    pub(super) known: Option<Known>,
}

impl Response {
    pub(super) fn new(status: Status, body: Body) -> Self {
        Self {
            status,
            body,
            because: None,
            resource: None,
            refusal: None,
            close: false,
            media_type: None,
            coding: None,
            etag: None,
            modified: None,
            location: None,
            content_range: None,
            ranges: false,
            allow: None,
            vary: None,
            policy: None,
            preflight: None,
            private: false,
            masked: None,
            known: None,
        }
    }

    /// A page the server makes itself.
    pub(super) fn text(status: Status, text: String) -> Self {
        let body = Body::Memory(Octets::Owned(text.into_bytes()));
        let media_type = Some("text/plain; charset=utf-8".into());
        Self {
            media_type,
            policy: Some(GENERATED_CSP),
            ..Self::new(status, body)
        }
    }

    /// Whether the content repeats octets of the request.
    pub(super) fn quotes_request(&self) -> bool {
        self.refusal.is_some() || self.private
    }

    /// As HEAD is answered: the fields of the response to GET, and no content. Content that
    /// repeats octets of the request would have repeated those of GET, so its length is not
    /// what GET gets and must not be sent (RFC 9110 §8.6).
    pub(super) fn withhold(self) -> Self {
        Self {
            body: if self.quotes_request() {
                Body::None
            } else {
                self.body.withhold()
            },
            ..self
        }
    }

    /// Every field but Connection, which is the connection's to say.
    pub(crate) fn write_fields(&self, head: &mut HeadWriter<'_>, fields: &Fields) {
        let now = date::now();
        date::write(head, now);
        // A file from the future is said to be of now, which is another time each time.
        let is_past = || self.modified.is_none_or(|m| date::seconds(m) <= now);
        let known = self.known.as_ref().filter(|_| is_past());
        let Some(known) = known else {
            return self.write_undated(head, fields, now);
        };
        if let Some(lines) = known.note().get() {
            head.lines(lines);
            return;
        }
        let from = head.written().len();
        self.write_undated(head, fields, now);
        let lines = head.written().get(from..).unwrap_or_default();
        known.note().get_or_init(|| lines.into());
    }

    /// Every field but Date and Connection.
    fn write_undated(&self, head: &mut HeadWriter<'_>, fields: &Fields, now: i64) {
        if let Some(location) = &self.location {
            head.field("Location", location);
        }
        if let Some(allow) = self.allow {
            head.field("Allow", allow);
        }
        if let Some(media_type) = &self.media_type {
            head.field("Content-Type", media_type.as_bytes());
        }
        if let Some(coding) = self.coding {
            head.field("Content-Encoding", coding.name());
        }
        if let Some(vary) = self.vary {
            head.field("Vary", vary);
        }
        match &self.body {
            Body::None => {}
            Body::Withheld { length } => {
                head.content_length(*length);
            }
            Body::Memory(_) | Body::File(_) => {
                head.content_length(self.body.length());
            }
        }
        if let Some(range) = &self.content_range {
            head.field("Content-Range", range);
        }
        if let Some(etag) = &self.etag {
            head.field("ETag", etag.as_bytes());
        }
        if let Some(modified) = self.modified {
            date::write_modified(head, modified, now);
        }
        if self.ranges {
            head.field("Accept-Ranges", "bytes");
        }
        if let Some(policy) = self.policy {
            head.field("Content-Security-Policy", policy);
        }
        // What is in the way now may be gone in a moment (RFC 9110 §10.2.3).
        if self.status == Status::SERVICE_UNAVAILABLE {
            head.field("Retry-After", "1");
        }
        self.write_configured(head, fields);
    }

    /// The fields an operator has a say in.
    fn write_configured(&self, head: &mut HeadWriter<'_>, fields: &Fields) {
        if self.private {
            head.field(CACHE_CONTROL, "no-store");
        } else if !fields.replace(CACHE_CONTROL) {
            let is_file = self.etag.is_some() || self.modified.is_some();
            match fields.cache.filter(|_| is_file) {
                Some(seconds) => {
                    head.field_fmt(CACHE_CONTROL, format_args!("max-age={seconds}"));
                }
                // Stored, but asked about each time, so that a 304 is there to be seen.
                None if is_file || self.location.is_some() => {
                    head.field(CACHE_CONTROL, "no-cache");
                }
                None => {}
            }
        }
        // What the server makes of names and requests is never taken for something else.
        let generated = self.policy.is_some();
        if !self.status.forbids_content() && (generated || !fields.replace(NOSNIFF)) {
            head.field(NOSNIFF, "nosniff");
        }
        if fields.cors {
            self.write_cors(head, fields);
        }
        if let Some(masked) = &self.masked {
            head.field("Glassport-Masked", masked);
        }
        fields.write(
            head,
            match (generated, self.private) {
                (true, true) => &[NOSNIFF, CACHE_CONTROL],
                (true, false) => &[NOSNIFF],
                (false, _) => &[],
            },
        );
    }

    /// The CORS protocol (Fetch §3.3): any origin, any field, and no credentials, which `*`
    /// excludes.
    fn write_cors(&self, head: &mut HeadWriter<'_>, fields: &Fields) {
        let mut say = |name, value| {
            if !fields.replace(name) {
                head.field(name, value);
            }
        };
        say("Access-Control-Allow-Origin", "*");
        if let Some(methods) = self.preflight {
            say("Access-Control-Allow-Methods", methods);
            say("Access-Control-Allow-Headers", "*");
            say("Access-Control-Max-Age", "86400");
        } else {
            say("Access-Control-Expose-Headers", "*");
        }
    }
}
