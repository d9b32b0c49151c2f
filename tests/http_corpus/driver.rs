//! Feeds octets to a [`Connection`] and keeps what it says. Shared by the corpus, the
//! properties and the fuzz targets.

use glassport::http::{Connection, Limits, Step, WaitingFor};

/// What a connection made of some octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The steps: no `Scanned` and no `NeedData`, and what came of one body in one step.
    pub(crate) steps: Vec<Step>,
    /// What it waits for in the end.
    pub(crate) waiting_for: WaitingFor,
    /// Octets it did not take.
    pub(crate) left: u64,
}

/// Feeds `pieces` one after another, then the end if `eof` says so. On the way, holds the
/// scanner to its promise: the octets it looks at follow each other and none comes twice.
pub(crate) fn run<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    eof: bool,
) -> Outcome {
    let mut connection = Connection::new(limits);
    let mut pieces = pieces.into_iter();
    let mut steps: Vec<Step> = Vec::new();
    let mut received = 0;
    let mut looked_at = 0;
    let mut idle = 0;
    loop {
        let step = connection.step();
        idle += 1;
        assert!(idle < 100_000, "the connection does not come to rest");
        match step {
            Step::NeedData => match pieces.next() {
                Some(piece) => {
                    received += piece.len() as u64;
                    idle = 0;
                    connection.receive(piece);
                }
                None if eof && !connection.peer_finished() => connection.receive_eof(),
                None => break,
            },
            Step::Scanned { from, to, matched } => {
                assert!(looked_at <= from && from < to && to <= received);
                assert!(matched <= 4);
                looked_at = to;
            }
            Step::BodyReceived { span, content } => {
                assert!(content <= span.len() && !span.is_empty());
                looked_at = span.end;
                match steps.last_mut() {
                    Some(Step::BodyReceived {
                        span: all,
                        content: sum,
                    }) if all.end == span.start => {
                        all.end = span.end;
                        *sum += content;
                    }
                    _ => steps.push(Step::BodyReceived { span, content }),
                }
            }
            Step::Finished => {
                steps.push(Step::Finished);
                break;
            }
            Step::BoundaryFound { head } => {
                assert_eq!(head.end, looked_at, "the head ends where the scan stopped");
                steps.push(Step::BoundaryFound { head });
            }
            Step::Rejected { diagnosis, head } => {
                let span = diagnosis.span;
                assert!(diagnosis.request_at <= span.start && span.end <= received);
                steps.push(Step::Rejected { diagnosis, head });
                let next = connection.step();
                let nothing = matches!(next, Step::NeedData | Step::Finished);
                assert!(nothing, "a step follows a refusal: {next:?}");
                break;
            }
            step @ (Step::Parsed { .. } | Step::MessageComplete) => steps.push(step),
        }
    }
    // What comes behind a refusal is not read, so it does not count.
    let refused = matches!(steps.last(), Some(Step::Rejected { .. }));
    Outcome {
        left: if refused {
            0
        } else {
            connection.buffered().len()
        },
        waiting_for: connection.waiting_for(),
        steps,
    }
}
