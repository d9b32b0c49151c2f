//! Hand-made records for tests: what a server would tell, made by the protocol core itself
//! from octets, so that a test names only what a peer sends.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::about::About;
use super::entry::is_seen_from_outside;
use super::store::Trace;
use crate::event::{
    Activity, CloseReason, ConnectionId, ConnectionTotals, End, Event, Operation, Record, Resource,
    Sampled, SendCall,
};
use crate::http::{Connection, Limits, Status, Step};

pub(crate) fn id(n: u64) -> ConnectionId {
    ConnectionId(n)
}

pub(crate) fn about() -> About {
    About {
        urls: vec!["http://127.0.0.1:8080/".into()],
        reachable: None,
        served: "./site".into(),
        passes_on: false,
        session: None,
        recv_size: 1024,
        head_timeout: Duration::from_secs(300),
        idle_timeout: Duration::from_secs(60),
        accept_lf: false,
        rests: false,
        started: SystemTime::UNIX_EPOCH,
    }
}

/// Tells a story, one record after the other.
pub(crate) struct Script {
    pub(crate) records: Vec<Record>,
    connections: BTreeMap<u64, (Connection, u64, u64)>,
    pub(crate) now: Duration,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self {
            records: Vec::new(),
            connections: BTreeMap::new(),
            now: Duration::ZERO,
        }
    }

    pub(crate) fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self
    }

    pub(crate) fn note(&mut self, n: u64, activity: Activity) -> &mut Self {
        let (_, seq, _) = self
            .connections
            .entry(n)
            .or_insert_with(|| (Connection::new(Limits::default()), 0, 0));
        // What is seen from outside has no number.
        let told = !is_seen_from_outside(&activity);
        self.records.push(Record {
            seq: *seq,
            at: self.now,
            event: Event::Connection(id(n), activity),
        });
        *seq += u64::from(told);
        self
    }

    pub(crate) fn accept(&mut self, n: u64) -> &mut Self {
        let port = 51_530 + u16::try_from(n).unwrap() * 2;
        let peer = SocketAddr::from(([127, 0, 0, 1], port));
        let local = SocketAddr::from(([127, 0, 0, 1], 8080));
        self.note(n, Activity::Accepted { peer, local })
    }

    /// One `recv`, and everything the protocol core makes of it.
    pub(crate) fn receive(&mut self, n: u64, octets: &str) -> &mut Self {
        self.receive_octets(n, octets.as_bytes())
    }

    pub(crate) fn receive_octets(&mut self, n: u64, octets: &[u8]) -> &mut Self {
        let entry = self
            .connections
            .entry(n)
            .or_insert_with(|| (Connection::new(Limits::default()), 0, 0));
        let offset = entry.2;
        entry.2 += octets.len() as u64;
        entry.0.receive(octets);
        self.note(
            n,
            Activity::Received {
                offset,
                octets: octets.into(),
                asked: 1024,
            },
        );
        self.steps(n)
    }

    fn steps(&mut self, n: u64) -> &mut Self {
        while let Some(activity) = self.step(n) {
            self.note(n, activity);
        }
        self
    }

    fn step(&mut self, n: u64) -> Option<Activity> {
        let line = |octets: &[u8]| octets.split(|&o| o == b'\n').next().unwrap().into();
        let (connection, ..) = self.connections.get_mut(&n)?;
        Some(match connection.step() {
            Step::NeedData
            | Step::MessageComplete { .. }
            | Step::Opaque { .. }
            | Step::Finished => return None,
            Step::Scanned { from, to, matched } => Activity::Scanned { from, to, matched },
            Step::BoundaryFound { head } => Activity::BoundaryFound { head },
            Step::Parsed { head, framing } => Activity::Parsed { head, framing },
            Step::BodyReceived(body) => Activity::BodyReceived {
                span: body.span(),
                content: body.content_len(),
            },
            Step::Rejected { diagnosis, head } => Activity::Rejected {
                refusal: diagnosis.into(),
                head,
                request_line: line(connection.buffered_octets()),
            },
        })
    }

    /// The whole answer to the request that is complete, then what the buffer still holds.
    pub(crate) fn answer(&mut self, n: u64, status: Status, body: u64) -> &mut Self {
        self.answer_because(n, status, body, None)
    }

    pub(crate) fn answer_because(
        &mut self,
        n: u64,
        status: Status,
        body: u64,
        because: Option<&'static str>,
    ) -> &mut Self {
        let head = format!(
            "HTTP/1.1 {status} {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {body}\r\n\r\n",
            status.reason()
        );
        let length = head.len() as u64 + body;
        let resource = if status.class() == 4 {
            Resource::Nothing {
                because: "no file has this name".into(),
            }
        } else {
            Resource::File {
                path: b"index.html"[..].into(),
                length: body.max(1204),
            }
        };
        self.note(n, Activity::Resolved(resource));
        self.note(
            n,
            Activity::Responding {
                status,
                head: head.as_bytes().into(),
                body,
                because: because.map(Cow::Borrowed),
            },
        );
        self.wait(1);
        self.note(
            n,
            Activity::Sent {
                call: SendCall::Send,
                octets: length,
                of: length,
            },
        );
        self.note(
            n,
            Activity::Responded {
                status,
                body,
                took: Duration::from_micros(310),
            },
        );
        self.steps(n)
    }

    /// An answer of which so much content goes out before RST comes.
    pub(crate) fn cut_off(&mut self, n: u64, sent: u64, body: u64) -> &mut Self {
        let head: Vec<u8> =
            format!("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {body}\r\n\r\n")
                .into();
        let begun = head.len() as u64;
        self.note(
            n,
            Activity::Responding {
                status: Status::OK,
                head: head.into(),
                body,
                because: None,
            },
        );
        let (octets, of) = (begun + sent, begun + body);
        let call = SendCall::SendFile;
        self.wait(1).note(n, Activity::Sent { call, octets, of });
        let (operation, kind) = (Operation::SendFile, io::ErrorKind::BrokenPipe);
        self.note(n, Activity::Failed { operation, kind });
        let (by, reason) = (End::Peer, CloseReason::Broken);
        let totals = ConnectionTotals::default();
        self.note(n, Activity::Closed { by, reason, totals })
    }

    /// So many octets wait in the kernel, when it is asked.
    pub(crate) fn unread(&mut self, n: u64, octets: u64) -> &mut Self {
        let mut sampled = Sampled::default();
        sampled.kernel.unread = Some(octets);
        sampled.kernel.recv_buffer = Some(131_072);
        self.note(n, Activity::Sampled(Arc::new(sampled)))
    }

    pub(crate) fn close(&mut self, n: u64) -> &mut Self {
        self.note(n, Activity::PeerFinished);
        self.note(
            n,
            Activity::Closed {
                by: End::Peer,
                reason: CloseReason::PeerFinished,
                totals: ConnectionTotals::default(),
            },
        )
    }

    pub(crate) fn fold_into(&mut self, trace: &mut Trace) {
        for record in self.records.drain(..) {
            trace.fold(record);
        }
    }
}
