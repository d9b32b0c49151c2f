//! Which sockets listen on a port, as Linux tells everybody (proc_pid_net(5)): whoever asks so
//! does not disturb the server with a connection.

use std::fs;

/// As much of the table as is read: a busy machine has a long one.
const LINES: usize = 1 << 17;
const LISTEN: &str = "0A";

/// The inodes of the sockets that listen on this port; none where there is no such table, or
/// where the server is not of this machine.
pub(super) fn listening(port: u16) -> Vec<u64> {
    let mut inodes = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        let lines = text.lines().skip(1).take(LINES);
        inodes.extend(lines.filter_map(|line| inode(line, port)));
    }
    inodes.sort_unstable();
    inodes
}

/// The inode of one line of the table, when it listens on this port.
fn inode(line: &str, port: u16) -> Option<u64> {
    let columns: Vec<_> = line.split_ascii_whitespace().collect();
    let (local, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
    let (_, digits) = local.rsplit_once(':')?;
    let here = u16::from_str_radix(digits, 16).ok()? == port && *state == LISTEN;
    here.then(|| inode.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 \
                        00000000     0        0 7733 1 0000000000000000 100 0 0 10 0";

    #[test]
    fn a_line_of_the_table_is_a_socket_that_listens() {
        assert_eq!(inode(LINE, 8080), Some(7733));
        assert_eq!(inode(LINE, 80), None);
        assert_eq!(inode(&LINE.replace(" 0A ", " 01 "), 8080), None);
        for end in 0..90 {
            assert_eq!(inode(&LINE[..end], 8080), None, "{end}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn another_socket_has_another_inode() {
        let first = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        let before = listening(port);
        assert_eq!(before.len(), 1);
        drop(first);
        assert!(listening(port).is_empty());
    }
}
