//! The calls that sent a response, in order: an index over the log of its connection.

use super::connection::Connection;
use super::exchange::Exchange;
use crate::event::{Activity, SendCall};

/// One call that sent, and what it returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) call: SendCall,
    pub(crate) octets: u64,
    pub(crate) of: u64,
}

/// Those that sent the response of `exchange`, as far as their records are kept.
pub(crate) fn sends(connection: &Connection, exchange: &Exchange) -> Vec<Sent> {
    let log = connection.log();
    let told = exchange.told.0.saturating_sub(log.first().0);
    let until = log.iter().take(usize::try_from(told).unwrap_or(usize::MAX));
    let is_before = |activity: &Activity| matches!(activity, Activity::Responding { .. });
    let newest_first = until.rev().map(|entry| &entry.activity);
    let mut sends: Vec<_> = newest_first
        .take_while(|activity| !is_before(activity))
        .filter_map(|activity| {
            let &Activity::Sent { call, octets, of } = activity else {
                return None;
            };
            Some(Sent { call, octets, of })
        })
        .collect();
    sends.reverse();
    sends
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::http::Status;

    #[test]
    fn each_response_has_the_sends_that_sent_it() {
        let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let mut script = Script::new();
        script.accept(1).receive(1, get).answer(1, Status::OK, 5);
        script.receive(1, get).answer(1, Status::NOT_FOUND, 300);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = &trace.connections[&id(1)];
        for exchange in &connection.exchanges {
            let sends = sends(connection, exchange);
            let octets: u64 = sends.iter().map(|sent| sent.octets).sum();
            assert_eq!(octets, exchange.sent, "{}", exchange.n);
            assert!(octets > 0);
        }
    }
}
