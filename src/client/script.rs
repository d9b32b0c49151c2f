//! A conversation that is planned beforehand: what is sent, in which pieces, with which pauses,
//! and how it ends.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use super::conversation::Client;
use super::socket::is_timeout;
use crate::http::{ResponseStep, Step};

/// So much is received and no more.
const MOST_RECEIVED: usize = 64 << 20;
/// How long connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// What is sent, and when.
#[derive(Debug, Clone)]
pub struct Script<'a> {
    /// In this order.
    pub pieces: Vec<Piece<'a>>,
    /// What follows the last piece, and after which pause.
    pub ending: (Duration, Ending),
    /// How long everything may take, the pauses included.
    pub time: Duration,
    /// How long the peer may neither take nor send an octet, pauses excluded.
    pub silence: Duration,
}

/// Octets that are handed to the kernel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// How long to wait before.
    pub pause: Duration,
    /// The octets.
    pub octets: &'a [u8],
}

/// What follows the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Receive until the peer closes.
    Receive,
    /// `shutdown(SHUT_WR)`, which sends FIN, then receive until the peer closes.
    HalfClose,
    /// `close` with SO_LINGER at zero, which sends RST.
    Reset,
}

/// One thing that was done, or that what came meant.
#[derive(Debug)]
pub enum Did<'a> {
    /// `connect` returned.
    Connected {
        /// The peer.
        address: SocketAddr,
        /// Our end.
        local: SocketAddr,
    },
    /// One `send` returned.
    Sent {
        /// What it was given.
        octets: &'a [u8],
        /// How many of them it took.
        taken: usize,
    },
    /// One `recv` returned; nothing came when the peer has sent FIN.
    Received {
        /// What came.
        octets: &'a [u8],
        /// How many octets were asked for.
        asked: usize,
    },
    /// What came means this.
    Understood(ResponseStep<'a>),
    /// Another call returned 0.
    Called(&'static str),
    /// A call failed.
    Failed {
        /// The call.
        call: String,
        /// How.
        error: io::Error,
    },
    /// It is over.
    Ended(End),
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The peer sent FIN after everything was sent.
    PeerFinished,
    /// Closed from here with RST, as planned.
    WeReset,
    /// The peer sent RST.
    PeerReset,
    /// The peer did not take what was sent.
    SendStalled,
    /// The peer did not close in time.
    Silence,
    /// More came than is bearable.
    TooMuch,
    /// There was no connection.
    NoConnection,
    /// The system refused something else.
    Failed,
}

/// Whoever is told what is done, and when: the time since the connection was made. An error
/// ends the conversation.
pub type Tell<'a> = dyn FnMut(Duration, Did<'_>) -> io::Result<()> + 'a;

/// Performs a script on one connection, to the first of `addresses` that takes it. The errors
/// are those of whoever is told.
pub fn perform(
    addresses: &[SocketAddr],
    script: &Script<'_>,
    tell: &mut Tell<'_>,
) -> io::Result<End> {
    let start = Instant::now();
    let mut end = End::NoConnection;
    for &address in addresses {
        match Client::connect(address, CONNECT_TIME) {
            Ok(client) => {
                let local = client.local();
                tell(Duration::ZERO, Did::Connected { address, local })?;
                let mut performance = Performance {
                    start: client.connected(),
                    deadline: client.connected() + script.time,
                    client: Some(client),
                    silence: script.silence,
                    received: 0,
                    tell,
                };
                end = performance.run(script)?;
                break;
            }
            Err(error) => {
                let call = format!("connect({address})");
                tell(start.elapsed(), Did::Failed { call, error })?;
            }
        }
    }
    tell(start.elapsed(), Did::Ended(end))?;
    Ok(end)
}

struct Performance<'a, 'b> {
    /// `None` once it is closed.
    client: Option<Client>,
    start: Instant,
    /// When everything has to be over.
    deadline: Instant,
    silence: Duration,
    received: usize,
    tell: &'a mut Tell<'b>,
}

/// Either it goes on or it has ended.
type Go = Option<End>;

impl Performance<'_, '_> {
    fn run(&mut self, script: &Script<'_>) -> io::Result<End> {
        for piece in &script.pieces {
            if let Some(end) = self.pause(piece.pause)? {
                return Ok(end);
            }
            if let Some(end) = self.send(piece.octets)? {
                return Ok(end);
            }
        }
        let (pause, ending) = script.ending;
        if let Some(end) = self.pause(pause)? {
            return Ok(end);
        }
        match ending {
            Ending::Receive => {}
            Ending::HalfClose => self.half_close()?,
            Ending::Reset => return self.reset(),
        }
        while !self.finished() {
            if let Some(end) = self.receive(self.deadline.min(Instant::now() + self.silence))? {
                return Ok(end);
            }
        }
        Ok(End::PeerFinished)
    }

    fn finished(&self) -> bool {
        self.client.as_ref().is_none_or(Client::peer_finished)
    }

    /// Tells that something has happened now.
    fn told(&mut self, did: Did<'_>) -> io::Result<()> {
        (self.tell)(self.start.elapsed(), did)
    }

    /// Sends all of `octets`, in as many calls as the kernel wants.
    fn send(&mut self, mut octets: &[u8]) -> io::Result<Go> {
        while !octets.is_empty() {
            let until = self.deadline.min(Instant::now() + self.silence);
            let Some(client) = &mut self.client else {
                return Ok(Some(End::Failed));
            };
            match client.send(octets, until) {
                Ok(taken) => {
                    self.told(Did::Sent { octets, taken })?;
                    octets = octets.get(taken..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let end = end_of(&error, End::SendStalled);
                    let call = format!("send({})", octets.len());
                    self.told(Did::Failed { call, error })?;
                    if end == End::PeerReset {
                        self.last_words()?;
                    }
                    return Ok(Some(end));
                }
            }
        }
        Ok(None)
    }

    /// A peer that reset the connection may have said before why.
    fn last_words(&mut self) -> io::Result<()> {
        while !self.finished() {
            if self
                .receive(self.deadline.min(Instant::now() + self.silence))?
                .is_some()
            {
                break;
            }
        }
        Ok(())
    }

    /// Receives whatever comes in so long a time. After FIN there is nothing to receive: then
    /// it waits.
    fn pause(&mut self, pause: Duration) -> io::Result<Go> {
        let until = self.deadline.min(Instant::now() + pause);
        while !self.finished() {
            let ended = self.receive(until)?;
            if ended == Some(End::Silence) && Instant::now() >= until {
                return Ok(None);
            }
            if ended.is_some() {
                return Ok(ended);
            }
        }
        thread::sleep(until.saturating_duration_since(Instant::now()));
        Ok(None)
    }

    /// One `recv`, and what it brought means.
    fn receive(&mut self, until: Instant) -> io::Result<Go> {
        let Some(client) = &mut self.client else {
            return Ok(Some(End::Failed));
        };
        let asked = client.asked();
        match client.receive(until) {
            Ok(octets) => {
                self.received += octets.len();
                (self.tell)(self.start.elapsed(), Did::Received { octets, asked })?;
            }
            Err(error) if is_timeout(&error) => return Ok(Some(End::Silence)),
            Err(error) => {
                let end = end_of(&error, End::Silence);
                let call = format!("recv({asked})");
                self.told(Did::Failed { call, error })?;
                return Ok(Some(end));
            }
        }
        let at = self.start.elapsed();
        loop {
            let step = client.step();
            if matches!(step, Step::NeedData | Step::Finished) {
                break;
            }
            (self.tell)(at, Did::Understood(step))?;
        }
        Ok((self.received > MOST_RECEIVED).then_some(End::TooMuch))
    }

    /// Sends FIN: nothing more will come from here, but the peer may go on.
    fn half_close(&mut self) -> io::Result<()> {
        let Some(client) = &self.client else {
            return Ok(());
        };
        let call = "shutdown(SHUT_WR)";
        match client.half_close() {
            Ok(()) => self.told(Did::Called(call)),
            Err(error) => {
                let call = call.to_owned();
                self.told(Did::Failed { call, error })
            }
        }
    }

    /// Closes with RST: what was not received yet on either side is thrown away.
    fn reset(&mut self) -> io::Result<End> {
        let Some(client) = self.client.take() else {
            return Ok(End::Failed);
        };
        let call = "setsockopt(SO_LINGER, 0 s)";
        match client.reset() {
            Ok(()) => {
                self.told(Did::Called(call))?;
                self.told(Did::Called("close()"))?;
                Ok(End::WeReset)
            }
            Err(error) => {
                let call = call.to_owned();
                self.told(Did::Failed { call, error })?;
                Ok(End::Failed)
            }
        }
    }
}

fn end_of(error: &io::Error, timeout: End) -> End {
    let reset = [
        ErrorKind::ConnectionReset,
        ErrorKind::ConnectionAborted,
        // EPIPE: the RST came before, and another call was told of it.
        ErrorKind::BrokenPipe,
    ];
    if reset.contains(&error.kind()) {
        End::PeerReset
    } else if is_timeout(error) {
        timeout
    } else {
        End::Failed
    }
}
