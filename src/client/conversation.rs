//! One connection of a client, call by call, for whoever decides between the calls what is
//! done next.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::socket::Socket;
use crate::http::{
    Asked, Connection, Limits, LineEnds, ResponseConnection, ResponseHead, ResponseStep, Step,
    WaitingFor,
};

/// How many octets one `recv` asks for.
const ASKED: usize = 16384;

/// A client on a connection. What it asked for it reads from the octets it sent, so that it
/// knows how long each response is.
#[derive(Debug)]
pub struct Client {
    socket: Socket,
    local: SocketAddr,
    connected: Instant,
    sent: Requests,
    answers: ResponseConnection,
    room: Vec<u8>,
    peer_finished: bool,
}

impl Client {
    /// `connect`.
    pub fn connect(address: SocketAddr, within: Duration) -> io::Result<Self> {
        let socket = Socket::connect(address, within)?;
        Ok(Self {
            local: socket.local()?,
            socket,
            connected: Instant::now(),
            sent: Requests::new(),
            answers: ResponseConnection::new(Limits::default()),
            room: vec![0; ASKED],
            peer_finished: false,
        })
    }

    /// Our end of the connection.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// The moment that is so long from now.
    pub fn deadline(within: Duration) -> Instant {
        Instant::now() + within
    }

    /// When the connection was made.
    pub const fn connected(&self) -> Instant {
        self.connected
    }

    /// How many octets one call of [`Self::receive`] asks for.
    pub const fn asked(&self) -> usize {
        ASKED
    }

    /// Whether the peer has sent FIN.
    pub const fn peer_finished(&self) -> bool {
        self.peer_finished
    }

    /// One `send`: how many of the octets the kernel took.
    pub fn send(&mut self, octets: &[u8], until: Instant) -> io::Result<usize> {
        let taken = self.socket.send(octets, until)?;
        let answers = &mut self.answers;
        self.sent
            .note(octets.get(..taken).unwrap_or_default(), |asked| {
                answers.expect(asked);
            });
        Ok(taken)
    }

    /// One `recv`: what came; nothing when the peer has sent FIN. What it means is said by
    /// [`Self::step`].
    pub fn receive(&mut self, until: Instant) -> io::Result<&[u8]> {
        let count = loop {
            match self.socket.receive(&mut self.room, until) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        let octets = self.room.get(..count).unwrap_or_default();
        if octets.is_empty() {
            self.peer_finished = true;
            self.answers.receive_eof();
        } else {
            // A server that gives up waiting answers what never came whole.
            if self.answers.unanswered() == 0
                && let Some(asked) = self.sent.unfinished()
            {
                self.answers.expect(asked);
            }
            // What nobody reads is not to pile up.
            if !self.answers.is_over() {
                self.answers.receive(octets);
            }
        }
        Ok(octets)
    }

    /// What the octets that came mean: the next step, until there is [`Step::NeedData`].
    pub fn step(&mut self) -> ResponseStep<'_> {
        self.answers.step()
    }

    /// Receives until a final response is complete.
    ///
    /// # Errors
    /// What comes is no response, or it does not come whole, or not by then.
    pub fn response(&mut self, until: Instant) -> io::Result<Response> {
        let mut response: Option<Response> = None;
        loop {
            match self.answers.step() {
                Step::NeedData => {
                    self.receive(until)?;
                }
                Step::Parsed { head, framing } if !framing.interim => {
                    response = Some(Response { head, content: 0 });
                }
                Step::BodyReceived(body) => {
                    if let Some(response) = &mut response {
                        response.content += body.content_len();
                    }
                }
                Step::MessageComplete { .. } => {
                    if let Some(response) = response.take() {
                        return Ok(response);
                    }
                }
                Step::Rejected { diagnosis, .. } => {
                    let text = format!("{diagnosis}");
                    return Err(io::Error::new(ErrorKind::InvalidData, text));
                }
                Step::Finished => return Err(ErrorKind::UnexpectedEof.into()),
                Step::Parsed { .. }
                | Step::Scanned { .. }
                | Step::BoundaryFound { .. }
                | Step::Opaque { .. } => {}
            }
        }
    }

    /// Receives until FIN: how many octets came before it that no step has told of.
    pub fn end(&mut self, until: Instant) -> io::Result<u64> {
        let mut more = self.answers.buffered().len();
        while !self.peer_finished {
            more += self.receive(until)?.len() as u64;
        }
        Ok(more)
    }

    /// `shutdown(SHUT_WR)`: sends FIN. Nothing more will come from here, but the peer may go
    /// on.
    pub fn half_close(&self) -> io::Result<()> {
        self.socket.half_close()
    }

    /// Closes with RST: what was not received yet on either side is thrown away.
    pub fn reset(self) -> io::Result<()> {
        self.socket.reset()
    }
}

/// A response that came whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its head.
    pub head: Arc<ResponseHead>,
    /// How many octets of content it has.
    pub content: u64,
}

/// The requests among the octets that were sent.
#[derive(Debug)]
struct Requests {
    /// `None` behind what no server can read on.
    reading: Option<Connection>,
}

impl Requests {
    fn new() -> Self {
        // A server may take a bare LF too.
        let limits = Limits {
            line_ends: LineEnds::LfToo,
            ..Limits::default()
        };
        Self {
            reading: Some(Connection::new(limits)),
        }
    }

    /// Reads on, and says which requests wait for a response now.
    fn note(&mut self, octets: &[u8], mut expect: impl FnMut(Asked)) {
        let Some(reading) = &mut self.reading else {
            return;
        };
        reading.receive(octets);
        loop {
            match reading.step() {
                Step::NeedData => return,
                Step::Parsed { head, .. } => expect(Asked::by(head.method_octets())),
                Step::Rejected { head, .. } => {
                    // What is refused is answered too, with the refusal.
                    let method = head.as_ref().map(|head| head.method_octets());
                    expect(Asked::by(method.unwrap_or_else(|| first_word(reading))));
                    self.reading = None;
                    return;
                }
                Step::Finished => {
                    self.reading = None;
                    return;
                }
                Step::Scanned { .. }
                | Step::BoundaryFound { .. }
                | Step::BodyReceived(_)
                | Step::MessageComplete { .. }
                | Step::Opaque { .. } => {}
            }
        }
    }

    /// By what method a request asks whose head was not sent whole.
    fn unfinished(&self) -> Option<Asked> {
        let reading = self.reading.as_ref()?;
        (reading.waiting_for() == WaitingFor::Head).then(|| Asked::by(first_word(reading)))
    }
}

/// What stands where the method should.
fn first_word(reading: &Connection) -> &[u8] {
    let mut words = reading.buffered_octets().split(|&o| o == b' ');
    words.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread::{self, JoinHandle};

    use super::*;

    fn is_timeout(error: &io::Error) -> bool {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
    }

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A client, and a server that does this with its connection.
    fn with(server: impl FnOnce(TcpStream) + Send + 'static) -> (Client, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || server(listener.accept().unwrap().0));
        let client = Client::connect(address, PATIENCE).unwrap();
        (client, server)
    }

    const REQUESTS: &[u8] = b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";

    #[test]
    fn responses_come_whole_and_in_order_however_their_octets_do() {
        let (mut client, server) = with(|mut stream| {
            let mut requests = vec![0; REQUESTS.len()];
            stream.read_exact(&mut requests).unwrap();
            let all = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\
                HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nmore";
            for octet in all.chunks(1) {
                stream.write_all(octet).unwrap();
            }
        });
        let until = Client::deadline(PATIENCE);
        assert_eq!(client.send(REQUESTS, until).unwrap(), REQUESTS.len());
        let head = client.response(until).unwrap();
        assert_eq!((head.head.status().code(), head.content), (200, 0));
        assert_eq!(client.response(until).unwrap().content, 2);
        assert_eq!(client.end(until).unwrap(), 4);
        assert!(client.peer_finished());
        server.join().unwrap();
    }

    #[test]
    fn what_is_no_whole_response_is_an_error() {
        for (octets, kind) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
                ErrorKind::InvalidData,
            ),
            ("220 smtp\r\n", ErrorKind::InvalidData),
            ("", ErrorKind::InvalidData),
        ] {
            let (mut client, server) = with(move |mut stream| {
                let mut request = [0; 18];
                stream.read_exact(&mut request).unwrap();
                stream.write_all(octets.as_bytes()).unwrap();
            });
            let until = Client::deadline(PATIENCE);
            client.send(b"GET / HTTP/1.0\r\n\r\n", until).unwrap();
            assert_eq!(client.response(until).unwrap_err().kind(), kind);
            server.join().unwrap();
        }
    }

    #[test]
    fn what_is_no_response_does_not_pile_up() {
        let (mut client, server) = with(|mut stream| {
            for _ in 0..100 {
                stream.write_all(&[b'x'; 10_000]).unwrap();
            }
        });
        let until = Client::deadline(PATIENCE);
        assert!(client.response(until).is_err());
        let kept = client.answers.buffered().len();
        assert!(client.end(until).is_ok_and(|more| more == 1_000_000));
        assert_eq!(client.answers.buffered().len(), kept);
        server.join().unwrap();
    }

    #[test]
    fn octets_that_dribble_in_buy_no_time() {
        let (mut client, server) = with(|mut stream| {
            // Until the client is gone.
            while stream.write_all(b"H").is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
        let start = Instant::now();
        let until = Client::deadline(Duration::from_millis(100));
        assert!(is_timeout(&client.end(until).unwrap_err()));
        assert!(start.elapsed() < PATIENCE);
        drop(client);
        server.join().unwrap();
    }

    fn asked(sends: &[&[u8]]) -> (Vec<Asked>, Option<Asked>) {
        let mut requests = Requests::new();
        let mut asked = Vec::new();
        for octets in sends {
            requests.note(octets, |by| asked.push(by));
        }
        (asked, requests.unfinished())
    }

    #[test]
    fn what_is_asked_is_read_from_what_is_sent() {
        let get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(asked(&[get]), (vec![Asked::Other], None));
        let singles: Vec<_> = get.chunks(1).collect();
        assert_eq!(asked(&singles), (vec![Asked::Other], None));
        let three = b"HEAD / HTTP/1.0\n\n";
        assert_eq!(asked(&[three]), (vec![Asked::Head], None));
        let pipelined = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiHEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET";
        assert_eq!(
            asked(&[pipelined]),
            (vec![Asked::Other, Asked::Head], Some(Asked::Other))
        );
    }

    #[test]
    fn what_is_wrong_is_answered_too() {
        let wrong = b"HEAD / HTTP/1.1\r\nHost : x\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        assert_eq!(asked(&[wrong]), (vec![Asked::Head], None));
        assert_eq!(asked(&[b"\x16\x03"]), (vec![Asked::Other], None));
        assert_eq!(asked(&[b"HEAD /"]), (vec![], Some(Asked::Head)));
        assert_eq!(asked(&[]), (vec![], None));
    }
}
