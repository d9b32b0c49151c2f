//! The same as the protocol core does, written to be seen through and not to be quick.

/// A chunked body (RFC 9112 §7.1): how many octets it takes and how many are content, when
/// it is complete and well-formed.
pub(crate) fn chunked(octets: &[u8]) -> Option<(usize, u64)> {
    let mut rest = octets;
    let mut content = 0;
    loop {
        let (line, behind) = line(rest)?;
        let digits = line.iter().take_while(|o| o.is_ascii_hexdigit()).count();
        let (size, extensions) = line.split_at(digits);
        let well_formed = (1..=16).contains(&digits) && self::extensions(extensions);
        let size = u64::from_str_radix(core::str::from_utf8(size).ok()?, 16).ok();
        let size = size.filter(|_| well_formed)?;
        rest = behind;
        if size == 0 {
            break;
        }
        let data = usize::try_from(size).ok()?;
        rest = rest.get(data..)?.strip_prefix(b"\r\n")?;
        content += size;
    }
    loop {
        let (line, behind) = line(rest)?;
        rest = behind;
        if line.is_empty() {
            return Some((octets.len() - rest.len(), content));
        }
        let colon = line.iter().position(|&o| o == b':')?;
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if !token(name) || !value.iter().all(|&o| text(o)) {
            return None;
        }
    }
}

/// Up to CR LF, and what stands behind it. No line of the coding may hold a CR of its own.
fn line(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = octets.windows(2).position(|w| w == b"\r\n")?;
    Some((&octets[..end], &octets[end + 2..]))
}

/// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`
fn extensions(octets: &[u8]) -> bool {
    if octets.is_empty() {
        return true;
    }
    let Some(rest) = blank(octets).strip_prefix(b";") else {
        return false;
    };
    let rest = blank(rest);
    let (name, mut rest) = rest.split_at(rest.iter().take_while(|&&o| tchar(o)).count());
    if let Some(value) = blank(rest).strip_prefix(b"=") {
        let value = blank(value);
        let len = match value.strip_prefix(b"\"") {
            Some(quoted) => quoted_string(quoted).map_or(0, |len| len + 1),
            None => value.iter().take_while(|&&o| tchar(o)).count(),
        };
        if len == 0 {
            return false;
        }
        rest = &value[len..];
    }
    !name.is_empty() && extensions(rest)
}

/// How long a quoted-string is whose opening quote has been taken off (RFC 9110 §5.6.4).
fn quoted_string(octets: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match octets.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' if octets.get(at + 1).is_some_and(|&o| text(o)) => at += 2,
            &o if text(o) && o != b'\\' => at += 1,
            _ => return None,
        }
    }
}

fn blank(octets: &[u8]) -> &[u8] {
    let len = octets.iter().take_while(|o| b" \t".contains(o)).count();
    &octets[len..]
}

fn token(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(|&o| tchar(o))
}

fn tchar(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

fn text(octet: u8) -> bool {
    octet == b'\t' || octet >= b' ' && octet != 0x7f
}

/// Every `%` and two digits is an octet (RFC 3986 §2.1); anything else is itself.
pub(crate) fn decode_percent(octets: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < octets.len() {
        let escape = octets[at..].get(..3).filter(|e| e[0] == b'%');
        let digits = escape.and_then(|e| core::str::from_utf8(&e[1..]).ok());
        let octet = digits
            .filter(|digits| digits.bytes().all(|o| o.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(octet.unwrap_or(octets[at]));
        at += if octet.is_some() { 3 } else { 1 };
    }
    decoded
}
