//! Masks secrets in what is recorded: the values of fields and of query parameters, each
//! octet replaced by `*`, so that offsets and lengths stay true.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{Activity, ConnectionId, Event, Record, UpstreamActivity};
use crate::http::{LineEnds, MASK, RequestHead, ResponseHead, SECRET_FIELDS, decode_percent};

/// A name longer than this is not looked for.
const NAME_LIMIT: usize = 64;

/// What is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// In lower case.
    fields: Vec<Vec<u8>>,
    parameters: Vec<Vec<u8>>,
}

impl Default for Redaction {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Redaction {
    /// Masks Cookie, Set-Cookie, Authorization and Proxy-Authorization, and the fields and
    /// query parameters of these names too.
    pub fn new(fields: &[String], parameters: &[String]) -> Self {
        let lower = |names: &mut dyn Iterator<Item = &str>| {
            names
                .map(|name| name.to_ascii_lowercase().into_bytes())
                .collect()
        };
        Self {
            fields: lower(
                &mut SECRET_FIELDS
                    .into_iter()
                    .chain(fields.iter().map(String::as_str)),
            ),
            parameters: lower(&mut parameters.iter().map(String::as_str)),
        }
    }

    /// Whether a parameter of this name, in lower case, is secret. It may be written in escapes.
    fn is_parameter(&self, name: &[u8]) -> bool {
        let name = decode_percent(name);
        let same = |known: &Vec<u8>| known.eq_ignore_ascii_case(&name);
        self.parameters.iter().any(same)
    }
}

/// Masks the records of a session, whose octets come in pieces.
#[derive(Debug)]
pub(crate) struct Masker {
    redaction: Redaction,
    /// How far each connection's octets were read.
    streams: BTreeMap<ConnectionId, Stream>,
    /// The same of what the servers behind a tap sent.
    upstream: BTreeMap<ConnectionId, Stream>,
    /// Whether the content of responses is left out: a page may quote what is masked.
    is_without_content: bool,
}

/// How far the octets of a connection were read.
#[derive(Debug, Default)]
struct Stream {
    next: u64,
    line: Line,
}

impl Masker {
    pub(crate) fn new(redaction: Redaction) -> Self {
        Self {
            redaction,
            streams: BTreeMap::new(),
            upstream: BTreeMap::new(),
            is_without_content: false,
        }
    }

    /// The same, and of the content of responses nothing.
    pub(crate) fn without_content(self) -> Self {
        let is_without_content = true;
        Self {
            is_without_content,
            ..self
        }
    }

    /// The same record without secrets.
    pub(crate) fn mask(&mut self, record: &Record) -> Record {
        let mut record = record.clone();
        let Event::Connection(id, activity) = &mut record.event else {
            return record;
        };
        match activity {
            Activity::Received { offset, octets, .. } => {
                let stream = self.streams.entry(*id).or_default();
                stream.mask(&self.redaction, *offset, octets);
            }
            Activity::Parsed { head, .. } => self.mask_head(head),
            Activity::Rejected {
                head, request_line, ..
            } => {
                if let Some(head) = head {
                    self.mask_head(head);
                }
                *request_line = masked(&self.redaction, &mut Line::default(), request_line);
            }
            Activity::Responding { head, .. } => {
                *head = masked(&self.redaction, &mut Line::default(), head);
            }
            Activity::Closed { .. } | Activity::Gone => {
                self.streams.remove(id);
                self.upstream.remove(id);
            }
            Activity::Upstream(activity) => self.mask_upstream(*id, activity),
            Activity::Content { octets } if self.is_without_content => *octets = [].into(),
            Activity::Accepted { .. }
            | Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::Continued
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            // What a page says is not looked into: its octets can be left out as a whole.
            | Activity::Content { .. }
            | Activity::Sent { .. }
            | Activity::Responded { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Finished
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Failed { .. }
            | Activity::Counted(_)
            | Activity::Sampled(_)
            | Activity::OfSource(_) => {}
        }
        record
    }

    /// The octets of a message without secrets.
    pub(crate) fn mask_message(&self, octets: &[u8]) -> Arc<[u8]> {
        masked(&self.redaction, &mut Line::default(), octets)
    }

    fn mask_upstream(&mut self, id: ConnectionId, activity: &mut UpstreamActivity) {
        match activity {
            UpstreamActivity::Received { offset, octets, .. } => {
                let stream = self.upstream.entry(id).or_default();
                stream.mask(&self.redaction, *offset, octets);
            }
            UpstreamActivity::Parsed { head, .. } => {
                let octets = masked(&self.redaction, &mut Line::default(), head.octets());
                let start = head.span().start;
                if let Ok(parsed) = ResponseHead::parse(&octets, start, LineEnds::LfToo) {
                    *head = parsed.into();
                }
            }
            UpstreamActivity::Faulty { request_line, .. } => {
                *request_line = masked(&self.redaction, &mut Line::default(), request_line);
            }
            // It may begin anywhere, in the middle of a secret too.
            UpstreamActivity::Edited { octets, .. } => {
                *octets = octets.iter().map(|_| b'*').collect();
            }
            UpstreamActivity::Connected { .. }
            | UpstreamActivity::GoesOn { .. }
            | UpstreamActivity::Rewritten { .. }
            | UpstreamActivity::LeadsPast { .. }
            | UpstreamActivity::Forwarded { .. }
            | UpstreamActivity::Switched
            | UpstreamActivity::NotRead
            | UpstreamActivity::Finished
            | UpstreamActivity::PeerFinished
            | UpstreamActivity::Failed { .. } => {}
        }
    }

    fn mask_head(&self, head: &mut Arc<RequestHead>) {
        let octets = masked(&self.redaction, &mut Line::default(), head.octets());
        // `*` may stand wherever a value did: what was well-formed stays so.
        if let Ok(parsed) = RequestHead::parse(&octets, head.span().start, LineEnds::LfToo) {
            *head = parsed.into();
        }
    }
}

impl Stream {
    /// Masks what came at `offset`.
    fn mask(&mut self, redaction: &Redaction, offset: u64, octets: &mut Arc<[u8]>) {
        if self.next != offset {
            // What stands before the next line end may belong to a secret.
            self.line = Line::torn();
        }
        self.next = offset.saturating_add(octets.len() as u64);
        let copy = masked(redaction, &mut self.line, octets);
        // What has no secret in it need not be there twice.
        if copy != *octets {
            *octets = copy;
        }
    }
}

fn masked(redaction: &Redaction, line: &mut Line, octets: &[u8]) -> Arc<[u8]> {
    let mut copy = octets.to_vec();
    line.mask(redaction, &mut copy);
    copy.into()
}

/// Where in a line of a field section the octets stand that come next. A line is read as one
/// of a head wherever it stands: what only looks like one is masked too, and harms nobody.
#[derive(Debug)]
struct Line {
    place: SecretPlace,
    /// The field name, or the name of a parameter, as far as it has come.
    name: Vec<u8>,
    parameter: Vec<u8>,
    in_parameter: bool,
    /// Whether the line before had a secret value, which a fold would continue.
    folds: bool,
    after_cr: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SecretPlace {
    Start,
    Name,
    Secret,
    Other,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            place: SecretPlace::Start,
            name: Vec::new(),
            parameter: Vec::new(),
            in_parameter: false,
            folds: false,
            after_cr: false,
        }
    }
}

impl Line {
    /// A line whose beginning is not known.
    fn torn() -> Self {
        Self {
            place: SecretPlace::Secret,
            ..Self::default()
        }
    }

    fn mask(&mut self, redaction: &Redaction, octets: &mut [u8]) {
        for octet in octets {
            if self.is_secret(redaction, *octet) {
                *octet = MASK;
            }
        }
    }

    /// Takes one octet, and says whether it belongs to a secret.
    fn is_secret(&mut self, redaction: &Redaction, octet: u8) -> bool {
        if octet == b'\n' {
            self.end();
            return false;
        }
        // A CR alone ends a line for some and not for others: what is secret stays so.
        if self.after_cr && self.place != SecretPlace::Secret {
            self.end();
        }
        self.after_cr = octet == b'\r';
        if self.after_cr {
            self.in_parameter = false;
            return false;
        }
        let parameter = self.is_secret_parameter(redaction, octet);
        match self.place {
            SecretPlace::Start if matches!(octet, b' ' | b'\t') => {
                self.place = if self.folds {
                    SecretPlace::Secret
                } else {
                    SecretPlace::Other
                };
                parameter
            }
            SecretPlace::Start | SecretPlace::Name => {
                self.take_name(redaction, octet);
                parameter
            }
            SecretPlace::Secret => !matches!(octet, b' ' | b'\t'),
            SecretPlace::Other => parameter,
        }
    }

    fn end(&mut self) {
        self.folds = self.place == SecretPlace::Secret;
        self.place = SecretPlace::Start;
        self.name.clear();
        self.parameter.clear();
        self.in_parameter = false;
        self.after_cr = false;
    }

    fn take_name(&mut self, redaction: &Redaction, octet: u8) {
        self.place = match octet {
            b':' => {
                let name = self.name.trim_ascii_end();
                if redaction.fields.iter().any(|field| field == name) {
                    SecretPlace::Secret
                } else {
                    SecretPlace::Other
                }
            }
            _ if self.name.len() >= NAME_LIMIT => SecretPlace::Other,
            _ => {
                self.name.push(octet.to_ascii_lowercase());
                SecretPlace::Name
            }
        };
    }

    fn is_secret_parameter(&mut self, redaction: &Redaction, octet: u8) -> bool {
        match octet {
            b'&' | b' ' | b'#' => {
                self.parameter.clear();
                self.in_parameter = false;
            }
            // Both may stand in a value (RFC 3986 §3.4); some take `;` for `&`.
            b'?' | b';' if !self.in_parameter => self.parameter.clear(),
            b'=' if !self.in_parameter => {
                self.in_parameter = redaction.is_parameter(&self.parameter);
            }
            _ if self.in_parameter => return true,
            _ if self.parameter.len() < NAME_LIMIT => {
                self.parameter.push(octet.to_ascii_lowercase());
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn mask(redaction: &Redaction, pieces: &[&[u8]]) -> String {
        let mut line = Line::default();
        let mut out = Vec::new();
        for piece in pieces {
            let mut piece = piece.to_vec();
            line.mask(redaction, &mut piece);
            out.extend(piece);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_of_secret_fields_are_masked_and_nothing_else() {
        let redaction = Redaction::new(&["X-Key".into()], &["token".into()]);
        for (from, to) in [
            (
                "Cookie: a=b; c=d\r\nHost: x\r\n",
                "Cookie: **** ***\r\nHost: x\r\n",
            ),
            ("cOOkie:a\r\n", "cOOkie:*\r\n"),
            ("Cookie : a\r\n", "Cookie : *\r\n"),
            ("Authorization: Basic Zm9v\n", "Authorization: ***** ****\n"),
            ("Cookie: a\r\n b\r\nX: c\r\n", "Cookie: *\r\n *\r\nX: c\r\n"),
            ("Cookie: a\rb\r\n", "Cookie: *\r*\r\n"),
            ("A: b\rCookie: c\r\n", "A: b\rCookie: *\r\n"),
            ("x-key: 1\r\nx-keys: 1\r\n", "x-key: *\r\nx-keys: 1\r\n"),
            (
                "GET /?a=1&token=abc&b=2 HTTP/1.1\r\n",
                "GET /?a=1&token=***&b=2 HTTP/1.1\r\n",
            ),
            (
                "GET /?token=a?b;c&d=1;token=e HTTP/1.1\r\n",
                "GET /?token=*****&d=1;token=* HTTP/1.1\r\n",
            ),
            (
                "GET /?t%6Fken=a&%74%6f%6b%65%6e=b HTTP/1.1\r\n",
                "GET /?t%6Fken=*&%74%6f%6b%65%6e=* HTTP/1.1\r\n",
            ),
            ("\r\n\r\ntoken=abc&x=1", "\r\n\r\ntoken=***&x=1"),
            ("GET /Cookie:a HTTP/1.1\r\n", "GET /Cookie:a HTTP/1.1\r\n"),
        ] {
            assert_eq!(mask(&redaction, &[from.as_bytes()]), to);
        }
    }

    #[test]
    fn a_message_that_is_whole_is_masked_as_one() {
        let masker = Masker::new(Redaction::default());
        let masked = masker.mask_message(b"GET / HTTP/1.1\r\nCookie: a=b\r\n\r\n");
        assert_eq!(&*masked, b"GET / HTTP/1.1\r\nCookie: ***\r\n\r\n");
    }

    #[test]
    fn what_follows_a_gap_is_masked_up_to_a_line_that_is_whole() {
        let mut masker = Masker::new(Redaction::default());
        let mut told = |offset, octets: &str| {
            let activity = Activity::Received {
                offset,
                octets: octets.as_bytes().into(),
                asked: 99,
            };
            let record = masker.mask(&Record {
                seq: 0,
                at: std::time::Duration::ZERO,
                event: Event::Connection(ConnectionId(1), activity),
            });
            let Event::Connection(_, Activity::Received { octets, .. }) = record.event else {
                panic!("{record:?}");
            };
            String::from_utf8(octets.to_vec()).unwrap()
        };
        assert_eq!(told(0, "GET / HTTP/1.1\r\nCook"), "GET / HTTP/1.1\r\nCook");
        assert_eq!(told(25, "secret\r\n too\r\nA: b"), "******\r\n ***\r\nA: b");
        assert_eq!(told(43, "c\r\n"), "c\r\n");
    }

    proptest! {
        #[test]
        fn any_split_masks_the_same(
            text in "(Cookie|Host|set-cookie|X)[: \r\n\ta-c=;&?]{0,40}",
            cuts in proptest::collection::vec(0usize..60, 0..4),
        ) {
            let redaction = Redaction::new(&[], &["a".into()]);
            let whole = mask(&redaction, &[text.as_bytes()]);
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            cuts.push(text.len());
            let mut from = 0;
            let mut pieces = Vec::new();
            for cut in cuts {
                pieces.push(&text.as_bytes()[from..cut]);
                from = cut;
            }
            prop_assert_eq!(mask(&redaction, &pieces), whole);
        }
    }

    #[test]
    fn content_of_responses_can_be_left_out() {
        let octets = b"quoted"[..].into();
        let event = Event::Connection(ConnectionId(1), Activity::Content { octets });
        let record = Record {
            seq: 0,
            at: Duration::ZERO,
            event,
        };
        let mut masker = Masker::new(Redaction::default());
        assert_eq!(masker.mask(&record), record);
        let without = masker.without_content().mask(&record).event;
        let octets = [].into();
        assert_eq!(
            without,
            Event::Connection(ConnectionId(1), Activity::Content { octets })
        );
    }
}
