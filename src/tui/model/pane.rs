//! The panes, and what each of them can show.

/// The panes, in the order Tab takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pane {
    Connections,
    Exchanges,
    Buffer,
    Head,
    Ladder,
}

impl Pane {
    pub(crate) const ALL: [Self; 5] = [
        Self::Connections,
        Self::Exchanges,
        Self::Buffer,
        Self::Head,
        Self::Ladder,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Connections => "Connections",
            Self::Exchanges => "Exchanges",
            Self::Buffer => "Buffer",
            Self::Head => "Head",
            Self::Ladder => "Ladder",
        }
    }

    pub(crate) const fn is_table(self) -> bool {
        matches!(self, Self::Connections | Self::Exchanges)
    }
}

/// How octets are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dump {
    /// As the lines of HTTP.
    Lines,
    /// In hexadecimal, and as text beside it.
    Both,
    Text,
    Hex,
}

impl Dump {
    /// Every one, in the order they are gone through.
    const ALL: [Self; 4] = [Self::Lines, Self::Both, Self::Text, Self::Hex];

    /// The one after this.
    pub(crate) fn next(self) -> Self {
        let after = Self::ALL.into_iter().skip_while(|&one| one != self).nth(1);
        after.unwrap_or(Self::Lines)
    }

    /// The one of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Both => "both",
            Self::Text => "text",
            Self::Hex => "hex",
        }
    }
}

/// What the Ladder pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Ladder,
    Kernel,
    Syscalls,
}

impl Lane {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Ladder => "Ladder",
            Self::Kernel => "Kernel",
            Self::Syscalls => "Syscalls",
        }
    }
}
