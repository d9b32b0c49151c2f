//! From the first octet of a body to the end of the message, and what is no HTTP any more.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::body::BodyOctets;
use super::role::Role;
use super::state::Happening;
use super::{Body, Receiver, Step, StepOf};
use crate::http::boundary::BoundaryScanner;
use crate::http::chunked::{ChunkedDecoder, Decoded};
use crate::http::diagnosis::Fault;
use crate::http::head::section::FieldSection;
use crate::http::limits::LineEnds;
use crate::http::span::Span;

impl<R: Role> Receiver<R> {
    /// Takes what has come of the body out of the buffer.
    pub(super) fn body(&mut self) -> StepOf<'_, R> {
        let span = self.buffer.span();
        if span.is_empty() {
            return match (&self.body, self.peer_finished) {
                (_, false) => Step::NeedData,
                (Body::UntilClose, true) => {
                    self.go(Happening::LastOctet);
                    self.complete()
                }
                (Body::Length(_) | Body::Chunked(_), true) => {
                    self.reject(Fault::BodyIncomplete, span)
                }
            };
        }
        let octets = self.buffer.as_slice();
        let (taken, content, coding, complete) = match &mut self.body {
            Body::Length(rest) => {
                let here = (*rest).min(span.len());
                *rest -= here;
                (here, here, None, *rest == 0)
            }
            Body::UntilClose => (span.len(), span.len(), None, false),
            Body::Chunked(decoder) => {
                let before = *decoder;
                let decoded = match decode_up_to_fault(decoder, octets) {
                    Ok(decoded) => decoded,
                    Err(fault) => return self.reject(fault, Span::octet(span.start)),
                };
                keep_trailer(&mut self.trailer, octets, span.start, decoded);
                let taken = decoded.taken as u64;
                (taken, decoded.content, Some(before), decoded.complete)
            }
        };
        if complete {
            self.go(Happening::LastOctet);
        }
        let octets = self
            .buffer
            .take(usize::try_from(taken).unwrap_or(usize::MAX));
        Step::BodyReceived(BodyOctets::new(octets, span.start, content, coding))
    }

    /// Reports a message complete, and gets ready for the next one.
    pub(super) fn complete(&mut self) -> StepOf<'_, R> {
        let mut trailers = None;
        let (start, octets) = core::mem::take(&mut self.trailer);
        // A trailer section of two octets is the empty line alone.
        if octets.len() > 2 {
            match FieldSection::parse(&octets, 0, start, LineEnds::CrLf) {
                Ok(section) => trailers = Some(Box::new(section)),
                Err((fault, part)) => return self.reject(fault, part.at(start)),
            }
        }
        self.scanner = BoundaryScanner::default();
        self.go(if self.persists {
            Happening::Stays
        } else {
            Happening::Closes
        });
        Step::MessageComplete { trailers }
    }

    /// Hands on what is no HTTP.
    pub(super) fn opaque(&mut self) -> StepOf<'_, R> {
        let span = self.buffer.span();
        if !span.is_empty() {
            let octets = self.buffer.take(self.buffer.len());
            return Step::Opaque { octets, span };
        }
        if self.peer_finished {
            self.go(Happening::PeerFinished);
            return Step::Finished;
        }
        Step::NeedData
    }
}

/// Keeps those of the octets at `start` that belong to the trailer section.
fn keep_trailer(kept: &mut (u64, Vec<u8>), octets: &[u8], start: u64, decoded: Decoded) {
    let from = decoded.taken - decoded.trailer;
    if kept.1.is_empty() {
        kept.0 = start + from as u64;
    }
    kept.1
        .extend_from_slice(octets.get(from..decoded.taken).unwrap_or_default());
}

/// Decodes the octets before the first one that is wrong; the next call is refused at once.
/// So what came before the fault is told in the same way whether it came with it or earlier.
fn decode_up_to_fault(decoder: &mut ChunkedDecoder, octets: &[u8]) -> Result<Decoded, Fault> {
    let before = *decoder;
    match decoder.decode(octets) {
        Ok(decoded) => Ok(decoded),
        Err((fault, 0)) => Err(fault),
        Err((_, at)) => {
            *decoder = before;
            let good = octets.get(..at).unwrap_or_default();
            decoder.decode(good).map_err(|(fault, _)| fault)
        }
    }
}
