//! What is selected, ready to be written elsewhere or sent again.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use crate::event::{ConnectionId, Event, Record};
use crate::export::{self, Cannot, Response, Transcript, Written};
use crate::trace::direction::Direction;
use crate::trace::{Connection, Request};
use crate::tui::model::overlay::Several;
use crate::tui::model::{Model, Spot, Subject};

/// The request that is selected: the one the cursor is in, else the selected one, else what
/// is in the receive buffer, else the newest. With its name, such as `#7.1`.
pub(crate) fn request(model: &Model) -> Option<(String, Request)> {
    let connection = model.connection()?;
    let buffered = connection.buffered();
    let in_buffer = match (model.ui.spot, model.ui.subject) {
        (Spot::Octet(_), _) if model.ui.direction == Direction::Responses => false,
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

/// The selected response, where the octets of responses are shown.
pub(crate) fn response(model: &Model) -> Option<Response> {
    let (connection, exchange) = model.exchange()?;
    let is_shown = model.ui.direction == Direction::Responses;
    is_shown.then(|| Response::of(connection, exchange))?
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

/// Everything that is known of several connections, the oldest first.
pub(crate) fn transcripts(model: &Model, several: Several) -> Vec<Transcript> {
    let connections = connections(model, several);
    connections
        .map(|connection| {
            Transcript::from_connection(connection, model.about.started, server(model))
        })
        .collect()
}

/// A sentence on everything that is kept of several connections, or until the moment that is
/// shown of the selected one.
///
/// # Errors
/// There is nothing.
pub(crate) fn sentences(model: &Model, several: Option<Several>) -> Result<Written, Cannot> {
    let mut records: Vec<Record> = match several {
        Some(several) => connections(model, several).flat_map(records).collect(),
        None => model
            .connection()
            .map_or_else(Vec::new, |connection| records(connection).collect()),
    };
    records.sort_by_key(|record| record.at);
    export::narrative(records, model.about.started)
}

/// What several connections can be, and how many each is.
pub(crate) fn sets(model: &Model) -> Vec<(Several, usize)> {
    let sets = [Several::All, Several::Filtered, Several::Marked];
    let sets = sets.map(|several| (several, connections(model, several).count()));
    let is_there = |(several, count): &(Several, usize)| match several {
        Several::All => true,
        Several::Filtered => model.ui.filter.is_some(),
        Several::Marked => *count > 0,
    };
    sets.into_iter().filter(is_there).collect()
}

/// The connections of a set, the oldest first.
fn connections(model: &Model, several: Several) -> impl Iterator<Item = &Connection> {
    let listed: BTreeSet<ConnectionId> = match (several, &model.rows) {
        (Several::Filtered, Some(rows)) => rows.connections.iter().copied().collect(),
        (_, _) => BTreeSet::new(),
    };
    let trace = model.trace();
    let wanted = move |connection: &&Connection| match several {
        Several::All => true,
        Several::Filtered => listed.contains(&connection.id),
        Several::Marked => model.live.marks.keep(connection.id),
    };
    trace.connections.values().map(AsRef::as_ref).filter(wanted)
}

/// What its log keeps, until the moment it is shown at.
fn records(connection: &Connection) -> impl Iterator<Item = Record> {
    let log = connection.log();
    let until = connection.moment.0.saturating_sub(log.first().0);
    let entries = log
        .iter()
        .take(usize::try_from(until).unwrap_or(usize::MAX));
    entries.map(|entry| Record {
        seq: entry.seq,
        at: entry.at,
        event: Event::Connection(connection.id, entry.activity.clone()),
    })
}

/// Where the server listens.
fn server(model: &Model) -> SocketAddr {
    let listening = model.live.listening.first();
    listening.map_or_else(|| ([127, 0, 0, 1], 80).into(), |(local, _)| *local)
}
