//! Which octets of a message say who somebody is: the one table of the fields that hold them.
//! Exports and session files mask by it too.
//!
//! Here they are masked where a request is sent back to whoever asks: what a peer sends is
//! often a browser's, and a page that is served here could then read from an answer what
//! `HttpOnly` and the Fetch standard keep from scripts.
//!
//! A head that was parsed is masked field by field. One that was not, because something is
//! wrong with it or because it has not come whole, is masked by what its lines begin with, and
//! rather too much than too little. Every octet keeps its place.

use alloc::vec::Vec;
use core::ops::Range;

use super::head::RequestHead;
use super::octet::{self, TCHAR};

/// The fields whose values are secret: RFC 6265 §5.4 and §4.1, RFC 9110 §11.6.2 and §11.7.2.
pub const SECRET_FIELDS: [&str; 4] = [
    "Cookie",
    "Authorization",
    "Proxy-Authorization",
    "Set-Cookie",
];
/// What the name of a line that was not parsed holds, where its value is taken for secret: a
/// part of all of the names above, so that one with an octet too many is known too.
const TELLING: [&[u8]; 2] = [b"cookie", b"authorization"];
/// How far a name is looked for, so that a line of nothing but CR costs no more than others.
const NAME: usize = 64;
/// What stands in the place of an octet.
pub const MASK: u8 = b'*';

/// What octets that were not parsed begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// The first line of a request.
    Request,
    /// A field line.
    Field,
    /// Something within a line whose beginning is not at hand.
    Within,
}

/// The secret field of this name, as it is shown.
pub fn secret_field(name: &[u8]) -> Option<&'static str> {
    let same = |known: &&str| known.as_bytes().eq_ignore_ascii_case(name);
    SECRET_FIELDS.into_iter().find(same)
}

/// Where the value of each cookie-pair is in the value of a Cookie field: what cookies are
/// called is no secret. A pair without `=` is all value.
pub fn cookie_values(value: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for pair in value.split(|&o| o == b';') {
        let held = match pair.iter().position(|&o| o == b'=') {
            Some(equals) => equals + 1,
            None => pair.len() - pair.trim_ascii_start().len(),
        };
        ranges.push(start + held..start + pair.len());
        start += pair.len() + 1;
    }
    ranges
}

/// Masks what secret fields of `head` hold in `octets`, which are those of the head. What
/// cookies are called stays. Says which fields these were, by their names.
pub fn mask_fields(head: &RequestHead, octets: &mut [u8]) -> Vec<&'static str> {
    let mut masked = Vec::new();
    for line in head.fields() {
        let Some(known) = secret_field(head.text(line.name)) else {
            continue;
        };
        let value = octets.get_mut(line.value.start as usize..line.value.end as usize);
        let value = value.unwrap_or_default();
        let any = if known == "Cookie" {
            mask_cookies(value)
        } else {
            mask(value);
            !value.is_empty()
        };
        if any && !masked.contains(&known) {
            masked.push(known);
        }
    }
    masked
}

/// Masks what each cookie-pair holds. Says whether there was anything.
fn mask_cookies(value: &mut [u8]) -> bool {
    let mut any = false;
    for held in cookie_values(value) {
        any |= !held.is_empty();
        mask(value.get_mut(held).unwrap_or_default());
    }
    any
}

/// Masks what is secret in octets that are no parsed head: whole values, and the userinfo of a
/// request-target or a Host field.
///
/// A secret ends where its line does and no folded line follows (RFC 9112 §5.2). A bare CR
/// ends no line; a bare LF does only where the first line ends in one, as netcat sends them.
/// Behind either a name is looked for all the same.
pub fn mask_received(octets: &mut [u8], begins: Begins) {
    let mut secret = begins == Begins::Within;
    let mut first = begins == Begins::Request;
    let line_end: &[u8] = if ends_in_bare_lf(octets) {
        b"\n"
    } else {
        b"\r\n"
    };
    let mut rest = octets;
    while !rest.is_empty() {
        let lf = rest.iter().position(|&o| o == b'\n');
        let (line, behind) = rest.split_at_mut(lf.map_or(rest.len(), |lf| lf + 1));
        let ends = line.ends_with(line_end);
        if secret {
            mask(line);
        } else {
            secret = mask_line(line, first, ends);
        }
        first = false;
        // A line that begins with no name goes on with the one before it.
        let folded = |&o: &u8| !octet::is(o, TCHAR) && !matches!(o, b'\r' | b'\n');
        let folded = behind.first().is_some_and(folded);
        secret &= !ends || folded;
        rest = behind;
    }
}

/// Masks what is secret in a line. Says whether that is so up to its end.
fn mask_line(line: &mut [u8], is_first: bool, is_whole: bool) -> bool {
    // Behind a bare CR another line may have been meant to begin.
    let begins = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| line.get(before));
        before.is_none_or(|&o| o == b'\r') && line.get(*at) != Some(&b'\r')
    };
    let starts: Vec<usize> = (0..line.len()).filter(begins).collect();
    let secret = starts.iter().find_map(|&start| {
        let value = value_of_secret(line.get(start..)?, is_first && start == 0)?;
        Some(start + value)
    });
    let (open, held) = line.split_at_mut(secret.unwrap_or(line.len()));
    mask(held);
    for start in starts {
        let from = open.get_mut(start..).unwrap_or_default();
        if is_first && start == 0 {
            mask_target(from);
        } else if mask_host(from, is_whole) {
            // What another one holds is masked with it.
            break;
        }
    }
    secret.is_some()
}

/// Whether the first line that ends does so in a LF without CR.
fn ends_in_bare_lf(octets: &[u8]) -> bool {
    let lf = octets.iter().position(|&o| o == b'\n');
    let before = lf.and_then(|lf| octets.get(lf.checked_sub(1)?));
    lf.is_some() && before != Some(&b'\r')
}

/// Where the value begins in a line whose name is that of a secret field, or holds it. In the
/// place of a request-line nothing but the name itself makes it one.
fn value_of_secret(line: &[u8], is_first: bool) -> Option<usize> {
    let name = name(line);
    let end = if is_first {
        let start = line.iter().take_while(|&&o| !octet::is(o, TCHAR)).count();
        let token = line.get(start..)?;
        let len = token.iter().take_while(|&&o| octet::is(o, TCHAR)).count();
        let token = token.get(..len)?;
        secret_field(token).map(|_| start + len)
    } else {
        TELLING.iter().filter_map(|word| end_of(word, name)).min()
    }?;
    Some(end + lead(line.get(end..)?))
}

/// What stands before the colon of a field line, as far as names go.
fn name(line: &[u8]) -> &[u8] {
    let line = line.get(..NAME).unwrap_or(line);
    line.split(|&o| o == b':').next().unwrap_or_default()
}

/// How many octets stand between a name and its value.
fn lead(behind_name: &[u8]) -> usize {
    let between = |o: &&u8| matches!(**o, b' ' | b'\t' | b':');
    behind_name.iter().take_while(between).count()
}

/// Masks userinfo in the request-target of a request-line (RFC 9110 §4.2.4).
fn mask_target(line: &mut [u8]) {
    let target = line.iter().take_while(|&&o| o != b' ').count() + 1;
    let target = line.get_mut(target..).unwrap_or_default();
    // The other two forms hold no authority (RFC 9112 §3.2).
    if matches!(target.first(), None | Some(b'/' | b'*')) {
        return;
    }
    let authority = target.windows(2).position(|w| w == b"//");
    let authority = target.get_mut(authority.map_or(0, |at| at + 2)..);
    let authority = authority.unwrap_or_default();
    let is_whole = authority
        .iter()
        .any(|o| matches!(o, b'/' | b'?' | b'#' | b' ' | b'\t'));
    mask_userinfo(authority, is_whole);
}

/// Masks userinfo in a Host field, which has no place there either (RFC 9110 §7.2). Says
/// whether the line is one.
fn mask_host(line: &mut [u8], is_whole: bool) -> bool {
    let name = name(line);
    if end_of(b"host", name).is_none() {
        return false;
    }
    let value = name.len();
    let value = value + lead(line.get(value..).unwrap_or_default());
    mask_userinfo(line.get_mut(value..).unwrap_or_default(), is_whole);
    true
}

/// Masks what stands before `@`. An authority that has not come whole may be all userinfo.
fn mask_userinfo(authority: &mut [u8], is_whole: bool) {
    let held = match authority.iter().rposition(|&o| o == b'@') {
        Some(at) => authority.get_mut(..at),
        None if !is_whole && authority.contains(&b':') => Some(authority),
        None => None,
    };
    mask(held.unwrap_or_default());
}

/// Where `word` ends in `name`, in any case, octets that may not stand in a name being passed
/// over.
fn end_of(word: &[u8], name: &[u8]) -> Option<usize> {
    let letters: Vec<(usize, u8)> = name
        .iter()
        .copied()
        .enumerate()
        .filter(|&(_, o)| octet::is(o, TCHAR))
        .collect();
    let same = |(&(_, o), w): (&(usize, u8), &u8)| o.eq_ignore_ascii_case(w);
    letters
        .windows(word.len())
        .find(|window| window.iter().zip(word).all(same))
        .and_then(|window| window.last())
        .map(|&(at, _)| at + 1)
}

/// Control octets are no part of a secret, and what is wrong with it is often one of them.
fn mask(octets: &mut [u8]) {
    for octet in octets.iter_mut().filter(|o| !o.is_ascii_control()) {
        *octet = MASK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::LineEnds;

    fn received(octets: &str, begins: Begins) -> String {
        let mut octets = octets.as_bytes().to_vec();
        mask_received(&mut octets, begins);
        String::from_utf8(octets).unwrap()
    }

    #[test]
    fn what_secret_fields_of_a_parsed_head_hold_is_masked_and_nothing_else() {
        for (field, expected) in [
            ("COOKIE: sid=secret", "COOKIE: sid=******"),
            ("Cookie: a=1; b=2=3;c=", "Cookie: a=*; b=***;c="),
            ("Cookie: bare", "Cookie: ****"),
            ("Cookie:  lead=x", "Cookie:  lead=*"),
            ("Cookie: =x", "Cookie: =*"),
            ("Cookie: a=\"q;r\"", "Cookie: a=**;**"),
            ("authorization: Basic YTpi", "authorization: **********"),
            ("Proxy-Authorization: x", "Proxy-Authorization: *"),
            ("Set-Cookie: a=b", "Set-Cookie: ***"),
        ] {
            let whole = |field: &str| {
                format!("GET / HTTP/1.1\r\nHost: x\r\n{field}\r\nX-Cookie: Cookie: a=b\r\n\r\n")
            };
            let text = whole(field);
            let head = RequestHead::parse(text.as_bytes(), 0, LineEnds::CrLf).unwrap();
            let mut octets = text.into_bytes();
            let masked = mask_fields(&head, &mut octets);
            assert_eq!(String::from_utf8(octets).unwrap(), whole(expected));
            let name = field.split(':').next().unwrap();
            assert!(masked.len() == 1 && masked[0].eq_ignore_ascii_case(name));
        }
    }

    #[test]
    fn what_was_not_parsed_is_masked_by_what_its_lines_begin_with() {
        for (octets, expected) in [
            (
                "GET / HTTP/1.1\r\nHost: x\r\ncOOkie: a=b\r\nX: y\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\ncOOkie: ***\r\nX: y\r\n",
            ),
            // Not whole, and wrong in name, colon, value and line end.
            ("G\r\nCookie: ab", "G\r\nCookie: **"),
            ("G\r\nCookie", "G\r\nCookie"),
            ("G\r\nCookie : ab\r\nX: y", "G\r\nCookie : **\r\nX: y"),
            ("G\r\nCookie ab:c\r\nX: y", "G\r\nCookie ****\r\nX: y"),
            ("G\r\nCoo\x01kie: ab\r\n", "G\r\nCoo\x01kie: **\r\n"),
            ("G\r\n\tCookie: ab\r\n", "G\r\n\tCookie: **\r\n"),
            ("G\r\nCookie: a\x01b\r\n", "G\r\nCookie: *\x01*\r\n"),
            ("G\r\nCookie: a\rb\r\nX: y", "G\r\nCookie: *\r*\r\nX: y"),
            ("G\r\nCookie: a\nb\r\nX: y", "G\r\nCookie: *\n*\r\nX: y"),
            (
                "G\r\nCookie: a\r\n b\r\nX: y",
                "G\r\nCookie: *\r\n**\r\nX: y",
            ),
            // Behind a bare CR there may be a field, and netcat ends lines with LF alone.
            ("G\rCookie: a\r\nX: y", "G\rCookie: *\r\nX: y"),
            ("G\nCookie: a\nX: y\n", "G\nCookie: *\nX: y\n"),
            // A field without a request-line, and a request-line that only reads like one.
            ("Cookie: a\r\nX: y", "Cookie: *\r\nX: y"),
            ("GET /cookie#a HTTP/1.1\r\n", "GET /cookie#a HTTP/1.1\r\n"),
            ("GET /a:cookie HTTP/1.1\r\n", "GET /a:cookie HTTP/1.1\r\n"),
            ("G\r\nReferer: /cookie=a\r\n", "G\r\nReferer: /cookie=a\r\n"),
            // Userinfo.
            (
                "GET http://u:p@h/@ HTTP/1.1\r\n",
                "GET http://******@ HTTP/1.1\r\n",
            ),
            (
                "GET http://u:p@h/ HTTP/1.1\r\n",
                "GET http://***@h/ HTTP/1.1\r\n",
            ),
            ("GET http://u:p", "GET http://***"),
            (
                "CONNECT u:p@h:1 HTTP/1.1\r\n",
                "CONNECT ***@h:1 HTTP/1.1\r\n",
            ),
            (
                "GET http://h:1/ HTTP/1.1\r\n",
                "GET http://h:1/ HTTP/1.1\r\n",
            ),
            ("GET /a@b HTTP/1.1\r\n", "GET /a@b HTTP/1.1\r\n"),
            ("G\r\nHost: u:p@h\r\n", "G\r\nHost: ***@h\r\n"),
            ("G\r\nHost: h:1\r\n", "G\r\nHost: h:1\r\n"),
            ("G\r\nHost: u:p", "G\r\nHost: ***"),
            ("G\r\nHost: u:p\np@h\r\n", "G\r\nHost: ***\np@h\r\n"),
            ("G\r\nHost: loc", "G\r\nHost: loc"),
        ] {
            assert_eq!(received(octets, Begins::Request), expected);
        }
        assert_eq!(received("ab\r\nX: y", Begins::Within), "**\r\nX: y");
        assert_eq!(received("Cookie: a", Begins::Field), "Cookie: *");
    }
}
