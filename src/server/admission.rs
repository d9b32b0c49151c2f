//! One accepted connection: whether there is room for it, who serves it, and how it is turned
//! away where there is none.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use super::connection::{Connection, Outcome};
use super::served_socket::ServedSocket;
use super::shared::Shared;
use super::tap;
use super::turn_away::turn_away;
use crate::event::{CloseReason, Policy, Reporter};

/// How many connections above the limit are answered 503 with all due care; beyond these
/// the answer is sent and the socket closed at once.
const TURNED_AWAY_WITH_CARE: usize = 16;

/// Whether there is room for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admission {
    /// There is.
    Serve,
    /// There is not: it is answered 503 and closed.
    TurnAway,
}

/// A connection that is listed among the open ones, until it is dropped.
pub(super) struct Admitted {
    // Dropped in this order: what happened is told to its end before the place is free.
    reporter: Reporter,
    socket: ServedSocket,
    peer: SocketAddr,
    admission: Admission,
}

impl Admitted {
    /// Lists an accepted connection, and shows it; one that there is no room for at all is
    /// turned away.
    pub(super) fn new(
        shared: &Arc<Shared>,
        stream: TcpStream,
        peer: SocketAddr,
        local: SocketAddr,
    ) -> Option<Self> {
        let busy = shared.take_place();
        let limit = shared.ceiling().connections;
        let mut reporter = shared.sink.accept(peer, local);
        if busy >= limit + TURNED_AWAY_WITH_CARE {
            shared.free_place();
            let policy = shared.policy_above_ceiling();
            turn_away(shared, &mut reporter, &stream, policy, CloseReason::Full);
            return None;
        }
        let admission = if busy < limit {
            Admission::Serve
        } else {
            Admission::TurnAway
        };
        let socket = ServedSocket::new(shared, reporter.id(), stream);
        Some(Self {
            reporter,
            socket,
            peer,
            admission,
        })
    }

    /// Serves the connection to its end, on the calling thread: between two requests too, where
    /// it waits for the next one in `recv`.
    pub(super) fn serve(self) {
        let shared = Arc::clone(self.socket.shared());
        let mut reporter = self.reporter;
        let mut unreachable = None;
        if let Some(upstream) = &shared.config.upstream
            && self.admission == Admission::Serve
        {
            match tap::connect(upstream, &mut reporter) {
                Ok(upstream) => return tap::serve(&shared, self.socket, reporter, upstream),
                Err(policy) => unreachable = Some(policy),
            }
        }
        let mut connection = Connection::new(shared, self.socket, reporter, self.peer);
        connection.refuse_all(unreachable);
        match self.admission {
            Admission::Serve => {
                while let Outcome::Rests(again) = connection.serve_until_idle() {
                    connection = again;
                }
            }
            Admission::TurnAway => connection.turn_away(),
        }
    }

    /// Answers that there is no thread to serve the connection, and closes it.
    pub(super) fn give_up(mut self) {
        turn_away(
            self.socket.shared(),
            &mut self.reporter,
            self.socket.stream(),
            Policy::OutOfThreads,
            CloseReason::Exhausted,
        );
    }
}
