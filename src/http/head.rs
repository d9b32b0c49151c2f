//! The head of a message: a start-line, the field section and the empty line (RFC 9112 §2.1).
//!
//! Requests and responses differ in their start-line alone; all else is read by the same code
//! and refused with the same diagnoses. Every part knows where it stands in what came.

pub(crate) mod field;
pub(crate) mod request;
pub(crate) mod request_line;
pub(crate) mod response;
pub(crate) mod section;
pub(crate) mod start_line;
pub(crate) mod status_line;
pub(crate) mod writer;

use self::field::FieldLine;
use self::request_line::RequestLine;
use self::section::FieldSection;
use self::start_line::{Progress, StartLine};
use self::status_line::StatusLine;
use super::diagnosis::{Diagnosis, Fault};
use super::limits::LineEnds;
use super::span::{Part, Span};

/// The head of a request.
pub type RequestHead = Head<RequestLine>;
/// The head of a response.
pub type ResponseHead = Head<StatusLine>;

/// A head that is well-formed, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<L> {
    line: L,
    /// The field lines, and all octets of the head.
    section: FieldSection,
}

impl<L: StartLine> Head<L> {
    /// Reads a head that is complete, its empty line included. `offset` is where it begins
    /// in what the connection received.
    pub fn parse(octets: &[u8], offset: u64, line_ends: LineEnds) -> Result<Self, Diagnosis> {
        let refuse = |(fault, part): (Fault, Part)| {
            Diagnosis::new(fault, part.at(offset), offset).in_a(L::KIND)
        };
        let end = Part::new(octets.len(), octets.len());
        match L::read(&mut L::Reader::default(), octets, line_ends) {
            Ok(Progress::Complete(line)) => {
                let memory = FieldSection::default();
                Self::parse_fields(line, memory, octets, offset, line_ends)
            }
            Ok(Progress::Bare(at)) => Err(refuse((Fault::BareLf, Part::new(at, at + 1)))),
            Ok(Progress::Partial) => Err(refuse((Fault::HeadIncomplete, end))),
            Err(fault) => Err(refuse(fault)),
        }
    }

    /// Reads the field section of a head whose start-line has been read, into `memory`.
    pub(crate) fn parse_fields(
        line: L,
        memory: FieldSection,
        octets: &[u8],
        offset: u64,
        line_ends: LineEnds,
    ) -> Result<Self, Diagnosis> {
        let section = memory.parse_again(octets, line.next(), offset, line_ends);
        let section = section.map_err(|(fault, part)| {
            Diagnosis::new(fault, part.at(offset), offset).in_a(L::KIND)
        })?;
        Ok(Self { line, section })
    }

    /// The memory of a head that is needed no longer.
    pub(crate) fn take_memory(&mut self) -> FieldSection {
        core::mem::take(&mut self.section)
    }

    /// What it takes in memory beside itself, in octets.
    pub const fn footprint(&self) -> usize {
        self.section.footprint()
    }

    /// The start-line, cut into its parts.
    pub(crate) const fn line(&self) -> &L {
        &self.line
    }

    /// The start-line as it came, without its line end.
    pub fn start_line(&self) -> &[u8] {
        let octets = self.section.octets();
        octets.get(..self.line.end()).unwrap_or_default()
    }

    /// The head as it came, its empty line included.
    pub fn octets(&self) -> &[u8] {
        self.section.octets()
    }

    /// Where the head stands in what the connection received.
    pub fn span(&self) -> Span {
        self.section.span()
    }

    /// Where `part` stands in what the connection received.
    pub const fn span_of(&self, part: Part) -> Span {
        self.section.span_of(part)
    }

    /// The octets of `part`.
    pub fn text(&self, part: Part) -> &[u8] {
        self.section.text(part)
    }

    /// The field lines, in the order they came.
    pub fn fields(&self) -> &[FieldLine] {
        self.section.fields()
    }

    /// Every field line of the name, compared without case.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &FieldLine> {
        self.section.lines(name)
    }

    /// The value of every field line of the name, in order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.section.values(name)
    }

    /// The value of a field that is meant to stand once; the first, if it stands more often.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.section.value(name)
    }

    /// Whether a list-valued field holds `member`, compared without case.
    pub fn lists(&self, name: &str, member: &[u8]) -> bool {
        self.section.lists(name, member)
    }

    /// The members of every line of a list-valued field, each with its place in the head.
    pub(crate) fn members(&self, name: &str) -> impl Iterator<Item = (Part, &[u8])> {
        self.lines(name).flat_map(|line| {
            let from = line.value.range().start;
            field::members_at(self.text(line.value)).map(move |(at, member)| {
                let start = from + at;
                (Part::new(start, start + member.len()), member)
            })
        })
    }
}
