//! What is known of a connection, taken out of the trace to be written.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::event::{Activity, ConnectionId, SendCall};
use crate::http::Status;
use crate::trace::carried::{Carried, carried};
use crate::trace::exchange::{self, Times};
use crate::trace::stream::{Coding, Stream};
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
    /// Whether there was a record of it, which may be kept no longer.
    pub(super) was_recorded: bool,
    /// How many octets of content were to follow it.
    pub(super) body: u64,
    /// How many octets of the response were sent, its head included; `None` when that is not
    /// known.
    pub(super) sent: Option<u64>,
    /// When its phases began.
    pub(super) times: Times,
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
            content: content(connection, exchange),
            carried: carried(connection, exchange),
            was_recorded: exchange.content_at.is_some() || connection.is_tapped(),
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

/// The first octets of the content of a response: behind a tap those that came from the upstream,
/// without their framing.
fn content(connection: &Connection, exchange: &exchange::Exchange) -> Option<Arc<[u8]>> {
    if !connection.is_tapped() {
        return connection.content_of(exchange).map(Arc::from);
    }
    let stream = Stream::responses(connection);
    let message = stream.message_of(exchange.n);
    let message = message.filter(|it| !it.is_interim && it.coding != Coding::Opaque)?;
    let content = stream.content(message);
    (!content.is_empty()).then(|| content.into())
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
