//! The listening sockets: socket, setsockopt, bind, listen, each told as it happens.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use socket2::{Domain, Protocol, Socket, Type};

use super::address::Port;
use super::config::Config;
use super::kernel;
use crate::event::{ListenerEvent, Sink};

/// How many connections may wait for `accept`. The kernel caps it (net.core.somaxconn).
const BACKLOG: u16 = 1024;
/// How many ports above the default one are tried before giving up.
const PORTS_TRIED: u16 = 10;
/// How often a port picked by the system is tried on the second address.
const PICKS_TRIED: u8 = 8;

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct BindError {
    operation: &'static str,
    wanted: SocketAddr,
    source: io::Error,
}

impl BindError {
    fn is_taken(&self) -> bool {
        self.source.kind() == io::ErrorKind::AddrInUse
    }

    /// What is wrong, and what to do instead where that is known.
    fn sentence(&self) -> String {
        let (address, port) = (self.wanted.ip(), self.wanted.port());
        let kind = self.source.kind();
        if self.is_taken() {
            format!(
                "port {port} is in use on {address}: choose another with -p, or let -p 0 find a free one"
            )
        } else if kind == io::ErrorKind::PermissionDenied {
            format!("port {port} needs privileges on {address}: choose one above 1023 with -p")
        } else if kind == io::ErrorKind::AddrNotAvailable {
            format!(
                "{address} is not an address of this machine: -b takes one that is, localhost, or 0.0.0.0 for all"
            )
        } else if self.source.raw_os_error() == Some(rustix::io::Errno::NODEV.raw_os_error()) {
            format!(
                "the zone of {} is no interface of this machine: -b {address}%NAME names one",
                self.wanted
            )
        } else {
            format!(
                "{} failed for {}: {}",
                self.operation, self.wanted, self.source
            )
        }
    }
}

/// One listening socket.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: Socket,
    local: SocketAddr,
    #[cfg(not(target_os = "linux"))]
    send_timeout: Duration,
}

impl Listener {
    /// The address it is bound to, with the real port.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// The socket itself, to be asked about.
    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The address a connection came to.
    pub(crate) fn local_of(&self, stream: &TcpStream) -> SocketAddr {
        if self.local.ip().is_unspecified() {
            stream.local_addr().unwrap_or(self.local)
        } else {
            self.local
        }
    }

    /// The next connection, if one waits, with a socket that is not blocked on. Whether one
    /// does is known before: elsewhere another may have taken it.
    #[cfg(target_os = "linux")]
    pub(crate) fn accept_ready(&self) -> io::Result<(TcpStream, SocketAddr)> {
        use rustix::net::{SocketFlags, acceptfrom_with};
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let (socket, peer) = acceptfrom_with(&self.socket, flags)?;
        let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok());
        Ok((socket.into(), peer.ok_or(io::ErrorKind::InvalidData)?))
    }

    /// From now on nobody waits for connections in `accept`.
    #[cfg(target_os = "linux")]
    pub(crate) fn never_wait(&self) -> io::Result<()> {
        self.socket.set_nonblocking(true)
    }

    /// Waits for the next connection.
    pub(crate) fn accept(&self) -> io::Result<(Socket, SocketAddr)> {
        let (socket, peer) = self.socket.accept()?;
        let peer = peer.as_socket().ok_or(io::ErrorKind::InvalidData)?;
        #[cfg(not(target_os = "linux"))]
        // A socket that refuses its options is one whose peer is gone.
        set_options(&socket, self.send_timeout).map_err(|_| io::ErrorKind::ConnectionAborted)?;
        Ok((socket, peer))
    }

    /// Whether a connection waits for `accept`, or comes within `time`. A listener that was
    /// woken has something waiting too.
    pub(crate) fn has_waiting(&self, time: Duration) -> bool {
        let timeout = rustix::event::Timespec::try_from(time).ok();
        let mut polled = [PollFd::new(&self.socket, PollFlags::IN)];
        rustix::event::poll(&mut polled, timeout.as_ref()).is_ok_and(|ready| ready > 0)
    }

    /// Makes a blocked `accept` return. On Linux it fails with EINVAL after a shutdown;
    /// elsewhere it takes a connection to itself.
    pub(crate) fn wake(&self) {
        let shut = self.socket.shutdown(std::net::Shutdown::Both);
        if cfg!(not(target_os = "linux")) || shut.is_err() {
            let timeout = Duration::from_millis(200);
            let _ = TcpStream::connect_timeout(&self.local, timeout);
        }
    }
}

/// Opens a listening socket on every address, all on one port.
pub(crate) fn open(config: &Config, sink: &Sink) -> Result<Vec<Listener>, BindError> {
    let mut last = None;
    match config.port {
        Port::Exactly(0) => {
            for _ in 0..PICKS_TRIED {
                match open_on(config, 0, sink) {
                    // The port that was free on one address is taken on another: pick again.
                    Err(error) if error.is_taken() => {
                        last = Some(error);
                    }
                    result => return result,
                }
            }
        }
        Port::Exactly(port) => return open_on(config, port, sink),
        Port::From(first) => {
            for port in first..first.saturating_add(PORTS_TRIED) {
                match open_on(config, port, sink) {
                    Err(error) if error.is_taken() => {
                        last = Some(error);
                    }
                    result => return result,
                }
            }
        }
    }
    Err(last.unwrap_or_else(|| BindError {
        operation: "bind",
        wanted: SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0),
        source: io::ErrorKind::AddrInUse.into(),
    }))
}

fn open_on(config: &Config, port: u16, sink: &Sink) -> Result<Vec<Listener>, BindError> {
    let mut port = port;
    let mut listeners: Vec<Listener> = Vec::new();
    let mut missing = None;
    for &address in &config.addresses {
        match listen(address.with_port(port), config.longest_send(), sink) {
            Ok(listener) => {
                port = listener.local.port();
                listeners.push(listener);
            }
            // A machine without IPv6 has no ::1.
            Err(error) if address.optional && is_absent(&error.source) => {
                missing = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    match missing {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

/// How accepted sockets are set. On Linux they take it over from the listening one, which saves
/// two system calls for each.
fn set_options(socket: &Socket, send_timeout: Duration) -> io::Result<()> {
    // Whole responses are sent in one call, so there is nothing for Nagle to wait for.
    socket.set_tcp_nodelay(true)?;
    socket.set_write_timeout(Some(send_timeout))
}

/// socket, setsockopt, bind, listen.
fn listen(wanted: SocketAddr, send_timeout: Duration, sink: &Sink) -> Result<Listener, BindError> {
    let failed = |operation| {
        move |source| BindError {
            operation,
            wanted,
            source,
        }
    };
    let socket = Socket::new(
        Domain::for_address(wanted),
        Type::STREAM,
        Some(Protocol::TCP),
    )
    .map_err(failed("socket"))?;
    if wanted.is_ipv6() {
        socket
            .set_only_v6(true)
            .map_err(failed("setsockopt(IPV6_V6ONLY)"))?;
    }
    // So that the port can be bound again while old connections are in TIME_WAIT. On Windows
    // the option means something else: two servers on one port.
    #[cfg(not(windows))]
    socket
        .set_reuse_address(true)
        .map_err(failed("setsockopt(SO_REUSEADDR)"))?;
    sink.listener(ListenerEvent::Opened { wanted });
    socket.bind(&wanted.into()).map_err(failed("bind"))?;
    let local = socket
        .local_addr()
        .map_err(failed("getsockname"))?
        .as_socket()
        .unwrap_or(wanted);
    sink.listener(ListenerEvent::Bound { local });
    kernel::keep_syns(&socket);
    #[cfg(target_os = "linux")]
    set_options(&socket, send_timeout).map_err(failed("setsockopt"))?;
    socket
        .listen(i32::from(BACKLOG))
        .map_err(failed("listen"))?;
    sink.listener(ListenerEvent::Listening {
        local,
        backlog: u32::from(BACKLOG),
    });
    Ok(Listener {
        socket,
        local,
        #[cfg(not(target_os = "linux"))]
        send_timeout,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Detail;

    #[test]
    fn accepted_sockets_are_set_without_a_call_for_each() {
        let config = Config {
            send_timeout: Duration::from_secs(7),
            ..Config::default()
        };
        let (sink, _inbox) = Sink::new(Detail::Totals);
        for listener in open(&config, &sink).unwrap() {
            let _client = TcpStream::connect(listener.local()).unwrap();
            let (socket, _) = listener.accept().unwrap();
            assert!(socket.tcp_nodelay().unwrap());
            assert_eq!(socket.write_timeout().unwrap(), Some(config.send_timeout));
        }
    }
}
