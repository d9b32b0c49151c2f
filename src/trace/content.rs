//! What of the content of a message is known, and what its head says it is.

use super::connection::Connection;
use super::exchange::Exchange;
use super::stream::{Coding, Stream};
use crate::http::{self, BodyLength, Limits, Step};

/// Which message of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

impl Side {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// The content of a message, from its first octet on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) octets: Vec<u8>,
    /// How many there are in all.
    pub(crate) whole: u64,
    /// Content-Type.
    pub(crate) media_type: Option<String>,
    /// Content-Encoding.
    pub(crate) coding: Option<String>,
}

impl Content {
    /// Whether octets are missing at its end.
    pub(crate) fn is_cut(&self) -> bool {
        (self.octets.len() as u64) < self.whole
    }
}

/// Why no content is known, as a clause.
const NONE: &str = "it has none";
const NOT_KEPT: &str = "no copy of it is kept";
const GONE: &str = "its octets are no longer kept";

/// The content of one message of an exchange, or why there is none, as a clause.
pub(crate) fn of(
    connection: &Connection,
    exchange: &Exchange,
    side: Side,
) -> Result<Content, &'static str> {
    match side {
        Side::Request => of_request(connection, exchange),
        Side::Response => of_response(connection, exchange),
    }
}

/// Whether a message of the exchange has content, known or not.
pub(crate) fn is_there(exchange: &Exchange) -> bool {
    exchange.content > 0 || is_sent(exchange)
}

fn of_request(connection: &Connection, exchange: &Exchange) -> Result<Content, &'static str> {
    let (Some(head), Some(body)) = (&exchange.head, exchange.body) else {
        return Err(NONE);
    };
    let mut next = body.start;
    let octets = connection.octets().octets_in(body);
    // What stands behind a gap is another part of it.
    let octets: Vec<u8> = octets
        .take_while(|(offset, _)| {
            let follows = *offset == next;
            next = next.saturating_add(1);
            follows
        })
        .map(|(_, octet)| octet)
        .collect();
    if octets.is_empty() {
        return Err(if body.is_empty() { NONE } else { GONE });
    }
    let is_chunked = exchange.framing.map(|framing| framing.body) == Some(BodyLength::Chunked);
    let text = |name| head.values(name).next().map(crate::event::escape);
    Ok(Content {
        octets: if is_chunked {
            without_chunks(&octets)
        } else {
            octets
        },
        whole: exchange.body_announced().unwrap_or(exchange.content),
        media_type: text("Content-Type"),
        coding: text("Content-Encoding"),
    })
}

fn of_response(connection: &Connection, exchange: &Exchange) -> Result<Content, &'static str> {
    let response = exchange.response.as_ref().filter(|_| is_sent(exchange));
    let response = response.ok_or(NONE)?;
    let (octets, whole) = of_answer(connection, exchange).ok_or(NOT_KEPT)?;
    let text = |name| field(&response.head, name).map(crate::event::escape);
    Ok(Content {
        octets,
        whole,
        media_type: text("Content-Type"),
        coding: text("Content-Encoding"),
    })
}

/// The first octets of the content of a response, and how many there are in all. What the server
/// behind a tap answered is known as it came from there, and is without its framing.
pub(crate) fn of_answer(connection: &Connection, exchange: &Exchange) -> Option<(Vec<u8>, u64)> {
    let (octets, whole) = if exchange.is_of_upstream() {
        let stream = Stream::responses(connection);
        let message = stream.message_of(exchange.n);
        let message = message.filter(|it| !it.is_interim && it.coding != Coding::Opaque)?;
        let octets = stream.content(message);
        let whole = (octets.len() as u64).saturating_add(stream.lacks(message));
        let announced = exchange.response.as_ref().map_or(0, |it| it.body);
        let is_open = exchange.is_open_ended();
        (octets, if is_open { whole } else { announced.max(whole) })
    } else {
        let octets = connection.content_of(exchange)?;
        (octets.to_vec(), exchange.response.as_ref()?.body)
    };
    (!octets.is_empty()).then_some((octets, whole))
}

/// Whether a response has content.
fn is_sent(exchange: &Exchange) -> bool {
    let announced = exchange.response.as_ref().is_some_and(|it| it.body > 0);
    announced || (exchange.is_open_ended() && exchange.content_sent() > 0)
}

/// The first value of a field of a head as it was sent.
fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut lines = head.split(|&octet| octet == b'\n').skip(1);
    lines.find_map(|line| {
        let (given, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        given
            .eq_ignore_ascii_case(name.as_bytes())
            .then(|| value.trim_ascii())
    })
}

/// What a chunked body carries, as far as it can be decoded.
fn without_chunks(octets: &[u8]) -> Vec<u8> {
    let mut connection = http::Connection::new(Limits::default());
    connection.receive(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.receive(octets);
    let mut content = Vec::new();
    loop {
        match connection.step() {
            Step::BodyReceived(body) => body.content().for_each(|run| content.extend(run)),
            Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::Parsed { .. } => {}
            Step::NeedData
            | Step::MessageComplete { .. }
            | Step::Opaque { .. }
            | Step::Finished
            | Step::Rejected { .. } => return content,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::event::{Activity, SendCall, UpstreamActivity};
    use crate::http::{Asked, LineEnds, ResponseFraming, ResponseHead, Status};

    fn request(octets: &str) -> Result<Content, &'static str> {
        let mut script = Script::new();
        script.accept(1).receive(1, octets);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = &trace.connections[&id(1)];
        of(
            connection,
            connection.exchanges.back().unwrap(),
            Side::Request,
        )
    }

    #[test]
    fn the_content_of_a_request_is_what_its_framing_says() {
        let head = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        let whole = request(&format!("{head}Content-Length: 7\r\n\r\n{{\"a\":1}}")).unwrap();
        assert_eq!(whole.octets, b"{\"a\":1}");
        assert_eq!(whole.media_type.as_deref(), Some("application/json"));
        assert!(!whole.is_cut());
        let cut = request(&format!("{head}Content-Length: 9\r\n\r\n{{\"a\":1")).unwrap();
        assert!(cut.is_cut());
        let chunks = "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n";
        let chunked =
            request(&format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}")).unwrap();
        assert_eq!(chunked.octets, b"{\"a\":1}");
        assert!(!chunked.is_cut());
        assert_eq!(request(&format!("{head}\r\n")), Err(NONE));
    }

    #[test]
    fn a_field_of_a_head_as_it_was_sent_is_found_by_its_name_alone() {
        let head = b"HTTP/1.1 200 OK\r\nX: Content-Type: a\r\ncontent-type:  text/html \r\n\r\n";
        assert_eq!(field(head, "Content-Type"), Some(&b"text/html"[..]));
        assert_eq!(field(head, "Content-Encoding"), None);
        assert_eq!(field(b"", "A"), None);
    }

    #[test]
    fn the_content_of_a_response_of_an_upstream_is_without_its_framing() {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (connection, n) = tapped(head, "2\r\nab\r\n0\r\n\r\n");
        let exchange = connection.exchange(n).unwrap();
        let content = of(&connection, exchange, Side::Response).unwrap();
        assert_eq!(content.octets, b"ab");
        assert_eq!(content.media_type.as_deref(), Some("text/plain"));
        assert!(!content.is_cut());
    }

    #[test]
    fn of_content_that_is_left_out_no_copy_is_kept() {
        let mut script = Script::new();
        script
            .accept(1)
            .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let (status, body, because) = (Status::OK, 2, None);
        let head = b"HTTP/1.1 200 OK\r\n\r\n"[..].into();
        script.note(
            1,
            Activity::Responding {
                status,
                head,
                body,
                because,
            },
        );
        script.note(1, Activity::Content { octets: [].into() });
        let (call, octets, of_) = (SendCall::Send, 21, 21);
        script.note(
            1,
            Activity::Sent {
                call,
                octets,
                of: of_,
            },
        );
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = &trace.connections[&id(1)];
        let exchange = connection.exchanges.back().unwrap();
        assert_eq!(of(connection, exchange, Side::Response), Err(NOT_KEPT));
    }

    fn tapped(head: &str, body: &str) -> (Arc<Connection>, u64) {
        let mut script = Script::new();
        script
            .accept(1)
            .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut note = |activity| {
            script.note(1, activity);
        };
        let (address, took) = (([127, 0, 0, 1], 3000).into(), Duration::ZERO);
        note(Activity::Upstream(UpstreamActivity::Connected {
            address,
            took,
        }));
        let octets: Arc<[u8]> = format!("{head}{body}").into_bytes().into();
        let (offset, asked) = (0, 1024);
        note(Activity::Upstream(UpstreamActivity::Received {
            offset,
            octets,
            asked,
        }));
        let parsed = ResponseHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
        let framing = ResponseFraming::from_head(&parsed, Asked::Other).unwrap();
        let parsed = Arc::new(parsed);
        note(Activity::Upstream(UpstreamActivity::Parsed {
            head: parsed,
            framing,
        }));
        let (status, because, of) = (Status::OK, None, (head.len() + body.len()) as u64);
        let head = head.as_bytes().into();
        note(Activity::Responding {
            status,
            head,
            body: 0,
            because,
        });
        let (call, octets) = (SendCall::Send, of);
        note(Activity::Sent { call, octets, of });
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = Arc::clone(&trace.connections[&id(1)]);
        let n = connection.exchanges.back().unwrap().n;
        (connection, n)
    }
}
