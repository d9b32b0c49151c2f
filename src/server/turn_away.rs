//! The answer to a connection that nobody can serve: 503, without ever waiting, and told like
//! every other answer.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use super::handler;
use super::response::{Body, Response};
use super::shared::Shared;
use crate::event::{
    Activity, CloseReason, End, Operation, Phase, Policy, Refusal, Reporter, SendCall,
};
use crate::http::{HeadWriter, Span};

/// How much of a request-line goes into a log.
const LOGGED_LINE: usize = 1024;
/// How often `recv` is called on a connection that is turned away.
const READS: usize = 16;

/// Answers 503, says why, and closes. What the peer has sent by then is taken first, so that
/// closing does not reset the connection under the answer.
pub(super) fn turn_away(
    shared: &Shared,
    reporter: &mut Reporter,
    stream: &TcpStream,
    policy: Policy,
    reason: CloseReason,
) {
    let refusal = Refusal::from_policy(policy, Span::default(), 0);
    let (by, reason) = refuse(shared, reporter, stream, refusal, (b"", 0), reason);
    let totals = reporter.ledger().totals();
    reporter.note(|| Activity::Closed { by, reason, totals });
    reporter.flush();
}

/// Answers that this is refused, for which the connection is to be closed then: whose decision
/// that is, and why. `octets` are those of the request that are at hand, from `offset` on.
pub(super) fn refuse(
    shared: &Shared,
    reporter: &mut Reporter,
    stream: &TcpStream,
    refusal: Refusal,
    (octets, offset): (&[u8], u64),
    reason: CloseReason,
) -> (End, CloseReason) {
    let since = Instant::now();
    let mut response = handler::refuse(shared.site(), refusal, octets, offset);
    let begin = if offset == refusal.request_at {
        octets
    } else {
        b""
    };
    // A peer that sent HEAD reads no content, whatever else was wrong (RFC 9110 §9.3.2).
    if begin.starts_with(b"HEAD ") {
        response = response.withhold();
    }
    let status = response.status;
    let (answer, head) = write(&response, shared);
    let body = (answer.len() - head) as u64;
    reporter.set_phase(Phase::Sending);
    tell(reporter, refusal, begin);
    reporter.count_response(status);
    reporter.note(|| Activity::Responding {
        status,
        head: answer.get(..head).unwrap_or_default().into(),
        body,
        because: None,
    });
    let content = answer.get(head..).unwrap_or_default();
    reporter.content(response.quotes_request(), |most| {
        Some(content.get(..most).unwrap_or(content).into())
    });
    match send(reporter, stream, &answer) {
        Ok(()) => {
            let took = since.elapsed();
            reporter.note(|| Activity::Responded { status, body, took });
            take_what_came(reporter, stream);
            (End::Server, reason)
        }
        // A peer that does not even take this much is closed all the same.
        Err(error) => {
            let kind = error.kind();
            reporter.note(|| Activity::Failed {
                operation: Operation::Send,
                kind,
            });
            (End::Peer, CloseReason::Broken)
        }
    }
}

/// Tells what is refused, which begins with these octets.
pub(super) fn tell(reporter: &mut Reporter, refusal: Refusal, octets: &[u8]) {
    let line = octets.split(|&octet| octet == b'\n').next();
    let line = line.unwrap_or_default().trim_ascii_end();
    reporter.count_refused();
    reporter.note(|| Activity::Rejected {
        refusal,
        head: None,
        request_line: line.iter().take(LOGGED_LINE).copied().collect(),
    });
}

/// The octets of the response, and how many of them are its head.
fn write(response: &Response, shared: &Shared) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(1024);
    let mut head = HeadWriter::begin(&mut out, response.status);
    response.write_fields(&mut head, &shared.config.fields);
    head.field("Connection", "close");
    head.end();
    let length = out.len();
    if let Body::Memory(content) = &response.body {
        out.extend_from_slice(content.as_slice());
    }
    (out, length)
}

fn send(reporter: &mut Reporter, mut stream: &TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let n = stream.write(answer)?;
    let (octets, of) = (n as u64, answer.len() as u64);
    reporter.count_sent(octets);
    reporter.detail(|| Activity::Sent {
        call: SendCall::Send,
        octets,
        of,
    });
    if octets < of {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    stream.shutdown(Shutdown::Write)?;
    reporter.detail(|| Activity::Finished);
    Ok(())
}

fn take_what_came(reporter: &mut Reporter, mut stream: &TcpStream) {
    let mut unread = [0; 4096];
    for _ in 0..READS {
        match stream.read(&mut unread) {
            Ok(n) if n > 0 => reporter.count_received(n as u64),
            Ok(_) | Err(_) => return,
        }
    }
}
