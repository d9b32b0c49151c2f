//! The answering half of a worker: from a request, or a refusal, to sent octets, and how the
//! connection ends if it does.

use std::io;
use std::sync::Arc;

use super::pace::WINDOW;
use super::respond;
use super::response::{Body, Response, SMALL};
use super::send::{self, FilePart, Unsent};
use super::stream::{Stream, Then};
use super::worker::{Ending, Worker};
use crate::event::{Activity, CloseReason, Operation, Phase, Refusal, Waiting};
use crate::http::{Framing, HeadWriter, Persistence, RequestHead};

/// How much of a request-line goes into a log.
const LOGGED_LINE: usize = 1024;
/// A send buffer that grew larger than this is given back after the response, so that an
/// idle connection does not hold it.
const KEPT: usize = 4096;

/// How long the head of a response is as a rule, at most.
const HEAD: usize = 512;

/// What does not fit into one `send` with the head.
enum Rest<'a> {
    Nothing,
    Octets(&'a [u8]),
    File(&'a FilePart),
}

impl<S: Stream> Worker<'_, S> {
    /// Answers a request whose body is not going to be read: the connection cannot stay, for
    /// this `reason`.
    pub(super) fn answer_unread(
        &mut self,
        head: &Arc<RequestHead>,
        framing: Framing,
        reason: CloseReason,
    ) -> Ending {
        let framing = Framing {
            persistence: Persistence::Close,
            ..framing
        };
        match self.answer(head, framing, None) {
            Some(ending) if ending.reason != CloseReason::CloseAsked => ending,
            Some(_) | None => Ending::lingering(reason),
        }
    }

    /// Answers one request, with an echo of its body if that was kept. Says how the connection
    /// ends, if it does.
    pub(super) fn answer(
        &mut self,
        head: &Arc<RequestHead>,
        framing: Framing,
        echoed: Option<Vec<u8>>,
    ) -> Option<Ending> {
        self.tap.set_phase(Phase::Handling);
        let response = self.respond(head, framing, echoed);
        if let Some(refusal) = response.refusal {
            self.tell_refusal(refusal, Some(Arc::clone(head)), head.request_line());
        }
        if let Some(resource) = &response.resource {
            self.tap.detail(|| Activity::Resolved(resource.clone()));
        }
        let draining = self.shared.draining();
        let persistence = if response.close || draining {
            Persistence::Close
        } else {
            framing.persistence
        };
        if let Err(unsent) = self.send(&response, persistence) {
            return Some(self.unsent(unsent));
        }
        if persistence.persists() {
            return None;
        }
        let reason = match framing.persistence {
            _ if draining => CloseReason::Draining,
            Persistence::Http10 => CloseReason::Http10,
            Persistence::Close => CloseReason::CloseAsked,
            Persistence::Persistent | Persistence::KeepAlive => CloseReason::Refused,
        };
        Some(Ending::lingering(reason))
    }

    /// Answers a request that cannot be served, and ends the connection.
    pub(super) fn refuse(
        &mut self,
        refusal: Refusal,
        head: Option<Arc<RequestHead>>,
        reason: CloseReason,
    ) -> Ending {
        let received = self.connection.buffered_octets();
        let first = received.split(|&o| o == b'\n').next().unwrap_or_default();
        let line = head.as_ref().map_or(first, |head| head.request_line());
        let line: Arc<[u8]> = line
            .strip_suffix(b"\r")
            .unwrap_or(line)
            .iter()
            .take(LOGGED_LINE)
            .copied()
            .collect();
        let mut response = respond::refusal(
            self.shared,
            refusal,
            received,
            self.connection.buffered().start,
        );
        // A peer that sent HEAD reads no content, whatever else was wrong (RFC 9110 §9.3.2).
        if line.starts_with(b"HEAD ") {
            response = response.withhold();
        }
        self.tell_refusal(refusal, head, &line);
        match self.send(&response, Persistence::Close) {
            Ok(()) => Ending::lingering(reason),
            Err(unsent) => self.unsent(unsent),
        }
    }

    fn tell_refusal(&mut self, refusal: Refusal, head: Option<Arc<RequestHead>>, line: &[u8]) {
        self.tap.count_refused();
        self.tap.note(|| Activity::Rejected {
            diagnosis: refusal,
            head,
            request_line: line.into(),
        });
    }

    pub(super) fn unsent(&mut self, unsent: Unsent) -> Ending {
        match unsent {
            Unsent::Broken(_) => Ending::by_peer(CloseReason::Broken),
            Unsent::Stalled => {
                let after = self.shared.config.send_timeout;
                self.tap.note(|| Activity::TimedOut {
                    waiting_for: Waiting::Send,
                    after,
                });
                Ending::by_server(CloseReason::SendStalled)
            }
            Unsent::TooSlow => {
                self.tap.note(|| Activity::TimedOut {
                    waiting_for: Waiting::Send,
                    after: WINDOW,
                });
                Ending::by_server(CloseReason::SendSlow)
            }
            Unsent::FileShrank => {
                self.tap.note(|| Activity::Failed {
                    operation: Operation::ReadFile,
                    kind: io::ErrorKind::UnexpectedEof,
                });
                // The FIN is how the peer learns that the content is not whole.
                Ending::lingering(CloseReason::FileShrank)
            }
            Unsent::FileUnreadable(kind) => {
                self.tap.note(|| Activity::Failed {
                    operation: Operation::ReadFile,
                    kind,
                });
                Ending::lingering(CloseReason::FileUnreadable)
            }
        }
    }

    /// Sends a response: its head and small content in one `send`.
    pub(super) fn send(
        &mut self,
        response: &Response,
        persistence: Persistence,
    ) -> Result<(), Unsent> {
        if !self.shared.config.latency.is_zero() {
            self.tap.flush();
            self.stream.dawdle(self.shared.config.latency);
        }
        let (head, rest) = match self.write(response, persistence) {
            Ok(written) => written,
            Err(error) => {
                let kind = error.kind();
                self.tap.note(|| Activity::Failed {
                    operation: Operation::ReadFile,
                    kind,
                });
                // Nothing has been sent, so there is still an answer to give: one from memory.
                return self.send(&respond::file_lost(kind), persistence);
            }
        };
        let (status, because, length) =
            (response.status, &response.because, response.body.length());
        self.tap.set_phase(Phase::Sending);
        self.tap.count_response(status);
        let head_octets = self.out.get(..head).unwrap_or_default();
        self.tap.note(|| Activity::Responding {
            status,
            head: head_octets.into(),
            body: length,
            because: because.clone(),
        });
        // The FIN of the last response travels with its last octets.
        let then = if persistence.persists() {
            Then::Nothing
        } else {
            Then::More
        };
        let (stream, tap, pace) = (&mut self.stream, &mut *self.tap, &mut self.pace);
        let sent = match rest {
            Rest::Nothing => send::all(stream, tap, pace, &self.out, then),
            Rest::Octets(content) => send::all(stream, tap, pace, &self.out, Then::More)
                .and_then(|()| send::all(stream, tap, pace, content, then)),
            Rest::File(part) => send::file(stream, tap, pace, &self.out, part),
        };
        self.pace.end();
        sent?;
        if !persistence.persists() {
            self.finish();
        }
        if self.out.capacity() > KEPT {
            self.out = Vec::new();
        }
        // The peer's time for the next request begins when it has this response, not when it
        // had sent the last one: a slow reader may take longer than that.
        let now = self.stream.now();
        let took = now.saturating_duration_since(std::mem::replace(&mut self.now, now));
        self.tap.note(|| Activity::Responded {
            status,
            body: length,
            took,
        });
        Ok(())
    }
    /// Writes a response's head, and small content behind it, into `out`. Returns how long
    /// the head is, and what is still to be sent after `out`. Fails when a file cannot be read.
    fn write<'r>(
        &mut self,
        response: &'r Response,
        persistence: Persistence,
    ) -> io::Result<(usize, Rest<'r>)> {
        self.out.clear();
        let content = usize::try_from(response.body.length()).unwrap_or(SMALL);
        self.out
            .reserve(HEAD + if content <= SMALL { content } else { 0 });
        let mut head = HeadWriter::begin(&mut self.out, response.status);
        response.write_fields(&mut head, &self.shared.config.fields);
        match persistence {
            Persistence::Persistent => {}
            // HTTP/1.0 peers take the connection as persistent only when told (RFC 9112 §9.3).
            Persistence::KeepAlive => {
                head.field("Connection", "keep-alive");
            }
            Persistence::Close | Persistence::Http10 => {
                head.field("Connection", "close");
            }
        }
        head.end();
        let length = self.out.len();
        let rest = match &response.body {
            Body::None | Body::Withheld { .. } => Rest::Nothing,
            Body::Memory(content) if content.as_slice().len() <= SMALL => {
                self.out.extend_from_slice(content.as_slice());
                Rest::Nothing
            }
            Body::Memory(content) => Rest::Octets(content.as_slice()),
            Body::File(part) if part.length <= SMALL as u64 => {
                part.append_to(&mut self.out)?;
                Rest::Nothing
            }
            Body::File(part) => Rest::File(part),
        };
        Ok((length, rest))
    }
}
