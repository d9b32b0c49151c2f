//! Proactive content negotiation (RFC 9110 §12.1): which of the representations there are a
//! request prefers.
//!
//! Nothing in here knows which there are.

/// A content coding (RFC 9110 §8.4.1) that a file may be kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentCoding {
    /// Brotli (RFC 7932).
    Brotli,
    /// gzip (RFC 1952).
    Gzip,
}

impl ContentCoding {
    /// Every coding, the one that packs best first.
    pub const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in Content-Encoding and Accept-Encoding.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// A weight in thousandths (RFC 9110 §12.4.2); 0 is "not acceptable".
type Weight = u16;

/// Which of the codings in `available` the request prefers to no coding, where `lines` gives
/// the values of its Accept-Encoding lines (RFC 9110 §12.5.3). Of two that are liked as well, the earlier
/// in `available`.
///
/// Without Accept-Encoding every coding is acceptable by the letter; whoever sends none can
/// seldom decode any, so that is taken for no coding.
pub fn prefer_coding<'a, L, I, A>(lines: L, available: A) -> Option<ContentCoding>
where
    L: Fn() -> I,
    I: Iterator<Item = &'a [u8]>,
    A: IntoIterator<Item = ContentCoding>,
{
    let weigh = |coding: ContentCoding| {
        let alias: &[u8] = match coding {
            ContentCoding::Brotli => b"br",
            // "A recipient SHOULD consider "x-gzip" to be equivalent" (§8.4.1.3).
            ContentCoding::Gzip => b"x-gzip",
        };
        let name = coding.name().as_bytes();
        weight(lines(), |member| {
            member.eq_ignore_ascii_case(name) || member.eq_ignore_ascii_case(alias)
        })
        .or_else(|| weight(lines(), |member| member == b"*"))
        .unwrap_or(0)
    };
    // No coding, where it is not listed, is acceptable and liked least.
    let identity = weight(lines(), |member| member.eq_ignore_ascii_case(b"identity"));
    let mut best = None;
    let mut least = identity.unwrap_or(0);
    for coding in available {
        let weight = weigh(coding);
        // The first coding has to be liked as well as identity, another more than the first.
        let better = if best.is_none() {
            weight > 0 && weight >= least
        } else {
            weight > least
        };
        if better {
            best = Some(coding);
            least = weight;
        }
    }
    best
}

/// Whether the request prefers JSON to HTML, where `lines` gives the values of its Accept lines
/// (RFC 9110 §12.5.1). Where both weigh the same, the one that is named more precisely.
pub fn prefers_json<'a, L, I>(lines: L) -> bool
where
    L: Fn() -> I,
    I: Iterator<Item = &'a [u8]>,
{
    let weigh = |ranges: [&[u8]; 3]| {
        (1_u8..)
            .zip(ranges)
            .find_map(|(rank, range)| {
                weight(lines(), |member| member.eq_ignore_ascii_case(range))
                    .map(|weight| (weight, u8::MAX - rank))
            })
            .filter(|&(weight, _)| weight > 0)
            .unwrap_or_default()
    };
    weigh([b"application/json", b"application/*", b"*/*"])
        > weigh([b"text/html", b"text/*", b"*/*"])
}

/// The weight of the first member that `is` accepts; `None` where there is no such member.
/// One that is malformed is left out.
fn weight<'a>(lines: impl Iterator<Item = &'a [u8]>, is: impl Fn(&[u8]) -> bool) -> Option<Weight> {
    lines
        .flat_map(|line| line.split(|&o| o == b','))
        .find_map(|member| {
            let mut parts = member.split(|&o| o == b';').map(<[u8]>::trim_ascii);
            if !parts.next().is_some_and(&is) {
                return None;
            }
            let weight = parts.find_map(|parameter| match parameter {
                [b'q' | b'Q', b'=', value @ ..] => Some(qvalue(value)),
                _ => None,
            });
            weight.unwrap_or(Some(1000))
        })
}

/// `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )` (RFC 9110 §12.4.2)
fn qvalue(value: &[u8]) -> Option<Weight> {
    let (whole, fraction) = match value {
        [whole] => (whole, &b""[..]),
        [whole, b'.', fraction @ ..] if fraction.len() <= 3 => (whole, fraction),
        _ => return None,
    };
    if !matches!(whole, b'0' | b'1') || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let thousandths = fraction
        .iter()
        .zip([100, 10, 1])
        .map(|(digit, place)| Weight::from(digit - b'0') * place)
        .sum::<Weight>();
    let weight = Weight::from(whole - b'0') * 1000 + thousandths;
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(accept: &str) -> &'static str {
        coding_of(accept, &ContentCoding::ALL)
    }

    /// Lines are separated by `|`.
    fn coding_of(accept: &str, available: &[ContentCoding]) -> &'static str {
        let lines = || accept.split('|').map(str::as_bytes);
        prefer_coding(lines, available.iter().copied()).map_or("none", ContentCoding::name)
    }

    #[test]
    fn the_coding_that_is_liked_best_is_preferred() {
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate", "gzip"),
            ("gzip|br", "br"),
            ("BR", "br"),
            ("x-gzip", "gzip"),
            ("*", "br"),
            ("*;q=0.1, gzip", "gzip"),
            ("br;q=0, *", "gzip"),
            ("br;q=0.5, gzip;q=0.6", "gzip"),
            ("br;q=0.5, gzip ; q=0.500", "br"),
            ("gzip;q=1.000,br;q=0.999", "gzip"),
            ("gzip;q=0.001", "gzip"),
            ("identity, gzip", "gzip"),
            ("identity;q=0, gzip;q=0.1", "gzip"),
            ("identity, gzip;q=0.5", "none"),
            ("identity;q=0.5, gzip;q=0.4, br;q=0.3", "none"),
            ("identity", "none"),
            ("", "none"),
            ("gzip;q=0", "none"),
            ("*;q=0", "none"),
            ("deflate", "none"),
            ("brotli", "none"),
            // Malformed members are left out.
            ("gzip;q=1.001", "none"),
            ("gzip;q=2", "none"),
            ("gzip;q=.5", "none"),
            ("gzip;q=0.1234", "none"),
            ("gzip;q=-1", "none"),
            ("gzip;q=", "none"),
            ("gzip br", "none"),
        ] {
            assert_eq!(coding(accept), expected, "{accept}");
        }
    }

    #[test]
    fn only_what_there_is_can_be_preferred() {
        assert_eq!(coding_of("br, gzip", &[ContentCoding::Gzip]), "gzip");
        assert_eq!(coding_of("br", &[ContentCoding::Gzip]), "none");
        assert_eq!(coding_of("br, gzip", &[]), "none");
        assert_eq!(prefer_coding(|| [].into_iter(), ContentCoding::ALL), None);
    }

    #[test]
    fn json_is_preferred_where_it_is_asked_for() {
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            ("application/json", true),
            ("application/json, */*", true),
            ("application/json;q=0.9, text/html;q=0.8", true),
            ("text/html;q=0.5|application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/*", true),
            ("*/*", false),
            ("", false),
            (firefox, false),
            ("text/html", false),
            ("text/*, application/json;q=0.9", false),
            ("application/json, text/html", false),
            ("application/json;q=0", false),
        ] {
            let lines = || accept.split('|').map(str::as_bytes);
            assert_eq!(prefers_json(lines), expected, "{accept}");
        }
        assert!(!prefers_json(|| [].into_iter()));
    }
}
