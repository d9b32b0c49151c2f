//! What was said and heard, as the records of a tap that stood between: so it is shown, and kept,
//! as every other session.

use std::sync::Arc;
use std::time::Duration;

use super::heard::{Ended, Heard, Turn};
use super::run::Made;
use super::talk::{Ending, Talk};
use crate::event::{
    Activity, CloseReason, ConnectionId, ConnectionTotals, End, Event, Record, SendCall,
    UpstreamActivity,
};
use crate::http::{
    Asked, Connection, Diagnosis, Limits, RequestHead, ResponseBody, ResponseConnection,
    ResponseFraming, ResponseHead, Status, Step, remarks,
};

/// How many octets a recv of the tap would have asked for.
const ASKED: usize = 65536;
/// How much of a request-line is told.
const LINE: usize = 1024;

/// Everything that was said and heard, in the order of time. The connections are counted from 1,
/// in the order of the checks.
pub fn records(made: &[Made]) -> Vec<Record> {
    let talks = made
        .iter()
        .flat_map(|made| made.talks.iter().zip(&made.heard));
    let held = talks.filter(|(_, heard)| heard.ends.is_some());
    let mut all: Vec<_> = (1..)
        .zip(held)
        .flat_map(|(number, (talk, heard))| Teller::tell(ConnectionId(number), talk, heard))
        .collect();
    all.sort_by_key(|record| record.at);
    all
}

/// Tells of one connection.
struct Teller {
    id: ConnectionId,
    began: Duration,
    now: Duration,
    told: Vec<Record>,
    requests: Connection,
    responses: ResponseConnection,
    /// Whether what is said is still understood.
    reads: bool,
    exchange: Option<Exchange>,
    totals: ConnectionTotals,
    /// Octets of the answer that were not told yet: behind the beginning of an answer.
    sent: u64,
}

/// The exchange that is under way.
struct Exchange {
    complete: Option<Duration>,
    status: Option<Status>,
    content: u64,
    is_answered: bool,
}

impl Teller {
    fn tell(id: ConnectionId, talk: &Talk, heard: &Heard) -> Vec<Record> {
        let Some((server, local)) = heard.ends else {
            return Vec::new();
        };
        let mut teller = Self {
            id,
            began: heard.began,
            now: Duration::ZERO,
            told: Vec::new(),
            requests: Connection::new(Limits::default()),
            responses: ResponseConnection::new(Limits::default()),
            reads: true,
            exchange: None,
            totals: ConnectionTotals::default(),
            sent: 0,
        };
        teller.push(Activity::Accepted {
            peer: local,
            local: server,
        });
        teller.push(Activity::Upstream(UpstreamActivity::Connected {
            address: server,
            took: Duration::ZERO,
        }));
        for turn in &heard.turns {
            match turn {
                Turn::Sent(at, octets) => teller.sent(*at, octets),
                Turn::Came(at, octets) => teller.came(*at, octets),
            }
        }
        teller.ended(talk, heard);
        teller.told
    }

    fn push(&mut self, activity: Activity) {
        self.told.push(Record {
            seq: self.told.len() as u64,
            at: self.began + self.now,
            event: Event::Connection(self.id, activity),
        });
    }

    fn sent(&mut self, at: Duration, octets: &[u8]) {
        self.now = at;
        let count = octets.len() as u64;
        self.push(Activity::Received {
            offset: self.totals.received,
            octets: octets.into(),
            asked: ASKED.max(octets.len()),
        });
        self.totals.received += count;
        if !self.requests.is_over() {
            self.requests.receive(octets);
        }
        self.read();
        let (octets, of) = (count, count);
        self.push(Activity::Upstream(UpstreamActivity::Forwarded {
            octets,
            of,
        }));
    }

    fn came(&mut self, at: Duration, octets: &[u8]) {
        self.now = at;
        let offset = self.totals.sent;
        self.push(Activity::Upstream(UpstreamActivity::Received {
            offset,
            octets: octets.into(),
            asked: ASKED.max(octets.len()),
        }));
        self.totals.sent += octets.len() as u64;
        self.sent = octets.len() as u64;
        if !self.responses.is_over() {
            self.responses.receive(octets);
        }
        self.read();
        self.tell_sent();
    }

    fn tell_sent(&mut self) {
        let octets = std::mem::take(&mut self.sent);
        if octets > 0 {
            let (call, of) = (SendCall::Send, octets);
            self.push(Activity::Sent { call, octets, of });
        }
    }

    /// Reads as far as can be read: a request, then its answer, then the next request.
    fn read(&mut self) {
        while self.reads {
            self.read_requests();
            if !self.read_answer() {
                return;
            }
        }
    }

    /// Reads requests until one of them waits for its answer.
    fn read_requests(&mut self) {
        let waits = |exchange: &Exchange| exchange.complete.is_some();
        while self.reads && !self.exchange.as_ref().is_some_and(waits) {
            match self.requests.step() {
                Step::NeedData | Step::Finished => return,
                Step::Scanned { from, to, matched } => {
                    self.push(Activity::Scanned { from, to, matched });
                }
                Step::BoundaryFound { head } => self.push(Activity::BoundaryFound { head }),
                Step::Parsed { head, framing } => {
                    self.begin(Asked::by(head.method_octets()));
                    self.push(Activity::Parsed { head, framing });
                }
                Step::BodyReceived(body) => {
                    let (span, content) = (body.span(), body.content_len());
                    self.push(Activity::BodyReceived { span, content });
                }
                Step::MessageComplete { .. } => {
                    let now = self.now;
                    match &mut self.exchange {
                        Some(answered) if answered.is_answered => self.exchange = None,
                        Some(exchange) => exchange.complete = Some(now),
                        None => {}
                    }
                }
                Step::Opaque { .. } => {}
                Step::Rejected { diagnosis, head } => {
                    return self.faulty_request(diagnosis, head.as_deref());
                }
            }
        }
    }

    fn begin(&mut self, asked: Asked) {
        self.responses.expect(asked);
        self.exchange = Some(Exchange {
            complete: None,
            status: None,
            content: 0,
            is_answered: false,
        });
    }

    /// A request that breaks the protocol, on purpose. It is answered too.
    fn faulty_request(&mut self, diagnosis: Diagnosis, head: Option<&RequestHead>) {
        let buffered = self.requests.buffered_octets();
        let first = buffered.split(|&o| o == b'\n').next().unwrap_or_default();
        let line = head.map_or(first, RequestHead::request_line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let request_line = line.iter().take(LINE).copied().collect();
        if self.exchange.is_none() {
            self.begin(Asked::Other);
        }
        let now = self.now;
        if let Some(exchange) = &mut self.exchange {
            exchange.complete = Some(now);
        }
        self.faulty(diagnosis, request_line);
    }

    fn faulty(&mut self, diagnosis: Diagnosis, request_line: Arc<[u8]>) {
        self.push(Activity::Upstream(UpstreamActivity::Faulty {
            diagnosis,
            request_line,
        }));
    }

    /// Reads the answer that is waited for: whether it is complete.
    fn read_answer(&mut self) -> bool {
        while self.reads
            && self
                .exchange
                .as_ref()
                .is_some_and(|exchange| !exchange.is_answered)
        {
            match self.responses.step() {
                Step::NeedData | Step::Finished => return false,
                Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::Opaque { .. } => {}
                Step::Parsed { head, framing } => self.answer_begins(&head, framing),
                Step::BodyReceived(body) => {
                    let content = body.content_len();
                    if let Some(exchange) = &mut self.exchange {
                        exchange.content += content;
                    }
                }
                Step::MessageComplete { .. } => {
                    if self.answer_ends() {
                        return true;
                    }
                }
                Step::Rejected { diagnosis, .. } => {
                    // Which answer belongs to which request is not known any more.
                    self.reads = false;
                    self.faulty(diagnosis, [].into());
                }
            }
        }
        false
    }

    fn answer_begins(&mut self, head: &Arc<ResponseHead>, framing: ResponseFraming) {
        let status = head.status();
        self.push(Activity::Upstream(UpstreamActivity::Parsed {
            head: Arc::clone(head),
            framing,
        }));
        for diagnosis in remarks(head, framing.asked) {
            self.faulty(diagnosis, [].into());
        }
        if framing.interim {
            if status == Status::CONTINUE {
                self.push(Activity::Continued);
            }
            return;
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.status = Some(status);
        }
        self.totals.requests += 1;
        let body = match framing.body {
            ResponseBody::Length(length) => length,
            ResponseBody::None
            | ResponseBody::Chunked
            | ResponseBody::UntilClose
            | ResponseBody::Opaque => 0,
        };
        self.push(Activity::Responding {
            status,
            head: head.octets().into(),
            body,
            because: None,
        });
    }

    /// All of an answer came: whether it was the final one.
    fn answer_ends(&mut self) -> bool {
        let Some(exchange) = &mut self.exchange else {
            return false;
        };
        let Some(status) = exchange.status else {
            return false;
        };
        exchange.is_answered = true;
        let (body, complete) = (exchange.content, exchange.complete);
        if complete.is_some() {
            self.exchange = None;
        }
        self.tell_sent();
        let took = self.now.saturating_sub(complete.unwrap_or(self.now));
        self.push(Activity::Responded { status, body, took });
        true
    }

    fn ended(&mut self, talk: &Talk, heard: &Heard) {
        self.now = heard.lasted.max(self.now);
        let (by, reason) = match &heard.end {
            Ended::Finished => {
                self.push(Activity::Upstream(UpstreamActivity::PeerFinished));
                self.responses.receive_eof();
                self.read();
                (End::Upstream, CloseReason::UpstreamFinished)
            }
            Ended::Reset | Ended::Failed(_) => (End::Upstream, CloseReason::Broken),
            Ended::Open if talk.ending == Ending::Reset => (End::Peer, CloseReason::Broken),
            Ended::Open | Ended::Silent | Ended::NotMade(_) => {
                self.push(Activity::PeerFinished);
                self.push(Activity::Upstream(UpstreamActivity::Finished));
                (End::Peer, CloseReason::PeerFinished)
            }
        };
        let totals = self.totals;
        self.push(Activity::Closed { by, reason, totals });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(turns: &[(u64, bool, &str)], end: Ended) -> Vec<String> {
        let ends = Some((([127, 0, 0, 1], 80).into(), ([127, 0, 0, 1], 9999).into()));
        let turns = turns.iter().map(|&(at, ours, octets)| {
            let (at, octets) = (Duration::from_millis(at), octets.as_bytes().to_vec());
            if ours {
                Turn::Sent(at, octets)
            } else {
                Turn::Came(at, octets)
            }
        });
        let heard = Heard {
            ends,
            began: Duration::from_secs(1),
            turns: turns.collect(),
            lasted: Duration::from_secs(1),
            end,
        };
        let records = Teller::tell(ConnectionId(1), &Talk::silent(), &heard);
        let name = |record: Record| {
            let Event::Connection(_, activity) = record.event else {
                panic!("of the listener")
            };
            let text = format!("{activity:?}");
            let until = |c: char| !c.is_alphanumeric();
            match text.strip_prefix("Upstream(") {
                Some(rest) => format!("< {}", rest.split(until).next().unwrap()),
                None => text.split(until).next().unwrap().to_owned(),
            }
        };
        records.into_iter().map(name).collect()
    }

    #[test]
    fn an_exchange_is_told_as_by_a_tap() {
        let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        let two = format!("{get}{get}");
        let request = ["Scanned", "BoundaryFound", "Parsed"];
        let answer = ["< Parsed", "Responding"];
        let expected = [
            &["Accepted", "< Connected", "Received"][..],
            &request,
            &["< Forwarded", "< Received"],
            &answer,
            &["Sent", "Responded"],
            &request,
            &["< Received"],
            &answer,
            &["Sent", "Responded", "< PeerFinished", "Closed"],
        ];
        let turns = [(0, true, two.as_str()), (5, false, ok), (9, false, ok)];
        assert_eq!(told(&turns, Ended::Finished), expected.concat());
    }

    #[test]
    fn what_breaks_the_protocol_is_told_on_both_sides() {
        let turns = [(0, true, "HELLO\r\n\r\n"), (5, false, "oh\n")];
        let seen = told(&turns, Ended::Silent);
        assert_eq!(seen.iter().filter(|one| *one == "< Faulty").count(), 2);
        assert_eq!(seen.last().unwrap(), "Closed");
    }
}
