//! A client of a lesson: its socket, and what came and was not looked at yet.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use crate::poke::Client;

/// How many octets one `recv` asks for.
const ASKED: usize = 16384;

/// One client.
#[derive(Debug)]
pub(super) struct Talker {
    client: Client,
    /// Our end, by which the server knows it.
    pub(super) local: SocketAddr,
    came: Vec<u8>,
}

/// A response, as far as a lesson looks at it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) status_line: String,
    /// Octets of content.
    pub(super) content: usize,
}

impl Talker {
    pub(super) fn connect(address: SocketAddr, within: Duration) -> io::Result<Self> {
        let client = Client::connect(address, within)?;
        let local = client.local()?;
        Ok(Self {
            client,
            local,
            came: Vec::new(),
        })
    }

    /// Sends all of `octets`; a lesson sends so few that one call takes them.
    pub(super) fn send(&mut self, octets: &[u8], within: Duration) -> io::Result<usize> {
        self.client.send(octets, within)
    }

    /// Receives one whole response.
    pub(super) fn response(&mut self, within: Duration) -> io::Result<Response> {
        loop {
            if let Some((response, length)) = first_response(&self.came) {
                self.came.drain(..length);
                return Ok(response);
            }
            if self.more(within)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Receives until FIN: how many octets came before it.
    pub(super) fn end(&mut self, within: Duration) -> io::Result<usize> {
        while self.more(within)? > 0 {}
        Ok(std::mem::take(&mut self.came).len())
    }

    pub(super) fn half_close(&self) -> io::Result<()> {
        self.client.half_close()
    }

    pub(super) fn reset(self) -> io::Result<()> {
        self.client.reset()
    }

    fn more(&mut self, within: Duration) -> io::Result<usize> {
        let mut buffer = vec![0; ASKED];
        loop {
            match self.client.receive(&mut buffer, within) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.came.extend(buffer.iter().take(count));
                    return Ok(count);
                }
            }
        }
    }
}

/// The response that `octets` begin with, and how long it is; `None` while it is not whole.
/// The server of a lesson announces the length of all content.
fn first_response(octets: &[u8]) -> Option<(Response, usize)> {
    let head = 4 + octets.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(octets.get(..head)?);
    let mut lines = text.lines();
    let status_line = lines.next()?.to_owned();
    let status = status_line.split(' ').nth(1)?.parse().ok()?;
    let content = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Some(0), |(_, value)| value.trim().parse().ok())?;
    let length = head + content;
    let response = Response {
        status,
        status_line,
        content,
    };
    (octets.len() >= length).then_some((response, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_cut_off_when_it_is_whole() {
        let octets = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404";
        for length in 0..39 {
            assert_eq!(first_response(&octets[..length]), None, "{length}");
        }
        let response = Response {
            status: 200,
            status_line: "HTTP/1.1 200 OK".into(),
            content: 2,
        };
        assert_eq!(first_response(octets), Some((response, 40)));
    }
}
