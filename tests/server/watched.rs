//! A server in this process, with every record of what it does at hand.

use std::sync::Arc;

use glassport::docroot::Docroot;
use glassport::event::{Activity, Detail, Event, Inbox, Record, Sink};
use glassport::server::{Config, Server};

use super::support::{DEADLINE, Peer};

/// A running server.
pub(crate) struct Watched {
    server: Server,
    inbox: Inbox,
}

impl Watched {
    /// Serves `docroot` on a free port. No deadline passes by itself, unless `change` says so.
    pub(crate) fn start(docroot: Docroot, change: impl FnOnce(&mut Config)) -> Self {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let mut config = Config {
            addresses: vec![std::net::IpAddr::from([127, 0, 0, 1]).into()],
            head_timeout: Some(DEADLINE),
            idle_timeout: DEADLINE,
            body_timeout: DEADLINE,
            send_timeout: DEADLINE,
            ..Config::default()
        };
        change(&mut config);
        let server = Server::start(config, Arc::new(docroot), sink).unwrap();
        Self { server, inbox }
    }

    pub(crate) fn connect(&self) -> Peer {
        Peer::connect(self.server.local_addrs().next().unwrap())
    }

    /// Every record, up to the next one that says that a connection was closed.
    pub(crate) fn until_closed(&self) -> Vec<Record> {
        let closed =
            |record: &Record| matches!(record.event, Event::Connection(_, Activity::Closed { .. }));
        let mut records = Vec::new();
        while !records.iter().any(closed) {
            let batch = self.inbox.receiver().recv_timeout(DEADLINE).unwrap();
            self.inbox.open(batch, |record| records.push(record));
        }
        records
    }

    pub(crate) fn stop(self) {
        self.server.stop();
    }
}
