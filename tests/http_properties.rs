//! What must hold for any octets at all, tried on octets made to be almost right. What the fuzz
//! targets hold to is in `fuzz_properties.rs`.

#[path = "http_corpus/driver.rs"]
mod driver;

use driver::Said;
use glassport::http::{
    Asked, BoundaryScanner, ChunkedDecoder, Found, HeadWriter, Limits, LineEnds, RequestHead,
    Status, decode_percent,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Octets as a peer might send them: pieces of real requests, mixed with noise.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"GET / HTTP/1.1\r\n",
        b"GET /a?b HTTP/1.0\r\n",
        b"POST http://h:80/%41 HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
        b"CONNECT h:1 HTTP/1.1\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
        b"Host: x\r\n",
        b"Host: [::1]:80\r\n",
        b"Host : x\r\n",
        b" folded\r\n",
        b"A: b\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"Connection: keep-alive\r\n",
        b"Expect: 100-continue\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"hello",
        b"5\r\nhello\r\n",
        b"5;a=\"b\"\r\nhello\r\n",
        b"0\r\n\r\n",
        b"0\r\nX: y\r\n\r\n",
        b" ",
        b"\0",
        b"\x16\x03\x01",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
    ];
    let piece = prop_oneof![
        12 => proptest::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        2 => vec(any::<u8>(), 0..8),
        1 => "[ -~]{0,80}".prop_map(String::into_bytes),
        1 => (any::<u8>(), 0..200usize).prop_map(|(octet, n)| vec![octet; n]),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Octets as a server might send them.
fn response_stream() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 404 Not Found\r\n",
        b"HTTP/1.1 204\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Connection: close\r\n",
        b"A : b\r\n",
        b" folded\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"hello",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"0\r\nX: y\r\n\r\n",
        b"\0",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ];
    let piece = prop_oneof![
        12 => proptest::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        2 => vec(any::<u8>(), 0..8),
        1 => "[ -~]{0,80}".prop_map(String::into_bytes),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn asked() -> impl Strategy<Value = Vec<Asked>> {
    let asked = prop_oneof![
        4 => Just(Asked::Other),
        1 => Just(Asked::Head),
        1 => Just(Asked::Connect),
    ];
    vec(asked, 0..6)
}

/// `octets`, cut where `cuts` says.
fn split<'a>(octets: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut at: Vec<_> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
    at.sort_unstable();
    at.push(octets.len());
    let mut from = 0;
    at.into_iter()
        .map(|to| {
            let piece = &octets[from..to];
            from = to;
            piece
        })
        .collect()
}

fn limits() -> impl Strategy<Value = Limits> {
    // Small heads too, so that the limit is met by short streams.
    let head = prop_oneof![Just(64 * 1024), 1..200usize];
    let line_ends = prop_oneof![Just(LineEnds::CrLf), Just(LineEnds::LfToo)];
    (head, line_ends).prop_map(|(head, line_ends)| Limits { head, line_ends })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Also: nothing panics, and no octet is scanned twice (the driver sees to that).
    #[test]
    fn any_split_of_any_octets_gives_the_same_steps(
        octets in stream(),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        limits in limits(),
        eof in any::<bool>(),
    ) {
        let whole = driver::requests(limits, [octets.as_slice()], eof);
        let singles = driver::requests(limits, octets.chunks(1), eof);
        prop_assert_eq!(&whole, &singles);
        let pieces = driver::requests(limits, split(&octets, &cuts), eof);
        prop_assert_eq!(&whole, &pieces);
    }

    #[test]
    fn any_split_of_any_responses_gives_the_same_steps(
        octets in response_stream(),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        limits in limits(),
        asked in asked(),
        eof in any::<bool>(),
    ) {
        let whole = driver::responses(limits, &asked, [octets.as_slice()], eof);
        let singles = driver::responses(limits, &asked, octets.chunks(1), eof);
        prop_assert_eq!(&whole, &singles);
        let pieces = driver::responses(limits, &asked, split(&octets, &cuts), eof);
        prop_assert_eq!(&whole, &pieces);
    }

    #[test]
    fn a_response_of_this_server_is_read_as_it_was_written(
        status in proptest::sample::select(&[Status::OK, Status::NOT_FOUND, Status::URI_TOO_LONG][..]),
        fields in vec(("X-[A-Za-z0-9]{1,9}", "[!-~]([ -~]{0,20}[!-~])?"), 0..9),
        content in vec(any::<u8>(), 0..60),
        behind in vec(any::<u8>(), 0..9),
    ) {
        let mut out = Vec::new();
        let mut writer = HeadWriter::begin(&mut out, status);
        for (name, value) in &fields {
            writer.field(name, value);
        }
        writer.content_length(content.len() as u64);
        writer.end();
        out.extend_from_slice(&content);
        let end = out.len() as u64;
        out.extend(behind);
        let outcome = driver::responses(Limits::default(), &[Asked::Other], [&out[..]], false);
        let mut read = Vec::new();
        for said in &outcome.said {
            match said {
                Said::Parsed { head, .. } => {
                    prop_assert_eq!(head.status(), status);
                    prop_assert_eq!(head.reason(), status.reason().as_bytes());
                    for (line, (name, value)) in head.fields().iter().zip(&fields) {
                        prop_assert_eq!(head.text(line.name), name.as_bytes());
                        prop_assert_eq!(head.text(line.value), value.as_bytes());
                    }
                }
                Said::BodyReceived { content, span } => {
                    read.extend_from_slice(content);
                    prop_assert_eq!(span.end, end);
                }
                Said::BoundaryFound { .. } | Said::MessageComplete { .. } => {}
                Said::Rejected { diagnosis, .. } => prop_assert_eq!(diagnosis.span.start, end),
                Said::Opaque { .. } | Said::Finished => prop_assert!(false, "{:?}", said),
            }
        }
        prop_assert_eq!(read, content);
    }

    #[test]
    fn a_head_read_at_once_is_the_head_read_by_the_connection(octets in stream(), offset in 0..1u64 << 40) {
        if let Ok(head) = RequestHead::parse(&octets, offset, LineEnds::CrLf) {
            prop_assert_eq!(head.octets(), &octets[..head.octets().len()]);
            prop_assert!(head.octets().ends_with(b"\r\n\r\n"));
            prop_assert_eq!(head.span().start, offset);
            for line in head.fields() {
                let value = head.text(line.value);
                prop_assert_eq!(value, value.trim_ascii());
                prop_assert_eq!(head.octets()[line.name.range().end], b':');
            }
        }
    }

    #[test]
    fn the_boundary_is_where_a_naive_search_finds_it(
        octets in vec(prop_oneof![3 => Just(b'a'), 2 => Just(b'\r'), 2 => Just(b'\n'), 1 => any::<u8>()], 0..300),
        stretch in 0..80usize,
        cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let octets = [vec![b'x'; stretch], octets].concat();
        let naive = (1..=octets.len()).find_map(|end| {
            let seen = &octets[..end];
            if seen.ends_with(b"\r\n\r\n") {
                Some(Found::Boundary(end))
            } else if seen.ends_with(b"\n\n") || seen.ends_with(b"\n\r\n") {
                Some(Found::BareBoundary(end))
            } else {
                None
            }
        });
        let mut scanner = BoundaryScanner::default();
        let mut fed = 0;
        let mut found = Found::Nothing;
        for piece in split(&octets, &cuts) {
            fed += piece.len();
            found = scanner.scan(&octets[..fed]);
            if found != Found::Nothing {
                break;
            }
        }
        prop_assert_eq!(found, naive.unwrap_or(Found::Nothing));
    }

    #[test]
    fn what_is_chunked_comes_out_again_at_any_split(
        chunks in vec((vec(any::<u8>(), 1..300), extension()), 0..8),
        trailers in vec(("[A-Za-z-]{1,9}", "[ -~]{0,20}"), 0..3),
        cuts in vec(any::<prop::sample::Index>(), 0..12),
        behind in vec(any::<u8>(), 0..20),
    ) {
        let mut coded = Vec::new();
        for (data, extension) in &chunks {
            coded.extend(format!("{:X}{extension}\r\n", data.len()).bytes());
            coded.extend(data);
            coded.extend(b"\r\n");
        }
        coded.extend(b"0\r\n");
        for (name, value) in &trailers {
            coded.extend(format!("{name}: {value}\r\n").bytes());
        }
        coded.extend(b"\r\n");
        let end = coded.len();
        coded.extend(behind);

        let content: u64 = chunks.iter().map(|(data, _)| data.len() as u64).sum();
        let mut decoder = ChunkedDecoder::default();
        let (mut taken, mut got, mut complete) = (0, 0, false);
        for piece in split(&coded, &cuts) {
            let decoded = decoder.decode(piece).expect("what was encoded is well-formed");
            taken += decoded.taken;
            got += decoded.content;
            complete = decoded.complete;
        }
        prop_assert_eq!((taken, got, complete), (end, content, true));
    }

    #[test]
    fn any_octets_are_decoded_alike_at_any_split(
        octets in vec(prop_oneof![proptest::sample::select(&b"0123456789abF;=\"\\ \t\r\n:x"[..]), any::<u8>()], 0..120),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let decode = |pieces: Vec<&[u8]>| {
            let mut decoder = ChunkedDecoder::default();
            let (mut at, mut content) = (0, 0);
            for piece in pieces {
                match decoder.decode(piece) {
                    Ok(decoded) => {
                        at += decoded.taken;
                        content += decoded.content;
                        if decoded.complete {
                            return Ok((at, content));
                        }
                    }
                    Err((fault, offset)) => return Err((fault, at + offset)),
                }
            }
            Ok((at, content))
        };
        let whole = decode(vec![&octets]);
        prop_assert_eq!(whole, decode(octets.chunks(1).collect()));
        prop_assert_eq!(whole, decode(split(&octets, &cuts)));
    }

    #[test]
    fn what_is_serialised_can_be_parsed(
        status in proptest::sample::select(&[Status::OK, Status::NOT_FOUND, Status::NOT_MODIFIED, Status::URI_TOO_LONG][..]),
        fields in vec(("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}", vec(any::<u8>(), 0..60)), 0..20),
        length in any::<u64>(),
    ) {
        let mut out = Vec::new();
        let mut writer = HeadWriter::begin(&mut out, status);
        for (name, value) in &fields {
            writer.field(name, value);
        }
        writer.content_length(length);
        writer.end();

        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let end = response.parse(&out);
        prop_assert_eq!(end, Ok(httparse::Status::Complete(out.len())));
        prop_assert_eq!(response.code, Some(status.code()));
        prop_assert_eq!(response.reason, Some(status.reason()));
        prop_assert_eq!(response.headers.len(), fields.len() + 1);
        for (header, (name, value)) in response.headers.iter().zip(&fields) {
            let escape: Vec<u8> = value
                .iter()
                .map(|&o| if o == b'\t' || o >= b' ' && o != 0x7f { o } else { b'?' })
                .collect();
            let blank = |o: &u8| matches!(o, b' ' | b'\t');
            let from = escape.iter().position(|o| !blank(o)).unwrap_or(escape.len());
            let to = escape.iter().rposition(|o| !blank(o)).map_or(from, |at| at + 1);
            prop_assert_eq!(header.name, name);
            prop_assert_eq!(header.value, &escape[from..to]);
        }
        let last = response.headers.last().unwrap();
        let written = length.to_string();
        prop_assert_eq!(last.value, written.as_bytes());
    }

    #[test]
    fn percent_decoding_undoes_percent_encoding(octets in vec(any::<u8>(), 0..60)) {
        let encoded: Vec<u8> = octets.iter().flat_map(|o| format!("%{o:02X}").into_bytes()).collect();
        let decoded = decode_percent(&encoded);
        prop_assert_eq!(decoded.as_ref(), octets.as_slice());
        prop_assert!(decode_percent(&octets).len() <= octets.len());
    }
}

/// A well-formed chunk extension, or none.
fn extension() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => "[ \t]{0,2};[ \t]{0,2}[a-z]{1,5}",
        1 => "[ \t]{0,2};[a-z]{1,5}[ \t]{0,2}=[ \t]{0,2}[a-z0-9]{1,5}",
        1 => "(;[a-z]{1,3}=\"([ !#-\\[\\]-~]|\\\\[ -~]){0,8}\"){1,3}",
    ]
}
