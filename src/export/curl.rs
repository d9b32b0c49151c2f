//! A curl command that sends the same request, where curl can.

use super::shell::{self, Quotes};
use super::{Cannot, Request, Written};
use crate::http::{Form, Method, RequestHead, Version};

const NOT_TEXT: Cannot = Cannot("its head holds octets a line cannot carry; netcat can");

/// What curl adds when it is not told otherwise, and when it does.
const ADDED: [(&str, bool); 5] = [
    ("User-Agent", false),
    ("Accept", false),
    ("Content-Type", true),
    ("Content-Length", true),
    ("Expect", true),
];

pub(super) fn command(request: &Request) -> Result<Written, Cannot> {
    let head = request.head()?;
    if request.is_chunked() {
        return Err(Cannot("curl makes chunks of its own; netcat sends these"));
    }
    let body = request.body()?;
    let word = |text: &[u8]| shell::word(text).ok_or(NOT_TEXT);
    let mut words = vec!["curl".to_owned(), "-v".to_owned()];
    match (head.version(), version(head)) {
        (Version::Http11, b"HTTP/1.1") => words.push("--http1.1".into()),
        (Version::Http10, b"HTTP/1.0") => words.push("--http1.0".into()),
        (Version::Http10 | Version::Http11, _) => {
            return Err(Cannot("curl does not speak this version; netcat does"));
        }
    }
    match head.method() {
        // Told to use HEAD in another way, curl waits for content.
        Method::Head if body.is_empty() => words.push("-I".into()),
        Method::Get if body.is_empty() => {}
        Method::Get | Method::Head | Method::Options | Method::Known | Method::Unknown => {
            words.push("-X".into());
            words.push(word(head.method_octets())?);
        }
    }
    let mut first = true;
    let mut host_first = head.value("host").is_none();
    for field in head.fields() {
        let (name, value) = (head.text(field.name), head.text(field.value));
        host_first |= first && name.eq_ignore_ascii_case(b"host");
        first = false;
        words.push("-H".into());
        // With nothing behind its colon curl would take a field away instead.
        let line = match value {
            b"" => [name, b";"].concat(),
            _ => [name, b": ", value].concat(),
        };
        words.push(word(&line)?);
    }
    for (name, with_body) in ADDED {
        if (!with_body || !body.is_empty()) && head.value(name).is_none() {
            words.push("-H".into());
            words.push(format!("{name}:"));
        }
    }
    if head.value("host").is_none() {
        words.extend(["-H".into(), "Host:".into()]);
    }
    if !body.is_empty() {
        words.extend(["--data-binary".into(), "@-".into()]);
    }
    words.extend(target(request, head)?);
    let line = words.join(" ");
    let line = if body.is_empty() {
        line
    } else {
        format!(
            "printf {} | {line}",
            shell::printf_format(&body, Quotes::Single)
        )
    };
    Ok(Written {
        octets: line.into_bytes(),
        but: (!host_first).then(|| "curl puts Host first".into()),
    })
}

/// The URL, or the URL of the server and the target beside it where curl would change it.
fn target(request: &Request, head: &RequestHead) -> Result<Vec<String>, Cannot> {
    let target = head.target_octets();
    let kept = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._~/?&=+,:@%".contains(octet);
    let quoted = |text: &[u8]| shell::word(text).ok_or(NOT_TEXT);
    let server = format!("http://{}", request.server);
    if head.target().form == Form::Origin && target.iter().all(kept) && !target.ends_with(b"?") {
        let url = [server.as_bytes(), target].concat();
        return Ok(vec!["--path-as-is".into(), quoted(&url)?]);
    }
    Ok(vec![
        "--request-target".into(),
        quoted(target)?,
        format!("{server}/"),
    ])
}

fn version(head: &RequestHead) -> &[u8] {
    head.text(head.version_part())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn curl(octets: &[u8]) -> Result<String, Cannot> {
        let written = command(&samples::request(&[(0, octets, false)]))?;
        Ok(String::from_utf8(written.octets).unwrap())
    }

    #[test]
    fn a_get_of_curl_itself() {
        let octets =
            b"GET /a HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n";
        assert_eq!(
            curl(octets).unwrap(),
            "curl -v --http1.1 -H 'Host: localhost:8080' -H 'User-Agent: curl/8' \
             -H 'Accept: */*' --path-as-is http://127.0.0.1:8080/a"
        );
    }

    #[test]
    fn what_curl_cannot_send_is_said() {
        for octets in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"GET / HTTP/1.1\nHost: x\n\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: \xc3\xa9\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: a\tb\r\n\r\n",
            b"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ] {
            assert!(curl(octets).is_err(), "{:?}", octets.escape_ascii());
        }
    }

    #[test]
    fn nothing_in_a_request_leaves_its_quotes() {
        let line = curl(b"GET /$(id)'`;x HTTP/1.1\r\nHost: x\r\nX: '; rm -r ~ #\r\nEmpty:\r\n\r\n");
        // The target may be refused by the parser; if it is not, it is quoted.
        if let Ok(line) = line {
            assert!(
                line.contains(r"-H 'X: '\''; rm -r ~ #' -H 'Empty;'"),
                "{line}"
            );
        }
    }
}
