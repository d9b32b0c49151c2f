//! What a peer may ask of a connection.

/// Which line ends are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// CR LF alone; a bare LF is refused with a diagnosis.
    #[default]
    CrLf,
    /// A bare LF too, as RFC 9112 §2.2 allows a recipient.
    LfToo,
}

/// What a peer may ask of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest head, in octets.
    pub head: usize,
    /// Which line ends are taken.
    pub line_ends: LineEnds,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 64 * 1024,
            line_ends: LineEnds::CrLf,
        }
    }
}
