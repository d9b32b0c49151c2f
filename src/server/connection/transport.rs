//! The socket of a connection as its phases use it: together with the clock and the deadlines
//! of its waits, and with the reporter that is told what each call did.

mod recv;
mod send;
mod timeout;

use std::time::{Duration, Instant};

pub(super) use recv::Recv;
pub(super) use send::{Content, Unsent};

use crate::event::{Activity, Breakpoint, Reporter};
use crate::server::config::Config;
use crate::server::deadline::Deadline;
use crate::server::pace::Pace;
use crate::server::stream::Stream;

/// The socket of a connection, its clock and its reporter.
pub(super) struct Transport<S> {
    // Dropped in this order: what happened is told to its end before the socket is closed.
    reporter: Reporter,
    stream: S,
    deadline: Deadline,
    pace: Pace,
    /// When the last octets came, or the last response was sent.
    now: Instant,
    /// Room for what one `recv` brings.
    room: Vec<u8>,
    /// Whether FIN has been sent.
    finished: bool,
}

impl<S: Stream> Transport<S> {
    pub(super) fn new(stream: S, reporter: Reporter, config: &Config) -> Self {
        let now = stream.now();
        Self {
            reporter,
            stream,
            deadline: Deadline::new(now, config.idle_timeout),
            pace: Pace::new(config.send_timeout, config.min_send_rate),
            now,
            room: Vec::new(),
            finished: false,
        }
    }

    /// The socket and the reporter.
    pub(super) fn into_parts(self) -> (S, Reporter) {
        (self.stream, self.reporter)
    }

    /// Takes room for one `recv`, and gives what it has.
    pub(super) fn swap_room(&mut self, room: &mut Vec<u8>) {
        std::mem::swap(&mut self.room, room);
    }

    /// The socket itself.
    pub(super) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// When the wait for the peer is over, if it ever is.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline.at()
    }

    /// The calling thread serves the connection from now on.
    pub(super) fn take_up(&mut self) {
        self.stream.take_up();
    }

    /// No thread serves it from now on.
    pub(super) fn put_down(&mut self) {
        self.stream.put_down();
    }

    /// What is told of the connection.
    pub(super) fn reporter(&mut self) -> &mut Reporter {
        &mut self.reporter
    }

    /// Begins a wait for the peer that may take this long.
    pub(super) fn begin_wait(&mut self, time: Duration) {
        self.deadline.restart(self.now, time);
    }

    /// How long the whole wait may take.
    pub(super) fn wait_time(&self) -> Duration {
        self.deadline.time()
    }

    /// Whether the wait is over.
    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_past(self.now)
    }

    /// Asks the clock, and says how much time has passed since it was asked last.
    pub(super) fn lap(&mut self) -> Duration {
        let now = self.stream.now();
        now.saturating_duration_since(std::mem::replace(&mut self.now, now))
    }

    /// Passes a breakpoint. The deadline stands still meanwhile.
    pub(super) fn pass(&mut self, breakpoint: Breakpoint) {
        let stood = self.stream.pass(breakpoint, &mut self.reporter);
        if !stood.is_zero() {
            self.now = self.stream.now();
            self.deadline.extend(stood);
        }
    }

    /// Waits for as long as responses are delayed, when they are.
    pub(super) fn delay(&mut self, latency: Duration) {
        if !latency.is_zero() {
            self.reporter.flush();
            self.stream.dawdle(latency);
        }
    }

    /// Sends FIN, once.
    pub(super) fn finish(&mut self) {
        if !self.finished {
            self.finished = true;
            // It fails when the peer is gone, and then it is not needed.
            if self.stream.finish().is_ok() {
                self.reporter.detail(|| Activity::Finished);
            }
        }
    }
}
