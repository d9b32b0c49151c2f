use std::time::{Duration, SystemTime};

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::{Block, PcapNgReader};

use super::super::samples::{accepted, closed, received, records, responding, took};
use super::told::What;
use super::*;
use crate::event::{Activity, ConnectionId};

fn transcript(peer: &str, local: &str, happened: Vec<Activity>) -> Transcript {
    Transcript {
        id: ConnectionId(3),
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000),
        peer: peer.parse().unwrap(),
        local: local.parse().unwrap(),
        records: records(happened),
        exchanges: Vec::new(),
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\n\r\n";

#[test]
fn packets_hold_what_came_and_how_much_went() {
    for (peer, local) in [
        ("127.0.0.1:50000", "127.0.0.1:8080"),
        ("[::1]:50000", "[::1]:8080"),
        ("[::ffff:127.0.0.1]:50000", "[::ffff:127.0.0.1]:8080"),
    ] {
        let transcript = transcript(
            peer,
            local,
            vec![
                accepted(),
                received(0, "GET /"),
                // Octets 5 to 9 were left out.
                received(10, "\r\n\r\n"),
                responding(OK, 100_000),
                took(100_019),
                Activity::PeerFinished,
                closed(false),
            ],
        );
        let written = capture(&[transcript]).unwrap();
        let mut reader = PcapNgReader::new(&written.octets[..]).unwrap();
        let (mut from_peer, mut announced, mut times) = (Vec::new(), 0, Vec::new());
        let mut comments = Vec::new();
        while let Some(block) = reader.next_block() {
            let Block::EnhancedPacket(packet) = block.unwrap() else {
                continue;
            };
            times.push(packet.timestamp);
            for option in &packet.options {
                if let EnhancedPacketOption::Comment(comment) = option {
                    comments.push(comment.to_string());
                }
            }
            let cut_short = packet.original_len as usize - packet.data.len();
            let sliced = SlicedPacket::from_ip(&packet.data);
            let Ok(sliced) = sliced else {
                assert!(cut_short > 0);
                // IP and TCP headers come before the octets that are kept.
                let headers = if peer.starts_with("[::1") { 60 } else { 40 };
                announced += packet.original_len as usize - headers;
                continue;
            };
            assert!(matches!(
                sliced.net,
                Some(NetSlice::Ipv4(_) | NetSlice::Ipv6(_))
            ));
            let Some(TransportSlice::Tcp(tcp)) = sliced.transport else {
                panic!()
            };
            if tcp.source_port() == 50_000 && !tcp.payload().is_empty() {
                from_peer.push((tcp.sequence_number(), tcp.payload().to_vec()));
            }
        }
        assert_eq!(from_peer, [(1, b"GET /".to_vec())]);
        // The last segment of a request that never became whole is cut, too.
        assert_eq!(announced, 100_019 + 4);
        assert!(times.is_sorted());
        assert_eq!(times[0], Duration::from_millis(1_000_000_000_001));
        assert!(comments[0].contains("octets 5 to 9"), "{comments:?}");
        assert!(comments[1].contains("100000 octets of content"));
    }
}

/// What we sent: how many octets are kept, and how many there were.
fn sent(happened: Vec<Activity>) -> Vec<(usize, u64)> {
    let told = told(&transcript("127.0.0.1:5", "127.0.0.1:8080", happened));
    told.iter()
        .filter_map(|told| match &told.what {
            What::Server { kept, length } => Some((kept.len(), *length)),
            What::Handshake | What::Peer { .. } | What::PeerFinished | What::Closed { .. } => None,
        })
        .collect()
}

#[test]
fn a_head_shares_its_segment_with_the_first_of_its_content() {
    let apart = vec![responding(OK, 500), took(19), took(300), took(200)];
    assert_eq!(sent(apart), [(19, 319), (0, 200)]);
    let in_pieces = vec![responding(OK, 500), took(10), took(9), took(500)];
    assert_eq!(sent(in_pieces), [(19, 519)]);
    let without_content = vec![responding(OK, 0), took(19), took(25)];
    assert_eq!(sent(without_content), [(19, 19), (0, 25)]);
    let next = vec![
        responding(OK, 0),
        took(19),
        responding(OK, 1),
        took(19),
        took(1),
    ];
    assert_eq!(sent(next), [(19, 19), (19, 20)]);
}

#[test]
fn content_that_is_kept_stands_in_the_segments_it_went_in() {
    let content = |octets: &str| Activity::Content {
        octets: octets.as_bytes().into(),
    };
    let whole = vec![responding(OK, 5), content("hello"), took(24)];
    assert_eq!(sent(whole), [(24, 24)]);
    let apart = |body| {
        let content = content("hello");
        vec![
            responding(OK, body),
            content,
            took(19),
            took(3),
            took(2),
            took(body - 5),
        ]
    };
    assert_eq!(sent(apart(5)), [(22, 22), (2, 2), (0, 0)]);
    // Where not all of it is kept, the first segment is cut short, and nothing behind it is.
    assert_eq!(sent(apart(9)), [(21, 22), (0, 2), (0, 4)]);
    let next = vec![
        responding(OK, 9),
        content("hello"),
        took(20),
        responding(OK, 0),
        took(19),
    ];
    assert_eq!(sent(next), [(19, 20), (19, 19)]);
    let aborted = vec![responding(OK, 5), content("hello"), took(22), closed(true)];
    assert_eq!(sent(aborted), [(21, 22)]);
    let long = "x".repeat(65_536);
    let long = vec![responding(OK, 99_999), content(&long), took(19 + 99_999)];
    assert_eq!(sent(long), [(64_999, 100_018)]);
}

#[test]
fn a_head_without_the_content_it_announces_is_cut_short() {
    let aborted = vec![responding(OK, 500), took(19), closed(true)];
    assert_eq!(sent(aborted), [(17, 19)]);
    let within = vec![responding(OK, 500), took(10)];
    assert_eq!(sent(within), [(10, 10)]);
}

#[test]
fn what_is_sent_before_a_body_is_100_continue() {
    let continued = vec![
        received(0, "POST"),
        took(25),
        Activity::Continued,
        received(4, "body"),
        responding(OK, 0),
        took(19),
    ];
    assert_eq!(sent(continued), [(25, 25), (19, 19)]);
}

/// What the peer sent.
fn came(port: &str, happened: Vec<Activity>) -> Vec<String> {
    let told = told(&transcript(
        "127.0.0.1:5",
        &format!("127.0.0.1:{port}"),
        happened,
    ));
    told.into_iter()
        .filter_map(|told| match told.what {
            What::Peer { kept, .. } => Some(String::from_utf8(kept).unwrap()),
            What::Handshake | What::Server { .. } | What::PeerFinished | What::Closed { .. } => {
                None
            }
        })
        .collect()
}

#[test]
fn on_a_port_of_no_protocol_the_first_line_is_one_segment() {
    let pieces = || {
        vec![
            accepted(),
            received(0, "GET "),
            received(4, "/ HT"),
            received(8, "TP/1.1\r\nA"),
            received(17, "B: c\r\nxx"),
        ]
    };
    // The last octet of what never became whole is left out.
    assert_eq!(came("1001", pieces()), ["GET / HTTP/1.1\r\nA", "B: c\r\nx"]);
    assert_eq!(came("8080", pieces()).len(), 4);
}

#[test]
fn several_connections_are_one_file_in_order_of_time() {
    let one = transcript(
        "127.0.0.1:5001",
        "127.0.0.1:8080",
        vec![accepted(), received(0, "one"), Activity::PeerFinished],
    );
    let two = transcript(
        "[::1]:5002",
        "[::1]:8080",
        vec![accepted(), received(0, "two"), Activity::PeerFinished],
    );
    let written = capture(&[one, two]).unwrap();
    let mut reader = PcapNgReader::new(&written.octets[..]).unwrap();
    let mut times = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap() {
            times.push(packet.timestamp);
        }
    }
    assert_eq!(times.len(), 14);
    assert!(times.is_sorted());
    assert!(capture(&[]).is_err());
}
