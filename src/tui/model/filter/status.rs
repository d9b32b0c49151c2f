//! What `status:` accepts: `4xx`, `404`, `>=400`.

use std::fmt;

use crate::http::Status;

/// Which statuses are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusTest {
    Class(u8),
    Is(u16),
    AtLeast(u16),
    AtMost(u16),
    Above(u16),
    Below(u16),
}

impl StatusTest {
    /// Reads what stands behind the colon.
    pub(super) fn parse(value: &str) -> Option<Self> {
        if let [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = value.as_bytes() {
            return Some(Self::Class(class - b'0'));
        }
        let of = |test: fn(u16) -> Self, digits: &str| {
            let three_digits = digits.len() == 3 && digits.bytes().all(|o| o.is_ascii_digit());
            three_digits
                .then(|| digits.parse().ok().map(test))
                .flatten()
        };
        for (sign, test) in [
            (">=", Self::AtLeast as fn(u16) -> Self),
            ("<=", Self::AtMost),
            (">", Self::Above),
            ("<", Self::Below),
            ("=", Self::Is),
        ] {
            if let Some(digits) = value.strip_prefix(sign) {
                return of(test, digits);
            }
        }
        of(Self::Is, value)
    }

    pub(super) fn admits(self, status: Status) -> bool {
        let code = status.code();
        match self {
            Self::Class(class) => status.class() == class,
            Self::Is(wanted) => code == wanted,
            Self::AtLeast(least) => code >= least,
            Self::AtMost(most) => code <= most,
            Self::Above(below) => code > below,
            Self::Below(above) => code < above,
        }
    }
}

impl fmt::Display for StatusTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => write!(f, "{class}xx"),
            Self::Is(code) => write!(f, "{code:03}"),
            Self::AtLeast(code) => write!(f, ">={code:03}"),
            Self::AtMost(code) => write!(f, "<={code:03}"),
            Self::Above(code) => write!(f, ">{code:03}"),
            Self::Below(code) => write!(f, "<{code:03}"),
        }
    }
}
