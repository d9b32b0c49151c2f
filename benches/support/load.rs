//! Load over loopback: one thread keeps every connection busy, and whenever a response has
//! come, the next request goes out.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

use super::servers::Server;

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// What a server is asked for, again and again.
pub(crate) struct Load<'a> {
    /// The file, below the root.
    pub(crate) file: &'a str,
    /// How many connections are open at any time.
    pub(crate) connections: usize,
    /// Whether a connection serves for one request or for all.
    pub(crate) persistent: bool,
}

/// What came of one turn.
pub(crate) struct Turn {
    /// Responses a second, the parts that came of the last ones counted.
    pub(crate) rate: f64,
    /// How many responses came, parts counted.
    answered: f64,
    /// CPU time the server spent on them.
    spent: Duration,
}

/// The CPU time that a response cost in all of these turns, in microseconds. The kernel counts
/// in hundredths of a second: of one turn that is too little.
pub(crate) fn cost<'t>(turns: impl Iterator<Item = &'t Turn>) -> f64 {
    let (answered, spent) = turns.fold((0.0, 0.0), |(answered, spent), turn| {
        (answered + turn.answered, spent + turn.spent.as_secs_f64())
    });
    1e6 * spent / answered
}

/// A connection, and how much of its response is still to come.
struct Exchange {
    stream: TcpStream,
    left: usize,
}

impl Load<'_> {
    /// Loads `server` for `time`.
    pub(crate) fn run(&self, server: &Server, time: Duration) -> Turn {
        let request = self.request();
        let mut piece = vec![0; PIECE];
        let length = settled_length(server.port, &request, &mut piece);
        let mut exchanges: Vec<_> = (0..self.connections)
            .map(|_| Exchange {
                stream: begin(server.port, &request),
                left: length,
            })
            .collect();
        let mut octets = 0;
        let before = server.cpu_time();
        let start = Instant::now();
        while start.elapsed() < time {
            let mut waiting: Vec<_> = exchanges
                .iter()
                .map(|exchange| PollFd::new(&exchange.stream, PollFlags::IN))
                .collect();
            poll(&mut waiting, None).unwrap();
            let ready: Vec<_> = waiting.iter().map(|fd| !fd.revents().is_empty()).collect();
            let ready = exchanges.iter_mut().zip(ready).filter(|(_, ready)| *ready);
            for (exchange, _) in ready {
                let most = exchange.left.min(PIECE);
                let n = exchange.stream.read(&mut piece[..most]).unwrap();
                assert!(n > 0, "closed within a response");
                octets += n;
                exchange.left -= n;
                if exchange.left > 0 {
                    continue;
                }
                exchange.left = length;
                if self.persistent {
                    exchange.stream.write_all(&request).unwrap();
                } else {
                    exchange.stream = begin(server.port, &request);
                }
            }
        }
        let took = start.elapsed();
        let spent = server.cpu_time().saturating_sub(before);
        let answered = number(octets) / number(length);
        Turn {
            rate: answered / took.as_secs_f64(),
            answered,
            spent,
        }
    }

    fn request(&self) -> Vec<u8> {
        let close = if self.persistent {
            ""
        } else {
            "Connection: close\r\n"
        };
        format!(
            "GET /{} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n{close}\r\n",
            self.file
        )
        .into_bytes()
    }
}

/// Connects and sends the first request.
fn begin(port: u16, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(request).unwrap();
    stream
}

#[expect(
    clippy::cast_precision_loss,
    reason = "octets of one turn are far below 2^52"
)]
fn number(octets: usize) -> f64 {
    octets as f64
}

/// How long a response is, head and content: all of them are alike, once the file is old enough
/// for a strong entity tag. Before that the head is another one.
fn settled_length(port: u16, request: &[u8], piece: &mut [u8]) -> usize {
    loop {
        if let Some(length) = response_length(&begin(port, request), piece) {
            return length;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// How long a response is; `None` where its entity tag is weak.
fn response_length(mut stream: &TcpStream, piece: &mut [u8]) -> Option<usize> {
    let mut filled = 0;
    loop {
        let n = stream.read(&mut piece[filled..]).unwrap();
        assert!(n > 0, "closed within a head");
        filled += n;
        let come = &piece[..filled];
        if let Some(end) = come.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = std::str::from_utf8(&come[..end]).unwrap();
            assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("Content-Length: "))
                .unwrap();
            let length = end + 4 + length.parse::<usize>().unwrap();
            return (!head.contains("\r\nETag: W/")).then_some(length);
        }
    }
}

/// The one in the middle.
pub(crate) fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// The first two numbers on the command line: how long a turn takes, and how many rounds of
/// turns there are.
pub(crate) fn turns() -> (Duration, u32) {
    let numbers: Vec<u32> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let turn = Duration::from_secs(numbers.first().copied().unwrap_or(1).into());
    (turn, numbers.get(1).copied().unwrap_or(5))
}
