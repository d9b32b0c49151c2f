//! What the records of a tap change: those of the connection to the server behind it.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Phase, Refusal, UpstreamActivity};
use crate::http::{Diagnosis, MessageKind};
use crate::trace::exchange::Exchange;
use crate::trace::state::State;

impl State {
    pub(super) fn upstream(&mut self, at: Duration, activity: &UpstreamActivity) {
        let upstream = self.upstream.get_or_insert_default();
        match activity {
            UpstreamActivity::Connected { address, took } => {
                upstream.connected = Some((*address, *took));
                upstream.since = at;
                upstream.received = 0;
            }
            UpstreamActivity::Forwarded { octets, .. } => {
                upstream.forwarded = upstream.forwarded.saturating_add(*octets);
            }
            UpstreamActivity::Received { offset, octets, .. } => {
                upstream.recvs = upstream.recvs.saturating_add(1);
                let end = offset.saturating_add(octets.len() as u64);
                upstream.received = upstream.received.max(end);
                let newest = self.exchanges.back();
                // What belongs to no exchange begins none.
                if newest.is_some_and(|exchange| exchange.done.is_none()) {
                    self.change(
                        at,
                        |_| true,
                        |exchange| {
                            let answer = exchange.answer.get_or_insert_default();
                            answer.first = answer.first.or(Some(at));
                        },
                    );
                }
            }
            UpstreamActivity::Parsed { head, framing } => {
                let framing = *framing;
                self.change(at, Exchange::is_open, |exchange| {
                    let answer = exchange.answer.get_or_insert_default();
                    answer.heads.push(Arc::clone(head));
                    answer.framing = Some(framing);
                });
            }
            UpstreamActivity::Faulty {
                diagnosis,
                request_line,
            } => self.faulty(at, *diagnosis, request_line),
            UpstreamActivity::Switched | UpstreamActivity::NotRead => {
                upstream.is_opaque = true;
                self.bare_lf = None;
                // What has come behind the head is none.
                if self.phase == Phase::Head {
                    self.phase = Phase::Idle;
                }
            }
            UpstreamActivity::Finished => upstream.finished = true,
            UpstreamActivity::PeerFinished => upstream.peer_finished = true,
            UpstreamActivity::GoesOn { .. }
            | UpstreamActivity::Rewritten { .. }
            | UpstreamActivity::Edited { .. }
            | UpstreamActivity::LeadsPast { .. }
            | UpstreamActivity::Failed { .. } => {}
        }
    }

    fn faulty(&mut self, at: Duration, diagnosis: Diagnosis, request_line: &Arc<[u8]>) {
        match diagnosis.message {
            MessageKind::Request => self.change(
                at,
                |e| e.refusal.is_none() && e.done.is_none(),
                |exchange| {
                    exchange.refusal = Some(Refusal::from(diagnosis));
                    if exchange.head.is_none() {
                        exchange.request_line = Some(Arc::clone(request_line));
                    }
                    exchange.times.head = exchange.times.head.or(Some(at));
                    exchange.times.complete = Some(at);
                },
            ),
            // What nobody asked for may be behind an answer that is complete.
            MessageKind::Response => self.change(
                at,
                |_| true,
                |exchange| {
                    let answer = exchange.answer.get_or_insert_default();
                    answer.faults.push(diagnosis);
                },
            ),
        }
    }
}
