//! Layer 2: no terminal. One line of an access log for each request that was answered or
//! refused; on stderr, why one was refused, what went wrong here, and, when asked for, how
//! each connection begins and ends.
//!
//! No line is lost silently. Lines that wait to be read are bounded in octets (4 MiB for the
//! log, 4 MiB for stderr), and so is what workers have told and was not made into lines yet
//! (8 MiB). When there is no room, a reader that takes something now and then is waited for:
//! the workers wait too, and the server becomes as slow as its log. One that takes nothing for
//! a second is not waited for again until it does: lines are lost, their number is said on
//! stderr when that begins, every ten seconds, when it is over, and at the end. A file is
//! waited for as long as it takes, and loses lines only when a write fails. Lines written and
//! lines lost are all the lines there were.

mod connections;
mod format;
mod loss;
mod outlet;
mod target;
mod whole;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, after, never, select};

pub use format::LogFormat;
pub use outlet::Outlet;

use crate::event::{Activity, Batch, ConnectionId, Event, Inbox, ListenerEvent, Record};
use crate::trace::{Entry, State};
use format::Finished;
use loss::Loss;

/// How long lines are gathered after a write.
const GATHERING: Duration = Duration::from_millis(5);
/// How much is gathered before it is written.
const WRITE_SIZE: usize = 64 * 1024;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// How a line of the access log is written; `None` for no access log.
    pub format: Option<LogFormat>,
    /// Whether how each connection begins and ends is told too.
    pub connections: bool,
}

/// Where it is written.
#[derive(Debug, Clone)]
pub struct Outlets {
    /// The access log.
    pub log: Outlet,
    /// What keeps the server from serving, and what is told of connections.
    pub errors: Outlet,
}

/// How the log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nothing waits to be written.
    InOrder,
    /// What is left cannot be written: nobody takes it.
    Stuck,
}

/// Writes the access log. It ends when the server has stopped and drops its end of `stop`,
/// after what is still under way, or when whoever read the log has gone.
pub fn run(inbox: &Inbox, stop: &Receiver<()>, lines: Lines, outlets: &Outlets) -> Ended {
    let mut writer = Writer {
        inbox,
        outlets,
        log: AccessLog::new(lines, inbox.sink().started()),
        losses: (Loss::new("access log"), Loss::new("stderr")),
    };
    loop {
        let again = if writer.losses.0.goes_on() {
            after(loss::EVERY)
        } else {
            never()
        };
        select! {
            recv(inbox.receiver()) -> batch => match batch {
                Ok(batch) => {
                    writer.drain(Some(batch));
                    // A log that is read at once wakes up for every line. Under load that
                    // costs the workers more than the lines do.
                    std::thread::sleep(GATHERING);
                }
                Err(_) => break,
            },
            recv(outlets.log.news()) -> _ => {}
            recv(outlets.errors.news()) -> _ => {}
            recv(again) -> _ => {}
            recv(stop) -> _ => {
                writer.drain(None);
                break;
            }
        }
        if outlets.log.is_gone() {
            outlets.errors.finish();
            return Ended::InOrder;
        }
        writer.tell_of_outlets();
    }
    writer.conclude()
}

/// Makes lines of records and hands them over.
struct Writer<'a> {
    inbox: &'a Inbox,
    outlets: &'a Outlets,
    log: AccessLog,
    /// Of the log, and of what is said on stderr.
    losses: (Loss, Loss),
}

impl Writer<'_> {
    /// Takes what is there, a good write's worth at a time.
    fn drain(&mut self, first: Option<Batch>) {
        let inbox = self.inbox;
        let mut next = first.or_else(|| inbox.receiver().try_recv().ok());
        while let Some(batch) = next {
            inbox.open(batch, |record| self.log.fold(record));
            next = inbox.receiver().try_recv().ok();
            if next.is_none() || self.log.is_long() {
                self.outlets.log.put(&mut self.log.lines);
                self.outlets.errors.put(&mut self.log.errors);
                if self.outlets.log.is_gone() {
                    return;
                }
                self.tell_of_outlets();
            }
        }
    }

    /// Says on stderr what happened to lines on their way out.
    fn tell_of_outlets(&mut self) {
        let Outlets { log, errors } = self.outlets;
        let now = self.inbox.sink().now();
        let mut said = String::new();
        for file in log.take_reopened() {
            // Writing into memory does not fail.
            let _ = writeln!(said, "glassport: access log: {file}");
        }
        said.extend(self.losses.0.tell(&log.standing(), now));
        // What is said on stderr of stderr comes when there is room for it again.
        let standing = errors.standing();
        if standing.trouble.is_none() {
            said.extend(self.losses.1.tell(&standing, now));
        }
        errors.put(&mut said);
    }

    /// Says how many lines are missing, each where it can be read: if need be, that of stderr
    /// in the log.
    fn conclude(mut self) -> Ended {
        let Outlets { log, errors } = self.outlets;
        self.tell_of_outlets();
        let lost = log.finish().lost;
        errors.put(&mut self.losses.0.conclude(lost).unwrap_or_default());
        let lost = errors.finish().lost;
        let said = self.losses.1.conclude(lost);
        if errors.is_stuck() && !log.is_stuck() {
            let format = self.log.what.format.unwrap_or_default();
            log.put(&mut said.map(|said| format.remark(&said)).unwrap_or_default());
            log.finish();
        } else {
            errors.put(&mut said.unwrap_or_default());
            errors.finish();
        }
        if log.is_stuck() || errors.is_stuck() {
            Ended::Stuck
        } else {
            Ended::InOrder
        }
    }
}

struct AccessLog {
    what: Lines,
    started: SystemTime,
    lines: String,
    errors: String,
    connections: HashMap<ConnectionId, State>,
}

impl AccessLog {
    fn new(what: Lines, started: SystemTime) -> Self {
        Self {
            what,
            started,
            lines: String::new(),
            errors: String::new(),
            connections: HashMap::new(),
        }
    }

    /// Whether there is enough for a write.
    fn is_long(&self) -> bool {
        self.lines.len() > WRITE_SIZE || self.errors.len() > WRITE_SIZE
    }

    /// Any subset of records makes sense: what was left out is missing from the log, no more.
    fn fold(&mut self, record: Record) {
        let Record { seq, at, event } = record;
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
            Event::Listener(ListenerEvent::SpawnFailed { error }) => {
                let _ = writeln!(
                    self.errors,
                    "glassport: no thread for a connection: {error}; it is answered 503, or others wait for it"
                );
                return;
            }
            // What is lowered was said when the server started.
            Event::Listener(
                ListenerEvent::Lowered { .. }
                | ListenerEvent::Opened { .. }
                | ListenerEvent::Bound { .. }
                | ListenerEvent::Listening { .. }
                | ListenerEvent::Draining
                | ListenerEvent::Stopped
                | ListenerEvent::Counted(_)
                | ListenerEvent::Handling(_)
                | ListenerEvent::Queue(_),
            ) => return,
        };
        if let Activity::Accepted { .. } = activity {
            self.connections.insert(id, State::new(id, at));
        }
        let Some(state) = self.connections.get_mut(&id) else {
            return;
        };
        let entry = Entry { seq, at, activity };
        state.fold(entry.seq, entry.at, &entry.activity);
        // A line is of one exchange: those before it have had theirs.
        state.keep_exchanges(1);
        let activity = &entry.activity;
        if let Some(peer) = state.peer {
            connections::complain(peer, activity, &mut self.errors);
            if self.what.connections {
                connections::tell(id, peer, activity, &mut self.errors);
            }
        }
        if let Some(finished) = Finished::by(state, &entry) {
            self.errors.extend(finished.complaint());
            if let Some(format) = self.what.format {
                format.write(&finished, self.started, &mut self.lines);
            }
        }
        if matches!(activity, Activity::Closed { .. }) {
            self.connections.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::http::{Framing, LineEnds, RequestHead, Status};

    /// The log lines of a connection on which these things happen.
    fn log(activities: Vec<Activity>) -> String {
        // Tue, 24 Nov 2026 11:13:00 GMT
        let started = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_518_780);
        let lines = Lines {
            format: Some(LogFormat::Combined),
            connections: false,
        };
        let mut log = AccessLog::new(lines, started);
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
        let framing = Framing::from_head(&head).unwrap();
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
    fn s1_nothing_a_peer_sends_can_forge_a_line_or_an_escape_sequence() {
        let head = "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\" 200 \\\u{9b}31m\u{202e}\r\n\r\n";
        let line = log(vec![accepted(), parsed(head), responded(Status::OK, 0)]);
        assert!(
            line.ends_with("\"a\\\" 200 \\\\\\xc2\\x9b31m\\xe2\\x80\\xae\"\n"),
            "{line}"
        );
        let line: Arc<[u8]> = b"GET /\x1b[2J\r\n127.0.0.1 - - \"".as_slice().into();
        let diagnosis = crate::http::Diagnosis::new(
            crate::http::Fault::RequestLineControl,
            crate::http::Span::octet(5),
            0,
        );
        let rejected = Activity::Rejected {
            refusal: diagnosis.into(),
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
        for (sent, content) in [(0, "-"), (40, "-"), (42, "-"), (47, "5")] {
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
