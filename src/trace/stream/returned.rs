//! What the calls took that carried responses: those that sent, or behind a tap those that
//! received from the upstream. The octets of what this program wrote itself are those it told
//! of, as far as it had them.

use std::time::Duration;

use crate::event::{Activity, SendCall, UpstreamActivity};
use crate::http::{CONTINUE, Span};
use crate::trace::connection::Connection;
use crate::trace::exchange::Exchange;
use crate::trace::octets::{Octets, Run};

/// The calls of one direction, in order.
#[derive(Debug)]
pub(super) struct Returned<'a> {
    /// What is kept of what they took.
    runs: Vec<Run<'a>>,
    /// Those that sent, where this program did.
    calls: Vec<Call>,
    /// How many are known.
    count: u64,
    /// One past the last octet.
    pub(super) end: u64,
    /// Behind a tap: when the connection was made that they received from.
    since: Option<Duration>,
}

/// One call that sent.
#[derive(Debug, Clone, Copy)]
struct Call {
    span: Span,
    by: SendCall,
    at: Duration,
    of: u64,
}

impl<'a> Returned<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        if connection.is_tapped() {
            Self::received(connection)
        } else {
            Self::sent(connection)
        }
    }

    /// What was received of the upstream, on the connection that was made to it last: where a
    /// folder is served beside it there may have been others, and offsets begin anew on each.
    fn received(connection: &'a Connection) -> Self {
        let before = connection.before_log();
        let before = before.and_then(|state| state.upstream.as_deref());
        let mut count = before.map_or(0, |upstream| upstream.recvs);
        let mut end = before.map_or(0, |upstream| upstream.received);
        let mut since = before.map_or(Duration::ZERO, |upstream| upstream.since);
        let mut runs = Vec::new();
        for entry in connection.log().iter() {
            if let Activity::Upstream(UpstreamActivity::Connected { .. }) = &entry.activity {
                runs.clear();
                (end, since) = (0, entry.at);
            }
            let Activity::Upstream(UpstreamActivity::Received {
                offset,
                octets,
                asked,
            }) = &entry.activity
            else {
                continue;
            };
            count += 1;
            // One that is not behind all others is a record seen twice.
            if *offset < end || octets.is_empty() {
                continue;
            }
            let span = Span::new(*offset, offset.saturating_add(octets.len() as u64));
            end = span.end;
            runs.push(Run {
                number: count,
                at: entry.at,
                offset: *offset,
                octets,
                asked: *asked,
                call: span,
            });
        }
        Self {
            runs,
            calls: Vec::new(),
            count,
            end,
            since: Some(since),
        }
    }

    /// What was sent.
    fn sent(connection: &'a Connection) -> Self {
        let before = connection.before_log();
        let mut end = before.map_or(0, |state| state.sent_end);
        let first = before.map_or(0, |state| state.sends);
        let mut calls = Vec::new();
        // What is known to stand where.
        let mut known: Vec<(u64, &'a [u8])> = Vec::new();
        let mut content = end;
        for entry in connection.log().iter() {
            let activity = &entry.activity;
            if let Activity::Responding { head, .. } = activity {
                known.push((end, head));
                content = end.saturating_add(head.len() as u64);
            } else if let Activity::Content { octets } = activity {
                known.push((content, octets));
            } else if let Activity::Continued = activity {
                // It is told once it was sent.
                known.push((end.saturating_sub(CONTINUE.len() as u64), CONTINUE));
            } else if let &Activity::Sent { call, octets, of } = activity {
                let span = Span::new(end, end.saturating_add(octets));
                end = span.end;
                calls.push(Call {
                    span,
                    by: call,
                    at: entry.at,
                    of,
                });
            }
        }
        Self {
            runs: overlay(&calls, first, &known),
            count: first.saturating_add(calls.len() as u64),
            calls,
            end,
            since: None,
        }
    }

    pub(super) fn octets(&self) -> Octets<'_> {
        Octets::listed(&self.runs, self.count, self.end)
    }

    /// Whether the response of an exchange stands in these octets. Behind a tap one may have come
    /// from elsewhere: from this program itself, or from a connection before this one.
    pub(super) fn holds(&self, exchange: &Exchange) -> bool {
        let Some(since) = self.since else {
            return true;
        };
        let Some(answer) = exchange.answer.as_deref() else {
            return false;
        };
        let is_of_upstream = !answer.heads.is_empty() || !answer.faults.is_empty();
        let began = exchange.times.responding.or(answer.first);
        is_of_upstream && began.is_none_or(|began| began >= since)
    }

    /// What each of the calls is.
    pub(super) const fn name(&self) -> &'static str {
        if self.since.is_some() { "recv" } else { "send" }
    }

    /// Which call took the octet at `offset`.
    pub(super) fn call_at(&self, offset: u64) -> Option<SendCall> {
        let after = self.calls.partition_point(|call| call.span.end <= offset);
        self.calls
            .get(after)
            .filter(|call| call.span.contains(offset))
            .map(|call| call.by)
    }
}

/// What the calls took of what is known.
fn overlay<'a>(calls: &[Call], first: u64, known: &[(u64, &'a [u8])]) -> Vec<Run<'a>> {
    let mut runs = Vec::new();
    let mut known = known.iter().peekable();
    for (number, call) in (first.saturating_add(1)..).zip(calls) {
        while let Some(&&(start, octets)) = known.peek() {
            let all = Span::new(start, start.saturating_add(octets.len() as u64));
            let here = Span::new(
                call.span.start.max(all.start),
                call.span.end.min(all.end).max(call.span.start),
            );
            let index = |offset: u64| usize::try_from(offset.saturating_sub(all.start));
            if let (Ok(from), Ok(to)) = (index(here.start), index(here.end))
                && let Some(octets) = octets.get(from..to).filter(|some| !some.is_empty())
            {
                runs.push(Run {
                    number,
                    at: call.at,
                    offset: here.start,
                    octets,
                    asked: usize::try_from(call.of).unwrap_or(usize::MAX),
                    call: call.span,
                });
            }
            // The rest of it, if there is any, was sent by a later call.
            if all.end > call.span.end {
                break;
            }
            known.next();
        }
    }
    runs
}
