//! Where a key is heard.

/// Where a key is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    Everywhere,
    /// In the panes while another moment than the present is shown: before all others.
    Past,
    Tables,
    Buffer,
    Head,
    Ladder,
    Help,
    /// In a menu or a list that is open over the panes.
    Menu,
    /// Where text is typed.
    Prompt,
    /// Where a request is changed.
    Editor,
    /// Where two answers stand side by side.
    Comparison,
    /// Where content stands as people read it.
    Content,
}

impl Context {
    /// Whether something is open over the panes, with keys of its own.
    pub(crate) const fn is_open_over_panes(self) -> bool {
        !self.is_of_panes()
    }

    /// Whether nothing is open over the panes.
    pub(super) const fn is_of_panes(self) -> bool {
        match self {
            Self::Everywhere
            | Self::Past
            | Self::Tables
            | Self::Buffer
            | Self::Head
            | Self::Ladder => true,
            Self::Help
            | Self::Menu
            | Self::Prompt
            | Self::Editor
            | Self::Comparison
            | Self::Content => false,
        }
    }
}
