//! One accepted connection: whether there is room for it, who serves it, and how it is turned
//! away where there is none.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use super::connection::{Connection, Outcome};
use super::keeper::Place;
use super::served_socket::ServedSocket;
use super::shared::Shared;
use super::tap::{self, Lanes, Upstream};
use super::turn_away::turn_away;
use crate::event::{CloseReason, ConnectionId, Policy, Reporter};

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
        place: Option<Place>,
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
        let socket = ServedSocket::new(shared, reporter.id(), stream, place);
        Some(Self {
            reporter,
            socket,
            peer,
            admission,
        })
    }

    /// Serves the connection to its end, on the calling thread: between two requests too, where
    /// it waits for the next one in `recv`. What is tapped goes to the `lanes`, where it can.
    pub(super) fn serve(self, lanes: &Lanes) {
        if let Some(upstream) = &self.socket.shared().config.upstream
            && self.admission == Admission::Serve
        {
            let upstream = Arc::clone(upstream);
            return self.tap(&upstream, lanes);
        }
        let admission = self.admission;
        let mut connection = self.connection();
        if admission == Admission::TurnAway && connection.turn_away() == Outcome::Ended {
            return;
        }
        while connection.serve_until_idle() == Outcome::Rests {}
    }

    /// Forwards between the connection and one of its own to the upstream; where there is none
    /// to be had, its requests are refused.
    fn tap(mut self, upstream: &Arc<Upstream>, lanes: &Lanes) {
        if upstream.is_beside_folder() {
            return tap::serve_beside(self.peer, upstream, self.connection());
        }
        match tap::connect(upstream, &mut self.reporter) {
            Ok(behind) => {
                let shared = Arc::clone(self.socket.shared());
                tap::serve(
                    &shared,
                    self.socket,
                    self.reporter,
                    (upstream, behind),
                    lanes,
                );
            }
            Err(policy) => {
                let mut connection = self.connection();
                connection.refuse_all(policy);
                while connection.serve_until_idle() == Outcome::Rests {}
            }
        }
    }

    /// The connection, of which nothing has been received. One that there is no room for is
    /// answered by then; it is returned where it is to be served to its end.
    pub(super) fn begin(self) -> Option<Box<Connection<ServedSocket>>> {
        let admission = self.admission;
        let mut connection = Box::new(self.connection());
        let ended = admission == Admission::TurnAway && connection.turn_away() == Outcome::Ended;
        (!ended).then_some(connection)
    }

    /// Which connection it is.
    pub(super) const fn id(&self) -> ConnectionId {
        self.socket.id()
    }

    fn connection(self) -> Connection<ServedSocket> {
        let shared = Arc::clone(self.socket.shared());
        Connection::new(shared, self.socket, self.reporter, self.peer)
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
