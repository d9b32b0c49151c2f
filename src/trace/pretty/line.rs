//! A line of what was made readable: pieces of text, each of a kind.

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The name of a member or of a field.
    Name,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// What holds the others together.
    Mark,
    /// What is said about it.
    Note,
    /// What is wrong with it.
    Wrong,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    /// How deep it stands.
    pub(crate) depth: u16,
    pub(crate) pieces: Vec<(Kind, String)>,
}

impl Line {
    pub(super) fn of(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            depth: 0,
            pieces: vec![(kind, text.into())],
        }
    }
}

/// The lines as a terminal would show them.
#[cfg(test)]
pub(super) fn shown(lines: &[Line]) -> Vec<String> {
    let show = |line: &Line| {
        let text: String = line.pieces.iter().map(|(_, text)| text.as_str()).collect();
        format!("{}{text}", "  ".repeat(line.depth.into()))
    };
    lines.iter().map(show).collect()
}
