//! Performs a plan on a socket. The only place of the drill that knows one, and a clock.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use super::client::Client;
use super::drill::Ending;
use super::plan::Plan;
use super::report::Report;

/// How many octets one recv asks for.
const ASKED: usize = 16384;
/// A drill receives so much and no more.
const MOST_RECEIVED: usize = 64 << 20;
/// How long connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
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

/// Performs `plan` on one connection to the first of `addresses` that takes it. The errors
/// are those of the report.
pub(super) fn perform<W: Write>(
    addresses: &[SocketAddr],
    plan: &Plan,
    wait: Duration,
    report: &mut Report<W>,
) -> io::Result<End> {
    let start = Instant::now();
    let mut end = End::NoConnection;
    for address in addresses {
        match Client::connect(*address, CONNECT_TIME) {
            Ok(client) => {
                let start = Instant::now();
                report.connected(start.elapsed(), *address, client.local())?;
                let mut connection = Connection {
                    client: Some(client),
                    start,
                    deadline: start + plan.delays() + wait,
                    received: 0,
                    peer_finished: false,
                    report,
                };
                end = connection.drill(plan)?;
                break;
            }
            Err(error) => {
                report.failed(start.elapsed(), &format!("connect({address})"), &error)?;
            }
        }
    }
    report.ended(start.elapsed(), end)?;
    Ok(end)
}

struct Connection<'a, W> {
    /// `None` once it is closed.
    client: Option<Client>,
    start: Instant,
    /// When everything has to be over.
    deadline: Instant,
    received: usize,
    peer_finished: bool,
    report: &'a mut Report<W>,
}

/// Either the drill goes on or it has ended.
type Go = Option<End>;

impl<W: Write> Connection<'_, W> {
    fn drill(&mut self, plan: &Plan) -> io::Result<End> {
        let mut sends = plan.sends().iter().peekable();
        while let Some(octets) = sends.next() {
            if let Some(end) = self.send(octets)? {
                return Ok(end);
            }
            let goes_on = sends.peek().is_some() || plan.ending() != Ending::Receive;
            if goes_on && let Some(end) = self.receive_until(Instant::now() + plan.delay())? {
                return Ok(end);
            }
        }
        match plan.ending() {
            Ending::Receive => {}
            Ending::HalfClose => self.half_close()?,
            Ending::Reset => return self.reset(),
        }
        match self.receive_until(self.deadline)? {
            Some(end) => Ok(end),
            None if self.peer_finished => Ok(End::PeerFinished),
            None => Ok(End::Silence),
        }
    }

    /// Sends all of `octets`, in as many calls as the kernel wants.
    fn send(&mut self, mut octets: &[u8]) -> io::Result<Go> {
        while !octets.is_empty() {
            let left = self.deadline.saturating_duration_since(Instant::now());
            let Some(client) = &mut self.client else {
                return Ok(Some(End::Failed));
            };
            if left.is_zero() {
                return Ok(Some(End::SendStalled));
            }
            let result = client.send(octets, left);
            let at = self.start.elapsed();
            match result {
                Ok(taken) => {
                    self.report.sent(at, octets, taken)?;
                    octets = octets.get(taken..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let call = format!("send({})", octets.len());
                    self.report.failed(at, &call, &error)?;
                    return Ok(Some(end_of(&error, End::SendStalled)));
                }
            }
        }
        Ok(None)
    }

    /// Receives whatever comes until `until`. After FIN there is nothing to receive: then it
    /// waits, or is done if there is nothing left to wait for.
    fn receive_until(&mut self, until: Instant) -> io::Result<Go> {
        let mut buffer = vec![0; ASKED];
        loop {
            let left = until
                .min(self.deadline)
                .saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            if self.peer_finished {
                if until < self.deadline {
                    thread::sleep(left);
                }
                return Ok(None);
            }
            let Some(client) = &mut self.client else {
                return Ok(Some(End::Failed));
            };
            let result = client.receive(&mut buffer, left);
            let at = self.start.elapsed();
            match result {
                Ok(count) => {
                    let octets = buffer.get(..count).unwrap_or_default();
                    self.report.received(at, ASKED, octets)?;
                    self.peer_finished = count == 0;
                    self.received += count;
                    if self.received > MOST_RECEIVED {
                        return Ok(Some(End::TooMuch));
                    }
                }
                Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.report.failed(at, &format!("recv({ASKED})"), &error)?;
                    return Ok(Some(end_of(&error, End::Silence)));
                }
            }
        }
    }

    /// Sends FIN: nothing more will come from here, but the peer may go on.
    fn half_close(&mut self) -> io::Result<()> {
        let Some(client) = &self.client else {
            return Ok(());
        };
        let result = client.half_close();
        let at = self.start.elapsed();
        match result {
            Ok(()) => self.report.did(at, "shutdown(SHUT_WR)"),
            Err(error) => self.report.failed(at, "shutdown(SHUT_WR)", &error),
        }
    }

    /// Closes with RST: what was not received yet on either side is thrown away.
    fn reset(&mut self) -> io::Result<End> {
        let Some(client) = self.client.take() else {
            return Ok(End::Failed);
        };
        let call = "setsockopt(SO_LINGER, 0 s)";
        let result = client.reset();
        let at = self.start.elapsed();
        match result {
            Ok(()) => {
                self.report.did(at, call)?;
                self.report.did(at, "close()")?;
                Ok(End::WeReset)
            }
            Err(error) => {
                self.report.failed(at, call, &error)?;
                Ok(End::Failed)
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
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
