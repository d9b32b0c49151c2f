//! What a check says to a server: octets, in pieces, with pauses. Knows no socket.

use std::time::Duration;

use crate::http::Asked;

/// How long answers that are complete are looked at for more.
const LINGER: Duration = Duration::from_millis(120);

/// Everything that is said on one connection.
#[derive(Debug, Clone)]
pub struct Talk {
    /// In this order.
    pub pieces: Vec<Piece>,
    /// How each request asks, in order.
    pub asks: Vec<Asked>,
    /// What follows the last piece.
    pub ending: Ending,
    /// Until when it is listened.
    pub until: Until,
    /// How long after the other talks of its check it begins.
    pub start: Duration,
}

/// Octets that are handed to the kernel together.
#[derive(Debug, Clone)]
pub struct Piece {
    /// How long to wait before.
    pub pause: Duration,
    /// The octets.
    pub octets: Vec<u8>,
}

/// What follows the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing: the connection is closed when all has been heard.
    Listen,
    /// `shutdown(SHUT_WR)`.
    HalfClose,
    /// RST.
    Reset,
}

/// Until when it is listened. When the server closes, it is over in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until each request has its whole answer, and a moment longer.
    Answered(Duration),
    /// Until the server closes, or is silent for as long as it may be.
    Closed,
    /// For so long.
    Passed(Duration),
}

/// The talks of a check.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In order.
    pub talks: Vec<Talk>,
    /// Whether they are held at the same time.
    pub together: bool,
}

impl Talk {
    /// A connection on which nothing is said.
    pub fn silent() -> Self {
        Self {
            pieces: Vec::new(),
            asks: Vec::new(),
            ending: Ending::Listen,
            until: Until::Answered(Duration::ZERO),
            start: Duration::ZERO,
        }
    }

    /// These octets in one piece, which are one request.
    pub fn of(octets: impl Into<Vec<u8>>) -> Self {
        let talk = Self {
            until: Until::Answered(LINGER),
            ..Self::silent()
        };
        talk.then(0, octets).asks(&[Asked::Other])
    }

    /// Another piece, so many milliseconds later.
    #[must_use]
    pub fn then(mut self, millis: u64, octets: impl Into<Vec<u8>>) -> Self {
        self.pieces.push(Piece {
            pause: Duration::from_millis(millis),
            octets: octets.into(),
        });
        self
    }

    /// Each octet in a piece of its own.
    pub fn octet_by_octet(octets: &[u8]) -> Self {
        let mut talk = Self::of("");
        talk.pieces.clear();
        for octet in octets {
            talk = talk.then(1, [*octet]);
        }
        talk
    }

    /// These requests are answered, in this order.
    #[must_use]
    pub fn asks(mut self, asks: &[Asked]) -> Self {
        self.asks = asks.to_vec();
        self
    }

    /// So many requests are answered.
    #[must_use]
    pub fn asks_for(self, count: usize) -> Self {
        self.asks(&vec![Asked::Other; count])
    }

    /// With another ending.
    #[must_use]
    pub fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }

    /// Listening for another time.
    #[must_use]
    pub fn until(self, until: Until) -> Self {
        Self { until, ..self }
    }

    /// Beginning so many milliseconds later.
    #[must_use]
    pub fn after(self, millis: u64) -> Self {
        let start = Duration::from_millis(millis);
        Self { start, ..self }
    }

    /// All octets that are sent.
    pub fn octets(&self) -> Vec<u8> {
        let pieces = self.pieces.iter().map(|piece| piece.octets.as_slice());
        pieces.collect::<Vec<_>>().concat()
    }
}

impl Plan {
    /// These at the same time.
    pub fn together(talks: Vec<Talk>) -> Self {
        Self {
            talks,
            together: true,
        }
    }
}

impl From<Talk> for Plan {
    fn from(talk: Talk) -> Self {
        vec![talk].into()
    }
}

impl From<Vec<Talk>> for Plan {
    fn from(talks: Vec<Talk>) -> Self {
        Self {
            talks,
            together: false,
        }
    }
}
