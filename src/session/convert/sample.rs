//! Counts, how connections are driven, and what the kernel says.

use std::time::Duration;

use super::basics::{NotUnderstood, nanoseconds};
use crate::event::{
    AcceptQueue, ConnectionTotals, Counted, Flow, Handling, KernelView, Sampled, Syn, Totals,
    Unaccepted,
};
use crate::session::wire::{self, Octets};

/// Conversion in both directions of what has the same fields on the wire. Both sides are named
/// field by field, so that none can be forgotten.
macro_rules! same_fields {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl From<$name> for wire::$name {
            fn from($name { $($field),* }: $name) -> Self {
                Self { $($field),* }
            }
        }

        impl From<wire::$name> for $name {
            fn from(wire::$name { $($field),* }: wire::$name) -> Self {
                Self { $($field),* }
            }
        }
    };
}
same_fields!(Totals {
    connections,
    open,
    statuses,
    received,
    sent,
    refused,
    left_out,
});

impl From<Counted> for wire::Counted {
    fn from(counted: Counted) -> Self {
        Self {
            peer: counted.peer,
            local: counted.local,
            accepted: nanoseconds(counted.accepted),
            requests: counted.totals.requests,
            received: counted.totals.received,
            sent: counted.totals.sent,
            left_out: counted.left_out,
            phase: counted.phase.into(),
            held: counted.held.map(Into::into),
        }
    }
}

impl From<wire::Counted> for Counted {
    fn from(counted: wire::Counted) -> Self {
        Self {
            peer: counted.peer,
            local: counted.local,
            accepted: Duration::from_nanos(counted.accepted),
            totals: ConnectionTotals {
                requests: counted.requests,
                received: counted.received,
                sent: counted.sent,
            },
            left_out: counted.left_out,
            phase: counted.phase.into(),
            held: counted.held.map(Into::into),
        }
    }
}

impl From<Handling> for wire::Handling {
    fn from(handling: Handling) -> Self {
        Self {
            flow: match handling.flow {
                Flow::Run => wire::Flow::Run,
                Flow::Held => wire::Flow::Held,
                Flow::Slow(pause) => wire::Flow::Slow(nanoseconds(pause)),
            },
            recv_size: handling.recv_size,
        }
    }
}

impl From<wire::Handling> for Handling {
    fn from(handling: wire::Handling) -> Self {
        Self {
            flow: match handling.flow {
                wire::Flow::Run => Flow::Run,
                wire::Flow::Held => Flow::Held,
                wire::Flow::Slow(pause) => Flow::Slow(Duration::from_nanos(pause)),
            },
            recv_size: handling.recv_size,
        }
    }
}

impl From<&AcceptQueue> for wire::Queue {
    fn from(queue: &AcceptQueue) -> Self {
        let peers = queue.peers.iter();
        Self {
            waiting: queue.waiting,
            limit: queue.limit,
            peers: peers
                .map(|&Unaccepted { peer, unread }| wire::Unaccepted { peer, unread })
                .collect(),
        }
    }
}

impl From<wire::Queue> for AcceptQueue {
    fn from(queue: wire::Queue) -> Self {
        let peers = queue.peers.into_iter();
        Self {
            waiting: queue.waiting,
            limit: queue.limit,
            peers: peers
                .map(|wire::Unaccepted { peer, unread }| Unaccepted { peer, unread })
                .collect(),
        }
    }
}

impl<'a> From<&'a Sampled> for wire::Sampled<'a> {
    fn from(sampled: &'a Sampled) -> Self {
        let kernel = &sampled.kernel;
        Self {
            handling: sampled.handling.into(),
            kernel: wire::Kernel {
                unread: kernel.unread,
                unsent: kernel.unsent,
                recv_buffer: kernel.recv_buffer,
                send_buffer: kernel.send_buffer,
                tcp: kernel.tcp.map(Into::into),
                syn: kernel.syn.as_ref().map(syn_to_wire),
            },
        }
    }
}

fn syn_to_wire(syn: &Syn) -> wire::Syn<'_> {
    wire::Syn {
        ttl: syn.ttl,
        window: syn.window,
        mss: syn.mss,
        window_scale: syn.window_scale,
        sack: syn.sack,
        timestamps: syn.timestamps,
        octets: Octets::new(&syn.octets),
    }
}

pub(super) fn sampled_from_wire(sampled: wire::Sampled<'_>) -> Result<Sampled, NotUnderstood> {
    let kernel = sampled.kernel;
    Ok(Sampled {
        handling: sampled.handling.into(),
        kernel: KernelView {
            unread: kernel.unread,
            unsent: kernel.unsent,
            recv_buffer: kernel.recv_buffer,
            send_buffer: kernel.send_buffer,
            tcp: kernel.tcp.map(Into::into),
            syn: kernel.syn.as_ref().map(syn_from_wire).transpose()?,
        },
    })
}

fn syn_from_wire(syn: &wire::Syn<'_>) -> Result<Syn, NotUnderstood> {
    Ok(Syn {
        ttl: syn.ttl,
        window: syn.window,
        mss: syn.mss,
        window_scale: syn.window_scale,
        sack: syn.sack,
        timestamps: syn.timestamps,
        octets: syn.octets.to_octets().ok_or(NotUnderstood)?.to_vec(),
    })
}
