//! Octets of a body, as one step lends them.

use crate::http::chunked::ChunkedDecoder;
use crate::http::span::Span;

/// Octets of a body that came together: as they came, and which of them are content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyOctets<'a> {
    octets: &'a [u8],
    start: u64,
    content: u64,
    /// Where the chunked coding stood before these octets, if there is one.
    coding: Option<ChunkedDecoder>,
}

impl<'a> BodyOctets<'a> {
    pub(super) const fn new(
        octets: &'a [u8],
        start: u64,
        content: u64,
        coding: Option<ChunkedDecoder>,
    ) -> Self {
        Self {
            octets,
            start,
            content,
            coding,
        }
    }

    /// The octets as they came, coding included.
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// Where they stand in what the connection received.
    pub const fn span(self) -> Span {
        Span::new(self.start, self.start + self.octets.len() as u64)
    }

    /// How many of them are content.
    pub const fn content_len(self) -> u64 {
        self.content
    }

    /// The runs of them that are content: the coding is decoded once more, by whoever wants to
    /// know.
    pub fn content(self) -> impl Iterator<Item = &'a [u8]> {
        let Self {
            octets, mut coding, ..
        } = self;
        let mut at = 0;
        core::iter::from_fn(move || {
            let run = match &mut coding {
                Some(decoder) => decoder.next_run(octets, &mut at)?,
                None => core::mem::replace(&mut at, octets.len())..octets.len(),
            };
            octets.get(run).filter(|run| !run.is_empty())
        })
    }
}
