//! The records of a server, each put to the connection it is about.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use crate::event::{Activity, ConnectionId, Event, ListenerEvent, Record};

/// What was recorded and not told yet. Connections are kept apart: what one did before
/// another is chance, and a lesson tells the same every time.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    peers: BTreeMap<SocketAddr, ConnectionId>,
    connections: BTreeMap<ConnectionId, VecDeque<Record>>,
    pub(super) listeners: Vec<ListenerEvent>,
}

impl Recorded {
    /// The system calls that made the server listen, in words.
    pub(super) fn listener_calls(&self) -> Vec<String> {
        let call = |event: &ListenerEvent| match event {
            ListenerEvent::Opened { .. } => {
                Some("socket(), setsockopt(SO_REUSEADDR): a new socket".to_owned())
            }
            ListenerEvent::Bound { local } => Some(format!("bind({local}): it has an address")),
            ListenerEvent::Listening { backlog, .. } => {
                Some(format!("listen({backlog}): peers can connect from now on"))
            }
            ListenerEvent::AcceptFailed { .. }
            | ListenerEvent::SpawnFailed { .. }
            | ListenerEvent::Lowered { .. }
            | ListenerEvent::Draining
            | ListenerEvent::Stopped
            | ListenerEvent::Counted(_)
            | ListenerEvent::Handling(_)
            | ListenerEvent::Queue(_) => None,
        };
        self.listeners.iter().filter_map(call).collect()
    }

    /// Takes a record in.
    pub(super) fn add(&mut self, record: Record) {
        match &record.event {
            Event::Listener(event) => self.listeners.push(event.clone()),
            Event::Connection(id, activity) => {
                if let Activity::Accepted { peer, .. } = activity {
                    self.peers.insert(*peer, *id);
                }
                self.connections.entry(*id).or_default().push_back(record);
            }
        }
    }

    /// The connection to this client, once it was accepted.
    pub(super) fn connection_from(&self, client: SocketAddr) -> Option<ConnectionId> {
        self.peers.get(&client).copied()
    }

    /// The oldest record of a connection, and whether it is worth words: the search tells of
    /// the `recv` before it. So a `recv` is kept until it is known what came of it; whatever
    /// that is, it is recorded at once or when the worker is held.
    pub(super) fn next(&mut self, id: ConnectionId) -> Option<(Record, bool)> {
        let queue = self.connections.get_mut(&id)?;
        let aloud = match (activity(queue.front()), activity(queue.get(1))) {
            (Some(Activity::Received { .. }), None) => return None,
            (Some(Activity::Received { .. }), Some(next)) => {
                !matches!(next, Activity::Scanned { .. })
            }
            (Some(_) | None, _) => true,
        };
        Some((queue.pop_front()?, aloud))
    }
}

fn activity(record: Option<&Record>) -> Option<&Activity> {
    match &record?.event {
        Event::Connection(_, activity) => Some(activity),
        Event::Listener(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_recv_is_told_by_the_search_that_follows_it() {
        let id = ConnectionId(1);
        let mut recorded = Recorded::default();
        let record = |seq, activity| Record {
            seq,
            at: Duration::ZERO,
            event: Event::Connection(id, activity),
        };
        let received = Activity::Received {
            offset: 0,
            octets: b"G".as_slice().into(),
            asked: 4,
        };
        let scanned = Activity::Scanned {
            from: 0,
            to: 1,
            matched: 0,
        };
        recorded.add(record(0, received.clone()));
        assert_eq!(recorded.next(id), None);
        recorded.add(record(1, scanned.clone()));
        assert_eq!(recorded.next(id), Some((record(0, received), false)));
        assert_eq!(recorded.next(id), Some((record(1, scanned), true)));
        assert_eq!(recorded.next(id), None);
    }
}
