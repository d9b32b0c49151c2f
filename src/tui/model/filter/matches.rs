//! Whether something is listed: expression × exchange → yes or no. Knows no text the
//! expression was written as.

use std::time::Duration;

use crate::http::Span;
use crate::trace::About;
use crate::trace::Connection;
use crate::trace::Exchange;
use crate::trace::advice;
use crate::trace::labels;
use crate::tui::model::filter::{Expr, Filter, Term};
use crate::tui::model::search::Needle;

/// How many octets of a body, or of what is not understood yet, are looked at.
const SEARCHED: u64 = 64 << 10;

/// One exchange and what surrounds it.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    about: &'a About,
    now: Duration,
    conn: &'a Connection,
    /// `None` for octets that are not yet a request.
    exchange: Option<&'a Exchange>,
}

impl Filter {
    /// The numbers of the exchanges of a connection that are listed.
    pub(crate) fn admitted<'a>(
        &'a self,
        about: &'a About,
        now: Duration,
        conn: &'a Connection,
    ) -> impl Iterator<Item = u64> + 'a {
        let listed = move |exchange: &&'a Exchange| {
            self.any.holds(Scene {
                about,
                now,
                conn,
                exchange: Some(exchange),
            })
        };
        conn.exchanges.iter().filter(listed).map(|e| e.n)
    }

    /// Whether a connection is listed for what it is receiving, or has not yet received.
    pub(crate) fn admits_pending(&self, about: &About, now: Duration, conn: &Connection) -> bool {
        let pending = conn.exchanges.is_empty() || !conn.buffered().is_empty();
        let exchange = None;
        pending
            && self.any.holds(Scene {
                about,
                now,
                conn,
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
        let Scene { conn, exchange, .. } = scene;
        match self {
            Self::Method(begin) => exchange.and_then(request_line).is_some_and(|line| {
                line.get(..begin.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(begin.as_bytes()))
            }),
            Self::Path(needle) => exchange.is_some_and(|exchange| match &exchange.head {
                Some(head) => needle.is_in(head.target_octets()),
                None => request_line(exchange).is_some_and(|line| needle.is_in(line)),
            }),
            Self::Status(test) => exchange
                .and_then(Exchange::status)
                .is_some_and(|status| test.admits(status)),
            Self::Peer(needle) => conn
                .peer
                .is_some_and(|peer| needle.is_in(peer.to_string().as_bytes())),
            Self::State(needle) => needle.is_in(labels::state_name(conn).as_bytes()),
            Self::Advice(needle) => advice::of_connection(conn, exchange, scene.about, scene.now)
                .is_some_and(|advice| {
                    needle.is_in(format!("{}: {}", advice.what, advice.remedy).as_bytes())
                }),
            Self::Text(needle) | Self::Regex(needle) => is_anywhere(needle, conn, exchange),
        }
    }
}

fn request_line(exchange: &Exchange) -> Option<&[u8]> {
    let refused = exchange.request_line.as_deref();
    let head = exchange.head.as_ref();
    head.map(|head| head.method_octets()).or(refused)
}

/// In what came, or in what was sent.
fn is_anywhere(needle: &Needle, conn: &Connection, exchange: Option<&Exchange>) -> bool {
    let received = |span: Span| {
        let end = span.end.min(span.start.saturating_add(SEARCHED));
        let octets = conn.octets().octets_in(Span::new(span.start, end));
        needle.is_in(&octets.map(|(_, octet)| octet).collect::<Vec<_>>())
    };
    let Some(exchange) = exchange else {
        return received(conn.buffered());
    };
    let in_head = match &exchange.head {
        Some(head) => needle.is_in(head.octets()),
        None => exchange.head_span.is_some_and(received),
    };
    let in_response = exchange.response.as_ref().is_some_and(|response| {
        let because = response.because.as_deref().unwrap_or_default();
        needle.is_in(&response.head) || needle.is_in(because.as_bytes())
    });
    in_head
        || in_response
        || exchange
            .request_line
            .as_ref()
            .is_some_and(|line| needle.is_in(line))
        || exchange
            .diagnosis
            .is_some_and(|wrong| needle.is_in(wrong.what().as_bytes()))
        || exchange.body.is_some_and(received)
}
