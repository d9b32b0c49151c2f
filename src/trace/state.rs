//! What the records of one connection come to: its phase, what was cut off its receive
//! buffer, where the search stands, its exchanges and its counts.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::answer::Upstream;
use super::direction::Direction;
use super::entry::Moment;
use super::exchange::Exchange;
use crate::event::{
    Breakpoint, CloseReason, ConnectionId, ConnectionTotals, Counted, End, Phase, Sampled,
};
use crate::http::Span;

/// Where the search for CR LF CR LF stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scan {
    /// One past the last octet searched.
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

/// What the records of one connection come to, up to a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub(crate) id: ConnectionId,
    /// After the newest record that was folded.
    pub(crate) moment: Moment,
    pub(crate) peer: Option<SocketAddr>,
    /// What the server is called that has it, where several are watched.
    pub(crate) source: Option<Arc<str>>,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) phase: Phase,
    /// When the phase began, or the last octet came in it: what a wait is counted from.
    pub(crate) since: Duration,
    /// One past the last octet that was cut off the receive buffer.
    pub(crate) cut: u64,
    pub(crate) scan: Scan,
    /// The newest boundary, and when it was found.
    pub(crate) boundary: Option<(Span, Duration)>,
    /// The first LF without CR in what was not cut off.
    pub(crate) bare_lf: Option<u64>,
    /// The newest exchanges; only the last of them changes.
    pub(crate) exchanges: VecDeque<Exchange>,
    pub(crate) totals: ConnectionTotals,
    pub(crate) left_out: u64,
    /// We have sent FIN.
    pub(crate) finished: bool,
    pub(crate) peer_finished: bool,
    /// What its worker will do next, and since when it stands still.
    pub(crate) held: Option<(Breakpoint, Duration)>,
    pub(crate) closed: Option<Closed>,
    /// How the system call failed that failed last.
    pub(crate) failed: Option<io::ErrorKind>,
    /// What the server and the kernel said of it last, while it is open.
    pub(crate) sampled: Option<Arc<Sampled>>,
    /// The connection to the server behind this tap, where there is one.
    pub(crate) upstream: Option<Box<Upstream>>,
    /// How many calls of `recv` are known to have returned octets.
    pub(super) recvs: u64,
    /// One past the last octet that came.
    pub(super) end: u64,
    /// What the heads of the exchanges take in memory.
    pub(super) heads: usize,
    /// When it was accepted, or first heard of.
    pub(super) accepted: Duration,
    /// When the last run came, and where it begins.
    pub(super) last_run: (Duration, u64),
    /// When the first octet of what is in the receive buffer came.
    pub(super) buffer_since: Option<Duration>,
    /// How many octets the responses before the newest, and what is sent before a response
    /// begins, had.
    pub(super) sent_before: u64,
    /// How many calls that sent are known, and one past the last octet they took.
    pub(super) sends: u64,
    pub(super) sent_end: u64,
    pub(super) next_seq: u64,
    pub(super) last_octet: Option<u8>,
    /// Whether the newest record is what the server and the kernel said.
    pub(super) was_asked: bool,
}

impl State {
    /// A connection of which nothing is known but that it is there.
    pub(crate) fn new(id: ConnectionId, at: Duration) -> Self {
        Self {
            id,
            moment: Moment::default(),
            peer: None,
            source: None,
            local: None,
            phase: Phase::Accepted,
            since: at,
            cut: 0,
            scan: Scan::default(),
            boundary: None,
            bare_lf: None,
            exchanges: VecDeque::new(),
            totals: ConnectionTotals::default(),
            left_out: 0,
            finished: false,
            peer_finished: false,
            held: None,
            closed: None,
            failed: None,
            sampled: None,
            upstream: None,
            recvs: 0,
            end: 0,
            heads: 0,
            accepted: at,
            last_run: (at, 0),
            buffer_since: None,
            sent_before: 0,
            sends: 0,
            sent_end: 0,
            next_seq: 0,
            last_octet: None,
            was_asked: false,
        }
    }

    /// The octets that are in the receive buffer: received, and not cut off.
    pub(crate) fn buffered(&self) -> Span {
        Span::new(self.cut.min(self.end), self.end)
    }

    /// Whether everything on it goes to a server behind a tap and back, so that no deadline of
    /// this server ends it.
    pub(crate) fn is_tapped(&self) -> bool {
        let upstream = self.upstream.as_ref();
        upstream.is_some_and(|upstream| upstream.connected.is_some())
    }

    pub(crate) fn exchange(&self, n: u64) -> Option<&Exchange> {
        // Their numbers grow. The oldest of them is asked for with every record.
        let index = self.exchanges.binary_search_by_key(&n, |it| it.n).ok()?;
        self.exchanges.get(index)
    }

    /// The exchange that the octet at `offset` of this direction belongs to.
    pub(crate) fn exchange_of(&self, direction: Direction, offset: u64) -> Option<&Exchange> {
        match direction {
            Direction::Requests => self.exchange_at(offset),
            Direction::Responses => self.answered_at(offset),
        }
    }

    /// The exchange that `offset` belongs to, by its head or its body.
    fn exchange_at(&self, offset: u64) -> Option<&Exchange> {
        self.exchanges.iter().rev().find(|exchange| {
            let holds = |span: Option<Span>| span.is_some_and(|span| span.contains(offset));
            holds(exchange.head_span) || holds(exchange.body)
        })
    }

    /// The exchange whose response `offset` belongs to, in the stream of responses.
    fn answered_at(&self, offset: u64) -> Option<&Exchange> {
        self.exchanges
            .iter()
            .rev()
            .find(|exchange| exchange.answer_start().is_some_and(|start| start <= offset))
    }

    /// Forgets the oldest exchanges until `count` are left.
    pub(crate) fn keep_exchanges(&mut self, count: usize) {
        while self.exchanges.len() > count {
            if let Some(oldest) = self.exchanges.pop_front() {
                self.heads = self.heads.saturating_sub(oldest.heads());
            }
        }
    }

    /// Whether this reading says nothing that is not known.
    pub(super) fn agrees_with(&self, counted: &Counted) -> bool {
        let ConnectionTotals {
            requests,
            received,
            sent,
        } = counted.totals;
        self.peer == Some(counted.peer)
            && self.local == Some(counted.local)
            && self.totals.requests >= requests
            && self.totals.received >= received
            && self.totals.sent >= sent
            && self.left_out >= counted.left_out
            && self.closed != Some(Closed::LeftOut)
            && self.phase == counted.phase
            && self.held.map(|(before, _)| before) == counted.held
    }
}
