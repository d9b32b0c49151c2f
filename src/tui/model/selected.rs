//! What is selected, ready to be written elsewhere or sent again.

use std::net::SocketAddr;

use crate::export::Transcript;
use crate::trace::Request;
use crate::tui::model::{Model, Spot, Subject};

/// The request that is selected: the one the cursor is in, else the selected one, else what
/// is in the receive buffer, else the newest. With its name, such as `#7.1`.
pub(crate) fn request(model: &Model) -> Option<(String, Request)> {
    let connection = model.connection()?;
    let buffered = connection.buffered();
    let in_buffer = match (model.ui.spot, model.ui.subject) {
        (Spot::Octet(offset), _) => buffered.contains(offset),
        (Spot::Newest | Spot::Line(_), Subject::Exchange(_) | Subject::NewestExchange) => false,
        (Spot::Newest | Spot::Line(_), Subject::Connection(_) | Subject::NewestConnection) => true,
    };
    let (_, exchange) = model.exchange().unzip();
    let refused = exchange.is_some_and(|e| e.refusal.is_some() && e.head_span.is_none());
    if in_buffer && !buffered.is_empty() && !refused {
        let n = connection.exchanges.back().map_or(1, |newest| newest.n + 1);
        let request = Request::from_buffer(connection, server(model));
        return Some((format!("{}.{n}", connection.id), request));
    }
    let exchange = exchange?;
    let request = Request::from_exchange(connection, exchange, server(model));
    Some((format!("{}.{}", connection.id, exchange.n), request))
}

/// Everything that is known of the selected connection.
pub(crate) fn transcript(model: &Model) -> Option<Transcript> {
    let connection = model.connection()?;
    Some(Transcript::from_connection(
        connection,
        model.about.started,
        server(model),
    ))
}

/// Everything that is known of every connection, the oldest first.
pub(crate) fn transcripts(model: &Model) -> Vec<Transcript> {
    let connections = model.trace().connections.values();
    connections
        .map(|connection| {
            Transcript::from_connection(connection, model.about.started, server(model))
        })
        .collect()
}

/// Where the server listens.
fn server(model: &Model) -> SocketAddr {
    let listening = model.live.listening.first();
    listening.map_or_else(|| ([127, 0, 0, 1], 80).into(), |(local, _)| *local)
}
