//! Holds a talk on a real connection. Every wait has an end.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::answer::Answers;
use super::heard::{Ended, Heard, Turn};
use super::listening::listening;
use super::talk::{Ending, Plan, Talk, Until};
use crate::client::Client;

/// How long connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(2);
/// So much is received in one talk and no more.
const MOST_RECEIVED: usize = 8 << 20;
/// How often it is looked whether the server has restarted.
const LOOK: Duration = Duration::from_millis(300);
/// How long one talk may take beside its pauses.
const LONGEST: Duration = Duration::from_secs(10);

/// Holds talks with one server.
#[derive(Debug, Clone)]
pub struct Caller {
    addresses: Vec<SocketAddr>,
    /// How long the server may be silent.
    patience: Duration,
    started: Instant,
    /// The same on the wall clock.
    wall: SystemTime,
}

impl Caller {
    /// The first address that takes a connection is the server's.
    pub fn new(addresses: Vec<SocketAddr>, patience: Duration) -> Self {
        Self {
            addresses,
            patience,
            started: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// When this was made, on the wall clock.
    pub const fn started(&self) -> SystemTime {
        self.wall
    }

    /// The first of the addresses.
    pub fn address(&self) -> Option<SocketAddr> {
        self.addresses.first().copied()
    }

    /// How long the server may be silent.
    pub const fn patience(&self) -> Duration {
        self.patience
    }

    /// Time since this was made.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Which sockets listen there, as far as that can be seen without a connection.
    pub fn listening(&self) -> Vec<u64> {
        let port = self.address().map_or(0, |address| address.port());
        listening(port)
    }

    /// Waits until others listen there than these.
    pub fn wait_for_restart(&self, before: &[u64]) {
        let mut is_down = false;
        loop {
            thread::sleep(LOOK);
            let now = self.listening();
            if now.is_empty() {
                // It has ended, or cannot be seen so: then a connection has to tell.
                let is_there = self.is_there();
                if is_there && is_down {
                    return;
                }
                is_down |= !is_there;
            } else if now != before {
                return;
            }
        }
    }

    /// Whether somebody takes connections there.
    pub fn is_there(&self) -> bool {
        self.connect().is_ok()
    }

    /// Holds all talks of a plan.
    pub fn hold(&self, plan: &Plan) -> Vec<Heard> {
        if !plan.together {
            return plan.talks.iter().map(|talk| self.talk(talk)).collect();
        }
        thread::scope(|scope| {
            let spawn = |talk| {
                let named = thread::Builder::new().name("check".into());
                named.spawn_scoped(scope, move || self.talk(talk)).ok()
            };
            let threads: Vec<_> = plan.talks.iter().map(spawn).collect();
            let joined = threads.into_iter().map(|thread| {
                let heard = thread.and_then(|thread| thread.join().ok());
                heard.unwrap_or_else(|| self.not_made("no thread for it".into()))
            });
            joined.collect()
        })
    }

    fn not_made(&self, why: String) -> Heard {
        Heard {
            ends: None,
            began: self.now(),
            turns: Vec::new(),
            lasted: Duration::ZERO,
            end: Ended::NotMade(why),
        }
    }

    fn connect(&self) -> Result<(SocketAddr, Client), String> {
        let mut refused: Vec<String> = Vec::new();
        let mut why = None;
        for &address in &self.addresses {
            match Client::connect(address, CONNECT_TIME) {
                Ok(client) => return Ok((address, client)),
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                    refused.push(address.to_string());
                }
                Err(error) => why = Some(format!("connect({address}): {error}")),
            }
        }
        Err(why.unwrap_or_else(|| format!("nobody listens at {}", refused.join(" or "))))
    }

    fn talk(&self, talk: &Talk) -> Heard {
        thread::sleep(talk.start);
        let (address, client) = match self.connect() {
            Ok(made) => made,
            Err(why) => return self.not_made(why),
        };
        let mut held = Held {
            heard: Heard {
                ends: Some((address, client.local())),
                began: self.now(),
                turns: Vec::new(),
                lasted: Duration::ZERO,
                end: Ended::Open,
            },
            connected: client.connected(),
            talk,
            patience: self.patience,
            received: Vec::new(),
            needed: 0,
        };
        if let Err(end) = held.hold(client) {
            held.heard.end = end;
        }
        held.heard.lasted = held.connected.elapsed();
        held.heard
    }
}

/// A talk that goes on. The error of its calls is how it ended.
struct Held<'a> {
    heard: Heard,
    connected: Instant,
    talk: &'a Talk,
    patience: Duration,
    received: Vec<u8>,
    /// Before so many octets came no answer can be whole that is not.
    needed: usize,
}

impl Held<'_> {
    fn hold(&mut self, mut client: Client) -> Result<(), Ended> {
        for piece in &self.talk.pieces {
            let until = Instant::now() + piece.pause;
            // A server may answer, and even close, before everything was said.
            while !client.peer_finished() && Instant::now() < until {
                self.receive(&mut client, until)?;
            }
            thread::sleep(until.saturating_duration_since(Instant::now()));
            self.send(&mut client, &piece.octets)?;
        }
        match self.talk.ending {
            Ending::Listen => {}
            Ending::HalfClose => drop(client.half_close()),
            Ending::Reset => {
                return match client.reset() {
                    Ok(()) => Ok(()),
                    Err(error) => Err(Ended::Failed(error.to_string())),
                };
            }
        }
        self.listen(&mut client)
    }

    fn listen(&mut self, client: &mut Client) -> Result<(), Ended> {
        let last = Instant::now() + LONGEST;
        let mut until = Instant::now() + self.patience;
        let mut is_answered = false;
        loop {
            let now_is = !is_answered && self.is_answered();
            match self.talk.until {
                Until::Answered(linger) if now_is => {
                    is_answered = true;
                    until = Instant::now() + linger;
                }
                Until::Passed(time) => until = self.connected + self.pauses() + time,
                Until::Answered(_) | Until::Closed => {}
            }
            if client.peer_finished() {
                return Err(Ended::Finished);
            }
            if Instant::now() >= until {
                return Err(match self.talk.until {
                    Until::Answered(_) if is_answered => Ended::Open,
                    Until::Passed(_) => Ended::Open,
                    Until::Answered(_) | Until::Closed => Ended::Silent,
                });
            }
            if self.receive(client, until)? && !is_answered {
                until = last.min(Instant::now() + self.patience);
            }
        }
    }

    fn pauses(&self) -> Duration {
        self.talk.pieces.iter().map(|piece| piece.pause).sum()
    }

    fn is_answered(&mut self) -> bool {
        if self.received.len() < self.needed {
            return false;
        }
        let asks = &self.talk.asks;
        let answers = Answers::read(&self.received, asks, false);
        let missing = usize::try_from(answers.missing()).unwrap_or(usize::MAX);
        self.needed = self.received.len().saturating_add(missing);
        answers.are_whole(asks.len())
    }

    fn send(&mut self, client: &mut Client, mut octets: &[u8]) -> Result<(), Ended> {
        let until = Instant::now() + LONGEST;
        while !octets.is_empty() {
            match client.send(octets, until) {
                Ok(taken) => {
                    let (sent, rest) = octets.split_at(taken.min(octets.len()));
                    let at = self.connected.elapsed();
                    self.heard.turns.push(Turn::Sent(at, sent.to_vec()));
                    octets = rest;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let end = end_of(&error);
                    // A server that reset the connection may have said before why.
                    let soon = Instant::now() + self.patience;
                    while !client.peer_finished() && self.receive(client, soon)? {}
                    return Err(end);
                }
            }
        }
        Ok(())
    }

    /// One `recv`: whether something came. Enough of it is the end.
    fn receive(&mut self, client: &mut Client, until: Instant) -> Result<bool, Ended> {
        match client.receive(until) {
            Ok(octets) => {
                let came = octets.to_vec();
                // What it means is said by `Answers`; the client is not to keep it.
                while !matches!(
                    client.step(),
                    crate::http::Step::NeedData | crate::http::Step::Finished
                ) {}
                if came.is_empty() {
                    return Ok(false);
                }
                self.received.extend_from_slice(&came);
                let at = self.connected.elapsed();
                self.heard.turns.push(Turn::Came(at, came));
                if self.received.len() > MOST_RECEIVED {
                    return Err(Ended::Open);
                }
                Ok(true)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(false)
            }
            Err(error) => Err(end_of(&error)),
        }
    }
}

fn end_of(error: &std::io::Error) -> Ended {
    let reset = [
        ErrorKind::ConnectionReset,
        ErrorKind::ConnectionAborted,
        ErrorKind::BrokenPipe,
    ];
    if reset.contains(&error.kind()) {
        Ended::Reset
    } else {
        Ended::Failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn of_a_server_that_never_stops_no_more_is_kept_while_there_is_something_to_say() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            while stream.write_all(&[b'x'; 1 << 13]).is_ok() {}
        });
        let caller = Caller::new(vec![address], Duration::from_secs(10));
        let talk = Talk::of("GET").then(60_000, " / HTTP/1.1\r\n\r\n");
        let heard = caller.hold(&Plan::from(talk));
        server.join().unwrap();
        let [heard] = heard.as_slice() else {
            panic!("one talk, one answer");
        };
        assert_eq!(heard.end, Ended::Open);
        assert!(heard.octets().len() <= MOST_RECEIVED + (1 << 17));
    }
}
