//! What waits before `accept`: how many from TCP_INFO of the listening socket, who from
//! /proc/net/tcp (proc_pid_net(5)). Both without privilege.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::Socket;

use super::tcp_info;
use crate::event::{AcceptQueue, Unaccepted};

/// As much of the table as is read: a busy machine has a long one.
const LINES: usize = 1 << 17;
const ESTABLISHED: &str = "01";
/// A connection that no program has accepted has no inode.
const NO_INODE: &str = "0";

/// What waits on all of these listening sockets, each with the address it is bound to.
pub(super) fn read<'s>(listening: impl Iterator<Item = (&'s Socket, SocketAddr)>) -> AcceptQueue {
    let mut queue = AcceptQueue::default();
    let mut ports = Vec::new();
    for (socket, local) in listening {
        ports.push(local.port());
        if let Ok(info) = tcp_info::read(socket) {
            queue.waiting = sum(queue.waiting, info.waiting());
            queue.limit = sum(queue.limit, info.backlog());
        }
    }
    // Reading the table costs more than asking the sockets.
    if queue.waiting.is_some_and(|waiting| waiting > 0) {
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let text = fs::read_to_string(table).unwrap_or_default();
            queue.peers.extend(
                text.lines()
                    .skip(1)
                    .take(LINES)
                    .filter_map(|line| unaccepted(line, &ports)),
            );
        }
    }
    queue
}

fn sum(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (known, None) | (None, known) => known,
    }
}

/// The peer of one line of the table, when it waits before `accept` on one of `ports`.
fn unaccepted(line: &str, ports: &[u16]) -> Option<Unaccepted> {
    let mut columns = line.split_ascii_whitespace().skip(1);
    let (local, remote, state, queues) = (
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
    );
    let inode = columns.nth(4)?;
    let ours = address(local).is_some_and(|local| ports.contains(&local.port()));
    if !ours || state != ESTABLISHED || inode != NO_INODE {
        return None;
    }
    let (_, unread) = queues.split_once(':')?;
    Some(Unaccepted {
        peer: address(remote)?,
        unread: u64::from_str_radix(unread, 16).ok()?,
    })
}

/// An address as the table writes it: 32-bit words in the machine's byte order, then the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (words, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let digits = words.get(at * 8..at * 8 + 8)?;
        Some(u32::from_str_radix(digits, 16).ok()?.to_ne_bytes())
    };
    let ip = if words.len() == 8 {
        IpAddr::V4(Ipv4Addr::from(word(0)?))
    } else {
        let mut octets = [0; 16];
        for (at, four) in octets.chunks_mut(4).enumerate() {
            four.copy_from_slice(&word(at)?);
        }
        IpAddr::V6(Ipv6Addr::from(octets)).to_canonical()
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITING: &str = "   1: 0100007F:1F90 0100007F:C8A2 01 00000000:00000013 00:00000000 \
                           00000000     0        0 0 1 0000000000000000 20 4 30 10 -1";

    #[test]
    fn a_line_of_the_table_is_a_peer_that_waits() {
        assert_eq!(
            unaccepted(WAITING, &[8080]),
            Some(Unaccepted {
                peer: "127.0.0.1:51362".parse().unwrap(),
                unread: 19
            })
        );
    }

    #[test]
    fn other_ports_other_states_accepted_connections_and_torn_lines_are_not() {
        assert_eq!(unaccepted(WAITING, &[80]), None);
        assert_eq!(unaccepted(&WAITING.replace(" 01 ", " 06 "), &[8080]), None);
        assert_eq!(
            unaccepted(&WAITING.replace(" 0 1 ", " 7733 1 "), &[8080]),
            None
        );
        for end in 0..60 {
            assert_eq!(unaccepted(&WAITING[..end], &[8080]), None);
        }
    }

    #[test]
    fn ipv6_addresses_are_read_too() {
        let text = "00000000000000000000000001000000:1F90";
        assert_eq!(address(text), Some("[::1]:8080".parse().unwrap()));
    }
}
