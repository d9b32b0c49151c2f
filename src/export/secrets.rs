//! The values of fields that let whoever holds them act as somebody else, masked: Cookie,
//! Set-Cookie, Authorization, Proxy-Authorization. Knows no format.
//!
//! A value is looked for by the name in front of it in whatever octets there are: a head may
//! be half received, refused, or cut in pieces. Masking keeps every length, so that offsets
//! and framing stay true. What else is secret, in a target or in content, is not known.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::transcript::{Copied, Exchange, Transcript};
use super::{Piece, Request};
use crate::event::Activity;
use crate::http::{LineEnds, MASK, RequestHead, cookie_values, secret_field};

/// Schemes of RFC 7617, 6750, 7616 and 4559: a value that begins with another word is
/// masked from its beginning.
const SCHEMES: [&[u8]; 4] = [b"Basic", b"Bearer", b"Digest", b"Negotiate"];

/// A value: whose it is, and which octets of what was looked at are secret.
type Secret = (&'static str, Vec<Range<usize>>);

impl Request {
    /// The fields whose values are secret and stand in its octets.
    pub fn secrets(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for run in self.runs() {
            found(&mut names, &run.octets());
        }
        found(
            &mut names,
            self.head.as_deref().map_or(&[], RequestHead::octets),
        );
        names
    }

    /// The same request, with every octet of such a value masked.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mut pieces = self.pieces.clone();
        for run in self.runs() {
            let masked = mask(&run.octets(), !self.begins(run.offset));
            overlay(&mut pieces, run.offset, &masked);
        }
        let head = self.head.as_deref().and_then(masked_head);
        if let Some(head) = &head {
            overlay(&mut pieces, head.span().start, head.octets());
        }
        Self {
            pieces,
            head: head.map(Arc::new),
            ..self.clone()
        }
    }

    /// Whether octets that begin here begin a line, or are of the body, where a part of a
    /// line says nothing.
    fn begins(&self, offset: u64) -> bool {
        let body = self
            .head
            .as_ref()
            .map(|head| head.span().end..self.span.end);
        offset == self.span.start || body.is_some_and(|body| body.contains(&offset))
    }

    /// The pieces, put together where no octet is missing between them.
    fn runs(&self) -> Vec<Run<'_>> {
        let pieces = self.pieces.iter();
        runs(pieces.map(|piece| (piece.offset, &piece.octets[..])))
    }
}

impl Transcript {
    /// The fields whose values are secret and stand in what went over the connection.
    pub fn secrets(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for run in self.runs() {
            found(&mut names, &run.octets());
        }
        for exchange in &self.exchanges {
            let head = exchange.request.head.as_deref();
            found(&mut names, head.map_or(&[], RequestHead::octets));
            found(
                &mut names,
                exchange.response_head.as_deref().unwrap_or_default(),
            );
        }
        names
    }

    /// The same transcript, with every octet of such a value masked.
    #[must_use]
    pub fn masked(&self) -> Self {
        let masked_runs: Vec<_> = self
            .runs()
            .iter()
            .map(|run| {
                let torn = !self.begins(run.offset);
                (run.offset, mask(&run.octets(), torn))
            })
            .collect();
        let mut transcript = self.clone();
        for record in &mut transcript.records {
            if let Activity::Received { offset, octets, .. } = &mut record.activity {
                let mut copy = octets.to_vec();
                for (start, masked) in &masked_runs {
                    copy_over(&mut copy, *offset, *start, masked);
                }
                *octets = copy.into();
            } else if let Activity::Responding { head, .. } = &mut record.activity {
                *head = mask(head, false).into();
            }
        }
        for exchange in &mut transcript.exchanges {
            exchange.mask();
        }
        transcript
    }

    /// Whether nothing is torn where octets begin here.
    fn begins(&self, offset: u64) -> bool {
        let mut requests = self.exchanges.iter().map(|exchange| &exchange.request);
        offset == 0 || requests.any(|request| request.begins(offset))
    }

    fn runs(&self) -> Vec<Run<'_>> {
        runs(self.records.iter().filter_map(|record| {
            if let Activity::Received { offset, octets, .. } = &record.activity {
                Some((*offset, &octets[..]))
            } else {
                None
            }
        }))
    }
}

impl Exchange {
    fn mask(&mut self) {
        self.request = self.request.masked();
        let masked = |octets: &Arc<[u8]>| Arc::from(mask(octets, false));
        self.request_line = self.request_line.as_ref().map(masked);
        self.response_head = self.response_head.as_ref().map(masked);
        // What a server answers is not looked into, and may quote what is masked; what a
        // WebSocket carries has no fields at all.
        let is_carried = self.carried.take().is_some();
        if self.copy == Copied::FromUpstream && (is_carried || self.content.is_some()) {
            self.content = None;
            self.copy = Copied::LeftOut;
        }
    }
}

/// The same head with its secrets masked. It is as well-formed as it was: a mask stands
/// where any octet of a field value may stand.
fn masked_head(head: &RequestHead) -> Option<RequestHead> {
    let octets = mask(head.octets(), false);
    let offset = head.span().start;
    RequestHead::parse(&octets, offset, LineEnds::LfToo).ok()
}

/// Octets that follow each other, in the pieces they came in.
struct Run<'a> {
    offset: u64,
    pieces: Vec<&'a [u8]>,
    end: u64,
}

impl Run<'_> {
    fn octets(&self) -> Cow<'_, [u8]> {
        match self.pieces.as_slice() {
            [piece] => Cow::Borrowed(piece),
            pieces => Cow::Owned(pieces.concat()),
        }
    }
}

fn runs<'a>(pieces: impl Iterator<Item = (u64, &'a [u8])>) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for (offset, octets) in pieces {
        let end = offset.saturating_add(octets.len() as u64);
        match runs.last_mut() {
            Some(run) if run.end == offset => {
                run.pieces.push(octets);
                run.end = end;
            }
            Some(_) | None => runs.push(Run {
                offset,
                pieces: vec![octets],
                end,
            }),
        }
    }
    runs
}

/// Puts `masked`, which begins at `start`, in the place of what the pieces hold there.
fn overlay(pieces: &mut [Piece], start: u64, masked: &[u8]) {
    for piece in pieces {
        copy_over(&mut piece.octets, piece.offset, start, masked);
    }
}

fn copy_over(octets: &mut [u8], offset: u64, start: u64, masked: &[u8]) {
    let first = offset.max(start);
    let (Ok(to), Ok(from)) = (
        usize::try_from(first - offset),
        usize::try_from(first - start),
    ) else {
        return;
    };
    let to = octets.get_mut(to..).unwrap_or_default();
    let from = masked.get(from..).unwrap_or_default();
    for (octet, masked) in to.iter_mut().zip(from) {
        *octet = *masked;
    }
}

pub(super) fn found(names: &mut Vec<&'static str>, octets: &[u8]) {
    for (name, _) in secrets(octets) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}

/// The octets with their secrets masked. Where the first line is torn, what stands before
/// its end may belong to a secret.
pub(super) fn mask(octets: &[u8], torn: bool) -> Vec<u8> {
    let mut masked = octets.to_vec();
    let line = octets.iter().position(|&octet| octet == b'\n');
    let torn = torn.then(|| 0..line.unwrap_or(octets.len()));
    let secrets = secrets(octets).into_iter().flat_map(|(_, ranges)| ranges);
    for range in secrets.chain(torn) {
        for octet in masked.get_mut(range).into_iter().flatten() {
            if *octet != b'\r' {
                *octet = MASK;
            }
        }
    }
    masked
}

/// Every secret in octets that may be a head, whatever else they are. A line that begins
/// with a blank continues the one before it (RFC 9112 §5.2).
fn secrets(octets: &[u8]) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = Vec::new();
    let mut continued: Option<&'static str> = None;
    let mut start = 0;
    for line in octets.split_inclusive(|&octet| octet == b'\n') {
        let end = start + line.trim_ascii_end().len();
        let folded = matches!(line.first(), Some(b' ' | b'\t')) && !line.trim_ascii().is_empty();
        let name = match continued {
            Some(name) if folded => Some((name, start)),
            Some(_) | None => named(line).map(|(name, value)| (name, start + value)),
        };
        continued = name.map(|(name, _)| name);
        if let Some((name, value)) = name {
            let value = value..end.max(value);
            let text = octets.get(value.clone()).unwrap_or_default();
            let ranges = parts(name, text, folded).into_iter();
            let ranges = ranges.map(|r| value.start + r.start..value.start + r.end);
            secrets.push((name, ranges.collect()));
        }
        start += line.len();
    }
    secrets.retain(|(_, ranges)| ranges.iter().any(|range| !range.is_empty()));
    secrets
}

/// The field a line is about, and where its value begins. A bare CR may hide the beginning
/// of a line from one reader and not from another; so may a control octet before a name.
fn named(line: &[u8]) -> Option<(&'static str, usize)> {
    let mut start = 0;
    for part in line.split_inclusive(|&octet| octet == b'\r') {
        if let Some(colon) = part.iter().position(|&octet| octet == b':') {
            let token = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'-';
            let name = part.get(..colon).unwrap_or_default();
            let first = name.iter().position(token).unwrap_or(colon);
            let last = name.iter().rposition(token).map_or(first, |last| last + 1);
            let name = name.get(first..last).unwrap_or_default();
            if let Some(secret) = secret_field(name) {
                return Some((secret, start + colon + 1));
            }
        }
        start += part.len();
    }
    None
}

/// Which octets of a value are secret: not the names of cookies, nor the scheme.
fn parts(name: &str, value: &[u8], folded: bool) -> Vec<Range<usize>> {
    let blank = value.len() - value.trim_ascii_start().len();
    if folded {
        return std::iter::once(blank..value.len()).collect();
    }
    if name.ends_with("Authorization") {
        let text = value.get(blank..).unwrap_or_default();
        let scheme = SCHEMES.iter().find(|scheme| {
            let word = text.get(..scheme.len()).unwrap_or_default();
            word.eq_ignore_ascii_case(scheme) && text.get(scheme.len()) == Some(&b' ')
        });
        let kept = scheme.map_or(0, |scheme| scheme.len() + 1);
        return std::iter::once(blank + kept..value.len()).collect();
    }
    // What follows the first pair of Set-Cookie may be about the cookie.
    let mut pairs = value.split(|&octet| octet == b';').enumerate();
    let mut ranges = cookie_values(value);
    ranges.retain(|_| {
        let (n, pair) = pairs.next().unwrap_or_default();
        name != "Set-Cookie" || n == 0 || !is_attribute(pair)
    });
    ranges
}

/// Whether a part of Set-Cookie is about its cookie (RFC 6265 §4.1.1, and what browsers
/// know since).
fn is_attribute(part: &[u8]) -> bool {
    const ATTRIBUTES: [&[u8]; 9] = [
        b"Domain",
        b"Expires",
        b"HttpOnly",
        b"Max-Age",
        b"Partitioned",
        b"Path",
        b"Priority",
        b"SameSite",
        b"Secure",
    ];
    let name = part.split(|octet| b"=;".contains(octet)).next();
    let name = name.unwrap_or_default().trim_ascii();
    ATTRIBUTES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
