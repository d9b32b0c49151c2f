//! What must hold for any octets: a function each, which panics where it does not.
//!
//! The fuzz targets call these for hours, `tests/fuzz_properties.rs` calls the same ones,
//! bounded, with every `cargo test`. An input is meant to be written by hand too: flags and
//! separators are printable, the rest is what a peer would send.

#![expect(
    clippy::missing_panics_doc,
    reason = "to panic where it does not hold is what a property is for"
)]

#[path = "conditional_range.rs"]
mod conditional;
#[path = "../../tests/http_corpus/driver.rs"]
mod driver;
#[path = "naive.rs"]
mod naive;

use std::sync::LazyLock;

use driver::Said;
use glassport::docroot::{Docroot, Resolution};
use glassport::http::{
    Asked, ChunkedDecoder, Form, Limits, LineEnds, Part, RequestHead, decode_percent, remarks,
};

pub use conditional::conditional_range;

/// A whole stream through a connection. The first octet is a set of flags, see [`flags`].
///
/// However the stream comes in, the same steps come out, and every place they name lies in
/// it and holds what they say. (The driver sees to it that no octet is scanned twice.)
pub fn connection(input: &[u8]) {
    let Some((&first, stream)) = input.split_first() else {
        return;
    };
    let (limits, eof) = flags(first);
    let whole = driver::requests(limits, [stream], eof);
    assert_eq!(whole, driver::requests(limits, stream.chunks(1), eof));
    assert_eq!(whole, driver::requests(limits, pieces(stream), eof));
    let octets = |start: u64, end: u64| {
        let place = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        &stream[place]
    };
    let mut read_to = 0;
    for step in &whole.said {
        match step {
            Said::BoundaryFound { head } => {
                assert!(read_to <= head.start);
                assert!(octets(head.start, head.end).ends_with(b"\n"));
                assert!(head.len() <= limits.head as u64);
                read_to = head.end;
            }
            Said::Parsed { head, .. } => {
                assert_eq!(octets(head.span().start, head.span().end), head.octets());
                assert_eq!(head.span().end, read_to);
                parts_are_what_they_say(head);
            }
            Said::BodyReceived { span, content } => {
                assert_eq!(span.start, read_to);
                assert!(content.len() as u64 <= span.len());
                read_to = span.end;
            }
            Said::Rejected { diagnosis, .. } => {
                assert!(octets(diagnosis.message_at, diagnosis.span.end).len() <= stream.len());
                assert!(diagnosis.span.start <= diagnosis.span.end);
                assert!(diagnosis.status().class() >= 4);
            }
            Said::MessageComplete { trailers } => {
                if let Some(trailers) = trailers {
                    let span = trailers.span();
                    assert_eq!(octets(span.start, span.end), trailers.octets());
                    assert!(!trailers.fields().is_empty() && span.end == read_to);
                }
            }
            Said::Finished => {}
            Said::Opaque { .. } => unreachable!("nobody switches"),
        }
    }
    assert_eq!(octets(0, read_to).len() as u64, read_to);
}

/// A whole stream of responses. The first octet is a set of flags, see [`flags`]; the second
/// says what was asked: `a` nothing, `b` one GET, `c` HEAD and GET, `d` CONNECT, `e` five GETs.
///
/// However the stream comes in, the same steps come out, and every place they name lies in it
/// and holds what they say.
pub fn responses(input: &[u8]) {
    let [first, second, stream @ ..] = input else {
        return;
    };
    let (limits, eof) = flags(*first);
    let asked: &[Asked] = match second.wrapping_sub(b'a') % 5 {
        0 => &[],
        1 => &[Asked::Other],
        2 => &[Asked::Head, Asked::Other],
        3 => &[Asked::Connect],
        _ => &[Asked::Other; 5],
    };
    let whole = driver::responses(limits, asked, [stream], eof);
    assert_eq!(
        whole,
        driver::responses(limits, asked, stream.chunks(1), eof)
    );
    assert_eq!(whole, driver::responses(limits, asked, pieces(stream), eof));
    let octets = |start: u64, end: u64| {
        let place = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        &stream[place]
    };
    let mut read_to = 0;
    let mut finals = 0;
    for step in &whole.said {
        match step {
            Said::BoundaryFound { head } => {
                assert_eq!(head.start, read_to);
                read_to = head.end;
            }
            Said::Parsed { head, framing } => {
                assert_eq!(octets(head.span().start, head.span().end), head.octets());
                assert_eq!(head.span().end, read_to);
                assert!((1..=5).contains(&head.status().class()));
                finals += usize::from(!framing.interim);
                assert!(remarks(head, framing.asked).iter().all(|remark| {
                    head.span().start <= remark.span.start && remark.span.end <= read_to
                }));
            }
            Said::BodyReceived { span, .. } | Said::Opaque { span } => {
                assert_eq!(span.start, read_to);
                read_to = span.end;
            }
            Said::Rejected { diagnosis, .. } => assert_eq!(diagnosis.status().code(), 502),
            Said::MessageComplete { .. } | Said::Finished => {}
        }
    }
    assert!(finals <= asked.len());
}

/// `a`: as the server runs. `b` to `h`: bit 1, the peer finishes behind the stream; bit 2, a
/// bare LF is taken; bit 4, a head has 100 octets at most.
fn flags(octet: u8) -> (Limits, bool) {
    let set = octet.wrapping_sub(b'a');
    let defaults = Limits::default();
    let line_ends = if set & 2 == 0 {
        LineEnds::CrLf
    } else {
        LineEnds::LfToo
    };
    let head = if set & 4 == 0 { defaults.head } else { 100 };
    (Limits { head, line_ends }, set & 1 != 0)
}

/// `octets` in pieces whose lengths are taken from the octets themselves.
fn pieces(octets: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = octets;
    let mut seed = 0x9e37_79b9_u32;
    while let Some(&octet) = rest.first() {
        seed = (seed ^ u32::from(octet)).wrapping_mul(0x0100_0193);
        let len = (seed >> 16) as usize % 23 + 1;
        let (piece, behind) = rest.split_at(len.min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// The parts of a head stand in order, hold what their class allows, and leave nothing out.
fn parts_are_what_they_say(head: &RequestHead) {
    let octets = head.octets();
    let line = [
        head.method_octets(),
        b" ",
        head.target_octets(),
        b" ",
        head.text(head.version_part()),
    ];
    assert_eq!(head.request_line(), line.concat());
    assert!(octets.starts_with(head.request_line()));
    let mut read_to = head.request_line().len();
    for field in head.fields() {
        let (name, value) = (head.text(field.name), head.text(field.value));
        assert!(!name.is_empty() && !name.iter().any(|o| b": \t\r\n\0".contains(o)));
        assert!(!value.iter().any(|o| b"\r\n\0".contains(o)));
        assert_eq!(value, value.trim_ascii());
        assert!(read_to < field.name.range().start);
        assert!(octets[read_to..field.name.range().start].ends_with(b"\n"));
        assert_eq!(octets[field.name.range().end], b':');
        let between = &octets[field.name.range().end + 1..field.value.range().start];
        assert!(between.iter().all(|&o| o == b' ' || o == b'\t'));
        read_to = field.value.range().end;
    }
    let end = &octets[read_to..];
    assert!(end.trim_ascii().is_empty());
    assert_eq!(end.split(|&o| o == b'\n').count(), 3);
}

/// A chunked body and what stands behind it: alike however it comes in, and complete exactly
/// where a decoder written without any cleverness finds it complete.
pub fn chunked(input: &[u8]) {
    let whole = decode([input]);
    assert_eq!(whole, decode(input.chunks(1)));
    assert_eq!(whole, decode(pieces(input)));
    let complete = whole.ok().filter(|decoded| decoded.complete);
    // The limits on extensions and trailers are met by longer bodies alone.
    if input.len() < 8192 {
        let decoded = complete.map(|decoded| (decoded.taken, decoded.content));
        assert_eq!(decoded, naive::chunked(input));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Body {
    taken: usize,
    content: u64,
    complete: bool,
}

/// What came of a body in pieces, or which fault at which octet.
fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Body, (glassport::http::Fault, usize)> {
    let mut decoder = ChunkedDecoder::default();
    let mut body = Body::default();
    for piece in pieces {
        let decoded = decoder
            .decode(piece)
            .map_err(|(fault, at)| (fault, body.taken + at))?;
        assert!(decoded.taken <= piece.len() && decoded.content <= decoded.taken as u64);
        body.taken += decoded.taken;
        body.content += decoded.content;
        body.complete = decoded.complete;
        if body.complete {
            break;
        }
        assert_eq!(decoded.taken, piece.len());
    }
    Ok(body)
}

/// A method, a space and a request-target. What is taken as a target can be put together
/// again from its parts, decodes as a naive decoder has it, and leads to nothing outside of
/// a site, nor to a redirect that would.
pub fn target(input: &[u8]) {
    let naively = naive::decode_percent(input);
    assert_eq!(decode_percent(input), naively);
    let encoded: Vec<u8> = input
        .iter()
        .flat_map(|octet| format!("%{octet:02x}").into_bytes())
        .collect();
    assert_eq!(decode_percent(&encoded), input);
    // A path that no request-target can hold must not lead out either.
    stays_below_root(input, None);

    let head = [input, b" HTTP/1.1\r\n\r\n"].concat();
    let Ok(head) = RequestHead::parse(&head, 7, LineEnds::CrLf) else {
        return;
    };
    let target = head.target();
    let text = |part: Part| head.text(part);
    let query = target.query.map(|part| [b"?", text(part)].concat());
    let path_and_query = [text(target.path), &query.unwrap_or_default()].concat();
    let written = match (target.form, target.authority.map(text)) {
        (Form::Origin, None) => path_and_query,
        (Form::Absolute, Some(authority)) => {
            let scheme = &head.target_octets()[..7];
            assert!(scheme.eq_ignore_ascii_case(b"http://"));
            [scheme, authority, &path_and_query].concat()
        }
        (Form::Authority, Some(authority)) => authority.to_vec(),
        (Form::Asterisk, None) => b"*".to_vec(),
        other => panic!("{other:?} goes together badly"),
    };
    assert_eq!(head.target_octets(), written);
    assert!(written.iter().all(u8::is_ascii_graphic));
    assert!(!decode_percent(head.path()).contains(&0));
    if matches!(target.form, Form::Absolute | Form::Authority) {
        let authority = head.authority().expect("it has been checked");
        assert!(!authority.host.is_empty() && !authority.host.contains(&b'@'));
    }
    stays_below_root(head.path(), head.query());
}

/// The sample site, which is in memory: no file system decides what is below it.
static SITE: LazyLock<Docroot> = LazyLock::new(Docroot::embedded);

fn stays_below_root(path: &[u8], query: Option<&[u8]>) {
    let below = |path: &[u8]| {
        let strange = |name: &[u8]| matches!(name, b"." | b"..") || name.contains(&0);
        assert!(!path.starts_with(b"/") && !path.split(|&o| o == b'/').any(strange));
    };
    match SITE.resolve(path, query) {
        Resolution::File(file) | Resolution::Fallback(file) => below(&file.path),
        Resolution::Listing(_) => {}
        Resolution::Redirect { location, path } => {
            below(&path);
            // A relative path of one segment (RFC 3986 §4.2), whatever was asked.
            let end = location.iter().position(|&o| o == b'?');
            let name = location[..end.unwrap_or(location.len())].strip_suffix(b"/");
            let name = name.expect("a slash ends it");
            assert!(!name.is_empty() && name != b"." && name != b"..");
            assert!(!name.iter().any(|o| b"/\\:".contains(o)));
            if query.is_none() {
                assert!(location.iter().all(u8::is_ascii_graphic));
            }
        }
        Resolution::Refused { status, because } => {
            assert!(status.class() >= 4 && !because.is_empty());
        }
    }
}
