//! An answer that did not go out whole: how much of it did, and why no more.

use std::borrow::Cow;
use std::io;

use super::exchange::Exchange;
use super::format;
use super::state::{Closed, State};
use crate::event::{CloseReason, End, failure};
use crate::http::Status;

/// An answer that was begun, and the connection was over before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CutOff {
    pub(crate) status: Status,
    /// Octets of content that went out, and how many there were to be.
    pub(crate) sent: u64,
    pub(crate) of: u64,
    /// What ended it: `by RST`.
    pub(crate) by: Cow<'static, str>,
}

impl CutOff {
    /// How much of it there was: `3.7 of 4.8 MiB`, or `120 B` where nothing said how much there
    /// was to be, as with chunks that a tap forwards.
    pub(crate) fn part(&self) -> String {
        if self.of == 0 || self.sent > self.of {
            return format::size(self.sent);
        }
        format::part(self.sent, self.of)
    }

    /// All of it: `200, 3.7 of 4.8 MiB, cut off by RST`.
    pub(crate) fn words(&self) -> String {
        format!("{}, {}, cut off {}", self.status, self.part(), self.by)
    }
}

impl State {
    /// How the newest answer was cut off, if it was.
    pub(crate) fn cut_off_last(&self) -> Option<CutOff> {
        self.cut_off_answer(self.exchanges.back()?)
    }

    /// How the answer of this exchange was cut off, if it was.
    pub(crate) fn cut_off_answer(&self, exchange: &Exchange) -> Option<CutOff> {
        let Some(Closed::Known(by, reason)) = self.closed else {
            return None;
        };
        let response = exchange
            .response
            .as_ref()
            .filter(|_| exchange.done.is_none())?;
        let is_last = self
            .exchanges
            .back()
            .is_some_and(|last| last.n == exchange.n);
        is_last.then(|| CutOff {
            status: response.status,
            sent: exchange.content_sent(),
            of: response.body,
            by: ended(by, reason, self.failed),
        })
    }
}

fn ended(by: End, reason: CloseReason, failed: Option<io::ErrorKind>) -> Cow<'static, str> {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    match (reason, failed) {
        // That a pipe is broken is what a socket says on which RST came.
        (CloseReason::Broken, Some(ConnectionReset | BrokenPipe | ConnectionAborted)) => {
            "by RST".into()
        }
        (CloseReason::Broken, Some(kind)) => format!("as send failed: {}", failure(kind)).into(),
        (CloseReason::SendStalled, _) => "as the peer took nothing in time".into(),
        (CloseReason::SendSlow, _) => "as the peer took it too slowly".into(),
        (CloseReason::FileShrank, _) => "as the file became shorter".into(),
        (CloseReason::FileUnreadable, _) => "as the file could not be read".into(),
        (CloseReason::Draining, _) => "as the server is stopping".into(),
        (CloseReason::Panicked, _) => "as the worker panicked".into(),
        (
            CloseReason::Broken
            | CloseReason::PeerFinished
            | CloseReason::UpstreamFinished
            | CloseReason::CloseAsked
            | CloseReason::Http10
            | CloseReason::Refused
            | CloseReason::BodyUnread
            | CloseReason::Idle
            | CloseReason::Deadline
            | CloseReason::Full
            | CloseReason::Exhausted,
            _,
        ) => match by {
            End::Peer => "by the peer".into(),
            End::Server => "by the server".into(),
            End::Upstream => "by the upstream".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_answer_whose_length_nothing_told_only_what_went_out_is_said() {
        let words = |sent, of| {
            let (status, by) = (Status::OK, "by the peer".into());
            CutOff {
                status,
                sent,
                of,
                by,
            }
            .words()
        };
        assert_eq!(words(120, 0), "200, 120 B, cut off by the peer");
        assert_eq!(words(0, 0), "200, 0 B, cut off by the peer");
        assert_eq!(words(3, 5), "200, 3 of 5 B, cut off by the peer");
    }
}
