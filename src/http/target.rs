//! The request-target: its four forms (RFC 9112 §3.2), and percent-decoding.

use alloc::borrow::Cow;

use super::authority;
use super::diagnosis::Fault;
use super::octet::{self, HEX, PATH, PLAIN, QUERY};
use super::span::Part;

/// Which of the four forms a request-target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `/where?q=now`
    Origin,
    /// `http://host/where?q=now`
    Absolute,
    /// `host:port`, for CONNECT alone
    Authority,
    /// `*`, for OPTIONS alone
    Asterisk,
}

/// A request-target as places in the head's octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Which form it has.
    pub form: Form,
    /// `host [ ":" port ]`, in absolute-form and authority-form.
    pub authority: Option<Part>,
    /// The path; empty when an absolute-form has none, which means `/`.
    pub path: Part,
    /// What follows `?`.
    pub query: Option<Part>,
}

/// Reads the request-target at `start..end` of `head`, for `method`.
pub(crate) fn parse(
    head: &[u8],
    start: usize,
    end: usize,
    method: &[u8],
) -> Result<Target, (Fault, Part)> {
    let target = head.get(start..end).unwrap_or_default();
    let whole = Part::new(start, end);
    let nowhere = Part::new(end, end);
    if method == b"CONNECT" {
        // authority-form = uri-host ":" port (§3.2.3)
        return match authority::parse(target) {
            Ok(authority) if authority.port.is_some() => Ok(Target {
                form: Form::Authority,
                authority: Some(whole),
                path: nowhere,
                query: None,
            }),
            Ok(_) | Err(_) => Err((Fault::AuthorityForm, whole)),
        };
    }
    if target == b"*" {
        if method != b"OPTIONS" {
            return Err((Fault::AsteriskForm, whole));
        }
        return Ok(Target {
            form: Form::Asterisk,
            authority: None,
            path: nowhere,
            query: None,
        });
    }
    if target.first() == Some(&b'/') {
        let (path, query) = path_and_query(head, start, end)?;
        return Ok(Target {
            form: Form::Origin,
            authority: None,
            path,
            query,
        });
    }
    absolute(head, start, end)
}

/// absolute-form = absolute-URI (§3.2.2)
fn absolute(head: &[u8], start: usize, end: usize) -> Result<Target, (Fault, Part)> {
    let target = head.get(start..end).unwrap_or_default();
    let Some(scheme) = scheme_len(target) else {
        let fault = match target
            .iter()
            .position(|&o| !octet::is(o, QUERY) && o != b'#')
        {
            Some(bad) => return Err((Fault::TargetOctet, Part::new(start + bad, start + bad + 1))),
            None if authority::parse(target).is_ok_and(|a| a.port.is_some()) => {
                Fault::AuthorityForm
            }
            None => Fault::TargetForm,
        };
        return Err((fault, Part::new(start, end)));
    };
    if !target
        .get(..scheme)
        .is_some_and(|s| s.eq_ignore_ascii_case(b"http"))
    {
        return Err((Fault::TargetScheme, Part::new(start, start + scheme)));
    }
    let from = start + scheme + 3;
    let rest = head.get(from..end).unwrap_or_default();
    let len = rest
        .iter()
        .position(|o| matches!(o, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let written = rest.get(..len).unwrap_or_default();
    if let Some(at) = written.iter().position(|&o| o == b'@') {
        return Err((Fault::TargetUserinfo, Part::new(from, from + at + 1)));
    }
    if let Err(bad) = authority::parse(written) {
        return Err((
            Fault::TargetAuthority,
            Part::new(from + bad, (from + bad + 1).min(end)),
        ));
    }
    let (path, query) = path_and_query(head, from + len, end)?;
    Ok(Target {
        form: Form::Absolute,
        authority: Some(Part::new(from, from + len)),
        path,
        query,
    })
}

/// The length of `scheme` when `target` begins with `scheme "://"` (RFC 3986 §3.1).
fn scheme_len(target: &[u8]) -> Option<usize> {
    let len = target.iter().position(|&o| o == b':')?;
    let (scheme, rest) = target.split_at_checked(len)?;
    let letters = scheme.first()?.is_ascii_alphabetic()
        && scheme
            .iter()
            .all(|&o| o.is_ascii_alphanumeric() || matches!(o, b'+' | b'-' | b'.'));
    (letters && rest.starts_with(b"://")).then_some(len)
}

/// `path [ "?" query ]` at `start..end`, every octet checked.
fn path_and_query(
    head: &[u8],
    start: usize,
    end: usize,
) -> Result<(Part, Option<Part>), (Fault, Part)> {
    let mut class = PATH;
    let mut question = None;
    let mut i = start;
    while i < end {
        let rest = head.get(i..end).unwrap_or_default();
        i += rest.iter().take_while(|&&o| octet::is(o, PLAIN)).count();
        let Some(&o) = head.get(i).filter(|_| i < end) else {
            break;
        };
        if o == b'%' {
            let escape = head.get(i + 1..end.min(i + 3)).unwrap_or_default();
            if escape.len() < 2 || !escape.iter().all(|&o| octet::is(o, HEX)) {
                return Err((Fault::PercentEscape, Part::new(i, end.min(i + 3))));
            }
            if escape == b"00" && class == PATH {
                return Err((Fault::PercentNul, Part::new(i, i + 3)));
            }
            i += 3;
            continue;
        }
        if o == b'?' && question.is_none() {
            question = Some(i);
            class = QUERY;
        } else if o == b'#' {
            return Err((Fault::TargetFragment, Part::new(i, end)));
        } else if !octet::is(o, class) {
            return Err((Fault::TargetOctet, Part::new(i, i + 1)));
        }
        i += 1;
    }
    let path = Part::new(start, question.unwrap_or(end));
    Ok((path, question.map(|q| Part::new(q + 1, end))))
}

/// Decodes `%XX` once (RFC 3986 §2.1). A `%` that begins no escape stays as it is; in a
/// request-target that has been parsed there is none.
pub fn decode_percent(octets: &[u8]) -> Cow<'_, [u8]> {
    if !octets.contains(&b'%') {
        return Cow::Borrowed(octets);
    }
    let digit = |o: u8| {
        char::from(o)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut decoded = alloc::vec::Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let escape = match (first, tail) {
            (b'%', &[high, low, ..]) => digit(high).zip(digit(low)),
            _ => None,
        };
        if let Some((high, low)) = escape {
            decoded.push(high << 4 | low);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            decoded.push(first);
        }
    }
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form, authority, path and query.
    type Parts = (Form, &'static str, &'static str, Option<&'static str>);

    fn check(method: &str, target: &'static str, expected: Result<Parts, (Fault, u32)>) {
        let got = parse(target.as_bytes(), 0, target.len(), method.as_bytes());
        let text = |part: Part| &target[part.range()];
        let got = got
            .map(|t| {
                (
                    t.form,
                    t.authority.map_or("", text),
                    text(t.path),
                    t.query.map(text),
                )
            })
            .map_err(|(fault, part)| (fault, part.start));
        assert_eq!(got, expected, "{method} {target}");
    }

    #[test]
    fn the_four_forms() {
        check("GET", "/", Ok((Form::Origin, "", "/", None)));
        check(
            "GET",
            "/where?q=now",
            Ok((Form::Origin, "", "/where", Some("q=now"))),
        );
        check("GET", "/a?", Ok((Form::Origin, "", "/a", Some(""))));
        check(
            "GET",
            "/a?b?c/d",
            Ok((Form::Origin, "", "/a", Some("b?c/d"))),
        );
        check("GET", "//host/x", Ok((Form::Origin, "", "//host/x", None)));
        check(
            "GET",
            "http://h:80/x?y",
            Ok((Form::Absolute, "h:80", "/x", Some("y"))),
        );
        check("GET", "HTTP://h", Ok((Form::Absolute, "h", "", None)));
        check(
            "GET",
            "http://h?x",
            Ok((Form::Absolute, "h", "", Some("x"))),
        );
        check("CONNECT", "h:443", Ok((Form::Authority, "h:443", "", None)));
        check("OPTIONS", "*", Ok((Form::Asterisk, "", "", None)));
    }

    #[test]
    fn what_browsers_send_unencoded_is_taken() {
        check(
            "GET",
            "/a[1]|b?f[x]={1}|2",
            Ok((Form::Origin, "", "/a[1]|b", Some("f[x]={1}|2"))),
        );
    }

    #[test]
    fn everything_else_is_refused_at_the_octet_that_is_wrong() {
        check("GET", "*", Err((Fault::AsteriskForm, 0)));
        check("GET", "h:443", Err((Fault::AuthorityForm, 0)));
        check("CONNECT", "/x", Err((Fault::AuthorityForm, 0)));
        check("CONNECT", "h", Err((Fault::AuthorityForm, 0)));
        check("GET", "index.html", Err((Fault::TargetForm, 0)));
        check("GET", "/a#b", Err((Fault::TargetFragment, 2)));
        check("GET", "http://h/#b", Err((Fault::TargetFragment, 9)));
        check("GET", "/%zz", Err((Fault::PercentEscape, 1)));
        check("GET", "/a%4", Err((Fault::PercentEscape, 2)));
        check("GET", "/?q=100%", Err((Fault::PercentEscape, 7)));
        check("GET", "/a%00b", Err((Fault::PercentNul, 2)));
        check("GET", "/<x>", Err((Fault::TargetOctet, 1)));
        check("GET", "/a\\b", Err((Fault::TargetOctet, 2)));
        check("GET", "/caf\u{e9}", Err((Fault::TargetOctet, 4)));
        check("GET", "http://u@h/", Err((Fault::TargetUserinfo, 7)));
        check("GET", "http:///x", Err((Fault::TargetAuthority, 7)));
        check("GET", "http://h:8o/", Err((Fault::TargetAuthority, 10)));
        check("GET", "https://h/", Err((Fault::TargetScheme, 0)));
        check("GET", "ftp://h/", Err((Fault::TargetScheme, 0)));
    }

    #[test]
    fn decoding_happens_once() {
        assert_eq!(decode_percent(b"/caf%C3%a9"), "/caf\u{e9}".as_bytes());
        assert_eq!(decode_percent(b"%2541"), &b"%41"[..]);
        assert_eq!(decode_percent(b"a%"), &b"a%"[..]);
        assert!(matches!(decode_percent(b"/plain"), Cow::Borrowed(_)));
    }
}
