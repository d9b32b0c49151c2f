//! What a tapped connection waits for.

use rustix::event::{PollFd, PollFlags, poll};

use super::Relay;
use crate::server::tap::side::Side;

impl Relay {
    /// Waits until something can be done, and says what on which side. A signal ends the wait
    /// too.
    pub(super) fn wait(&self) -> [(Side, PollFlags); 2] {
        let fd = |side| PollFd::new(self.socket(side), self.wanted(side));
        let mut both = [fd(Side::Peer), fd(Side::Upstream)];
        let (peer, upstream) = both.split_at_mut(1);
        let polled = match (self.is_polled(Side::Peer), self.is_polled(Side::Upstream)) {
            (true, false) => peer,
            (false, true) => upstream,
            (true, true) | (false, false) => &mut both,
        };
        // What was not polled, or not to its end, has no answer.
        let _ = poll(polled, None);
        let [peer, upstream] = both.map(|fd| fd.revents());
        [(Side::Peer, peer), (Side::Upstream, upstream)]
    }

    /// Whether there is anything to be learned of a side: it is to be used, or can be lost.
    pub(in crate::server::tap) fn is_polled(&self, side: Side) -> bool {
        let is_over = self.flow(side).has_ended() && self.flow(side.other()).has_ended();
        !self.wanted(side).is_empty() || !is_over && self.hung_up != Some(side)
    }

    /// What is to be done on the socket of a side.
    pub(in crate::server::tap) fn wanted(&self, side: Side) -> PollFlags {
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, self.flow(side).wants_octets());
        wanted.set(PollFlags::OUT, !self.flow(side.other()).is_empty());
        wanted
    }
}
