//! Octets as the strings that JSON has.

use super::format::Named;

/// Octets as the text they are, or as Latin-1 when they are none (RFC 9110 §5.5).
pub(super) fn text(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets.iter().copied().map(char::from).collect(),
    }
}

/// The parameters of a query or a form, as they came.
pub(super) fn parameters(octets: &[u8]) -> Vec<Named> {
    octets
        .split(|&octet| octet == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&octet| octet == b'=');
            Named {
                name: text(halves.next().unwrap_or_default()),
                value: text(halves.next().unwrap_or_default()),
            }
        })
        .collect()
}
