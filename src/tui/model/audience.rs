//! Those who follow the dashboard on a page: where that is, how many they are, and what they
//! answered.

/// The page on which others follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Its address, for whoever types it.
    pub url: String,
    /// The same as a QR code: its rows, `true` where a module is dark. None where it is too long.
    pub code: Vec<Vec<bool>>,
}

/// Who follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// How many watch.
    pub watching: usize,
    /// How many of them look at something else.
    pub own: usize,
    /// What they answered to the question that was asked last: each answer, and how many gave it.
    pub answers: Vec<(String, usize)>,
}

impl Audience {
    /// How many answered.
    pub(crate) fn answered(&self) -> usize {
        self.answers.iter().map(|(_, count)| count).sum()
    }

    /// The most that gave the same answer.
    pub(crate) fn most(&self) -> usize {
        let counts = self.answers.iter().map(|(_, count)| *count);
        counts.max().unwrap_or_default()
    }
}
