//! From the first octet of a message to its parsed head.

use alloc::sync::Arc;

use super::role::{Begin, Follows, Framed, Role};
use super::state::Happening;
use super::{Body, Line, Receiver, StepOf};
use crate::http::boundary::Found;
use crate::http::chunked::ChunkedDecoder;
use crate::http::connection::Step;
use crate::http::diagnosis::Fault;
use crate::http::head::Head;
use crate::http::head::start_line::{Progress, StartLine};
use crate::http::limits::LineEnds;
use crate::http::span::Span;

impl<R: Role> Receiver<R> {
    /// Looks at the first octet of a message.
    pub(super) fn start(&mut self) -> StepOf<'_, R> {
        loop {
            let octets = self.buffer.as_slice();
            let begin = self
                .role
                .begin(octets, self.peer_finished, self.limits.line_ends);
            let here = self.buffer.span().start;
            match begin {
                Begin::NeedData => return Step::NeedData,
                Begin::Finished => {
                    self.go(Happening::PeerFinished);
                    return Step::Finished;
                }
                Begin::Skip(octets) => {
                    self.buffer.take(octets);
                }
                Begin::Message => {
                    self.go(Happening::FirstOctet);
                    self.line = Line::Reading(Default::default());
                    self.message_at = here;
                    return self.scan();
                }
                Begin::Refuse(fault) => {
                    self.message_at = here;
                    let end = if self.buffer.is_empty() {
                        here
                    } else {
                        here + 1
                    };
                    return self.reject(fault, Span::new(here, end));
                }
            }
        }
    }

    /// What there is of the head, up to the longest one that is taken.
    fn head_octets(&self) -> &[u8] {
        let octets = self.buffer.as_slice();
        octets.get(..self.limits.head).unwrap_or(octets)
    }

    /// Looks at what is new in the head, or says what is wrong when nothing is.
    pub(super) fn scan(&mut self) -> StepOf<'_, R> {
        let before = self.scanner.searched();
        let octets = self.buffer.as_slice();
        let octets = octets.get(..self.limits.head).unwrap_or(octets);
        if before == octets.len() {
            return self.head_so_far();
        }
        match self.scanner.scan(octets) {
            Found::Boundary(head) | Found::BareBoundary(head) => {
                self.head = head;
                self.go(Happening::EmptyLine);
            }
            Found::Nothing => {}
        }
        Step::Scanned {
            from: self.message_at + before as u64,
            to: self.message_at + self.scanner.searched() as u64,
            matched: self.scanner.matched(),
        }
    }

    /// Reads what is new of the start-line. It is judged before the empty line is there, and
    /// before anything else in the head, so that the same octets are refused for the same
    /// reason in however many pieces they come.
    fn read_line(&mut self) -> Result<(), (Fault, Span)> {
        let line_ends = self.limits.line_ends;
        let Line::Reading(mut reader) = self.line else {
            return Ok(());
        };
        let progress = R::Line::read(&mut reader, self.head_octets(), line_ends)
            .map_err(|(fault, part)| (fault, part.at(self.message_at)))?;
        self.line = match progress {
            Progress::Partial => Line::Reading(reader),
            Progress::Complete(line) => Line::Complete(line),
            Progress::Bare(_) => Line::Bare,
        };
        Ok(())
    }

    /// Every octet has been looked at and no empty line is there: may it go on?
    fn head_so_far(&mut self) -> StepOf<'_, R> {
        if let Err((fault, span)) = self.read_line() {
            return self.reject(fault, span);
        }
        let end = self.buffer.span().end;
        if self.buffer.len() > self.limits.head {
            let first_too_many = self.message_at + self.limits.head as u64;
            return self.reject(Fault::HeadTooLarge, Span::octet(first_too_many));
        }
        if self.peer_finished {
            let bare = self
                .first_bare_lf()
                .filter(|_| self.limits.line_ends == LineEnds::CrLf);
            return match bare {
                Some(at) => self.reject(Fault::BareLf, Span::octet(at)),
                None => self.reject(Fault::HeadIncomplete, Span::new(end, end)),
            };
        }
        Step::NeedData
    }

    /// Reports where the head ends.
    pub(super) fn boundary(&mut self) -> StepOf<'_, R> {
        if let Err((fault, span)) = self.read_line() {
            return self.reject(fault, span);
        }
        // An empty line made with a bare LF is no boundary where only CR LF counts: it ends the
        // wait, and the head is refused.
        if self.scanner.matched() < 4 && self.limits.line_ends == LineEnds::CrLf {
            return self.parse();
        }
        self.go(Happening::BoundaryTold);
        Step::BoundaryFound {
            head: Span::new(self.message_at, self.message_at + self.head as u64),
        }
    }

    pub(super) fn parse(&mut self) -> StepOf<'_, R> {
        let start = self.message_at;
        let line_ends = self.limits.line_ends;
        let octets = self.buffer.as_slice().get(..self.head).unwrap_or_default();
        let bare = self.first_bare_lf().filter(|_| line_ends == LineEnds::CrLf);
        let mut spare = self.spare.take();
        let parsed = match (bare, &self.line) {
            (Some(at), _) => Err(self.diagnosis(Fault::BareLf, Span::octet(at))),
            (None, Line::Complete(line)) => {
                let memory = spare.as_mut().and_then(Arc::get_mut).map(Head::take_memory);
                let memory = memory.unwrap_or_default();
                Head::parse_fields(*line, memory, octets, start, line_ends)
            }
            (None, Line::Reading(_) | Line::Bare) => Head::parse(octets, start, line_ends),
        };
        let head = match parsed {
            Ok(head) => in_place_of(spare, head),
            Err(diagnosis) => return self.refuse(diagnosis, None),
        };
        match self.role.frame(&head) {
            Ok(Framed {
                framing,
                follows,
                persists,
            }) => {
                self.buffer.take(self.head);
                self.persists = persists;
                self.follow(follows);
                Step::Parsed { head, framing }
            }
            Err(diagnosis) => self.refuse(diagnosis, Some(head)),
        }
    }

    fn follow(&mut self, follows: Follows) {
        self.body = match follows {
            Follows::Nothing => return self.go(Happening::NoBody),
            Follows::Opaque => return self.go(Happening::SwitchFollows),
            Follows::Length(rest) => Body::Length(rest),
            Follows::Chunked => Body::Chunked(ChunkedDecoder::default()),
            Follows::UntilClose => Body::UntilClose,
        };
        self.go(Happening::BodyFollows);
    }
}

/// Puts a head in the place of one that nobody holds any more.
fn in_place_of<H>(spare: Option<Arc<H>>, head: H) -> Arc<H> {
    let Some(mut spare) = spare else {
        return Arc::new(head);
    };
    match Arc::get_mut(&mut spare) {
        Some(place) => *place = head,
        None => spare = Arc::new(head),
    }
    spare
}
