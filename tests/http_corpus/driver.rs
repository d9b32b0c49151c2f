//! Feeds octets to a connection and keeps what it says. Shared by the corpus, the properties
//! and the fuzz targets.

use std::fmt::Debug;
use std::sync::Arc;

use glassport::http::{
    Asked, Connection, Diagnosis, FieldSection, Framing, Limits, RequestHead, ResponseConnection,
    ResponseFraming, ResponseHead, Span, Step, WaitingFor,
};

/// What a connection said of some octets: no `Scanned` and no `NeedData`, and what came of one
/// body in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said<H, F> {
    BoundaryFound {
        head: Span,
    },
    Parsed {
        head: Arc<H>,
        framing: F,
    },
    BodyReceived {
        span: Span,
        content: Vec<u8>,
    },
    MessageComplete {
        trailers: Option<Box<FieldSection>>,
    },
    Opaque {
        span: Span,
    },
    Rejected {
        diagnosis: Diagnosis,
        head: Option<Arc<H>>,
    },
    Finished,
}

/// What a connection made of some octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome<H, F> {
    pub(crate) said: Vec<Said<H, F>>,
    /// What it waits for in the end.
    pub(crate) waiting_for: WaitingFor,
    /// Octets it did not take.
    pub(crate) left: u64,
}

/// What came of requests.
pub(crate) type Requests = Outcome<RequestHead, Framing>;
/// What came of responses.
pub(crate) type Responses = Outcome<ResponseHead, ResponseFraming>;

/// Feeds `pieces` of requests one after another, then the end if `eof` says so.
pub(crate) fn requests<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    eof: bool,
) -> Requests {
    run(Connection::new(limits), pieces, eof)
}

/// The same for responses to requests that were `asked`.
pub(crate) fn responses<'a>(
    limits: Limits,
    asked: &[Asked],
    pieces: impl IntoIterator<Item = &'a [u8]>,
    eof: bool,
) -> Responses {
    let mut connection = ResponseConnection::new(limits);
    for &asked in asked {
        connection.expect(asked);
    }
    run(connection, pieces, eof)
}

/// What both kinds of connection do.
trait Receive {
    type Head: Debug;
    type Framing: Debug;
    fn receive(&mut self, octets: &[u8]);
    fn receive_eof(&mut self);
    fn peer_finished(&self) -> bool;
    fn step(&mut self) -> Step<'_, Self::Head, Self::Framing>;
    fn waiting_for(&self) -> WaitingFor;
    fn buffered(&self) -> Span;
}

macro_rules! receive {
    ($connection:ty, $head:ty, $framing:ty) => {
        impl Receive for $connection {
            type Head = $head;
            type Framing = $framing;
            fn receive(&mut self, octets: &[u8]) {
                self.receive(octets);
            }
            fn receive_eof(&mut self) {
                self.receive_eof();
            }
            fn peer_finished(&self) -> bool {
                self.peer_finished()
            }
            fn step(&mut self) -> Step<'_, $head, $framing> {
                self.step()
            }
            fn waiting_for(&self) -> WaitingFor {
                self.waiting_for()
            }
            fn buffered(&self) -> Span {
                self.buffered()
            }
        }
    };
}

receive!(Connection, RequestHead, Framing);
receive!(ResponseConnection, ResponseHead, ResponseFraming);

/// On the way, holds the scanner to its promise: the octets it looks at follow each other and
/// none comes twice. And every octet that is lent is the one that came at its place.
fn run<'a, C: Receive>(
    mut connection: C,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    eof: bool,
) -> Outcome<C::Head, C::Framing> {
    let mut pieces = pieces.into_iter();
    let mut said: Vec<Said<C::Head, C::Framing>> = Vec::new();
    let mut received = Vec::new();
    let mut looked_at = 0;
    let mut idle = 0;
    loop {
        idle += 1;
        assert!(idle < 100_000, "the connection does not come to rest");
        match connection.step() {
            Step::NeedData => match pieces.next() {
                Some(piece) => {
                    received.extend_from_slice(piece);
                    idle = 0;
                    connection.receive(piece);
                }
                None if eof && !connection.peer_finished() => connection.receive_eof(),
                None => break,
            },
            Step::Scanned { from, to, matched } => {
                assert!(looked_at <= from && from < to && to <= received.len() as u64);
                assert!(matched <= 4);
                looked_at = to;
            }
            Step::BodyReceived(body) => {
                let span = body.span();
                assert_eq!(body.octets(), at(&received, span));
                assert!(body.content_len() <= span.len() && !span.is_empty());
                assert!(body.content().all(|run| !run.is_empty()));
                let fresh: Vec<u8> = body.content().flatten().copied().collect();
                assert_eq!(fresh.len() as u64, body.content_len());
                looked_at = span.end;
                match said.last_mut() {
                    Some(Said::BodyReceived { span: all, content }) if all.end == span.start => {
                        all.end = span.end;
                        content.extend(fresh);
                    }
                    _ => said.push(Said::BodyReceived {
                        span,
                        content: fresh,
                    }),
                }
            }
            Step::Opaque { octets, span } => {
                assert_eq!(octets, at(&received, span));
                match said.last_mut() {
                    Some(Said::Opaque { span: all }) if all.end == span.start => {
                        all.end = span.end;
                    }
                    _ => said.push(Said::Opaque { span }),
                }
            }
            Step::Finished => {
                said.push(Said::Finished);
                break;
            }
            Step::BoundaryFound { head } => {
                assert_eq!(head.end, looked_at, "the head ends where the scan stopped");
                said.push(Said::BoundaryFound { head });
            }
            Step::Rejected { diagnosis, head } => {
                let span = diagnosis.span;
                assert!(diagnosis.message_at <= span.start && span.end <= received.len() as u64);
                said.push(Said::Rejected { diagnosis, head });
                let next = connection.step();
                let nothing = matches!(next, Step::NeedData | Step::Finished);
                assert!(nothing, "a step follows a refusal: {next:?}");
                break;
            }
            Step::Parsed { head, framing } => said.push(Said::Parsed { head, framing }),
            Step::MessageComplete { trailers } => said.push(Said::MessageComplete { trailers }),
        }
    }
    // What comes behind a refusal is not read, so it does not count.
    let refused = matches!(said.last(), Some(Said::Rejected { .. }));
    Outcome {
        left: if refused {
            0
        } else {
            connection.buffered().len()
        },
        waiting_for: connection.waiting_for(),
        said,
    }
}

fn at(octets: &[u8], span: Span) -> &[u8] {
    &octets[usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap()]
}
