//! Whether something is listed: expression × exchange → yes or no.

use std::time::Duration;

use crate::http::Span;
use crate::trace::About;
use crate::trace::Connection;
use crate::trace::Exchange;
use crate::trace::advice;
use crate::trace::labels;
use crate::tui::model::filter::{Expr, Filter, Term};
use crate::tui::model::search::Search;

/// How many octets of a body, or of what is not understood yet, are examined.
const SEARCHED: u64 = 64 << 10;

/// One exchange and what surrounds it.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    about: &'a About,
    now: Duration,
    connection: &'a Connection,
    /// `None` for octets that are not yet a request.
    exchange: Option<&'a Exchange>,
}

impl Filter {
    /// The numbers of the exchanges of a connection that are listed.
    pub(crate) fn admitted<'a>(
        &'a self,
        about: &'a About,
        now: Duration,
        connection: &'a Connection,
    ) -> impl Iterator<Item = u64> + 'a {
        let listed = move |exchange: &&'a Exchange| {
            self.any.holds(Scene {
                about,
                now,
                connection,
                exchange: Some(exchange),
            })
        };
        connection.exchanges.iter().filter(listed).map(|e| e.n)
    }

    /// Whether a connection is listed for what it is receiving, or has not yet received.
    pub(crate) fn admits_pending(
        &self,
        about: &About,
        now: Duration,
        connection: &Connection,
    ) -> bool {
        let pending = connection.exchanges.is_empty() || !connection.buffered().is_empty();
        let exchange = None;
        pending
            && self.any.holds(Scene {
                about,
                now,
                connection,
                exchange,
            })
    }
}

impl Expr {
    fn holds(&self, scene: Scene<'_>) -> bool {
        match self {
            Self::Term(term) => term.holds(scene),
            Self::Not(inner) => !inner.holds(scene),
            Self::All(all) => all.iter().all(|expr| expr.holds(scene)),
            Self::Any(any) => any.iter().any(|expr| expr.holds(scene)),
        }
    }
}

impl Term {
    fn holds(&self, scene: Scene<'_>) -> bool {
        let Scene {
            connection,
            exchange,
            ..
        } = scene;
        match self {
            Self::Method(begin) => exchange.and_then(request_line).is_some_and(|line| {
                line.get(..begin.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(begin.as_bytes()))
            }),
            Self::Path(search) => exchange.is_some_and(|exchange| match &exchange.head {
                Some(head) => search.is_in(head.target_octets()),
                None => request_line(exchange).is_some_and(|line| search.is_in(line)),
            }),
            Self::Status(test) => exchange
                .and_then(Exchange::status)
                .is_some_and(|status| test.admits(status)),
            Self::Peer(search) => connection
                .peer
                .is_some_and(|peer| search.is_in(peer.to_string().as_bytes())),
            Self::Source(search) => connection
                .source
                .as_deref()
                .is_some_and(|source| search.is_in(source.as_bytes())),
            Self::State(search) => search.is_in(labels::state_name(connection).as_bytes()),
            Self::Advice(search) => {
                advice::of_connection(connection, exchange, scene.about, scene.now).is_some_and(
                    |advice| search.is_in(format!("{}: {}", advice.what, advice.remedy).as_bytes()),
                )
            }
            Self::Text(search) | Self::Regex(search) => is_anywhere(search, connection, exchange),
        }
    }
}

fn request_line(exchange: &Exchange) -> Option<&[u8]> {
    let refused = exchange.request_line.as_deref();
    let head = exchange.head.as_ref();
    head.map(|head| head.method_octets()).or(refused)
}

/// In what came, or in what was sent.
fn is_anywhere(search: &Search, connection: &Connection, exchange: Option<&Exchange>) -> bool {
    let received = |span: Span| {
        let end = span.end.min(span.start.saturating_add(SEARCHED));
        let octets = connection.octets().octets_in(Span::new(span.start, end));
        search.is_in(&octets.map(|(_, octet)| octet).collect::<Vec<_>>())
    };
    let Some(exchange) = exchange else {
        return received(connection.buffered());
    };
    let in_head = match &exchange.head {
        Some(head) => search.is_in(head.octets()),
        None => exchange.head_span.is_some_and(received),
    };
    let in_response = exchange.response.as_ref().is_some_and(|response| {
        let because = response.because.as_deref().unwrap_or_default();
        search.is_in(&response.head) || search.is_in(because.as_bytes())
    });
    in_head
        || in_response
        || exchange
            .request_line
            .as_ref()
            .is_some_and(|line| search.is_in(line))
        || exchange
            .refusal
            .is_some_and(|wrong| search.is_in(wrong.what().as_bytes()))
        || exchange.body.is_some_and(received)
}
