//! The listening sockets of the page.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// How many ports are tried, one after the other.
const TRIED: u16 = 20;
const BACKLOG: i32 = 256;

/// Listens on these addresses, all on one port: this one, or where another is as good the first
/// free one from it on.
///
/// # Errors
/// No socket can be had there.
pub fn listen(addresses: &[SocketAddr], first: u16, exactly: bool) -> io::Result<Vec<TcpListener>> {
    let last = if exactly {
        first
    } else {
        first.saturating_add(TRIED)
    };
    let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for port in first..=last {
        match addresses
            .iter()
            .map(|&address| open(address, port))
            .collect()
        {
            Ok(listeners) => return Ok(listeners),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// The port they listen on.
pub fn port(listeners: &[TcpListener]) -> Option<u16> {
    let local = listeners.first()?.local_addr();
    local.ok().map(|address| address.port())
}

fn open(mut address: SocketAddr, port: u16) -> io::Result<TcpListener> {
    address.set_port(port);
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // The other family has a socket of its own.
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over_unless_it_was_asked_for() {
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let taken = listen(&[local], 0, true).unwrap();
        let taken = port(&taken).map(|port| (port, taken)).unwrap();
        assert!(listen(&[local], taken.0, true).is_err());
        let next = listen(&[local], taken.0, false).unwrap();
        assert!(port(&next).unwrap() > taken.0);
    }
}
