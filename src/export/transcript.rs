//! What is known of a connection, taken out of the trace to be written.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::event::{Activity, ConnectionId, SendCall};
use crate::http::Status;
use crate::trace::carried::{Carried, carried};
use crate::trace::content::of_answer;
use crate::trace::exchange::{self, Times};
use crate::trace::{Connection, Entry, Request};

/// Everything that is known of one connection.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// Which connection it is.
    pub(super) id: ConnectionId,
    /// What the times are counted from.
    pub(super) started: SystemTime,
    /// The other end.
    pub(super) peer: SocketAddr,
    /// Our end.
    pub(super) local: SocketAddr,
    /// What happened, in order.
    pub(super) records: Vec<Entry>,
    /// The exchanges, oldest first.
    pub(super) exchanges: Vec<Exchange>,
}

/// One request and its response.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    /// The request.
    pub(super) request: Request,
    /// Its first line as far as it came, when it was refused.
    pub(super) request_line: Option<Arc<[u8]>>,
    /// What was wrong with it, as one line.
    pub(super) refusal: Option<String>,
    /// Whether `100 Continue` was sent before its body.
    pub(super) continued: bool,
    /// The status of the response.
    pub(super) status: Option<Status>,
    /// The head of the response, as sent.
    pub(super) response_head: Option<Arc<[u8]>>,
    /// The first octets of its content, as far as they were sent and are kept.
    pub(super) content: Option<Arc<[u8]>>,
    /// The events or frames that it carries, where it is an answer that does.
    pub(super) carried: Option<Vec<Carried>>,
    /// Whether there was a copy of it, which may be kept no longer.
    pub(super) copy: Copied,
    /// How many octets of content were to follow it.
    pub(super) body: u64,
    /// How many octets of the response were sent, its head included; `None` when that is not
    /// known.
    pub(super) sent: Option<u64>,
    /// When its phases began.
    pub(super) times: Times,
}

/// Whether there was a copy of the content of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copied {
    No,
    Recorded,
    /// It came through a tap.
    FromUpstream,
    /// There was one, and it is left out where secrets are masked.
    LeftOut,
}

impl Transcript {
    /// What is known of `connection`, as of its moment, on a server that `started` then.
    /// `server` is where it listens, should that not be known from the connection.
    pub fn from_connection(
        connection: &Connection,
        started: SystemTime,
        server: SocketAddr,
    ) -> Self {
        let unknown = || ([0, 0, 0, 0], 0).into();
        let exchanges = connection.exchanges.iter();
        Self {
            id: connection.id,
            started,
            peer: connection.peer.unwrap_or_else(unknown),
            local: connection.local.unwrap_or(server),
            records: records(connection),
            exchanges: exchanges
                .map(|exchange| Exchange::new(connection, exchange, server))
                .collect(),
        }
    }
}

impl Exchange {
    fn new(connection: &Connection, exchange: &exchange::Exchange, server: SocketAddr) -> Self {
        let head = exchange.response.as_ref().map(|r| Arc::clone(&r.head));
        let sent = match (exchange.done, &head) {
            (Some(done), Some(head)) => Some(done.body.saturating_add(head.len() as u64)),
            // What was left out may have been a send.
            _ => (connection.left_out == 0).then_some(exchange.sent),
        };
        Self {
            request: Request::from_exchange(connection, exchange, server),
            request_line: exchange.request_line.clone(),
            refusal: exchange.refusal.map(|refusal| refusal.to_string()),
            continued: exchange.continued,
            status: exchange.status(),
            response_head: head,
            content: of_answer(connection, exchange).map(|(octets, _)| octets.into()),
            carried: carried(connection, exchange),
            copy: match exchange.content_at {
                _ if exchange.is_of_upstream() => Copied::FromUpstream,
                Some(_) => Copied::Recorded,
                None => Copied::No,
            },
            body: exchange.response.as_ref().map_or(0, |r| r.body),
            sent,
            times: exchange.times,
        }
    }

    /// How many octets of content were sent, as far as is known.
    pub(super) fn content_sent(&self) -> Option<u64> {
        let head = self.response_head.as_ref()?.len() as u64;
        Some(self.sent?.saturating_sub(head))
    }
}

/// The records that are kept, and before them what the exchanges keep for longer: when a
/// response began, and how much of it was sent.
fn records(connection: &Connection) -> Vec<Entry> {
    let kept: Vec<Entry> = connection.log().iter().cloned().collect();
    let begins = |entry: &&Entry| matches!(entry.activity, Activity::Responding { .. });
    let begun = kept.iter().filter(begins).count();
    // What is told of sends whose response began before the oldest record.
    let told = kept.iter().take_while(|entry| !begins(entry));
    let mut told: u64 = told.map(sent).sum();
    let responses = connection
        .exchanges
        .iter()
        .filter(|exchange| exchange.response.is_some());
    let mut older = Vec::new();
    for exchange in responses.rev().skip(begun) {
        let (Some(at), Some(response)) = (exchange.times.responding, &exchange.response) else {
            continue;
        };
        let rest = exchange.sent.saturating_sub(std::mem::take(&mut told));
        if rest > 0 {
            older.push(entry(
                at,
                Activity::Sent {
                    call: SendCall::Send,
                    octets: rest,
                    of: rest,
                },
            ));
        }
        older.push(entry(
            at,
            Activity::Responding {
                status: response.status,
                head: Arc::clone(&response.head),
                body: response.body,
                because: None,
            },
        ));
    }
    older.reverse();
    older.extend(kept);
    older
}

fn entry(at: Duration, activity: Activity) -> Entry {
    Entry {
        seq: 0,
        at,
        activity,
    }
}

fn sent(entry: &Entry) -> u64 {
    if let Activity::Sent { octets, .. } = entry.activity {
        octets
    } else {
        0
    }
}
