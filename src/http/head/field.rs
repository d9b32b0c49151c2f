//! Field lines: name, colon, value (RFC 9112 §5).
//!
//! A field line knows where its parts stand in the head; it does not know what they mean.

use crate::http::diagnosis::Fault;
use crate::http::octet::{self, FIELD, TCHAR};
use crate::http::span::Part;

/// One field line of a head, as places in the head's octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldLine {
    /// The name.
    pub name: Part,
    /// The value, without the optional white space around it.
    pub value: Part,
}

/// Reads the field line at `start` of `head` when nothing about it is wrong and it ends in
/// CR LF; also says where the next line begins. One pass, for the heads that come every day:
/// what this does not take, [`parse_line`] takes or refuses.
#[inline]
pub(crate) fn well_formed_line(head: &[u8], start: usize) -> Option<(FieldLine, usize)> {
    let line = head.get(start..)?;
    let name_len = line.iter().position(|&o| !octet::is(o, TCHAR))?;
    let after = line.get(name_len + 1..)?;
    if name_len == 0 || line.get(name_len) != Some(&b':') {
        return None;
    }
    let blank = |o: &&u8| matches!(**o, b' ' | b'\t');
    let leading = after.iter().take_while(blank).count();
    let len = leading + octet::field_run(after.get(leading..)?);
    if after.get(len..len + 2)? != b"\r\n" {
        return None;
    }
    let value = after.get(leading..len)?;
    let trailing = value.iter().rev().take_while(blank).count();
    let value_at = start + name_len + 1;
    let line = FieldLine {
        name: Part::new(start, start + name_len),
        value: Part::new(value_at + leading, value_at + len - trailing),
    };
    Some((line, value_at + len + 2))
}

/// Reads the field line that stands at `start..end` of `head`, its line end not included.
///
/// `field-line = field-name ":" OWS field-value OWS` (RFC 9112 §5). On a fault, says which
/// octets of `head` it is about.
pub(crate) fn parse_line(
    head: &[u8],
    start: usize,
    end: usize,
) -> Result<FieldLine, (Fault, Part)> {
    let line = head.get(start..end).unwrap_or_default();
    let at = |from: usize, to: usize| Part::new(start + from, start + to);
    // `field-name = token` (RFC 9110 §5.1).
    let name_len = line.iter().take_while(|&&o| octet::is(o, TCHAR)).count();
    match line.get(name_len) {
        Some(b':') if name_len == 0 => return Err((Fault::FieldNameEmpty, at(0, 1))),
        Some(b':') => {}
        // "No whitespace is allowed between the field name and colon" (RFC 9112 §5.1).
        Some(b' ' | b'\t') if name_len > 0 => {
            let blank = line
                .iter()
                .skip(name_len)
                .take_while(|o| matches!(o, b' ' | b'\t'))
                .count();
            let fault = match line.get(name_len + blank) {
                Some(b':') => Fault::SpaceBeforeColon,
                Some(_) if line.contains(&b':') => Fault::FieldName,
                Some(_) | None => Fault::FieldColon,
            };
            return Err((fault, at(name_len, name_len + blank)));
        }
        Some(_) if line.contains(&b':') => {
            return Err((Fault::FieldName, at(name_len, name_len + 1)));
        }
        Some(_) | None => return Err((Fault::FieldColon, at(0, line.len()))),
    }
    let after = name_len + 1;
    let raw = line.get(after..).unwrap_or_default();
    if let Some(bad) = raw.iter().position(|&o| !octet::is(o, FIELD)) {
        return Err((Fault::FieldValue, at(after + bad, after + bad + 1)));
    }
    let blank = |o: &&u8| matches!(**o, b' ' | b'\t');
    let leading = raw.iter().take_while(blank).count();
    let trailing = raw.iter().skip(leading).rev().take_while(blank).count();
    Ok(FieldLine {
        name: at(0, name_len),
        value: at(after + leading, line.len() - trailing),
    })
}

/// The members of a list-valued field value: `#element` of RFC 9110 §5.6.1, empty members
/// left out, white space around members removed.
pub(crate) fn list_members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    members_at(value).map(|(_, member)| member)
}

/// [`list_members`], with the place of each in `value`.
pub(crate) fn members_at(value: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    value.split(|&o| o == b',').filter_map(move |raw| {
        let leading = raw.len() - raw.trim_ascii_start().len();
        let place = at + leading;
        at += raw.len() + 1;
        let member = raw.trim_ascii();
        (!member.is_empty()).then_some((place, member))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<(&str, &str), (Fault, u32)>) {
        let got = parse_line(line.as_bytes(), 0, line.len());
        let with_end = format!("{line}\r\n");
        let quick = well_formed_line(with_end.as_bytes(), 0);
        assert_eq!(quick.map(|q| q.0), got.ok(), "{line:?} in one pass");
        assert_eq!(
            well_formed_line(line.as_bytes(), 0),
            None,
            "{line:?} not ended"
        );
        let text = |part: Part| &line[part.range()];
        let got = got
            .map(|f| (text(f.name), text(f.value)))
            .map_err(|(f, p)| (f, p.start));
        assert_eq!(got, expected, "{line:?}");
    }

    #[test]
    fn a_line_is_name_colon_value_with_white_space_trimmed() {
        check("Host: localhost", Ok(("Host", "localhost")));
        check("Host:localhost", Ok(("Host", "localhost")));
        check("a: \t b c \t", Ok(("a", "b c")));
        check("a:", Ok(("a", "")));
        check("a:  ", Ok(("a", "")));
        check("a: b: c", Ok(("a", "b: c")));
        check("X-Latin: caf\u{e9}", Ok(("X-Latin", "caf\u{e9}")));
    }

    #[test]
    fn everything_else_is_refused_at_the_octet_that_is_wrong() {
        check("Host : x", Err((Fault::SpaceBeforeColon, 4)));
        check("Host\t: x", Err((Fault::SpaceBeforeColon, 4)));
        check(": x", Err((Fault::FieldNameEmpty, 0)));
        check("Host", Err((Fault::FieldColon, 0)));
        check("Ho st: x", Err((Fault::FieldName, 2)));
        check("Ho(st: x", Err((Fault::FieldName, 2)));
        check("Content-Length\u{a0}: 5", Err((Fault::FieldName, 14)));
        check("a: b\0c", Err((Fault::FieldValue, 4)));
        check("a: b\rc", Err((Fault::FieldValue, 4)));
        check("a: b\x7fc", Err((Fault::FieldValue, 4)));
        check("nothing here", Err((Fault::FieldColon, 7)));
    }

    #[test]
    fn empty_members_of_a_list_are_left_out() {
        let members: Vec<_> = list_members(b" close ,, Keep-Alive,").collect();
        assert_eq!(members, [&b"close"[..], b"Keep-Alive"]);
        let places: Vec<_> = members_at(b" close ,, Keep-Alive,").map(|m| m.0).collect();
        assert_eq!(places, [1, 10]);
    }
}
