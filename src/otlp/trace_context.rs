//! The field `traceparent` of a request, read as W3C Trace Context says
//! (<https://www.w3.org/TR/trace-context/>).

/// The trace a request is a part of, and the span that is the parent of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
    pub(super) sampled: bool,
}

/// The octets of a value of version 00.
const LENGTH: usize = 55;

impl Parent {
    /// Reads a value; `None` where it is not valid, and then there is no parent (§3.2.2).
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let (known, rest) = value.split_at_checked(LENGTH)?;
        let [version, trace, span, flags] = {
            let mut parts = known.split(|octet| *octet == b'-');
            [parts.next()?, parts.next()?, parts.next()?, parts.next()?]
        };
        let version: [u8; 1] = hex(version)?;
        // Of a later version the beginning is read as that of this one (§3.2.4).
        let is_whole = match version {
            [0xff] => false,
            [0] => rest.is_empty(),
            _ => rest.is_empty() || rest.starts_with(b"-"),
        };
        let (trace, span) = (hex(trace)?, hex(span)?);
        let [flags] = hex(flags)?;
        let is_one = is_whole && trace != [0; 16] && span != [0; 8];
        is_one.then_some(Self {
            trace,
            span,
            sampled: flags & 1 == 1,
        })
    }
}

/// So many octets in lower-case hexadecimal digits, and no other ones.
fn hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let digit = |octet: u8| match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'a'..=b'f' => Some(octet - b'a' + 10),
        _ => None,
    };
    if digits.len() != 2 * N {
        return None;
    }
    let mut octets = [0; N];
    for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *octet = digit(*high)? << 4 | digit(*low)?;
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_valid_value_names_trace_span_and_whether_it_is_sampled() {
        let value = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let parent = Parent::parse(value).unwrap();
        assert_eq!(parent.trace[..3], [0x0a, 0xf7, 0x65]);
        assert_eq!(parent.span[..3], [0xb7, 0xad, 0x6b]);
        assert!(parent.sampled);
        // A later version may say more.
        let later = b"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more";
        assert!(!Parent::parse(later).unwrap().sampled);
    }

    #[test]
    fn what_is_not_valid_is_no_parent() {
        for value in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd-8448eb211c80319cb7ad6b7169203331-01",
        ] {
            assert_eq!(Parent::parse(value.as_bytes()), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_not(value: Vec<u8>) {
            let _ = Parent::parse(&value);
        }

        #[test]
        fn every_pair_of_numbers_is_read(trace: [u8; 16], span: [u8; 8], flags: u8) {
            prop_assume!(trace != [0; 16] && span != [0; 8]);
            let hex = crate::otlp::json::hex;
            let value = format!("00-{}-{}-{flags:02x}", hex(&trace), hex(&span));
            let sampled = flags & 1 == 1;
            prop_assert_eq!(Parent::parse(value.as_bytes()), Some(Parent { trace, span, sampled }));
        }
    }
}
