//! What a drill prints: each call with its return value and the time, and the octets it
//! moved, visible and harmless. Times come as arguments.

use std::io::{self, Write};
use std::time::Duration;

use crate::client::{Did, End};
use crate::event::escape;

/// Octets in one printed line at most.
const LINE: usize = 64;

/// Which way octets went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Sent,
    Received,
}

/// Prints one connection, and counts.
#[derive(Debug)]
pub(super) struct Report<W> {
    out: W,
    sends: u64,
    sent: u64,
    recvs: u64,
    received: u64,
}

impl<W: Write> Report<W> {
    pub(super) const fn new(out: W) -> Self {
        Self {
            out,
            sends: 0,
            sent: 0,
            recvs: 0,
            received: 0,
        }
    }

    pub(super) fn connection(&mut self, number: u32, of: u32) -> io::Result<()> {
        writeln!(self.out, "connection {number} of {of}")
    }

    /// Prints one thing that was done. What octets mean is not for a drill to say.
    pub(super) fn tell(&mut self, at: Duration, did: Did<'_>) -> io::Result<()> {
        match did {
            Did::Connected { address, local } => {
                self.call(at, &format!("connect({address}) = 0   from {local}"))
            }
            Did::Sent { octets, taken } => self.sent(at, octets, taken),
            Did::Received { octets, asked } => self.received(at, asked, octets),
            Did::Understood(_) => Ok(()),
            Did::Called(call) => self.call(at, &format!("{call} = 0")),
            Did::Failed { call, error } => self.call(at, &format!("{call} = -1   {error}")),
            Did::Ended(end) => self.ended(at, end),
        }
    }

    fn sent(&mut self, at: Duration, asked: &[u8], taken: usize) -> io::Result<()> {
        self.sends += 1;
        self.sent += taken as u64;
        self.call(at, &format!("send({}) = {taken}", asked.len()))?;
        self.octets(Way::Sent, asked.get(..taken).unwrap_or_default())
    }

    fn received(&mut self, at: Duration, asked: usize, octets: &[u8]) -> io::Result<()> {
        self.recvs += 1;
        self.received += octets.len() as u64;
        let note = if octets.is_empty() {
            "   the peer has sent FIN: nothing more will come"
        } else {
            ""
        };
        self.call(at, &format!("recv({asked}) = {}{note}", octets.len()))?;
        self.octets(Way::Received, octets)
    }

    fn ended(&mut self, at: Duration, end: End) -> io::Result<()> {
        let how = match end {
            End::PeerFinished => "ended by FIN of the peer",
            End::WeReset => "ended by our RST",
            End::PeerReset => "ended by RST of the peer",
            End::SendStalled => "ended by timeout: the peer takes no more octets",
            End::Silence => "ended by timeout: the peer has not closed; closed from here",
            End::TooMuch => "ended from here: more came than a drill receives",
            End::NoConnection => "no connection",
            End::Failed => "ended by an error",
        };
        writeln!(
            self.out,
            "{how}, after {}: {} of {}, {} of {}",
            seconds(at),
            plural(self.sends, "send"),
            plural(self.sent, "octet"),
            plural(self.recvs, "recv"),
            plural(self.received, "octet"),
        )?;
        self.out.flush()
    }

    fn call(&mut self, at: Duration, text: &str) -> io::Result<()> {
        writeln!(self.out, "{:>12}  {text}", format!("+{}", seconds(at)))?;
        self.out.flush()
    }

    fn octets(&mut self, way: Way, octets: &[u8]) -> io::Result<()> {
        let mark = match way {
            Way::Sent => '>',
            Way::Received => '<',
        };
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            for piece in line.chunks(LINE) {
                writeln!(self.out, "              {mark} {}", escape(piece))?;
            }
        }
        self.out.flush()
    }
}

fn seconds(time: Duration) -> String {
    format!("{}.{:06} s", time.as_secs(), time.subsec_micros())
}

fn plural(count: u64, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_shows_every_octet_and_none_that_acts() {
        let mut out = Vec::new();
        let mut report = Report::new(&mut out);
        let at = Duration::from_micros(1_234_056);
        report.sent(at, b"GET /\x1b[2J\r\n\r\nrest", 12).unwrap();
        report.received(at, 16384, &[b'a'; 65]).unwrap();
        report.received(at, 16384, b"").unwrap();
        report.ended(at, End::PeerFinished).unwrap();
        let expected = format!(
            "+1.234056 s  send(17) = 12
              > GET /\\x1b[2J\\r\\n
              > \\r
 +1.234056 s  recv(16384) = 65
              < {}
              < a
 +1.234056 s  recv(16384) = 0   the peer has sent FIN: nothing more will come
ended by FIN of the peer, after 1.234056 s: 1 send of 12 octets, 2 recvs of 65 octets
",
            "a".repeat(64)
        );
        assert_eq!(String::from_utf8(out).unwrap().trim_start(), expected);
    }
}
