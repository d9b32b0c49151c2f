//! The server behind a tap, as far as the test plays it itself.

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::support::{DEADLINE, Peer, Server};

/// A server whose connections the test accepts, and answers itself.
pub(crate) struct Behind {
    listener: TcpListener,
}

impl Behind {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// A tap in front of it.
    pub(crate) fn tap(&self) -> Server {
        self.tap_with(&[])
    }

    /// One that is told of whatever host it is asked for.
    pub(crate) fn tap_with(&self, arguments: &[&str]) -> Server {
        self.choosy_tap(&[arguments, &["--allow-host", "*"]].concat())
    }

    pub(crate) fn choosy_tap(&self, arguments: &[&str]) -> Server {
        let to = self.address().to_string();
        Server::start(&[&["--to", &to], arguments].concat())
    }

    /// Whether nobody waits to be accepted.
    pub(crate) fn is_alone(&self) -> bool {
        self.listener.accept().is_err()
    }

    pub(crate) fn accept(&self) -> Peer {
        let start = Instant::now();
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => return Peer::from_stream(stream),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
            assert!(start.elapsed() < DEADLINE, "the tap does not connect");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A tap with these arguments besides, whoever connected to it, and the connection behind that.
pub(crate) fn tapped(arguments: &[&str]) -> (Server, Peer, Peer) {
    let behind = Behind::start();
    let tap = behind.tap_with(arguments);
    let peer = tap.connect();
    let upstream = behind.accept();
    (tap, peer, upstream)
}

impl Peer {
    /// Receives exactly these octets.
    pub(crate) fn expect(&mut self, octets: impl AsRef<[u8]>) {
        let wanted = octets.as_ref();
        let mut got = vec![0; wanted.len()];
        self.stream.read_exact(&mut got).expect("they come in time");
        assert_eq!(
            got.escape_ascii().to_string(),
            wanted.escape_ascii().to_string()
        );
    }

    /// What the next `recv` fails with, after whatever still comes.
    pub(crate) fn failure(&mut self) -> ErrorKind {
        let mut waste = Vec::new();
        self.stream.read_to_end(&mut waste).unwrap_err().kind()
    }

    /// What comes until the connection is lost.
    pub(crate) fn until_lost(mut self) -> Vec<u8> {
        let mut got = Vec::new();
        let error = self.stream.read_to_end(&mut got).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        got
    }

    /// Closes with RST.
    pub(crate) fn reset(self) {
        let socket = socket2::Socket::from(self.stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Whether nothing has come.
    pub(crate) fn has_nothing(&self) -> bool {
        self.stream.set_nonblocking(true).unwrap();
        let nothing = matches!(
            self.stream.peek(&mut [0]),
            Err(error) if error.kind() == ErrorKind::WouldBlock
        );
        self.stream.set_nonblocking(false).unwrap();
        nothing
    }
}

/// A port that nothing listens on, and that the system hands to nobody who lets it pick: it is
/// below those.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 6000).unwrap() * 2;
    loop {
        let port = 20_000 + (first + NEXT.fetch_add(1, Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Sends until nobody takes anything for a while; says how much went.
pub(crate) fn fill(stream: &TcpStream) -> usize {
    use std::io::Write as _;
    let mut stream = stream;
    stream
        .set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let piece = vec![b'x'; 65536];
    let mut sent = 0;
    loop {
        match stream.write(&piece) {
            Ok(n) => sent += n,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    sent
}
