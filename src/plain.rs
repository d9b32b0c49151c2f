//! Layer 2: no terminal. One line of an access log for each request that was answered or
//! refused; on stderr, why one was refused, what went wrong here, and, when asked for, how
//! each connection begins and ends.

mod connections;
mod format;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, select};

pub use format::LogFormat;

use crate::event::{Activity, Batch, ConnectionId, Event, Inbox, ListenerEvent, Record};
use crate::trace::{Entry, State};
use format::Ended;

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

/// Writes the access log to `out`; what keeps the server from serving, and what is told of
/// connections, to `errors`. It ends when the server has stopped and drops its end of `stop`,
/// after what is still under way, or when whoever read the log has gone.
pub fn run(
    inbox: &Inbox,
    stop: &Receiver<()>,
    lines: Lines,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) {
    let mut log = AccessLog::new(lines, inbox.sink().started());
    loop {
        select! {
            recv(inbox.receiver()) -> batch => match batch {
                Ok(batch) => {
                    if drain(inbox, Some(batch), &mut log, out, errors).is_break() {
                        return;
                    }
                    // A log that is read at once wakes up for every line. Under load that
                    // costs the workers more than the lines do.
                    std::thread::sleep(GATHERING);
                }
                Err(_) => return,
            },
            recv(stop) -> _ => {
                let _ = drain(inbox, None, &mut log, out, errors);
                return;
            }
        }
    }
}

/// Takes what is there, a good write's worth at a time, unless nobody reads the log any more.
fn drain(
    inbox: &Inbox,
    first: Option<Batch>,
    log: &mut AccessLog,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> ControlFlow<()> {
    let mut next = first.or_else(|| inbox.receiver().try_recv().ok());
    while let Some(batch) = next {
        inbox.open(batch, |record| log.fold(record));
        next = inbox.receiver().try_recv().ok();
        if next.is_none() || log.lines.len() > WRITE_SIZE {
            log.write(out)?;
            // Nobody is left to tell when stderr is gone.
            let _ = errors.write_all(log.errors.as_bytes());
            log.errors.clear();
        }
    }
    ControlFlow::Continue(())
}

struct AccessLog {
    what: Lines,
    started: SystemTime,
    lines: String,
    /// How many lines could not be written since the last that could.
    lost: usize,
    errors: String,
    connections: HashMap<ConnectionId, State>,
}

impl AccessLog {
    fn new(what: Lines, started: SystemTime) -> Self {
        Self {
            what,
            started,
            lines: String::new(),
            lost: 0,
            errors: String::new(),
            connections: HashMap::new(),
        }
    }

    /// Writes the lines that were gathered. A disk that is full keeps nobody from being served:
    /// how many lines are lost is told once there is room again. It breaks off when the reader
    /// has gone.
    fn write(&mut self, out: &mut dyn Write) -> ControlFlow<()> {
        if self.lines.is_empty() {
            return ControlFlow::Continue(());
        }
        // What was written last may end within a line.
        let torn: &[u8] = if self.lost > 0 { b"\n" } else { b"" };
        let written = out
            .write_all(torn)
            .and_then(|()| out.write_all(self.lines.as_bytes()))
            .and_then(|()| out.flush());
        // Writing into memory does not fail.
        let _ = match written {
            Ok(()) if self.lost > 0 => {
                let lost = std::mem::take(&mut self.lost);
                writeln!(
                    self.errors,
                    "glassport: access log: written again; lines lost: {lost}"
                )
            }
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return ControlFlow::Break(());
            }
            Err(error) => {
                let first = self.lost == 0;
                self.lost += self.lines.lines().count();
                if first {
                    writeln!(
                        self.errors,
                        "glassport: access log: {error}; serving goes on without it"
                    )
                } else {
                    Ok(())
                }
            }
        };
        self.lines.clear();
        ControlFlow::Continue(())
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
            Event::Listener(
                ListenerEvent::Opened { .. }
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
        state.fold(&entry);
        // A line is of one exchange: those before it have had theirs.
        state.keep_exchanges(1);
        let activity = &entry.activity;
        if let Some(peer) = state.peer {
            connections::complain(peer, activity, &mut self.errors);
            if self.what.connections {
                connections::tell(id, peer, activity, &mut self.errors);
            }
        }
        if let Some(format) = self.what.format
            && let Some(ended) = Ended::by(state, &entry)
        {
            format.write(&ended, self.started, &mut self.lines);
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

    /// A disk with room for so many octets, and then for none.
    struct Disk {
        room: usize,
        held: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            match octets.len().min(self.room) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                n => {
                    self.held.extend_from_slice(&octets[..n]);
                    self.room -= n;
                    Ok(n)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_costs_lines_and_nothing_else() {
        let lines = Lines {
            format: None,
            connections: false,
        };
        let mut log = AccessLog::new(lines, SystemTime::UNIX_EPOCH);
        let mut disk = Disk {
            room: 8,
            held: Vec::new(),
        };
        for (line, room) in [("one", 8), ("two three", 4), ("four\nfive", 0), ("six", 9)] {
            disk.room = room;
            log.lines = format!("{line}\n");
            assert!(log.write(&mut disk).is_continue());
        }
        assert_eq!(disk.held, b"one\ntwo \nsix\n");
        assert_eq!(log.errors.lines().count(), 2, "{}", log.errors);
        assert!(log.errors.ends_with("lines lost: 3\n"), "{}", log.errors);
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
