//! Layer 2: no terminal. One Combined Log Format line on stdout for each request that was
//! answered or refused; on stderr, why one was refused, and what went wrong here.
//!
//! Nothing from the wire can forge a line or an escape sequence: every octet goes through
//! [`inert`], and quotes and backslashes are escaped, so that a line can be taken apart.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, select};

use crate::event::{
    Activity, Batch, ConnectionId, Event, Inbox, ListenerEvent, Operation, Record, inert,
};
use crate::http::{CONTINUE, RequestHead, Status};

/// How long lines are gathered after a write.
const GATHERING: Duration = Duration::from_millis(5);
/// How much is gathered before it is written.
const WRITE_SIZE: usize = 64 * 1024;

/// What is known of a connection between two log lines.
struct Conversation {
    peer: SocketAddr,
    request: Request,
    /// A response that has begun and is not complete.
    begun: Option<Begun>,
    /// How many octets of content were sent of the response that is logged.
    content: u64,
    /// How many octets were sent before the response that has begun.
    sent: u64,
}

#[derive(Clone, Copy)]
struct Begun {
    status: Status,
    /// How long its head is.
    head: u64,
    /// How much content was to follow.
    body: u64,
}

enum Request {
    None,
    Parsed(Arc<RequestHead>),
    Refused {
        head: Option<Arc<RequestHead>>,
        line: Arc<[u8]>,
    },
}

/// Writes the access log to `out`, and what keeps the server from serving to `errors`, until
/// the server has stopped and drops its end of `stop`; then what is still under way.
pub fn run(
    inbox: &Inbox,
    stop: &Receiver<()>,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> io::Result<()> {
    let mut log = AccessLog::new(inbox.sink().started());
    loop {
        select! {
            recv(inbox.receiver()) -> batch => match batch {
                Ok(batch) => {
                    drain(inbox, Some(batch), &mut log, out, errors)?;
                    // A log that is read at once wakes up for every line. Under load that
                    // costs the workers more than the lines do.
                    std::thread::sleep(GATHERING);
                }
                Err(_) => return Ok(()),
            },
            recv(stop) -> _ => return drain(inbox, None, &mut log, out, errors),
        }
    }
}

/// Takes what is there, a good write's worth at a time.
fn drain(
    inbox: &Inbox,
    first: Option<Batch>,
    log: &mut AccessLog,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> io::Result<()> {
    let mut next = first.or_else(|| inbox.receiver().try_recv().ok());
    while let Some(batch) = next {
        inbox.open(batch, |record| log.fold(record));
        next = inbox.receiver().try_recv().ok();
        if next.is_none() || log.lines.len() > WRITE_SIZE {
            out.write_all(log.lines.as_bytes())?;
            // Nobody is left to tell when stderr is gone.
            let _ = errors.write_all(log.errors.as_bytes());
            log.lines.clear();
            log.errors.clear();
        }
    }
    out.flush()
}

struct AccessLog {
    started: SystemTime,
    lines: String,
    errors: String,
    conversations: HashMap<ConnectionId, Conversation>,
}

impl AccessLog {
    fn new(started: SystemTime) -> Self {
        Self {
            started,
            lines: String::new(),
            errors: String::new(),
            conversations: HashMap::new(),
        }
    }

    /// Any subset of records makes sense: what was left out is missing from the log, no more.
    fn fold(&mut self, record: Record) {
        let Record { at, event, .. } = record;
        let (id, activity) = match event {
            Event::Connection(id, activity) => (id, activity),
            Event::Listener(ListenerEvent::AcceptFailed { error, retry }) => {
                let wait = retry.as_millis();
                // Writing into memory does not fail.
                let _ = writeln!(
                    self.errors,
                    "glassport: accept: {error}; trying again every {wait} ms"
                );
                return;
            }
            Event::Listener(
                ListenerEvent::Opened { .. }
                | ListenerEvent::Bound { .. }
                | ListenerEvent::Listening { .. }
                | ListenerEvent::Draining
                | ListenerEvent::Stopped,
            ) => return,
        };
        if let Activity::Accepted { peer, .. } = activity {
            let conversation = Conversation {
                peer,
                request: Request::None,
                begun: None,
                content: 0,
                sent: 0,
            };
            self.conversations.insert(id, conversation);
            return;
        }
        let Some(conversation) = self.conversations.get_mut(&id) else {
            return;
        };
        match activity {
            Activity::Parsed { head, .. } => conversation.request = Request::Parsed(head),
            Activity::Rejected {
                diagnosis,
                head,
                request_line,
            } => {
                let status = diagnosis.status();
                complain(
                    &mut self.errors,
                    conversation.peer,
                    format_args!("{status}: {diagnosis}"),
                );
                conversation.request = Request::Refused {
                    head,
                    line: request_line,
                };
            }
            Activity::Continued => conversation.sent += CONTINUE.len() as u64,
            Activity::Responding {
                status, head, body, ..
            } => {
                let head = head.len() as u64;
                conversation.begun = Some(Begun { status, head, body });
            }
            Activity::Responded { status, body, .. } => {
                let head = conversation.begun.take().map_or(0, |begun| begun.head);
                conversation.sent += head + body;
                conversation.content = body;
                conversation.log(status, self.started + at, &mut self.lines);
            }
            Activity::Failed {
                operation: Operation::ReadFile,
                kind,
            } => complain(
                &mut self.errors,
                conversation.peer,
                format_args!("a file could not be read to its end: {kind}"),
            ),
            Activity::Closed { totals, .. } => {
                if let Some(Begun { status, head, body }) = conversation.begun {
                    let behind_head = totals.sent.saturating_sub(conversation.sent + head);
                    conversation.content = behind_head.min(body);
                    conversation.log(status, self.started + at, &mut self.lines);
                }
                self.conversations.remove(&id);
            }
            Activity::Accepted { .. }
            | Activity::Received { .. }
            | Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Sent { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Failed {
                operation: Operation::Recv | Operation::Send | Operation::Work,
                ..
            } => {}
        }
    }
}

/// Writes one line for stderr.
fn complain(errors: &mut String, peer: SocketAddr, what: fmt::Arguments<'_>) {
    // Writing into memory does not fail.
    let _ = writeln!(errors, "glassport: {}: {what}", peer.ip().to_canonical());
}

impl Conversation {
    /// `host ident user [time] "request-line" status octets "referer" "user-agent"`.
    fn log(&mut self, status: Status, at: SystemTime, lines: &mut String) {
        let request = std::mem::replace(&mut self.request, Request::None);
        let (head, line) = match &request {
            Request::None => (None, &b""[..]),
            Request::Parsed(head) => (Some(head), head.request_line()),
            Request::Refused { head, line } => (head.as_ref(), &**line),
        };
        let field = |name| head.and_then(|head| head.value(name));
        // Writing into memory does not fail.
        let _ = writeln!(
            lines,
            "{} - - [{}] \"{}\" {status} {} \"{}\" \"{}\"",
            self.peer.ip().to_canonical(),
            clf_date(at),
            Quoted(Some(line)),
            std::mem::take(&mut self.content),
            Quoted(field("referer")),
            Quoted(field("user-agent")),
        );
    }
}

/// `10/Oct/2000:13:55:36 +0000`, made from `Tue, 10 Oct 2000 13:55:36 GMT`.
fn clf_date(at: SystemTime) -> String {
    // Log lines are stamped with the second that has begun, as dates in responses are.
    let date = httpdate::fmt_http_date(at);
    let mut parts = date.split(' ').skip(1);
    let mut part = || parts.next().unwrap_or_default();
    format!("{}/{}/{}:{} +0000", part(), part(), part(), part())
}

/// What a peer sent, fit to stand between two quotes; `-` when it sent nothing.
struct Quoted<'a>(Option<&'a [u8]>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(octets) = self.0.filter(|octets| !octets.is_empty()) else {
            return f.write_char('-');
        };
        // `inert` has escaped backslashes already; a quote is what is left to break out with.
        f.write_str(&inert(octets).replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Framing, LineEnds};

    /// The log lines of a connection on which these things happen.
    fn log(activities: Vec<Activity>) -> String {
        // Tue, 24 Nov 2026 11:13:00 GMT
        let started = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_518_780);
        let mut log = AccessLog::new(started);
        for (seq, activity) in activities.into_iter().enumerate() {
            let event = Event::Connection(ConnectionId(1), activity);
            log.fold(Record {
                seq: seq as u64,
                at: std::time::Duration::from_millis(1999),
                event,
            });
        }
        log.lines
    }

    fn accepted() -> Activity {
        Activity::Accepted {
            peer: "[::1]:5000".parse().unwrap(),
            local: "[::1]:80".parse().unwrap(),
        }
    }

    fn parsed(head: &str) -> Activity {
        let head = RequestHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
        let framing = Framing::of(&head).unwrap();
        Activity::Parsed {
            head: Arc::new(head),
            framing,
        }
    }

    fn responded(status: Status, body: u64) -> Activity {
        Activity::Responded {
            status,
            body,
            took: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn one_combined_log_line_an_exchange() {
        let head =
            "GET /a?b HTTP/1.1\r\nHost: x\r\nReferer: http://x/\r\nUser-Agent: curl/8\r\n\r\n";
        assert_eq!(
            log(vec![accepted(), parsed(head), responded(Status::OK, 12)]),
            "::1 - - [24/Nov/2026:11:13:01 +0000] \"GET /a?b HTTP/1.1\" 200 12 \"http://x/\" \"curl/8\"\n"
        );
    }

    #[test]
    fn nothing_a_peer_sends_can_forge_a_line_or_an_escape_sequence() {
        let head = "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\" 200 \\\u{9b}31m\u{202e}\r\n\r\n";
        let line = log(vec![accepted(), parsed(head), responded(Status::OK, 0)]);
        assert!(
            line.ends_with("\"a\\\" 200 \\\\\\u{9b}31m\\u{202e}\"\n"),
            "{line}"
        );
        let line: Arc<[u8]> = b"GET /\x1b[2J\r\n127.0.0.1 - - \"".as_slice().into();
        let diagnosis = crate::http::Diagnosis::new(
            crate::http::Fault::RequestLineControl,
            crate::http::Span::octet(5),
            0,
        );
        let rejected = Activity::Rejected {
            diagnosis,
            head: None,
            request_line: line,
        };
        let line = log(vec![
            accepted(),
            rejected,
            responded(Status::BAD_REQUEST, 9),
        ]);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        assert!(
            !line.contains('\x1b')
                && line.contains("\"GET /\\x1b[2J\\r\\n127.0.0.1 - - \\\"\" 400 9"),
            "{line}"
        );
    }

    #[test]
    fn a_response_that_was_cut_off_is_logged_when_the_connection_closes() {
        let responding = |body| Activity::Responding {
            status: Status::OK,
            head: b"head".as_slice().into(),
            body,
            because: None,
        };
        let closed = |sent| Activity::Closed {
            by: crate::event::End::Peer,
            reason: crate::event::CloseReason::Broken,
            totals: crate::event::ConnectionTotals {
                sent,
                ..crate::event::ConnectionTotals::default()
            },
        };
        let get = || parsed("GET / HTTP/1.0\r\n\r\n");
        // An answer of 4 + 9 octets, an interim one of 25, and half a head or some content.
        for (sent, content) in [(0, 0), (40, 0), (42, 0), (47, 5)] {
            let lines = log(vec![
                accepted(),
                get(),
                responding(9),
                responded(Status::OK, 9),
                Activity::Continued,
                get(),
                responding(100),
                closed(sent),
            ]);
            assert!(
                lines.ends_with(&format!("\"GET / HTTP/1.0\" 200 {content} \"-\" \"-\"\n")),
                "{sent}: {lines}"
            );
        }
    }
}
