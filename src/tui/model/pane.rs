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
    Both,
    Text,
    Hex,
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
