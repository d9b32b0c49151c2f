//! The two directions of a connection.

/// Which way octets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Direction {
    /// From the peer.
    #[default]
    Requests,
    /// To the peer.
    Responses,
}

impl Direction {
    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Requests => Self::Responses,
            Self::Responses => Self::Requests,
        }
    }
}
