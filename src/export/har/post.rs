//! The content of a request as the archive holds it: without its transfer coding, as text
//! where it is text, and in parameters where it is a form. Knows no exchange.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::format::{Param, PostData};
use super::text::{parameters, text};
use crate::http::{ChunkedDecoder, RequestHead};
use crate::trace::Request;

const NOT_KEPT: &str = "some of the content is no longer kept, or was left out";
const CUT_SHORT: &str = "the chunked coding ends before its last chunk";

/// The content, when there was any.
pub(super) fn data(request: &Request, head: &RequestHead) -> Option<PostData> {
    if request.span.end <= head.span().end {
        return None;
    }
    let mime_type = head.value("content-type").map(text).unwrap_or_default();
    let Ok(body) = request.body() else {
        return Some(PostData {
            mime_type,
            text: String::new(),
            encoding: None,
            params: None,
            comment: Some(NOT_KEPT),
        });
    };
    let (content, comment) = if request.is_chunked() {
        let (content, complete) = decode(&body);
        (content, (!complete).then_some(CUT_SHORT))
    } else {
        (body, None)
    };
    let params = params(&mime_type, &content);
    let (text, encoding) = printable(content);
    Some(PostData {
        mime_type,
        text,
        encoding,
        params,
        comment,
    })
}

/// What is within the chunks, and whether the last one came.
fn decode(body: &[u8]) -> (Vec<u8>, bool) {
    let mut decoder = ChunkedDecoder::default();
    let mut content = Vec::with_capacity(body.len());
    // Octet by octet it is plain which are content.
    for octet in body {
        match decoder.decode(std::slice::from_ref(octet)) {
            Ok(decoded) => {
                if decoded.content > 0 {
                    content.push(*octet);
                }
                if decoded.complete {
                    return (content, true);
                }
            }
            Err(_) => break,
        }
    }
    (content, false)
}

/// Content as text, or in base64 with the name of that.
pub(super) fn printable(content: Vec<u8>) -> (String, Option<&'static str>) {
    match String::from_utf8(content) {
        Ok(text) => (text, None),
        Err(error) => (BASE64.encode(error.as_bytes()), Some("base64")),
    }
}

/// The fields of a form, when it is one.
fn params(mime_type: &str, content: &[u8]) -> Option<Vec<Param>> {
    let mut parts = mime_type.split(';').map(str::trim);
    let essence = parts.next()?.to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => {
            let named = parameters(content).into_iter();
            let param = named.map(|named| Param {
                name: named.name,
                value: Some(named.value),
                ..Param::default()
            });
            Some(param.collect())
        }
        "multipart/form-data" => {
            let boundary = parameter(mime_type, "boundary").filter(|b| !b.is_empty())?;
            Some(multipart(&boundary, content))
        }
        _ => None,
    }
}

/// The parts of a multipart form (RFC 7578, RFC 2046 §5.1.1).
fn multipart(boundary: &str, content: &[u8]) -> Vec<Param> {
    let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
    // The first delimiter has no line end before it.
    let content = [b"\r\n", content].concat();
    let mut params = Vec::new();
    let mut rest = behind(&content, &delimiter).map(|(_, rest)| rest);
    while let Some(part) = rest {
        // `--` behind a delimiter ends the parts.
        if part.starts_with(b"--") {
            break;
        }
        let (part, next) = match behind(part, &delimiter) {
            Some((part, next)) => (part, Some(next)),
            None => (part, None),
        };
        params.extend(param(part));
        rest = next;
    }
    params
}

/// What stands before `wanted`, and what behind it.
fn behind<'a>(octets: &'a [u8], wanted: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = octets.windows(wanted.len()).position(|w| w == wanted)?;
    Some((octets.get(..at)?, octets.get(at + wanted.len()..)?))
}

/// One part: its head names it, its content is its value.
fn param(part: &[u8]) -> Option<Param> {
    let (head, value) = behind(part, b"\r\n\r\n")?;
    let mut param = Param::default();
    for line in head.split(|&octet| octet == b'\n') {
        let line = text(line.trim_ascii());
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                param.name = parameter(value, "name")?;
                param.file_name = parameter(value, "filename");
            }
            "content-type" => param.content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let (value, encoding) = printable(value.to_vec());
    param.value = Some(value);
    param.encoding = encoding;
    Some(param)
}

/// A parameter of a field value: a token or a quoted string (RFC 9110 §5.6.6).
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, next) = if let Some(quoted) = after.strip_prefix('"') {
            unquote(quoted)
        } else {
            let end = after.find(';').unwrap_or(after.len());
            let (value, next) = after.split_at_checked(end)?;
            (value.trim().to_owned(), next)
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next.split_once(';')?.1;
    }
}

/// A quoted string behind its first quote, and what follows it.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    fn posted(fields: &str, body: &[u8]) -> PostData {
        let head = format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
        let octets = [head.as_bytes(), body].concat();
        let request = samples::request(&[(0, &octets, false)]);
        let head = request.head.clone().unwrap();
        data(&request, &head).unwrap()
    }

    #[test]
    fn chunks_are_content_and_no_coding() {
        let chunked = "Transfer-Encoding: chunked\r\n";
        let body = b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n";
        let post = posted(chunked, body);
        assert_eq!((post.text.as_str(), post.comment), ("hello!", None));
        let post = posted(chunked, b"5\r\nhel");
        assert_eq!((post.text.as_str(), post.comment), ("hel", Some(CUT_SHORT)));
    }

    #[test]
    fn binary_content_is_base64_and_says_so() {
        let post = posted("Content-Length: 2\r\n", b"\xff\x00");
        assert_eq!(
            (post.text.as_str(), post.encoding),
            ("/wA=", Some("base64"))
        );
    }

    #[test]
    fn forms_have_parameters() {
        let post = posted(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n",
            b"a=1&b=%20&c",
        );
        let params = post.params.unwrap();
        let pairs: Vec<_> = params
            .iter()
            .map(|p| (&p.name[..], p.value.as_deref().unwrap()))
            .collect();
        assert_eq!(pairs, [("a", "1"), ("b", "%20"), ("c", "")]);
        assert_eq!(post.text, "a=1&b=%20&c");
    }

    #[test]
    fn parts_of_a_form_have_names_and_files() {
        let body = b"--X\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\none\r\n--\r\n\
            --X\r\nContent-Disposition: form-data; name=f; filename=\"x.bin\"\r\n\
            Content-Type: image/png\r\n\r\n\xff\r\n--X--\r\nafter";
        let fields = format!(
            "Content-Type: multipart/form-data; boundary=\"X\"\r\nContent-Length: {}\r\n",
            body.len()
        );
        let params = posted(&fields, body).params.unwrap();
        assert_eq!(params.len(), 2);
        assert_eq!(params[0].name, "a\"b");
        assert_eq!(params[0].value.as_deref(), Some("one\r\n--"));
        assert_eq!(params[1].file_name.as_deref(), Some("x.bin"));
        assert_eq!(params[1].content_type.as_deref(), Some("image/png"));
        assert_eq!(params[1].value.as_deref(), Some("/w=="));
        assert_eq!(params[1].encoding, Some("base64"));
    }
}
