//! The chunked transfer coding (RFC 9112 §7.1), decoded as it comes.
//!
//! The decoder looks at each octet of sizes, extensions and trailers once and steps over
//! data in bulk. It holds no octets: what is content stays where it is.

use super::diagnosis::Fault;
use super::octet::{self, FIELD, TCHAR};

/// Longest chunk-size line, extensions included.
const SIZE_LINE_LIMIT: usize = 4096;
/// Longest trailer section.
const TRAILER_LIMIT: usize = 8192;
/// Most digits of a chunk size: what 64 bits hold.
const DIGITS_LIMIT: usize = 16;

/// What [`ChunkedDecoder::decode`] did with the octets it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// Octets of the coding it took.
    pub taken: usize,
    /// How many of them are content.
    pub content: u64,
    /// Whether the last chunk and the trailer section are complete.
    pub complete: bool,
}

/// A decoder in the middle of a chunked body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChunkedDecoder {
    state: State,
    /// Octets of the size line or the trailer section so far.
    line: usize,
    /// The size being read, then the octets of the chunk still to come.
    size: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    SizeStart,
    Size,
    /// `BWS ";"`: white space before an extension is bad but must be taken (§7.1.1).
    BeforeExtension,
    Extension,
    ExtensionQuoted,
    ExtensionEscape,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    Complete,
}

impl ChunkedDecoder {
    /// Decodes `octets`, which follow what it was given before. On a fault, the offset in
    /// `octets` of the octet that is wrong.
    pub fn decode(&mut self, octets: &[u8]) -> Result<Decoded, (Fault, usize)> {
        let mut taken = 0;
        let mut content = 0;
        while self.state != State::Complete {
            if self.state == State::Data {
                let here = self.size.min((octets.len() - taken) as u64);
                self.size -= here;
                content += here;
                taken += usize::try_from(here).unwrap_or(octets.len());
                if self.size > 0 {
                    break;
                }
                self.state = State::DataCr;
            }
            let Some(&octet) = octets.get(taken) else {
                break;
            };
            self.state = self.next(octet).map_err(|fault| (fault, taken))?;
            taken += 1;
        }
        Ok(Decoded {
            taken,
            content,
            complete: self.state == State::Complete,
        })
    }

    fn next(&mut self, octet: u8) -> Result<State, Fault> {
        self.line += 1;
        Ok(match (self.state, octet) {
            // chunk-size = 1*HEXDIG
            (State::SizeStart | State::Size, _) if octet.is_ascii_hexdigit() => {
                if self.state == State::SizeStart {
                    (self.line, self.size) = (1, 0);
                }
                if self.line > DIGITS_LIMIT {
                    return Err(Fault::ChunkSizeOverflow);
                }
                let digit = char::from(octet).to_digit(16).unwrap_or(0);
                self.size = self.size << 4 | u64::from(digit);
                State::Size
            }
            (State::SizeStart, _) => return Err(Fault::ChunkSize),
            (State::Size | State::Extension, b'\r') => State::SizeLf,
            (State::Size | State::BeforeExtension, b';') => State::Extension,
            (State::Size | State::BeforeExtension, b' ' | b'\t') => State::BeforeExtension,
            (State::Size | State::Extension, b'\n') => return Err(Fault::ChunkLineEnd),
            (State::Size, _) => return Err(Fault::ChunkSize),
            _ if self.line > SIZE_LINE_LIMIT && self.state.in_size_line() => {
                return Err(Fault::ChunkExtension);
            }
            (State::Extension, b'"') => State::ExtensionQuoted,
            (State::ExtensionQuoted, b'"') => State::Extension,
            (State::ExtensionQuoted, b'\\') => State::ExtensionEscape,
            (State::Extension | State::ExtensionQuoted, _) if octet::is(octet, FIELD) => self.state,
            (State::ExtensionEscape, _) if octet::is(octet, FIELD) => State::ExtensionQuoted,
            (
                State::BeforeExtension
                | State::Extension
                | State::ExtensionQuoted
                | State::ExtensionEscape,
                _,
            ) => {
                return Err(Fault::ChunkExtension);
            }
            (State::SizeLf, b'\n') if self.size > 0 => State::Data,
            // last-chunk = 1*"0" [ chunk-ext ] CRLF
            (State::SizeLf, b'\n') => {
                self.line = 0;
                State::TrailerStart
            }
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataCr, _) => return Err(Fault::ChunkDataLonger),
            (State::DataLf, b'\n') => State::SizeStart,
            // trailer-section = *( field-line CRLF )
            _ if self.line > TRAILER_LIMIT => return Err(Fault::TrailerTooLarge),
            (State::TrailerStart, b'\r') => State::EndLf,
            (State::TrailerStart | State::TrailerName, _) if octet::is(octet, TCHAR) => {
                State::TrailerName
            }
            (State::TrailerName, b':') => State::TrailerValue,
            (State::TrailerValue, b'\r') => State::TrailerLf,
            (State::TrailerValue, _) if octet::is(octet, FIELD) => State::TrailerValue,
            (State::TrailerLf, b'\n') => State::TrailerStart,
            (State::EndLf, b'\n') => State::Complete,
            (State::TrailerStart | State::TrailerValue, b'\n') => return Err(Fault::ChunkLineEnd),
            (State::TrailerStart | State::TrailerName | State::TrailerValue, _) => {
                return Err(Fault::TrailerField);
            }
            (State::SizeLf | State::DataLf | State::TrailerLf | State::EndLf, _) => {
                return Err(Fault::ChunkLineEnd);
            }
            (State::Data | State::Complete, _) => self.state,
        })
    }
}

impl State {
    const fn in_size_line(self) -> bool {
        matches!(
            self,
            Self::BeforeExtension | Self::Extension | Self::ExtensionQuoted | Self::ExtensionEscape
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole, octet by octet, and with octets behind it: all three must agree.
    fn check(body: &str, expected: Result<u64, (Fault, usize)>) {
        let octets = body.as_bytes();
        let whole = ChunkedDecoder::default().decode(octets);
        let result = whole.map(|d| {
            assert!(d.complete, "{body:?}");
            assert_eq!(d.taken, octets.len(), "{body:?}");
            d.content
        });
        assert_eq!(result, expected, "{body:?}");

        let mut decoder = ChunkedDecoder::default();
        let mut content = 0;
        let mut piecemeal = Ok(0);
        for (at, octet) in octets.chunks(1).enumerate() {
            match decoder.decode(octet) {
                Ok(decoded) => content += decoded.content,
                Err((fault, _)) => {
                    piecemeal = Err((fault, at));
                    break;
                }
            }
            piecemeal = Ok(content);
        }
        assert_eq!(piecemeal, expected, "{body:?} octet by octet");

        if expected.is_ok() {
            let trailing = [octets, b"GET /"].concat();
            let decoded = ChunkedDecoder::default().decode(&trailing).unwrap();
            assert_eq!(
                (decoded.taken, decoded.complete),
                (octets.len(), true),
                "{body:?} with trailing octets"
            );
        }
    }

    #[test]
    fn chunks_extensions_and_trailers() {
        check("0\r\n\r\n", Ok(0));
        check("5\r\nhello\r\n0\r\n\r\n", Ok(5));
        check("A\r\n0123456789\r\n000\r\n\r\n", Ok(10));
        check("5;a=b;c=\"d;\\\"e\"\r\nhello\r\n0;x\r\n\r\n", Ok(5));
        check("5 ; a\r\nhello\r\n0\r\n\r\n", Ok(5));
        check("0\r\nX-Sum: 1\r\nY:\r\n\r\n", Ok(0));
        check("2\r\n\r\n\r\n0\r\n\r\n", Ok(2));
    }

    #[test]
    fn everything_else_is_refused_at_the_octet_that_is_wrong() {
        check("\r\n", Err((Fault::ChunkSize, 0)));
        check("g\r\n", Err((Fault::ChunkSize, 0)));
        check("0x5\r\n", Err((Fault::ChunkSize, 1)));
        check("-5\r\n", Err((Fault::ChunkSize, 0)));
        check(" 5\r\n", Err((Fault::ChunkSize, 0)));
        check("5 \r\n", Err((Fault::ChunkExtension, 2)));
        check("5\nhello", Err((Fault::ChunkLineEnd, 1)));
        check("5\rx", Err((Fault::ChunkLineEnd, 2)));
        check("5\r\nhelloX\r\n", Err((Fault::ChunkDataLonger, 8)));
        check("5\r\nhello\n", Err((Fault::ChunkDataLonger, 8)));
        check("5\r\nhello\rX", Err((Fault::ChunkLineEnd, 9)));
        check("00000000000000005\r\n", Err((Fault::ChunkSizeOverflow, 16)));
        check("5;a\x01\r\n", Err((Fault::ChunkExtension, 3)));
        check("5;\n", Err((Fault::ChunkLineEnd, 2)));
        check("0\r\nnocolon\r\n", Err((Fault::TrailerField, 10)));
        check("0\r\n x: y\r\n", Err((Fault::TrailerField, 3)));
        check("0\r\nx: y\n", Err((Fault::ChunkLineEnd, 7)));
        check("0\r\n\n", Err((Fault::ChunkLineEnd, 3)));
    }

    #[test]
    fn size_lines_and_trailers_are_limited() {
        let long = format!("5;{}\r\n", "x".repeat(5000));
        check(&long, Err((Fault::ChunkExtension, SIZE_LINE_LIMIT)));
        let long = format!("0\r\n{}\r\n", "x: y\r\n".repeat(2000));
        check(&long, Err((Fault::TrailerTooLarge, 3 + TRAILER_LIMIT)));
    }
}
