//! The answers among what came, read with indulgence: each check looks at one thing, and is not
//! to fail for another. Where the rules themselves are asked for, the protocol core is asked.

use std::ops::Range;

use crate::http::{Asked, ChunkedDecoder};

/// What came, cut into answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The final ones, in order.
    pub all: Vec<Answer>,
    /// How many interim ones came.
    pub interim: usize,
    /// Octets that belong to none.
    pub stray: Option<Range<usize>>,
}

/// One answer, as far as it came. Offsets count from the first octet that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The octets of the head, its empty line included where it came.
    pub head: Range<usize>,
    /// Whether the empty line came.
    pub has_end: bool,
    /// The status code.
    pub status: Option<u16>,
    /// Whether it says HTTP/1.0.
    pub is_old: bool,
    /// Names in small letters, values, and where the lines begin.
    pub fields: Vec<(String, Vec<u8>, usize)>,
    /// How its end is known.
    pub length: Length,
    /// What came of the content, its coding removed.
    pub content: Vec<u8>,
    /// Whether all of it came.
    pub is_whole: bool,
    /// Where it ends.
    pub end: usize,
}

/// How the end of an answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// It has no content by its kind.
    None,
    /// Content-Length.
    Known(u64),
    /// The chunked transfer coding.
    Chunked,
    /// The end of the connection.
    UntilClose,
}

impl Answers {
    /// Cuts `octets` into answers to what was asked.
    pub fn read(octets: &[u8], asks: &[Asked], is_closed: bool) -> Self {
        let mut answers = Self::default();
        let mut at = 0;
        while at < octets.len() {
            let rest = octets.get(at..).unwrap_or_default();
            if !begins(rest) {
                let found = memchr::memmem::find(rest, b"HTTP/1.");
                let end = found.map_or(octets.len(), |found| at + found);
                answers.stray.get_or_insert(at..end);
                at = end;
                continue;
            }
            let asked = asks.get(answers.all.len()).copied();
            let answer = Answer::read(octets, at, asked.unwrap_or(Asked::Other), is_closed);
            at = answer.end.max(at + 1);
            if answer.has_end && answer.is_interim() {
                answers.interim += 1;
            } else {
                answers.all.push(answer);
            }
        }
        answers
    }

    /// How many octets of the last answer are missing at least.
    pub fn missing(&self) -> u64 {
        match self.all.last() {
            Some(answer) if !answer.is_whole => match answer.length {
                Length::Known(length) => length.saturating_sub(answer.content.len() as u64),
                Length::None | Length::Chunked | Length::UntilClose => 0,
            },
            Some(_) | None => 0,
        }
    }

    /// Whether so many answers came whole.
    pub fn are_whole(&self, count: usize) -> bool {
        self.all.len() >= count && self.all.iter().take(count).all(|one| one.is_whole)
    }
}

/// Whether an answer begins here, as far as that can be said.
fn begins(octets: &[u8]) -> bool {
    let name = b"HTTP/";
    let count = name.len().min(octets.len());
    octets
        .get(..count)
        .unwrap_or_default()
        .eq_ignore_ascii_case(name.get(..count).unwrap_or_default())
}

impl Answer {
    fn read(octets: &[u8], at: usize, asked: Asked, is_closed: bool) -> Self {
        let rest = octets.get(at..).unwrap_or_default();
        let (len, has_end) = match head_end(rest) {
            Some(end) => (end, true),
            None => (rest.len(), false),
        };
        let head = at..at + len;
        let mut lines = Lines {
            octets: rest.get(..len).unwrap_or_default(),
            at: 0,
        };
        let (_, first) = lines.next().unwrap_or_default();
        let mut words = first.split(|&o| o == b' ').filter(|word| !word.is_empty());
        let version = words.next().unwrap_or_default();
        let code = words.next().unwrap_or_default();
        let fields = lines
            .filter(|(_, line)| !line.is_empty())
            .filter_map(|(start, line)| {
                let colon = line.iter().position(|&o| o == b':')?;
                let (name, value) = line.split_at(colon);
                let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase();
                let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
                Some((name, value, at + start))
            });
        let mut answer = Self {
            head,
            has_end,
            status: std::str::from_utf8(code).ok().and_then(|c| c.parse().ok()),
            is_old: version.ends_with(b"1.0"),
            fields: fields.collect(),
            length: Length::None,
            content: Vec::new(),
            is_whole: false,
            end: at + len,
        };
        if has_end {
            answer.read_content(
                octets.get(answer.end..).unwrap_or_default(),
                asked,
                is_closed,
            );
        }
        answer
    }

    fn read_content(&mut self, rest: &[u8], asked: Asked, is_closed: bool) {
        let code = self.status.unwrap_or_default();
        if asked == Asked::Head || self.is_interim() || matches!(code, 204 | 304) {
            self.is_whole = true;
            return;
        }
        if self.lists("transfer-encoding", "chunked") {
            self.length = Length::Chunked;
            let mut decoder = ChunkedDecoder::default();
            let decoded = decoder.decode(rest);
            let mut runs = ChunkedDecoder::default();
            let mut at = 0;
            while let Some(run) = runs.next_run(rest, &mut at) {
                self.content
                    .extend_from_slice(rest.get(run).unwrap_or_default());
            }
            let taken = decoded.map_or(rest.len(), |decoded| {
                self.is_whole = decoded.complete;
                decoded.taken
            });
            self.end += taken;
            return;
        }
        let length = self.value("content-length").and_then(number);
        let count = length.map_or(rest.len(), |length| {
            usize::try_from(length)
                .unwrap_or(usize::MAX)
                .min(rest.len())
        });
        self.content = rest.get(..count).unwrap_or_default().to_vec();
        self.end += count;
        if let Some(length) = length {
            self.length = Length::Known(length);
            self.is_whole = count as u64 == length;
        } else {
            self.length = Length::UntilClose;
            self.is_whole = is_closed;
        }
    }

    fn is_interim(&self) -> bool {
        matches!(self.status, Some(100 | 102..=199))
    }

    /// The value of the first field of this name.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.line(name).map(|(value, _)| value)
    }

    /// That, and where its line begins.
    pub fn line(&self, name: &str) -> Option<(&[u8], usize)> {
        let mut lines = self.fields.iter();
        let (_, value, at) = lines.find(|(field, ..)| field == name)?;
        Some((value, *at))
    }

    /// Whether a list of this name has this member.
    pub fn lists(&self, name: &str, member: &str) -> bool {
        let lines = self.fields.iter().filter(|(field, ..)| field == name);
        lines
            .flat_map(|(_, value, _)| value.split(|&o| o == b','))
            .any(|one| one.trim_ascii().eq_ignore_ascii_case(member.as_bytes()))
    }

    /// Whether it says that the connection ends with it.
    pub fn says_close(&self) -> bool {
        self.lists("connection", "close")
            || self.is_old && !self.lists("connection", "keep-alive")
            || self.length == Length::UntilClose
    }
}

fn number(value: &[u8]) -> Option<u64> {
    let digits = value.first()?.is_ascii_digit();
    let text = std::str::from_utf8(value).ok().filter(|_| digits)?;
    text.split(',').next()?.trim().parse().ok()
}

/// Where the empty line ends, with whichever line ends.
fn head_end(octets: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', octets).find_map(|lf| {
        match (octets.get(lf + 1), octets.get(lf + 2)) {
            (Some(b'\n'), _) => Some(lf + 2),
            (Some(b'\r'), Some(b'\n')) => Some(lf + 3),
            _ => None,
        }
    })
}

/// Lines, without whichever line ends they have.
struct Lines<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.octets.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let end = memchr::memchr(b'\n', rest);
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += end.map_or(rest.len(), |end| end + 1);
        Some((start, line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(octets: &str) -> Answers {
        Answers::read(octets.as_bytes(), &[Asked::Other; 3], false)
    }

    #[test]
    fn answers_are_cut_apart_however_they_are_framed() {
        let answers = read(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length : 2\n\nhiHTTP/1.1 404 X\r\n\
             Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\nhttp/1.0 200 OK\r\n\r\nrest",
        );
        let seen = answers
            .all
            .iter()
            .map(|one| (one.status, one.content.as_slice(), one.is_whole));
        let seen: Vec<_> = seen.collect();
        assert_eq!(
            seen,
            [
                (Some(200), &b"hi"[..], true),
                (Some(404), b"no", true),
                (Some(200), b"rest", false)
            ]
        );
        assert_eq!((answers.interim, answers.stray), (1, None));
    }

    #[test]
    fn what_belongs_to_no_answer_is_stray() {
        let answers =
            read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\u{e9}HTTP/1.1 204 X\r\n\r\n");
        assert_eq!(answers.all.len(), 2);
        assert_eq!(answers.stray, Some(39..40));
        assert_eq!(read("hello").stray, Some(0..5));
        assert!(!read("HTT").all.is_empty());
    }

    #[test]
    fn an_answer_to_head_has_no_content() {
        let octets = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
        assert!(Answers::read(octets, &[Asked::Head], false).are_whole(1));
        assert!(!Answers::read(octets, &[Asked::Other], false).are_whole(1));
    }

    proptest! {
        #[test]
        fn no_octets_are_too_strange(octets in prop::collection::vec(
            prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'H'), Just(b'/'), Just(b':'), any::<u8>()], 0..200
        )) {
            for head in [&b""[..], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"] {
                let octets = [head, &octets].concat();
                let answers = Answers::read(&octets, &[Asked::Other], true);
                for answer in &answers.all {
                    prop_assert!(answer.end <= octets.len());
                }
            }
        }
    }
}
