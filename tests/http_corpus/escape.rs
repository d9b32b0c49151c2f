//! How the corpus writes octets, as its README says. Shared by the corpus and the fuzz seeds.

/// Appends the octets `text` stands for, and notes where the caret stands.
pub(crate) fn unescape(text: &str, octets: &mut Vec<u8>, caret: &mut Option<u64>) {
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            octets.push(first);
            continue;
        }
        let (&escape, tail) = rest.split_first().expect("an escape");
        rest = tail;
        match escape {
            b'r' => octets.push(b'\r'),
            b'n' => octets.push(b'\n'),
            b't' => octets.push(b'\t'),
            b'0' => octets.push(0),
            b'\\' => octets.push(b'\\'),
            b'^' => *caret = Some(octets.len() as u64),
            b'x' => {
                let digits = std::str::from_utf8(&rest[..2]).unwrap();
                octets.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &rest[2..];
            }
            b'*' => {
                let open = rest.iter().position(|&o| o == b'(').expect("(");
                let close = rest.iter().position(|&o| o == b')').expect(")");
                let times = std::str::from_utf8(&rest[..open]).unwrap().parse().unwrap();
                let mut once = Vec::new();
                let inner = std::str::from_utf8(&rest[open + 1..close]).unwrap();
                unescape(inner, &mut once, &mut None);
                octets.extend(once.repeat(times));
                rest = &rest[close + 1..];
            }
            other => panic!("\\{} is no escape", char::from(other)),
        }
    }
}
