//! The states of a connection that receives messages, as one table.
//!
//! ```text
//!  Idle ── FirstOctet ─► Head ── EmptyLine ─► Boundary ── BoundaryTold ─► Parse
//!   ▲                                                                      │
//!   │         ┌──────────────────── NoBody ────────────────────────────────┤
//!   │         ▼                                                            │
//!   └ Stays ─ Complete ◄── LastOctet ── Body ◄── BodyFollows ──────────────┤
//!             │                                                            │
//!             └── Closes ─► Ended ◄── PeerFinished ── Opaque ◄── SwitchFollows
//!                             ▲                         ▲
//!     Idle ── PeerFinished ───┤                         └── Switched ── Idle, Head
//!     every state read as HTTP ── Refused
//! ```
//!
//! It knows neither octets nor roles: a server and a client go the same ways. Everything that
//! changes the state goes through [`State::after`].

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Before the first octet of a message.
    Idle,
    /// Inside a head.
    Head,
    /// The empty line has been found, and has to be reported.
    Boundary,
    /// The boundary has been reported; the head is still to be parsed.
    Parse,
    /// Inside a body.
    Body,
    /// The message is complete and has to be reported so.
    Complete,
    /// What comes is no HTTP any more.
    Opaque,
    /// Refused, or finished: no step leads out of here.
    Ended,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// An octet came that a message can begin with.
    FirstOctet,
    /// The empty line that ends a head was found.
    EmptyLine,
    /// Where the head ends was reported.
    BoundaryTold,
    /// The head was parsed, and no body follows.
    NoBody,
    /// The head was parsed, and a body follows.
    BodyFollows,
    /// The head was parsed, and no HTTP follows.
    SwitchFollows,
    /// The body is complete.
    LastOctet,
    /// The complete message was reported, and another may follow.
    Stays,
    /// The complete message was reported, and it was the last one.
    Closes,
    /// Whoever drives the connection knows that no HTTP follows.
    Switched,
    /// The peer has finished sending where it may.
    PeerFinished,
    /// Something is wrong.
    Refused,
}

/// One row: in this state, when this happens, this is the next state.
#[cfg(test)]
type Row = (State, Happening, State);

macro_rules! table {
    ($($from:ident: $($what:ident => $to:ident),+;)*) => {
        impl State {
            /// The next state; `None` where this cannot happen.
            pub(super) const fn after(self, what: Happening) -> Option<Self> {
                match (self, what) {
                    $($((Self::$from, Happening::$what) => Some(Self::$to),)+)*
                    _ => None,
                }
            }
        }

        /// The same as data.
        #[cfg(test)]
        const TABLE: &[Row] = &[$($((State::$from, Happening::$what, State::$to),)+)*];
    };
}

table! {
    Idle:     FirstOctet => Head, PeerFinished => Ended, Switched => Opaque, Refused => Ended;
    Head:     EmptyLine => Boundary, Switched => Opaque, Refused => Ended;
    Boundary: BoundaryTold => Parse, Refused => Ended;
    Parse:    NoBody => Complete, BodyFollows => Body, SwitchFollows => Opaque, Refused => Ended;
    Body:     LastOctet => Complete, Refused => Ended;
    Complete: Stays => Idle, Closes => Ended, Refused => Ended;
    Opaque:   PeerFinished => Ended;
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 8] = [
        State::Idle,
        State::Head,
        State::Boundary,
        State::Parse,
        State::Body,
        State::Complete,
        State::Opaque,
        State::Ended,
    ];

    #[test]
    fn a_row_stands_once_and_the_table_is_what_is_done() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0.after(row.1), Some(row.2));
            let same = |other: &&Row| (other.0, other.1) == (row.0, row.1);
            assert_eq!(TABLE.iter().position(|other| same(&other)), Some(at));
        }
    }

    #[test]
    fn every_state_is_reached_and_every_one_can_end() {
        let reached = |from: State| {
            let mut reached = vec![from];
            let mut at = 0;
            while let Some(&state) = reached.get(at) {
                for row in TABLE.iter().filter(|row| row.0 == state) {
                    if !reached.contains(&row.2) {
                        reached.push(row.2);
                    }
                }
                at += 1;
            }
            reached
        };
        let from_the_start = reached(State::Idle);
        for state in STATES {
            assert!(
                from_the_start.contains(&state),
                "{state:?} is never reached"
            );
            assert!(
                reached(state).contains(&State::Ended),
                "{state:?} never ends"
            );
        }
        assert_eq!(reached(State::Ended), [State::Ended]);
    }

    #[test]
    fn a_message_can_be_refused_as_long_as_it_is_read_as_http() {
        for state in STATES {
            let read = !matches!(state, State::Opaque | State::Ended);
            assert_eq!(state.after(Happening::Refused).is_some(), read, "{state:?}");
        }
    }
}
