//! A field section: field lines in the order they came, with the octets they stand in.
//!
//! It is that of a head, or the trailer section of a chunked body: both are read by the same
//! code.

use alloc::vec::Vec;

use super::field::{self, FieldLine};
use crate::http::diagnosis::Fault;
use crate::http::limits::LineEnds;
use crate::http::span::{Part, Span};

/// Most field lines in one section. Apache allows 100, Node 2000; browsers send about 20.
const FIELD_LIMIT: usize = 128;

/// Field lines, and the octets they stand in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldSection {
    octets: Vec<u8>,
    offset: u64,
    fields: Vec<FieldLine>,
}

impl FieldSection {
    /// Reads the field lines that begin at `start` of `octets`, up to and with the empty line.
    /// `offset` is where `octets` begin in what the connection received.
    pub(crate) fn parse(
        octets: &[u8],
        start: usize,
        offset: u64,
        line_ends: LineEnds,
    ) -> Result<Self, (Fault, Part)> {
        Self::default().parse_again(octets, start, offset, line_ends)
    }

    /// The same in the memory of a section that is needed no longer.
    pub(crate) fn parse_again(
        self,
        octets: &[u8],
        start: usize,
        offset: u64,
        line_ends: LineEnds,
    ) -> Result<Self, (Fault, Part)> {
        let mut lines = Lines {
            octets,
            at: start,
            line_ends,
        };
        // Field lines are longer on average: for nearly every head this is room enough.
        let mut fields = self.fields;
        fields.clear();
        fields.reserve(octets.len() / 32 + 2);
        loop {
            if fields.len() < FIELD_LIMIT
                && let Some((line, next)) = field::well_formed_line(octets, lines.at)
            {
                fields.push(line);
                lines.at = next;
                continue;
            }
            // Anything but a plain field line: the empty line, or something to refuse.
            let (start, end) = lines.next_line()?;
            if start == end {
                break;
            }
            if matches!(octets.get(start), Some(b' ' | b'\t')) {
                let fault = if fields.is_empty() {
                    Fault::FieldLeadingSpace
                } else {
                    Fault::ObsFold
                };
                return Err((fault, Part::new(start, start + 1)));
            }
            if fields.len() == FIELD_LIMIT {
                return Err((Fault::TooManyFields, Part::new(start, end)));
            }
            fields.push(field::parse_line(octets, start, end)?);
        }
        let mut kept = self.octets;
        kept.clear();
        kept.extend_from_slice(octets.get(..lines.at).unwrap_or(octets));
        Ok(Self {
            octets: kept,
            offset,
            fields,
        })
    }

    /// What it takes in memory beside itself, in octets.
    pub(crate) const fn footprint(&self) -> usize {
        self.octets.capacity() + self.fields.capacity() * size_of::<FieldLine>()
    }

    /// All octets, the empty line included.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Where the octets stand in what the connection received.
    pub fn span(&self) -> Span {
        Span::new(self.offset, self.offset + self.octets.len() as u64)
    }

    /// Where `part` stands in what the connection received.
    pub const fn span_of(&self, part: Part) -> Span {
        part.at(self.offset)
    }

    /// The octets of `part`.
    pub fn text(&self, part: Part) -> &[u8] {
        self.octets.get(part.range()).unwrap_or_default()
    }

    /// The field lines, in the order they came.
    pub fn fields(&self) -> &[FieldLine] {
        &self.fields
    }

    /// Every field line of the name, compared without case.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &FieldLine> {
        self.fields.iter().filter(move |line| {
            line.name.len() == name.len()
                && self.text(line.name).eq_ignore_ascii_case(name.as_bytes())
        })
    }

    /// The value of every field line of the name, in order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.lines(name).map(|line| self.text(line.value))
    }

    /// The value of a field that is meant to stand once; the first, if it stands more often.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.values(name).next()
    }

    /// Whether a list-valued field holds `member`, compared without case.
    pub fn lists(&self, name: &str, member: &[u8]) -> bool {
        self.values(name)
            .any(|value| field::list_members(value).any(|m| m.eq_ignore_ascii_case(member)))
    }
}

/// Cuts a section into lines and checks their ends.
struct Lines<'a> {
    octets: &'a [u8],
    at: usize,
    line_ends: LineEnds,
}

impl Lines<'_> {
    /// Where the next line begins and ends, its line end not included.
    fn next_line(&mut self) -> Result<(usize, usize), (Fault, Part)> {
        let start = self.at;
        let rest = self.octets.get(start..).unwrap_or_default();
        let Some(len) = rest.iter().position(|&o| matches!(o, b'\r' | b'\n')) else {
            let end = self.octets.len();
            return Err((Fault::HeadIncomplete, Part::new(end, end)));
        };
        let end = start + len;
        match (rest.get(len), rest.get(len + 1), self.line_ends) {
            (Some(b'\r'), Some(b'\n'), _) => self.at = end + 2,
            (Some(b'\n'), _, LineEnds::LfToo) => self.at = end + 1,
            (Some(b'\n'), _, LineEnds::CrLf) => {
                return Err((Fault::BareLf, Part::new(end, end + 1)));
            }
            (_, _, LineEnds::CrLf | LineEnds::LfToo) => {
                return Err((Fault::BareCr, Part::new(end, end + 1)));
            }
        }
        Ok((start, end))
    }
}
