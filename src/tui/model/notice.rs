//! A sentence on what became of what was asked for last. Knows no cell.

/// A sentence, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Done,
    Failed,
}

impl Notice {
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Done,
        }
    }

    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Failed,
        }
    }
}
