//! What a request-line and a status-line have in common: each is read as it comes, judged
//! before the field section is there, and followed by one.

use core::fmt::Debug;

use crate::http::diagnosis::{Fault, MessageKind};
use crate::http::limits::LineEnds;
use crate::http::span::Part;

/// How far a start-line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<L> {
    /// Its end is not there yet.
    Partial,
    /// It ends here and is well-formed.
    Complete(L),
    /// It ends in LF without CR, here. That is said when the empty line comes, not before.
    Bare(usize),
}

/// `start-line = request-line / status-line` (RFC 9112 §2.1).
pub trait StartLine: Debug + Clone + Copy + PartialEq {
    /// What begins with such a line.
    const KIND: MessageKind;

    /// Where reading stands in a line that is not complete.
    type Reader: Debug + Clone + Copy + Default;

    /// Reads on in `head`, which may only have grown since the last call. The first octet
    /// that is wrong decides, however the octets come in.
    fn read(
        reader: &mut Self::Reader,
        head: &[u8],
        line_ends: LineEnds,
    ) -> Result<Progress<Self>, (Fault, Part)>;

    /// Where the line ends, its line end not included.
    fn end(&self) -> usize;

    /// Where the field section begins.
    fn next(&self) -> usize;
}
