//! A peer that acts by a script, and a clock that moves only while it is silent.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::docroot::Docroot;
use crate::event::{Activity, Breakpoint, Detail, Event, Inbox, ListenerEvent, Reporter, Sink};
use crate::server::ceiling::Ceiling;
use crate::server::config::Config;
use crate::server::connection::{Connection, Outcome};
use crate::server::sendfile::NotSent;
use crate::server::shared::Shared;
use crate::server::stream::{NoRoom, Stream, Then};

/// What one `recv` comes upon.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// These octets, in as many `recv` as it takes.
    Say(Vec<u8>),
    /// Nothing, until the deadline.
    Silence,
    /// Nothing, and it is not waited.
    NothingYet,
    /// The same, when the deadline is over.
    Late,
    /// FIN.
    Finish,
    /// An error.
    Break(io::ErrorKind),
    /// The server begins to stop, which shuts the receiving side down.
    Drain,
}

/// What one `send` or `sendfile` comes upon, once the acts before it are used up.
#[derive(Debug)]
pub(crate) enum Take {
    /// It takes this many octets at most.
    AtMost(usize),
    /// There is no room, and none comes.
    Stall,
    /// An error.
    Break(io::ErrorKind),
    /// A `sendfile` fails with this error; what is sent from memory is taken.
    FailToSendFile(Errno),
    /// Everything is taken, and then this file is cut to this length.
    ThenCut(File, u64),
}

/// What the peer got.
#[derive(Debug, Default)]
struct Got {
    octets: Vec<u8>,
    fin: bool,
}

/// The other end.
pub(crate) struct Peer {
    acts: VecDeque<Act>,
    /// How many octets of the first act have been received.
    said: usize,
    takes: VecDeque<Take>,
    got: Arc<Mutex<Got>>,
    now: Instant,
    timeout: Duration,
    shared: Arc<Shared>,
}

impl Stream for Peer {
    fn recv<'r>(&mut self, room: &'r mut Vec<u8>, asked: usize) -> io::Result<&'r [u8]> {
        room.clear();
        match self.acts.pop_front() {
            Some(Act::Say(octets)) => {
                let rest = &octets[self.said..];
                let n = rest.len().min(asked);
                room.extend_from_slice(&rest[..n]);
                self.said += n;
                if self.said < octets.len() {
                    self.acts.push_front(Act::Say(octets));
                } else {
                    self.said = 0;
                }
                Ok(room)
            }
            Some(Act::Finish) => {
                self.acts.push_front(Act::Finish);
                Ok(&[])
            }
            Some(Act::Break(kind)) => Err(kind.into()),
            Some(Act::Drain) => {
                self.shared.drain();
                self.acts.push_front(Act::Finish);
                Ok(&[])
            }
            Some(Act::NothingYet) => Err(io::ErrorKind::WouldBlock.into()),
            Some(Act::Late) => {
                self.now += self.timeout;
                Err(io::ErrorKind::WouldBlock.into())
            }
            // A peer that has nothing more to do closes when the server does.
            None if self.got().fin => Ok(&[]),
            Some(Act::Silence) | None => {
                self.now += self.timeout;
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }

    fn send(&mut self, octets: &[u8], _then: Then, no_room: NoRoom) -> io::Result<usize> {
        let n = self.take(octets.len(), no_room)?;
        self.got().octets.extend_from_slice(&octets[..n]);
        self.cut();
        Ok(n)
    }

    fn send_msg(&mut self, runs: [&[u8]; 2], then: Then, no_room: NoRoom) -> io::Result<usize> {
        self.send(&runs.concat(), then, no_room)
    }

    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Result<usize, NotSent> {
        if let Some(&Take::FailToSendFile(error)) = self.takes.front() {
            self.takes.pop_front();
            return Err(error.into());
        }
        let n = self.take(count, NoRoom::Wait).map_err(NotSent::Socket)?;
        let mut octets = vec![0; n];
        let read = file.read_at(&mut octets, offset).unwrap();
        self.got().octets.extend_from_slice(&octets[..read]);
        self.cut();
        Ok(read)
    }

    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.timeout = timeout;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.got().fin = true;
        Ok(())
    }

    fn recv_size(&self) -> usize {
        self.shared.config.recv_size
    }

    fn pass(&mut self, _breakpoint: Breakpoint, _reporter: &mut Reporter) -> Duration {
        Duration::ZERO
    }

    fn unread(&self) -> u64 {
        if let Some(Act::Say(octets)) = self.acts.front() {
            (octets.len() - self.said) as u64
        } else {
            0
        }
    }

    fn now(&self) -> Instant {
        self.now
    }
}

impl Peer {
    fn got(&self) -> MutexGuard<'_, Got> {
        self.got.lock().unwrap()
    }

    fn take(&mut self, count: usize, no_room: NoRoom) -> io::Result<usize> {
        match self.takes.front() {
            Some(&Take::AtMost(n)) => {
                self.takes.pop_front();
                Ok(n.min(count))
            }
            Some(Take::Stall) => {
                if no_room == NoRoom::Wait {
                    self.now += self.shared.config.send_timeout;
                }
                Err(io::ErrorKind::WouldBlock.into())
            }
            Some(&Take::Break(kind)) => Err(kind.into()),
            Some(Take::ThenCut(..) | Take::FailToSendFile(_)) | None => Ok(count),
        }
    }

    fn cut(&mut self) {
        if let Some(Take::ThenCut(file, length)) = self.takes.front() {
            file.set_len(*length).unwrap();
            self.takes.pop_front();
        }
    }
}

/// A server without sockets.
pub(crate) struct Stage {
    pub(crate) shared: Arc<Shared>,
    pub(crate) inbox: Inbox,
}

/// What came of a connection.
pub(crate) struct Played {
    pub(crate) activities: Vec<Activity>,
    pub(crate) heard: String,
    pub(crate) hung_up_on: bool,
}

impl Stage {
    pub(crate) fn new(docroot: Docroot) -> Self {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let config = Config {
            recv_size: 1024,
            max_connections: 1,
            head_timeout: Some(Duration::from_secs(5)),
            body_timeout: Duration::from_secs(7),
            send_timeout: Duration::from_secs(9),
            ..Config::default()
        };
        let shared = Arc::new(Shared::new(
            config,
            Ceiling::as_asked(1),
            Arc::new(docroot),
            sink,
        ));
        Self { shared, inbox }
    }

    /// Serves the connection to its end.
    pub(crate) fn play(&self, acts: Vec<Act>, takes: Vec<Take>) -> Played {
        self.with(acts, takes, |mut connection| {
            while connection.serve_until_idle() == Outcome::Rests {}
        })
    }

    /// Turns the connection away.
    pub(crate) fn turn_away(&self, acts: Vec<Act>) -> Played {
        self.with(acts, Vec::new(), |mut connection| {
            assert_eq!(connection.turn_away(), Outcome::Ended);
        })
    }

    pub(crate) fn with(
        &self,
        acts: Vec<Act>,
        takes: Vec<Take>,
        play: impl FnOnce(Connection<Peer>),
    ) -> Played {
        let got = Arc::new(Mutex::new(Got::default()));
        let peer = Peer {
            acts: acts.into(),
            said: 0,
            takes: takes.into(),
            got: Arc::clone(&got),
            now: Instant::now(),
            timeout: Duration::MAX,
            shared: Arc::clone(&self.shared),
        };
        let address = SocketAddr::from(([127, 0, 0, 1], 5000));
        let reporter = self.shared.sink.accept(address, address);
        play(Connection::new(
            Arc::clone(&self.shared),
            peer,
            reporter,
            address,
        ));
        let mut activities = Vec::new();
        for batch in self.inbox.receiver().try_iter() {
            self.inbox.open(batch, |record| match record.event {
                Event::Connection(_, activity) => activities.push(activity),
                Event::Listener(ListenerEvent::Draining) => {}
                Event::Listener(event) => panic!("{event:?}"),
            });
        }
        let got = got.lock().unwrap();
        Played {
            activities,
            heard: String::from_utf8_lossy(&got.octets).into_owned(),
            hung_up_on: got.fin,
        }
    }
}
