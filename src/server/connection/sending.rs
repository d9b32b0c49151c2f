//! The third phase: a response goes out, its head and content that is in memory in one call.

use std::io;

use super::ending::Ending;
use super::transport::{Content, Transport, Unsent};
use crate::event::{Activity, CloseReason, Operation, Phase, Reporter, Waiting};
use crate::http::{HeadWriter, Persistence};
use crate::server::config::Config;
use crate::server::handler;
use crate::server::pace::WINDOW;
use crate::server::response::{Body, Response, SMALL};
use crate::server::stream::{Stream, Then};

/// How long the head of a response is as a rule, at most.
const HEAD: usize = 512;
/// Content up to this length is copied behind its head and sent from there: the kernel takes
/// one run of octets in less time than two, by more than the copy takes.
const COPIED: usize = 4096;
/// A send buffer that grew larger than this is given back after the response, so that an
/// idle connection does not hold it.
const KEPT: usize = HEAD + COPIED;

/// Sends responses. Holds the octets of the one that is being sent.
#[derive(Debug, Default)]
pub(super) struct Sender {
    out: Vec<u8>,
}

impl Sender {
    /// Takes memory for a response, and gives what it has.
    pub(super) fn swap_out(&mut self, out: &mut Vec<u8>) {
        std::mem::swap(&mut self.out, out);
    }

    /// Sends a response; with its last octets a FIN, where it is the last one.
    pub(super) fn send<S: Stream>(
        &mut self,
        transport: &mut Transport<S>,
        config: &Config,
        response: &Response,
        persistence: Persistence,
    ) -> Result<(), Unsent> {
        transport.delay(config.latency);
        let (head, rest) = match self.write(config, response, persistence) {
            Ok(written) => written,
            Err(error) => {
                let kind = error.kind();
                tell_unreadable(transport.reporter(), kind);
                // Nothing has been sent, so there is still an answer to give: one from memory.
                let lost = handler::file_lost(kind);
                return self.send(transport, config, &lost, persistence);
            }
        };
        let (status, because, length) =
            (response.status, &response.because, response.body.length());
        let reporter = transport.reporter();
        reporter.set_phase(Phase::Sending);
        reporter.count_response(status);
        let head_octets = self.out.get(..head).unwrap_or_default();
        reporter.note(|| Activity::Responding {
            status,
            head: head_octets.into(),
            body: length,
            because: because.clone(),
        });
        let inline = self.out.get(head..).unwrap_or_default();
        reporter.content(response.quotes_request(), |most| rest.first(inline, most));
        let then = if persistence.persists() {
            Then::Nothing
        } else {
            Then::More
        };
        transport.send(&self.out, rest, then)?;
        if !persistence.persists() {
            transport.finish();
        }
        if self.out.capacity() > KEPT {
            self.out = Vec::new();
        }
        // The peer's time for the next request begins when it has this response, not when it
        // had sent the last one: a slow reader may take longer than that.
        let took = transport.lap();
        transport.reporter().note(|| Activity::Responded {
            status,
            body: length,
            took,
        });
        Ok(())
    }

    /// Writes a response's head, and short content behind it, into `out`. Returns how long
    /// the head is, and what is to be sent behind `out`. Fails when a file cannot be read.
    fn write<'r>(
        &mut self,
        config: &Config,
        response: &'r Response,
        persistence: Persistence,
    ) -> io::Result<(usize, Content<'r>)> {
        self.out.clear();
        self.out.reserve(HEAD + behind_head(&response.body));
        let mut head = HeadWriter::begin(&mut self.out, response.status);
        response.write_fields(&mut head, &config.fields);
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
            Body::None | Body::Withheld { .. } => Content::Nothing,
            Body::Memory(content) if content.as_slice().len() <= COPIED => {
                self.out.extend_from_slice(content.as_slice());
                Content::Nothing
            }
            Body::Memory(content) => Content::Octets(content.as_slice()),
            Body::File(part) if part.length <= SMALL as u64 => {
                part.append_to(&mut self.out)?;
                Content::Nothing
            }
            Body::File(part) => Content::File(part),
        };
        Ok((length, rest))
    }
}

/// How many octets of the content are copied behind the head.
fn behind_head(body: &Body) -> usize {
    let most = match body {
        Body::None | Body::Withheld { .. } => 0,
        Body::Memory(_) => COPIED,
        Body::File(_) => SMALL,
    };
    let length = usize::try_from(body.length()).unwrap_or(usize::MAX);
    if length <= most { length } else { 0 }
}

/// How a connection ends on which something could not be sent to its end.
pub(super) fn end_unsent(unsent: Unsent, reporter: &mut Reporter, config: &Config) -> Ending {
    let timed_out = |reporter: &mut Reporter, after| {
        let waiting_for = Waiting::Send;
        reporter.note(|| Activity::TimedOut { waiting_for, after });
    };
    match unsent {
        Unsent::Broken => Ending::by_peer(CloseReason::Broken),
        Unsent::Stalled => {
            timed_out(reporter, config.send_timeout);
            Ending::by_server(CloseReason::SendStalled)
        }
        Unsent::TooSlow => {
            timed_out(reporter, WINDOW);
            Ending::by_server(CloseReason::SendSlow)
        }
        Unsent::FileShrank => {
            tell_unreadable(reporter, io::ErrorKind::UnexpectedEof);
            // The FIN is how the peer learns that the content is not whole.
            Ending::lingering(CloseReason::FileShrank)
        }
        Unsent::FileUnreadable(kind) => {
            tell_unreadable(reporter, kind);
            Ending::lingering(CloseReason::FileUnreadable)
        }
    }
}

fn tell_unreadable(reporter: &mut Reporter, kind: io::ErrorKind) {
    reporter.note(|| Activity::Failed {
        operation: Operation::ReadFile,
        kind,
    });
}
