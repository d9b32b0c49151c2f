//! What is shown, as this room asks for it.

use ratatui::buffer::Buffer;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its cells.
    pub cells: Buffer,
    /// What is told beside it, in words alone.
    pub told: String,
}

/// A question to all who watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Tells it from another one of the same words.
    pub occasion: String,
    /// The question.
    pub text: String,
    /// What can be answered.
    pub answers: Vec<String>,
}

/// What somebody wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// What this command leads to.
    Command(String),
    /// What stands in this cell.
    Cell {
        /// Counted from the left.
        column: u16,
        /// Counted from the top.
        row: u16,
    },
}

/// Who watches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// How many.
    pub watching: usize,
    /// How many of them look at something else.
    pub own: usize,
    /// What they answered to the last question: each answer, and how many gave it.
    pub answers: Vec<(String, usize)>,
}

/// What is shown.
pub trait Scene: Send {
    /// What somebody looks at who does not follow.
    type Own: Send;

    /// Takes in what has happened since.
    fn catch_up(&mut self);
    /// The size of the screen that is followed, in columns and rows.
    fn size(&self) -> (u16, u16);
    /// The screen in another size.
    fn shown(&mut self, size: (u16, u16)) -> Picture;
    /// What somebody begins with who looks somewhere else.
    fn own(&self) -> Self::Own;
    /// What is seen there.
    fn shown_own(&mut self, own: &mut Self::Own, size: (u16, u16)) -> Picture;
    /// Looks somewhere else; says whether one may ask for that.
    fn look(&mut self, own: &mut Self::Own, size: (u16, u16), wish: &Wish) -> bool;
    /// The question that is open.
    fn question(&self) -> Option<Question>;
    /// Takes note of who watches.
    fn tell(&mut self, audience: Audience);
}
