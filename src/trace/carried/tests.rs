use std::sync::Arc;

use super::*;
use crate::event::{Activity, UpstreamActivity};
use crate::http::{Asked, ResponseFraming, Status};
use crate::trace::field_tree;
use crate::trace::script::{Script, id};
use crate::trace::store::Trace;

/// A tapped connection: an answer with this head, and then pieces of either direction.
fn tapped(head: &str, pieces: &[(Direction, &[u8])]) -> Arc<Connection> {
    let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut script = Script::new();
    let upstream = |script: &mut Script, activity| {
        script.note(1, Activity::Upstream(activity));
    };
    let address = ([127, 0, 0, 1], 3000).into();
    let took = Duration::ZERO;
    upstream(
        script.accept(1),
        UpstreamActivity::Connected { address, took },
    );
    script.receive(1, get);
    let (mut up, mut down) = (get.len() as u64, 0);
    let received = |script: &mut Script, down: &mut u64, octets: &[u8]| {
        let (offset, asked) = (*down, 1024);
        *down += octets.len() as u64;
        let octets = octets.into();
        let activity = UpstreamActivity::Received {
            offset,
            octets,
            asked,
        };
        upstream(script, activity);
    };
    received(&mut script, &mut down, head.as_bytes());
    let parsed = Arc::new(ResponseHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap());
    let framing = ResponseFraming::from_head(&parsed, Asked::Other).unwrap();
    let status = Status::OK;
    upstream(
        &mut script,
        UpstreamActivity::Parsed {
            head: parsed,
            framing,
        },
    );
    let (head, body, because) = (head.as_bytes().into(), 0, None);
    script.note(
        1,
        Activity::Responding {
            status,
            head,
            body,
            because,
        },
    );
    for (direction, octets) in pieces {
        script.wait(1000);
        match direction {
            Direction::Responses => received(&mut script, &mut down, octets),
            Direction::Requests => {
                let (offset, asked) = (up, 1024);
                up += octets.len() as u64;
                let octets = (*octets).into();
                script.note(
                    1,
                    Activity::Received {
                        offset,
                        octets,
                        asked,
                    },
                );
            }
        }
    }
    let mut trace = Trace::default();
    script.fold_into(&mut trace);
    Arc::clone(&trace.connections[&id(1)])
}

/// The lines of what is carried, and the octets each stands for.
fn lines(connection: &Connection) -> Vec<(String, String, String)> {
    let lines = field_tree::lines(connection, &connection.exchanges[0]);
    let is_carried = |name: &str| name.starts_with('▶') || name.starts_with('◀') || name == "wrong";
    let of = |(direction, span)| {
        let stream = Stream::new(connection, direction);
        let octets: Vec<u8> = stream.octets().octets_in(span).map(|(_, o)| o).collect();
        octets.escape_ascii().to_string()
    };
    let carried = lines.into_iter().filter(|line| is_carried(&line.name));
    carried
        .map(|line| (line.name, line.value, line.octets.map_or(String::new(), of)))
        .collect()
}

fn line(name: &str, value: &str, octets: &str) -> (String, String, String) {
    (name.into(), value.into(), octets.into())
}

#[test]
fn events_come_out_of_the_chunks_they_came_in() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
    let down = Direction::Responses;
    let connection = tapped(
        head,
        &[
            (down, b"9\r\ndata: a\n\n\r\n6\r\nevent:"),
            (down, b"\r\n14\r\n tick\ndata: b\nid: 7\n\r\n1\r\n\n\r\n"),
            (down, b"7\r\n: ping\n\r\n"),
        ],
    );
    assert_eq!(
        lines(&connection),
        [
            line("◀ message", "+1.0 s  a", "data: a\\n\\n"),
            line(
                "◀ tick",
                "+2.0 s  b · id 7",
                "event:\\r\\n14\\r\\n tick\\ndata: b\\nid: 7\\n\\r\\n1\\r\\n\\n"
            ),
        ]
    );
}

#[test]
fn frames_of_both_directions_stand_in_the_order_they_came() {
    let head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let (up, down) = (Direction::Requests, Direction::Responses);
    let connection = tapped(
        head,
        &[
            (up, b"\x81\x82\0\0\0\x01h"),
            (up, b"h\x82\x00"),
            (down, b"\x01\x02ab\x80\x01"),
            (down, b"c\x88\x02\x03\xe8"),
        ],
    );
    let lines = lines(&connection);
    let told: Vec<_> = lines
        .iter()
        .map(|(name, value, _)| format!("{name} {value}"))
        .collect();
    assert_eq!(
        told,
        [
            "▶ text +2.0 s  hh · FIN · 2 octets (7-bit length) · mask 00000001",
            "▶ binary +2.0 s  FIN · 0 octets (7-bit length)",
            "wrong a client masks what it sends, and this is not (RFC 6455 §5.1)",
            "◀ text +3.0 s  ab · more to come · 2 octets (7-bit length)",
            "◀ continuation +4.0 s  c · FIN · 1 octet (7-bit length)",
            "◀ close +4.0 s  1000 · FIN · 2 octets (7-bit length)",
        ]
    );
    assert_eq!(lines[4].2, "\\x80\\x01c");
}

#[test]
fn an_answer_that_is_complete_in_itself_carries_nothing() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
    let connection = tapped(head, &[(Direction::Responses, b"x")]);
    assert_eq!(carried(&connection, &connection.exchanges[0]), None);
}
