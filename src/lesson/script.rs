//! What a lesson is, as data: what is said, what is done, what the class should see. Knows no
//! socket.

use crate::event::{Activity, Breakpoint, CloseReason};
use crate::lab::Settings;

/// One lesson, as it runs by itself.
#[derive(Debug, Clone, Copy)]
pub struct Lesson {
    /// From 1 on, as on its page.
    pub number: u8,
    /// As on its page.
    pub title: &'static str,
    /// The name of its page in `lessons/` of the sample site.
    pub page: &'static str,
    /// In order.
    pub steps: &'static [Step],
}

impl Lesson {
    /// Whether it needs a server that has a thread for each connection, beside the other one.
    pub fn compares_threads(&self) -> bool {
        let mut deeds = self.steps.iter().flat_map(|step| step.does);
        deeds.any(|deed| matches!(deed, Deed::ThreadEach))
    }

    /// What it first shows of a simulation, if it has one.
    pub fn simulates(&self) -> Option<Simulation> {
        self.steps.iter().find_map(Step::simulates)
    }
}

/// One step of a lesson.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What the presenter says before it is done.
    pub say: &'static str,
    /// What the class is asked before it is done.
    pub ask: Option<Question>,
    /// What is done, in order.
    pub does: &'static [Deed],
    /// What the class should have seen.
    pub see: &'static str,
}

impl Step {
    /// What of the simulation it shows.
    pub fn simulates(&self) -> Option<Simulation> {
        self.does.iter().find_map(|deed| {
            if let Deed::Simulate(simulation) = deed {
                Some(*simulation)
            } else {
                None
            }
        })
    }
}

/// A question, and what is revealed when it was done.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What will happen?
    pub question: &'static str,
    /// What happened, and why.
    pub answer: &'static str,
}

/// One thing that is done. Where none is named, it is about the client that connected last,
/// and about the server's end of its connection.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    /// A client connects.
    Connect,
    /// The client sends these octets in one call.
    Send(&'static str),
    /// The client receives one whole response with this status.
    Receive(u16),
    /// The client receives until the server has sent FIN.
    ReceiveEnd,
    /// The client calls `shutdown(SHUT_WR)`, which sends FIN.
    HalfClose,
    /// The client closes its socket.
    Close,
    /// The client closes with RST.
    Reset,
    /// Another client, on a port where nobody listens; it is refused.
    Knock,
    /// Connections accepted from now on are held before their first `recv`.
    HoldNew,
    /// Connections accepted from now on run.
    RunNew,
    /// The connection is held before what it does next.
    Hold,
    /// It does one thing.
    Step,
    /// It goes on.
    Release,
    /// It goes on, and the class can follow it with their eyes.
    ReleaseSlowly,
    /// Each `recv` asks for this many octets from now on.
    RecvSize(usize),
    /// Wait for the server to do this.
    Await(Until),
    /// Wait for the kernel to hold so many octets that the server has not received.
    Unread(u64),
    /// What the calls were that made the listening socket.
    Listening,
    /// What TCP and IP know of the connection.
    Layers,
    /// The simulation of a lossy link, from where it stands up to this tick.
    Simulate(Simulation),
    /// In this step, the server's calls of `recv` for this connection that brought octets
    /// were this many.
    Recvs(usize),
    /// The responses of this connection were this many in this step.
    Responses(usize),
    /// So many clients connect, ask for a page once, and stay.
    Crowd(usize),
    /// All of these ask before any of them receives, so many times.
    AskTogether(usize),
    /// From now on it is about a server that has a thread for each connection. The clients
    /// that are there leave.
    ThreadEach,
    /// What the threads that serve have cost.
    Measure,
    /// There are fewer of them than this, where that can be known.
    FewerThreads(usize),
    /// There are as many of them as this, or more, where that can be known.
    MoreThreads(usize),
}

/// What of a run of the lab is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulation {
    /// What it follows from. The run goes on as long as these are the same.
    pub settings: Settings,
    /// Which of the two attempts.
    pub side: Side,
    /// Up to this tick.
    pub to: u64,
}

/// One of the two attempts of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Resend until all succeed.
    Naive,
    /// Sequence numbers, acknowledgements and a window.
    Ordered,
}

/// What the server is waited for to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// `accept` has returned the connection.
    Accepted,
    /// The worker stands still before this.
    Held(Breakpoint),
    /// The search stands behind an octet, and so many of CR LF CR LF match there.
    Matched(u8),
    /// So many octets of content have come of the body.
    Body(u64),
    /// The head was parsed.
    Parsed,
    /// The request was refused.
    Rejected,
    /// A response with this status is complete.
    Responded(u16),
    /// `recv` has returned 0.
    PeerFinished,
    /// The connection is closed, for this reason.
    Closed(CloseReason),
}

impl Until {
    /// Whether this is it.
    pub fn is(self, activity: &Activity) -> bool {
        match (self, activity) {
            (Self::Accepted, Activity::Accepted { .. })
            | (Self::Parsed, Activity::Parsed { .. })
            | (Self::Rejected, Activity::Rejected { .. })
            | (Self::PeerFinished, Activity::PeerFinished) => true,
            (Self::Held(breakpoint), Activity::Held { before }) => breakpoint == *before,
            (Self::Matched(wanted), Activity::Scanned { matched, .. }) => wanted == *matched,
            (Self::Body(wanted), Activity::BodyReceived { content, .. }) => wanted == *content,
            (Self::Responded(wanted), Activity::Responded { status, .. }) => {
                wanted == status.code()
            }
            (Self::Closed(wanted), Activity::Closed { reason, .. }) => wanted == *reason,
            (
                Self::Accepted
                | Self::Held(_)
                | Self::Matched(_)
                | Self::Body(_)
                | Self::Parsed
                | Self::Rejected
                | Self::Responded(_)
                | Self::PeerFinished
                | Self::Closed(_),
                _,
            ) => false,
        }
    }
}

impl std::fmt::Display for Until {
    /// What did not happen, after "the server did not".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Accepted => f.write_str("accept the connection"),
            Self::Held(breakpoint) => {
                let before = match breakpoint {
                    Breakpoint::Recv => "recv",
                    Breakpoint::Scan => "the search",
                    Breakpoint::Parse => "the parse",
                    Breakpoint::Send => "send",
                };
                write!(f, "come to stand before {before}")
            }
            Self::Matched(matched) => write!(f, "match {matched} of CR LF CR LF"),
            Self::Body(octets) => write!(f, "receive {octets} octets of content"),
            Self::Parsed => f.write_str("parse a head"),
            Self::Rejected => f.write_str("refuse the request"),
            Self::Responded(status) => write!(f, "complete a response {status}"),
            Self::PeerFinished => f.write_str("see the client's FIN"),
            Self::Closed(reason) => write!(f, "close the connection for {reason:?}"),
        }
    }
}
