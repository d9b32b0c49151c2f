//! Everything known of one connection, folded from its records. Knows no other connection,
//! no screen and no clock.
//!
//! The fold is total: any record may be missing, and none may be believed to fit what came
//! before it.

mod memory;
mod reconcile;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(super) use self::memory::release;
use super::exchange::{Done, Exchange, Response};
use super::rung::{Found, Rung};
use super::stream::Stream;
use crate::event::{Activity, CloseReason, ConnectionId, ConnectionTotals, End, Phase, Station};
use crate::http::Span;

/// How many exchanges of one connection are kept.
const EXCHANGES: usize = 256;
/// How many rungs of one ladder are kept.
const RUNGS: usize = 512;

/// Where the search for CR LF CR LF stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scan {
    /// One past the last octet looked at.
    pub(crate) to: u64,
    /// How many of the four match there.
    pub(crate) matched: u8,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The record of it came.
    Known(End, CloseReason),
    /// It is open no longer, and the record was left out.
    LeftOut,
}

/// One connection.
#[derive(Debug, Clone)]
pub(crate) struct Conn {
    pub(crate) id: ConnectionId,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) phase: Phase,
    /// When the phase began, or the last octet came in it: what a wait is counted from.
    pub(crate) since: Duration,
    pub(crate) stream: Stream,
    /// One past the last octet that was cut off the receive buffer.
    pub(crate) cut: u64,
    pub(crate) scan: Scan,
    /// The newest boundary, and when it was found.
    pub(crate) boundary: Option<(Span, Duration)>,
    /// The first LF without CR in what was not cut off.
    pub(crate) bare_lf: Option<u64>,
    pub(crate) exchanges: VecDeque<Exchange>,
    pub(crate) ladder: VecDeque<(Duration, Rung)>,
    pub(crate) totals: ConnectionTotals,
    pub(crate) left_out: u64,
    /// We have sent FIN.
    pub(crate) finished: bool,
    pub(crate) peer_finished: bool,
    /// What its worker will do next, and since when it stands still.
    pub(crate) held: Option<(Station, Duration)>,
    pub(crate) closed: Option<Closed>,
    /// When it was accepted, or first heard of.
    accepted: Duration,
    /// What the exchanges have allocated.
    heap: usize,
    next_seq: u64,
    last_octet: Option<u8>,
}

impl Conn {
    pub(crate) fn new(id: ConnectionId, at: Duration) -> Self {
        Self {
            id,
            peer: None,
            local: None,
            phase: Phase::Accepted,
            since: at,
            stream: Stream::default(),
            cut: 0,
            scan: Scan::default(),
            boundary: None,
            bare_lf: None,
            exchanges: VecDeque::new(),
            ladder: VecDeque::new(),
            totals: ConnectionTotals::default(),
            left_out: 0,
            finished: false,
            peer_finished: false,
            held: None,
            closed: None,
            accepted: at,
            heap: 0,
            next_seq: 0,
            last_octet: None,
        }
    }

    /// The octets that are in the receive buffer: received, and not cut off.
    pub(crate) fn buffered(&self) -> Span {
        let end = self.stream.span().end;
        Span::new(self.cut.min(end), end)
    }

    pub(crate) fn exchange(&self, n: u64) -> Option<&Exchange> {
        self.exchanges.iter().rev().find(|exchange| exchange.n == n)
    }

    /// The exchange that `offset` belongs to, by its head or its body.
    pub(crate) fn exchange_at(&self, offset: u64) -> Option<&Exchange> {
        self.exchanges.iter().rev().find(|exchange| {
            let holds = |span: Option<Span>| span.is_some_and(|span| span.contains(offset));
            holds(exchange.head_span) || holds(exchange.body)
        })
    }

    /// Folds one record. Says whether an exchange began.
    pub(crate) fn fold(&mut self, seq: u64, at: Duration, activity: Activity) -> bool {
        self.note_gap(seq, at);
        if self.closed == Some(Closed::LeftOut) {
            // It was only taken for closed; if it is, the record of that is still to come.
            self.closed = None;
        }
        let known = self.exchanges.back().map(|exchange| exchange.n);
        let rung = self.apply(at, activity);
        self.climb(at, rung);
        self.exchanges.back().map(|exchange| exchange.n) != known
    }

    fn note_gap(&mut self, seq: u64, at: Duration) {
        let gap = seq.saturating_sub(self.next_seq);
        if gap > 0 {
            self.left_out = self.left_out.saturating_add(gap);
            self.climb(at, Rung::LeftOut(gap));
        }
        self.next_seq = self.next_seq.max(seq.saturating_add(1));
    }

    fn climb(&mut self, at: Duration, rung: Rung) {
        self.ladder.push_back((at, rung));
        if self.ladder.len() > RUNGS {
            self.ladder.pop_front();
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each activity")]
    fn apply(&mut self, at: Duration, activity: Activity) -> Rung {
        match activity {
            Activity::Accepted { peer, local } => {
                self.peer = Some(peer);
                self.local = Some(local);
                self.since = at;
                Rung::Accepted
            }
            Activity::Received {
                offset,
                octets,
                asked,
            } => self.received(at, offset, octets, asked),
            Activity::Scanned { from, to, matched } => {
                self.enter(Phase::Head, at);
                self.scan = Scan { to, matched };
                Rung::Scanned {
                    looked_at: to.saturating_sub(from),
                    matched,
                }
            }
            Activity::BoundaryFound { head } => {
                self.begin(at);
                let first = self.stream.run_at(head.start).map_or(at, |run| run.at);
                self.change(
                    at,
                    |_| true,
                    |exchange| {
                        exchange.head_span = Some(head);
                        exchange.times.first = Some(first);
                    },
                );
                self.boundary = Some((head, at));
                self.cut_off(head.end);
                self.scan.matched = 4;
                Rung::Boundary { head }
            }
            Activity::Parsed { head, framing } => {
                let span = head.span();
                self.change(
                    at,
                    |e| e.head.is_none() && e.is_open(),
                    |exchange| {
                        exchange.head_span = Some(span);
                        exchange.head = Some(head);
                        exchange.framing = Some(framing);
                        exchange.times.complete = Some(at);
                    },
                );
                self.cut_off(span.end);
                self.await_body(at);
                Rung::Parsed
            }
            Activity::Rejected {
                diagnosis,
                head,
                request_line,
            } => {
                self.change(
                    at,
                    |e| e.diagnosis.is_none() && e.is_open(),
                    |exchange| {
                        exchange.diagnosis = Some(diagnosis);
                        if let Some(head) = head {
                            exchange.head_span = Some(head.span());
                            exchange.head = Some(head);
                        }
                        exchange.request_line = Some(request_line);
                        exchange.times.complete = Some(at);
                    },
                );
                self.enter(Phase::Handling, at);
                Rung::Rejected(diagnosis)
            }
            Activity::Continued => {
                self.change(at, Exchange::is_open, |exchange| exchange.continued = true);
                Rung::Continued
            }
            Activity::BodyReceived { span, content } => {
                self.change(at, Exchange::is_open, |e| {
                    e.add_body(span, content);
                    e.times.complete = Some(at);
                });
                self.cut_off(span.end);
                self.await_body(at);
                Rung::Body { octets: span.len() }
            }
            Activity::Resolved(resource) => {
                let found = Found::of(&resource);
                self.change(at, Exchange::is_open, |e| e.resource = Some(resource));
                self.enter(Phase::Handling, at);
                Rung::Resolved(found)
            }
            Activity::Responding {
                status,
                head,
                body,
                because,
            } => {
                let response = Response {
                    status,
                    head,
                    body,
                    because,
                };
                self.change(at, Exchange::is_open, |e| {
                    e.response = Some(response);
                    e.times.responding = Some(at);
                });
                self.totals.requests = self.totals.requests.saturating_add(1);
                self.enter(Phase::Sending, at);
                Rung::Responding(status)
            }
            Activity::Sent { call, octets, of } => {
                // What is sent before the response begins is `100 Continue`.
                if let Some(exchange) = self.exchanges.back_mut().filter(|e| !e.is_open()) {
                    exchange.sent = exchange.sent.saturating_add(octets);
                }
                self.totals.sent = self.totals.sent.saturating_add(octets);
                Rung::Sent { call, octets, of }
            }
            Activity::Responded { status, body, took } => {
                let done = Done { status, body, took };
                self.change(
                    at,
                    |e| e.done.is_none(),
                    |e| {
                        e.done = Some(done);
                        e.times.done = Some(at);
                    },
                );
                let empty = self.buffered().is_empty();
                self.enter(if empty { Phase::Idle } else { Phase::Head }, at);
                Rung::Responded { status, took }
            }
            Activity::Held { before } => {
                self.held = Some((before, at));
                Rung::Held(before)
            }
            Activity::Released { after } => {
                self.held = None;
                Rung::Released(after)
            }
            Activity::Finished => {
                self.finished = true;
                Rung::Finished
            }
            Activity::PeerFinished => {
                self.peer_finished = true;
                Rung::PeerFinished
            }
            Activity::TimedOut { waiting_for, after } => Rung::TimedOut { waiting_for, after },
            Activity::Failed { operation, kind } => Rung::Failed(operation, kind),
            Activity::Closed { by, reason, totals } => {
                self.closed = Some(Closed::Known(by, reason));
                self.held = None;
                self.since = at;
                self.count(totals);
                self.shrink();
                Rung::Closed(by, reason)
            }
        }
    }

    fn received(&mut self, at: Duration, offset: u64, octets: Arc<[u8]>, asked: usize) -> Rung {
        let rung = Rung::Received {
            octets: octets.len(),
            asked,
        };
        let known = self.stream.span().end;
        if offset >= known {
            if offset != known {
                self.last_octet = None;
            }
            self.look_for_bare_lf(offset, &octets);
            self.totals.received = self.totals.received.saturating_add(octets.len() as u64);
        }
        self.stream.push(at, offset, octets, asked);
        if matches!(self.phase, Phase::Accepted | Phase::Idle) {
            self.phase = Phase::Head;
            self.scan.matched = 0;
        }
        self.since = at;
        rung
    }

    fn look_for_bare_lf(&mut self, offset: u64, octets: &[u8]) {
        for (here, &octet) in (offset..).zip(octets) {
            // Where octets are missing, what stood before this one is not known.
            let bare = octet == b'\n' && self.last_octet.is_some_and(|before| before != b'\r');
            let first = octet == b'\n' && here == 0;
            if (bare || first) && self.bare_lf.is_none() && !self.in_body() {
                self.bare_lf = Some(here);
            }
            self.last_octet = Some(octet);
        }
    }

    fn in_body(&self) -> bool {
        self.phase == Phase::Body
    }

    fn enter(&mut self, phase: Phase, at: Duration) {
        if self.phase != phase {
            self.phase = phase;
            self.since = at;
        }
    }

    fn cut_off(&mut self, end: u64) {
        self.cut = self.cut.max(end);
        if self.bare_lf.is_some_and(|offset| offset < self.cut) {
            self.bare_lf = None;
        }
    }

    fn await_body(&mut self, at: Duration) {
        let wanted = self.exchanges.back().is_some_and(Exchange::wants_body);
        self.enter(if wanted { Phase::Body } else { Phase::Handling }, at);
    }

    /// Begins an exchange.
    fn begin(&mut self, at: Duration) {
        let last = self.exchanges.back().map_or(0, |exchange| exchange.n);
        // Requests that were counted and not shown have their numbers too.
        let n = last.max(self.totals.requests).saturating_add(1);
        if self.exchanges.len() >= EXCHANGES
            && let Some(oldest) = self.exchanges.pop_front()
        {
            self.heap = self.heap.saturating_sub(oldest.heap());
        }
        let mut exchange = Exchange::new(n);
        // Where the end of the one before was left out, it is not known since when.
        exchange.times.free = match self.exchanges.back() {
            Some(before) => before.times.done,
            None => Some(self.accepted.min(at)),
        };
        self.exchanges.push_back(exchange);
    }

    /// Changes the exchange a record belongs to: the newest if it `fits`, else a new one,
    /// whose beginning was left out.
    fn change(
        &mut self,
        at: Duration,
        fits: impl Fn(&Exchange) -> bool,
        change: impl FnOnce(&mut Exchange),
    ) {
        if !self.exchanges.back().is_some_and(fits) {
            self.begin(at);
        }
        if let Some(newest) = self.exchanges.back_mut() {
            let before = newest.heap();
            change(newest);
            self.heap = self.heap.saturating_sub(before) + newest.heap();
        }
    }
}
