//! A form: names and values, decoded, and beside them as they came where that differs.

use super::line::{Kind, Line};
use crate::event::escape;
use crate::http::decode_percent;

/// The widest a name makes its column.
const NAMES: usize = 24;

pub(super) fn lines(octets: &[u8]) -> Vec<Line> {
    let pairs: Vec<_> = octets
        .split(|&octet| octet == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|&octet| octet == b'=');
            let (name, value) = pair.split_at(at.unwrap_or(pair.len()));
            (decoded(name), value.strip_prefix(b"=").unwrap_or(value))
        })
        .collect();
    let names = pairs.iter().map(|(name, _)| name.chars().count());
    let column = names.max().unwrap_or(0).min(NAMES);
    let line = |(name, raw): &(String, &[u8])| {
        let value = decoded(raw);
        let apart = " ".repeat(column.saturating_sub(name.chars().count()) + 2);
        let mut pieces = vec![
            (Kind::Name, name.clone()),
            (Kind::Mark, apart),
            (Kind::Text, value.clone()),
        ];
        let raw = escape(raw);
        if raw != value {
            pieces.push((Kind::Note, format!("   as it came: {raw}")));
        }
        Line { depth: 0, pieces }
    };
    pairs.iter().map(line).collect()
}

/// A plus stands for a space, and what is percent-encoded for an octet (URL Standard §5.1).
fn decoded(octets: &[u8]) -> String {
    let spaced: Vec<u8> = octets
        .iter()
        .map(|&octet| if octet == b'+' { b' ' } else { octet })
        .collect();
    escape(&decode_percent(&spaced))
}

#[cfg(test)]
mod tests {
    use super::super::line::shown;
    use super::*;

    #[test]
    fn what_was_decoded_stands_beside_what_came() {
        let octets = b"name=J%C3%BCrgen+M&empty=&flag&&x=%1b%zz";
        assert_eq!(
            shown(&lines(octets)),
            [
                "name   Jürgen M   as it came: J%C3%BCrgen+M",
                "empty  ",
                "flag   ",
                "x      \\x1b%zz   as it came: %1b%zz",
            ]
        );
        assert!(lines(b"").is_empty());
    }
}
