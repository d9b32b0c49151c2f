//! What a server is told before it starts, and what follows from it.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use super::address::{Address, Port};
use super::fields::Fields;
use super::hosts::AllowedHosts;
use super::tap::Upstream;
use super::{deadline, pace};
use crate::event::Flow;
use crate::http::LineEnds;

/// How long a head may take.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a head may take from a peer on this machine, where it may be typed by hand.
const HEAD_TIME_BY_HAND: Duration = Duration::from_secs(300);

/// Which connections have a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Threads {
    /// Each has one, from `accept` to `close`, which waits in `recv`.
    Connection,
    /// Those have one that something is to be done for. The others rest, and are waited for all
    /// together in `epoll_wait`.
    Ready,
}

impl Default for Threads {
    /// Where there is no epoll, each connection has a thread.
    fn default() -> Self {
        if cfg!(target_os = "linux") {
            Self::Ready
        } else {
            Self::Connection
        }
    }
}

impl Threads {
    /// How many connections may be open at once, where nothing else is said.
    pub const fn max_connections(self) -> usize {
        match self {
            Self::Connection => 1024,
            Self::Ready => 8192,
        }
    }
}

/// What a server is told before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Addresses to listen on.
    pub addresses: Vec<Address>,
    /// The port to listen on.
    pub port: Port,
    /// How many octets one `recv` asks for.
    pub recv_size: usize,
    /// How every connection goes on, until a watcher says otherwise.
    pub flow: Flow,
    /// How long each response is waited with.
    pub latency: Duration,
    /// How many octets a second are sent on one connection at most.
    pub throttle: Option<NonZeroU64>,
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// Which connections have a thread.
    pub threads: Threads,
    /// How long a head may take, when one deadline was asked for: 30 s, and 300 s for
    /// loopback peers, so that a request can be typed by hand.
    pub head_timeout: Option<Duration>,
    /// How long a connection may wait for its next request. No deadline passes here, or in
    /// what follows, where the time is [`Duration::MAX`].
    pub idle_timeout: Duration,
    /// How long a body that is skipped may take.
    pub body_timeout: Duration,
    /// How long a peer may take nothing of a response.
    pub send_timeout: Duration,
    /// How many octets of a response a peer must take a second, measured over 5 s at a time.
    pub min_send_rate: Option<NonZeroU64>,
    /// Which line ends are taken.
    pub line_ends: LineEnds,
    /// Which hosts are answered.
    pub hosts: AllowedHosts,
    /// What is said in every response.
    pub fields: Fields,
    /// The server that everything is forwarded to, in the place of answering.
    pub upstream: Option<Arc<Upstream>>,
    /// Whether the server has its own corner, `/.glassport/`.
    pub builtin: bool,
    /// Whether the counts of everything can be asked for there.
    #[cfg(feature = "metrics")]
    pub metrics: bool,
}

impl Default for Config {
    /// Loopback, on a port the system picks, and nothing out of the ordinary.
    fn default() -> Self {
        Self {
            addresses: Address::LOCALHOST.to_vec(),
            port: Port::Exactly(0),
            recv_size: 16384,
            flow: Flow::Run,
            latency: Duration::ZERO,
            throttle: None,
            max_connections: Threads::default().max_connections(),
            threads: Threads::default(),
            head_timeout: None,
            idle_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(30),
            min_send_rate: None,
            line_ends: LineEnds::CrLf,
            hosts: AllowedHosts::Local(Vec::new()),
            fields: Fields::default(),
            upstream: None,
            builtin: true,
            #[cfg(feature = "metrics")]
            metrics: false,
        }
    }
}

impl Config {
    /// Everything is for this server, or what a folder beside it has no file for. It is asked
    /// for by its own name too, and nothing of this server's stands before it.
    pub fn tap(&mut self, upstream: Upstream) {
        if let AllowedHosts::Local(names) = &mut self.hosts {
            names.push(upstream.host().into());
        }
        self.builtin = false;
        self.upstream = Some(Arc::new(upstream));
    }

    /// How long one `send` may block before it is looked at how the peer receives.
    pub(super) fn longest_send(&self) -> Duration {
        let window = self
            .min_send_rate
            .map_or(deadline::LONGEST, |_| pace::WINDOW);
        self.send_timeout.min(window)
    }

    /// How long a head may take, from a peer on this machine or from another one.
    pub fn head_time(&self, on_this_machine: bool) -> Duration {
        let time = if on_this_machine {
            HEAD_TIME_BY_HAND
        } else {
            HEAD_TIME
        };
        self.head_timeout.unwrap_or(time)
    }
}
