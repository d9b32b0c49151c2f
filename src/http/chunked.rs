//! The chunked transfer coding (RFC 9112 §7.1), decoded as it comes.
//!
//! The decoder looks at each octet of sizes, extensions and trailers once and steps over
//! data in bulk. It holds no octets: what is content stays where it is.

use core::ops::Range;

use super::diagnosis::Fault;
use super::octet::{self, FIELD, TCHAR};

/// Most octets of extensions in one body: "a server ought to limit the total length of
/// chunk extensions received in a request" (RFC 9112 §7.1.1). A limit on each line alone
/// would let one octet of content cost a thousand of coding.
const EXTENSIONS_LIMIT: usize = 8192;
/// Longest trailer section.
const TRAILER_LIMIT: usize = 8192;
/// Most digits of a chunk size: what 64 bits hold.
const DIGITS_LIMIT: u8 = 16;

/// What [`ChunkedDecoder::decode`] did with the octets it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// Octets of the coding it took.
    pub taken: usize,
    /// How many of them are content.
    pub content: u64,
    /// How many of them, at the end, belong to the trailer section, its empty line included.
    pub trailer: usize,
    /// Whether the last chunk and the trailer section are complete.
    pub complete: bool,
}

/// What an octet of the coding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkPart {
    /// A digit of a chunk size.
    Size,
    /// Of a chunk extension.
    Extension,
    /// CR or LF behind a size, behind data, or in the trailer section.
    LineEnd,
    /// Content.
    Data,
    /// Of a field behind the last chunk.
    Trailer,
}

/// A decoder in the middle of a chunked body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChunkedDecoder {
    state: State,
    /// The size being read, then the octets of the chunk still to come.
    size: u64,
    /// Digits of the size being read.
    digits: u8,
    /// Octets of extensions so far, in the whole body.
    extensions: usize,
    /// Octets of the trailer section so far.
    trailer: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    SizeStart,
    Size,
    /// `BWS ";"`: white space before an extension is bad but must be taken (§7.1.1).
    BeforeExtension,
    /// Behind `";"`: `BWS chunk-ext-name`.
    NameStart,
    Name,
    /// `BWS "="`, or the next extension.
    AfterName,
    /// Behind `"="`: `BWS chunk-ext-val`.
    ValueStart,
    Value,
    Quoted,
    QuotedPair,
    QuotedEnd,
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
        let trailer = self.trailer;
        while self.state != State::Complete {
            if self.state == State::Data {
                let here = self.take_data(octets.len() - taken);
                content += here as u64;
                taken += here;
                if self.state == State::Data {
                    break;
                }
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
            trailer: self.trailer - trailer,
            complete: self.state == State::Complete,
        })
    }

    /// Goes on at `at` in `octets`, which have been decoded before, to the end of the next run
    /// of content, and says which octets it is; `None` when there is no more of it.
    pub(crate) fn next_run(&mut self, octets: &[u8], at: &mut usize) -> Option<Range<usize>> {
        while self.state != State::Data {
            self.state = self.next(*octets.get(*at)?).ok()?;
            *at += 1;
        }
        let start = *at;
        *at += self.take_data(octets.len() - start);
        (*at > start).then_some(start..*at)
    }

    /// Goes on at `at` in `octets`, which follow what it was given before, to the end of the next
    /// run of octets that are the same, and says what they are; `None` at the end of the octets
    /// or of the body, or where something is wrong.
    pub(crate) fn next_part(
        &mut self,
        octets: &[u8],
        at: &mut usize,
    ) -> Option<(ChunkPart, Range<usize>)> {
        let start = *at;
        let mut whole = None;
        while let Some(&octet) = octets.get(*at).filter(|_| self.state != State::Complete) {
            let part = part_of(self.state, octet);
            if *whole.get_or_insert(part) != part {
                break;
            }
            if part == ChunkPart::Data {
                *at += self.take_data(octets.len() - start);
                break;
            }
            let Ok(next) = self.next(octet) else { break };
            self.state = next;
            *at += 1;
        }
        whole.filter(|_| *at > start).map(|part| (part, start..*at))
    }

    /// Steps over what there is of a chunk's data in this many octets: how many it is.
    fn take_data(&mut self, octets: usize) -> usize {
        let here = self.size.min(octets as u64);
        self.size -= here;
        if self.size == 0 {
            self.state = State::DataCr;
        }
        usize::try_from(here).unwrap_or(octets)
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "an octet at a time: with two callers it would be a call for each"
    )]
    fn next(&mut self, octet: u8) -> Result<State, Fault> {
        match self.state {
            State::SizeStart | State::Size | State::SizeLf => self.size_line(octet),
            State::BeforeExtension
            | State::NameStart
            | State::Name
            | State::AfterName
            | State::ValueStart
            | State::Value
            | State::Quoted
            | State::QuotedPair
            | State::QuotedEnd => {
                self.extensions += 1;
                if self.extensions > EXTENSIONS_LIMIT {
                    return Err(Fault::ChunkExtension);
                }
                extension(self.state, octet)
            }
            State::DataCr if octet == b'\r' => Ok(State::DataLf),
            State::DataCr => Err(Fault::ChunkDataLonger),
            State::DataLf if octet == b'\n' => Ok(State::SizeStart),
            State::DataLf => Err(Fault::ChunkLineEnd),
            State::TrailerStart
            | State::TrailerName
            | State::TrailerValue
            | State::TrailerLf
            | State::EndLf => {
                self.trailer += 1;
                if self.trailer > TRAILER_LIMIT {
                    return Err(Fault::TrailerTooLarge);
                }
                trailer(self.state, octet)
            }
            State::Data | State::Complete => Ok(self.state),
        }
    }

    /// `chunk-size = 1*HEXDIG`, up to an extension or CRLF.
    fn size_line(&mut self, octet: u8) -> Result<State, Fault> {
        let digit = char::from(octet).to_digit(16);
        match (self.state, digit, octet) {
            (State::SizeStart, Some(digit), _) => {
                (self.digits, self.size) = (1, u64::from(digit));
                Ok(State::Size)
            }
            (State::Size, Some(_), _) if self.digits == DIGITS_LIMIT => {
                Err(Fault::ChunkSizeOverflow)
            }
            (State::Size, Some(digit), _) => {
                self.digits += 1;
                self.size = self.size << 4 | u64::from(digit);
                Ok(State::Size)
            }
            (State::Size, None, b'\r') => Ok(State::SizeLf),
            (State::Size, None, b'\n') => Err(Fault::ChunkLineEnd),
            (State::Size, None, b';') => Ok(State::NameStart),
            (State::Size, None, b' ' | b'\t') => Ok(State::BeforeExtension),
            (State::SizeStart | State::Size, _, _) => Err(Fault::ChunkSize),
            (_, _, b'\n') if self.size > 0 => Ok(State::Data),
            // last-chunk = 1*"0" [ chunk-ext ] CRLF
            (_, _, b'\n') => Ok(State::TrailerStart),
            _ => Err(Fault::ChunkLineEnd),
        }
    }
}

/// What an octet is that comes in this state.
const fn part_of(state: State, octet: u8) -> ChunkPart {
    match (state, octet) {
        (State::Data, _) => ChunkPart::Data,
        (_, b'\r' | b'\n') => ChunkPart::LineEnd,
        (
            State::TrailerStart
            | State::TrailerName
            | State::TrailerValue
            | State::TrailerLf
            | State::EndLf
            | State::Complete,
            _,
        ) => ChunkPart::Trailer,
        (State::SizeStart | State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
            ChunkPart::Size
        }
        (
            State::SizeStart
            | State::Size
            | State::BeforeExtension
            | State::NameStart
            | State::Name
            | State::AfterName
            | State::ValueStart
            | State::Value
            | State::Quoted
            | State::QuotedPair
            | State::QuotedEnd
            | State::SizeLf
            | State::DataCr
            | State::DataLf,
            _,
        ) => ChunkPart::Extension,
    }
}

/// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`, where a name
/// is a token and a value is a token or a quoted-string (RFC 9112 §7.1.1).
fn extension(state: State, octet: u8) -> Result<State, Fault> {
    let token = octet::is(octet, TCHAR);
    match (state, octet) {
        (State::Quoted, b'"') => Ok(State::QuotedEnd),
        (State::Quoted, b'\\') => Ok(State::QuotedPair),
        (State::Quoted | State::QuotedPair, _) if octet::is(octet, FIELD) => Ok(State::Quoted),
        (State::Name | State::Value | State::QuotedEnd, b'\r') => Ok(State::SizeLf),
        // A bare LF is worth saying so, wherever it stands.
        (_, b'\n') => Err(Fault::ChunkLineEnd),
        (
            State::BeforeExtension
            | State::Name
            | State::AfterName
            | State::Value
            | State::QuotedEnd,
            b';',
        ) => Ok(State::NameStart),
        (State::NameStart | State::Name, _) if token => Ok(State::Name),
        (State::ValueStart | State::Value, _) if token => Ok(State::Value),
        (State::ValueStart, b'"') => Ok(State::Quoted),
        (State::Name | State::AfterName, b'=') => Ok(State::ValueStart),
        (State::NameStart | State::ValueStart | State::BeforeExtension, b' ' | b'\t') => Ok(state),
        (State::Name | State::AfterName, b' ' | b'\t') => Ok(State::AfterName),
        (State::Value | State::QuotedEnd, b' ' | b'\t') => Ok(State::BeforeExtension),
        _ => Err(Fault::ChunkExtension),
    }
}

/// `trailer-section = *( field-line CRLF )`, and the empty line that ends the body. What the
/// fields say is kept apart from the head: RFC 9110 §6.5.1 forbids to merge them unasked.
fn trailer(state: State, octet: u8) -> Result<State, Fault> {
    match (state, octet) {
        (State::TrailerStart, b'\r') => Ok(State::EndLf),
        (State::TrailerStart | State::TrailerName, _) if octet::is(octet, TCHAR) => {
            Ok(State::TrailerName)
        }
        (State::TrailerName, b':') => Ok(State::TrailerValue),
        (State::TrailerValue, b'\r') => Ok(State::TrailerLf),
        (State::TrailerValue, _) if octet::is(octet, FIELD) => Ok(State::TrailerValue),
        (State::TrailerLf, b'\n') => Ok(State::TrailerStart),
        (State::EndLf, b'\n') => Ok(State::Complete),
        (State::TrailerStart | State::TrailerValue, b'\n')
        | (State::TrailerLf | State::EndLf, _) => Err(Fault::ChunkLineEnd),
        _ => Err(Fault::TrailerField),
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
        check("0 ;\ta = \"b\"\t; c=d ;e\r\n\r\n", Ok(0));
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
        check("5;\r\n", Err((Fault::ChunkExtension, 2)));
        check("5;a=\r\n", Err((Fault::ChunkExtension, 4)));
        check("5;a;=b\r\n", Err((Fault::ChunkExtension, 4)));
        check("5;a \r\n", Err((Fault::ChunkExtension, 4)));
        check("5;a b\r\n", Err((Fault::ChunkExtension, 4)));
        check("5;a=b c\r\n", Err((Fault::ChunkExtension, 6)));
        check("5;a=\"b\"c\r\n", Err((Fault::ChunkExtension, 7)));
        check("5;a=\"b\r\n", Err((Fault::ChunkExtension, 6)));
        check("5;a=\"b\n", Err((Fault::ChunkLineEnd, 6)));
        check("0\r\nx: y\rz", Err((Fault::ChunkLineEnd, 8)));
        check("0\r\nx : y\r\n", Err((Fault::TrailerField, 4)));
        check("0\r\nx: y\r\n z\r\n", Err((Fault::TrailerField, 9)));
        check("0\r\nx: \0\r\n", Err((Fault::TrailerField, 6)));
        check("0\r\nnocolon\r\n", Err((Fault::TrailerField, 10)));
        check("0\r\n x: y\r\n", Err((Fault::TrailerField, 3)));
        check("0\r\nx: y\n", Err((Fault::ChunkLineEnd, 7)));
        check("0\r\n\n", Err((Fault::ChunkLineEnd, 3)));
    }

    #[test]
    fn size_lines_and_trailers_are_limited() {
        let long = format!("5;{}\r\n", "x".repeat(9000));
        check(&long, Err((Fault::ChunkExtension, 2 + EXTENSIONS_LIMIT)));
        // The same in small pieces: the limit is one for the whole body.
        let drops = "1;xxxxxx\r\n-\r\n".repeat(2000);
        let drop_at = (EXTENSIONS_LIMIT / 7) * 13;
        let rest = EXTENSIONS_LIMIT % 7;
        check(&drops, Err((Fault::ChunkExtension, drop_at + 2 + rest)));
        let long = format!("0\r\n{}\r\n", "x: y\r\n".repeat(2000));
        check(&long, Err((Fault::TrailerTooLarge, 3 + TRAILER_LIMIT)));
    }

    #[test]
    fn every_octet_of_the_coding_is_something() {
        let parts = |pieces: &[&str]| {
            let mut decoder = ChunkedDecoder::default();
            let mut text = String::new();
            for piece in pieces {
                let mut at = 0;
                while let Some((part, range)) = decoder.next_part(piece.as_bytes(), &mut at) {
                    let letter = match part {
                        ChunkPart::Size => "s",
                        ChunkPart::Extension => "x",
                        ChunkPart::LineEnd => "/",
                        ChunkPart::Data => "d",
                        ChunkPart::Trailer => "t",
                    };
                    text += &letter.repeat(range.len());
                }
            }
            text
        };
        let body = "3;a=b\r\nx\ny\r\n0\r\nT: v\r\n\r\nGET";
        assert_eq!(parts(&[body]), "sxxxx//ddd//s//tttt////");
        for cut in 0..body.len() {
            let (a, b) = body.split_at(cut);
            assert_eq!(parts(&[a, b]), "sxxxx//ddd//s//tttt////", "{cut}");
        }
        assert_eq!(
            parts(&["1\r\nabc"]),
            "s//d",
            "what is wrong is nothing of it"
        );
    }
}
