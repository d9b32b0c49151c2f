//! The octets that have to get across.

/// Sixteen octets of request-line, and what may follow.
const MESSAGE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";

/// The octet that packet `number` carries; the first has the number 1.
pub fn octet(number: u32) -> u8 {
    let place = (number as usize).wrapping_sub(1) % MESSAGE.len();
    MESSAGE.get(place).copied().unwrap_or(b'?')
}

/// The octets of these packets as text, with escapes for what cannot be seen.
pub(super) fn text(numbers: &[u32]) -> String {
    let octets: Vec<u8> = numbers.iter().map(|number| octet(*number)).collect();
    octets.escape_ascii().to_string()
}
