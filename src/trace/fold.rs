//! The fold: what each record of a connection changes in its [`State`].
//!
//! It is total: any record may be missing, and none may be believed to fit what came before
//! it.

mod upstream;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::entry;
use super::exchange::{Done, Exchange, Response};
use super::state::{Closed, Scan, State};
use crate::event::{Activity, CloseReason, ConnectionTotals, Counted, End, Phase, Refusal};
use crate::http::{CONTINUE, Framing, RequestHead, Span, Status};

impl State {
    /// Folds one record.
    pub(crate) fn fold(&mut self, seq: u64, at: Duration, activity: &Activity) {
        let seq = entry::numbered(seq, activity, self.next_seq);
        let gap = seq.saturating_sub(self.next_seq);
        self.left_out = self.left_out.saturating_add(gap);
        self.next_seq = self.next_seq.max(entry::next_seq(seq, activity));
        self.was_asked = matches!(activity, Activity::Sampled(_));
        self.moment = self.moment.next();
        if self.closed == Some(Closed::LeftOut) {
            // It was only taken for closed; if it is, the record of that is still to come.
            self.closed = None;
        }
        self.apply(at, activity);
    }

    fn apply(&mut self, at: Duration, activity: &Activity) {
        match activity {
            Activity::Accepted { peer, local } => {
                self.peer = Some(*peer);
                self.local = Some(*local);
                self.since = at;
            }
            Activity::Received { offset, octets, .. } => self.received(at, *offset, octets),
            Activity::Scanned { to, matched, .. } => {
                let (to, matched) = (*to, *matched);
                self.enter(Phase::Head, at);
                self.scan = Scan { to, matched };
            }
            Activity::BoundaryFound { head } => self.found(at, *head),
            Activity::Parsed { head, framing } => self.parsed(at, head, *framing),
            Activity::Rejected {
                refusal,
                head,
                request_line,
            } => self.rejected(at, *refusal, head.as_ref(), request_line),
            Activity::Continued => {
                self.change(at, Exchange::is_open, |exchange| exchange.continued = true);
                self.sent_before = self.sent_before.saturating_add(CONTINUE.len() as u64);
            }
            Activity::BodyReceived { span, content } => {
                let fits = |e: &Exchange| e.is_open() || e.goes_on_at(span.start);
                self.change(at, fits, |e| {
                    e.add_body(*span, *content);
                    e.times.complete = Some(at);
                });
                self.cut_off(span.end);
                self.await_body(at);
            }
            Activity::Resolved(resource) => {
                let resource = resource.clone();
                self.change(at, Exchange::is_open, |e| e.resource = Some(resource));
                self.enter(Phase::Handling, at);
            }
            Activity::Responding {
                status,
                head,
                body,
                because,
            } => self.responding(at, *status, head, *body, because.as_ref()),
            Activity::Content { .. } => {
                let moment = self.moment;
                if let Some(exchange) = self.exchanges.back_mut().filter(|e| e.done.is_none()) {
                    exchange.content_at = Some(moment.before());
                }
            }
            Activity::Sent { octets, .. } => self.sent(*octets),
            Activity::Responded { status, body, took } => {
                let (status, body, took) = (*status, *body, *took);
                self.responded(at, Done { status, body, took });
            }
            Activity::Held { before } => self.held = Some((*before, at)),
            Activity::Released { .. } => self.held = None,
            Activity::Finished => self.finished = true,
            Activity::PeerFinished => self.peer_finished = true,
            Activity::Failed { kind, .. } => self.failed = Some(*kind),
            Activity::TimedOut { .. } => {}
            Activity::Closed { by, reason, totals } => self.close(at, *by, *reason, *totals),
            Activity::Counted(counted) => self.counted(at, counted),
            Activity::Sampled(sampled) => self.sampled = Some(Arc::clone(sampled)),
            Activity::OfSource(name) => self.source = Some(Arc::clone(name)),
            Activity::Gone => {
                self.sampled = None;
                self.closed = Some(Closed::LeftOut);
                self.since = at;
            }
            Activity::Upstream(activity) => self.upstream(at, activity),
        }
    }

    fn received(&mut self, at: Duration, offset: u64, octets: &[u8]) {
        // One that is not behind all others is a record seen twice.
        if offset >= self.end && !octets.is_empty() {
            if offset != self.end {
                self.last_octet = None;
            }
            self.look_for_bare_lf(offset, octets);
            self.totals.received = self.totals.received.saturating_add(octets.len() as u64);
            if self.buffered().is_empty() {
                self.buffer_since = Some(at);
            }
            self.recvs = self.recvs.saturating_add(1);
            self.last_run = (at, offset);
            self.end = offset.saturating_add(octets.len() as u64);
        }
        if matches!(self.phase, Phase::Accepted | Phase::Idle) && !self.is_opaque() {
            self.phase = Phase::Head;
            self.scan.matched = 0;
        }
        self.since = at;
    }

    /// Whether what is forwarded now is no HTTP, or is not read as that.
    pub(crate) fn is_opaque(&self) -> bool {
        self.upstream.as_deref().is_some_and(|it| it.is_opaque)
    }

    fn look_for_bare_lf(&mut self, offset: u64, octets: &[u8]) {
        let before = self.last_octet;
        self.last_octet = octets.last().copied();
        // What is no HTTP any more has no lines.
        if self.bare_lf.is_some() || self.phase == Phase::Body || self.is_opaque() {
            return;
        }
        let is_bare = |at: &usize| match at.checked_sub(1) {
            Some(before) => octets.get(before) != Some(&b'\r'),
            // Where octets are missing, what stood before this one is not known.
            None => before.is_some_and(|before| before != b'\r') || offset == 0,
        };
        let bare = memchr::memchr_iter(b'\n', octets).find(is_bare);
        self.bare_lf = bare.map(|at| offset.saturating_add(at as u64));
    }

    fn found(&mut self, at: Duration, head: Span) {
        self.begin(at);
        let first = self.buffer_since.unwrap_or(at);
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
    }

    fn parsed(&mut self, at: Duration, head: &Arc<RequestHead>, framing: Framing) {
        let span = head.span();
        self.change(
            at,
            |e| e.head.is_none() && e.is_open(),
            |exchange| {
                exchange.head_span = Some(span);
                exchange.head = Some(Arc::clone(head));
                exchange.framing = Some(framing);
                exchange.times.head = Some(at);
                exchange.times.complete = Some(at);
            },
        );
        self.cut_off(span.end);
        self.await_body(at);
    }

    fn rejected(
        &mut self,
        at: Duration,
        refusal: Refusal,
        head: Option<&Arc<RequestHead>>,
        request_line: &Arc<[u8]>,
    ) {
        self.change(
            at,
            |e| e.refusal.is_none() && e.is_open(),
            |exchange| {
                exchange.refusal = Some(refusal);
                if let Some(head) = head {
                    exchange.head_span = Some(head.span());
                    exchange.head = Some(Arc::clone(head));
                }
                exchange.request_line = Some(Arc::clone(request_line));
                exchange.times.head = exchange.times.head.or(Some(at));
                exchange.times.complete = Some(at);
            },
        );
        self.enter(Phase::Handling, at);
    }

    fn responding(
        &mut self,
        at: Duration,
        status: Status,
        head: &Arc<[u8]>,
        body: u64,
        because: Option<&Cow<'static, str>>,
    ) {
        let sent_end = self.sent_end;
        let response = Response {
            at: sent_end,
            status,
            head: Arc::clone(head),
            body,
            because: because.cloned(),
        };
        self.change(at, Exchange::is_open, |e| {
            // A tap hands on what it received: there the response has its place.
            let received = e.answer.as_deref().and_then(|it| it.heads.last());
            let at_upstream = received.map_or(sent_end, |head| head.span().start);
            e.response = Some(Response {
                at: at_upstream,
                ..response
            });
            e.times.responding = Some(at);
        });
        self.totals.requests = self.totals.requests.saturating_add(1);
        self.enter(Phase::Sending, at);
    }

    fn sent(&mut self, octets: u64) {
        let moment = self.moment;
        // What is sent before the response begins is `100 Continue`.
        if let Some(exchange) = self.exchanges.back_mut().filter(|e| !e.is_open()) {
            exchange.sent = exchange.sent.saturating_add(octets);
            exchange.told = moment;
        }
        self.totals.sent = self.totals.sent.saturating_add(octets);
        self.sends = self.sends.saturating_add(1);
        self.sent_end = self.sent_end.saturating_add(octets);
    }

    fn responded(&mut self, at: Duration, done: Done) {
        self.change(
            at,
            |e| e.done.is_none(),
            |e| {
                e.done = Some(done);
                e.times.done = Some(at);
            },
        );
        let response = self.exchanges.back().and_then(|e| e.response.as_ref());
        let head = response.map_or(0, |response| response.head.len() as u64);
        let octets = head.saturating_add(done.body);
        self.sent_before = self.sent_before.saturating_add(octets);
        let no_head = self.buffered().is_empty() || self.is_opaque();
        self.enter(if no_head { Phase::Idle } else { Phase::Head }, at);
    }

    fn close(&mut self, at: Duration, by: End, reason: CloseReason, totals: ConnectionTotals) {
        self.closed = Some(Closed::Known(by, reason));
        self.held = None;
        self.sampled = None;
        self.since = at;
        self.count(totals);
        // An access log is not told of each send: what went in all says how much of the
        // response that was cut off there was.
        let rest = totals.sent.saturating_sub(self.sent_before);
        // Nor does its head say how much of it there is, where a tap forwards it.
        let is_whole = self.left_out == 0 && self.upstream.is_none();
        let last = self.exchanges.back_mut();
        if let Some(cut_off) = last.filter(|e| e.response.is_some() && e.done.is_none()) {
            cut_off.sent = cut_off.sent.max(if is_whole { rest } else { 0 });
            cut_off.told = self.moment;
        }
    }

    /// Takes over what the exact counts know better.
    fn counted(&mut self, at: Duration, counted: &Counted) {
        if self.peer.is_none() {
            // The record of its beginning was left out.
            self.accepted = self.accepted.min(counted.accepted);
            self.since = self.accepted;
        }
        self.peer = Some(counted.peer);
        self.local = Some(counted.local);
        self.count(counted.totals);
        self.left_out = self.left_out.max(counted.left_out);
        self.enter(counted.phase, at);
        if self.held.map(|(before, _)| before) != counted.held {
            self.held = counted.held.map(|before| (before, at));
        }
    }

    fn count(&mut self, totals: ConnectionTotals) {
        self.totals.requests = self.totals.requests.max(totals.requests);
        self.totals.received = self.totals.received.max(totals.received);
        self.totals.sent = self.totals.sent.max(totals.sent);
    }

    fn enter(&mut self, phase: Phase, at: Duration) {
        if self.phase != phase {
            self.phase = phase;
            self.since = at;
        }
    }

    fn cut_off(&mut self, end: u64) {
        self.cut = self.cut.max(end);
        let (last, offset) = self.last_run;
        if self.cut >= self.end {
            self.buffer_since = None;
        } else if self.cut >= offset {
            self.buffer_since = Some(last);
        }
        if self.bare_lf.is_some_and(|offset| offset < self.cut) {
            self.bare_lf = None;
        }
    }

    fn await_body(&mut self, at: Duration) {
        let newest = self.exchanges.back();
        let wanted = newest.is_some_and(Exchange::wants_body);
        let phase = match newest {
            _ if wanted => Phase::Body,
            Some(answered) if answered.done.is_some() => Phase::Idle,
            Some(answered) if answered.response.is_some() => Phase::Sending,
            Some(_) | None => Phase::Handling,
        };
        self.enter(phase, at);
    }

    /// Begins an exchange.
    fn begin(&mut self, at: Duration) {
        let last = self.exchanges.back().map_or(0, |exchange| exchange.n);
        // Requests that were counted and not shown have their numbers too.
        let n = last.max(self.totals.requests).saturating_add(1);
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
        let moment = self.moment;
        if let Some(newest) = self.exchanges.back_mut() {
            let before = newest.heads();
            change(newest);
            newest.told = moment;
            self.heads = self.heads.saturating_sub(before) + newest.heads();
        }
    }
}
