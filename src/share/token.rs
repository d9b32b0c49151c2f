//! The secret in the address of the page.

use std::fmt;
use std::str::FromStr;

/// Letters and digits that nobody takes for each other: 32 of them.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// How many of them are drawn: 80 bits, and short enough to be typed.
const DRAWN: usize = 16;
/// How long one may be that somebody chose.
const LONGEST: usize = 64;

/// The secret in the address of the page: whoever has it may watch.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why something is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token has 16 to 64 letters, digits, - and _: it is all that keeps others out")]
pub struct TokenError;

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// The system has no random octets.
    pub fn random() -> std::io::Result<Self> {
        let mut octets = [0; DRAWN];
        getrandom::fill(&mut octets).map_err(std::io::Error::other)?;
        let letter = |octet: &u8| ALPHABET.get(usize::from(octet % 32)).copied();
        let letters = octets.iter().filter_map(letter).map(char::from);
        Ok(Self(letters.collect()))
    }

    /// The token itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the same: how long that takes says nothing about where they differ.
    pub(super) fn is(&self, other: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let mut differ = u8::from(own.len() != other.len());
        for (index, octet) in own.iter().enumerate() {
            differ |= octet ^ other.get(index).copied().unwrap_or(0);
        }
        std::hint::black_box(differ) == 0
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let fits = (DRAWN..=LONGEST).contains(&text.len());
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        if fits && text.bytes().all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(TokenError)
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_another_and_can_be_given_again() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.as_str().parse(), Ok(one.clone()));
        assert!(!format!("{one:?}").contains(one.as_str()));
    }

    #[test]
    fn only_the_same_is_the_same() {
        let token: Token = "0123456789abcdef".parse().unwrap();
        assert!(token.is(b"0123456789abcdef"));
        for other in [
            &b""[..],
            b"0123456789abcde",
            b"0123456789abcdef0",
            b"0123456789abcdeF",
            b"x123456789abcdef",
        ] {
            assert!(!token.is(other), "{other:?}");
        }
    }

    #[test]
    fn what_can_be_guessed_or_needs_escaping_is_none() {
        for text in ["", "short", "0123456789abcde/", "0123456789abcdé"] {
            assert_eq!(text.parse::<Token>(), Err(TokenError), "{text}");
        }
        assert!("x".repeat(65).parse::<Token>().is_err());
    }
}
