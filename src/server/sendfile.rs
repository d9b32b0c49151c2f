//! What an error of `sendfile` says: the call reads and sends in one, and its error does not
//! tell which of the two failed.

use std::io;

use rustix::io::Errno;

/// Why one `sendfile` sent nothing.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// The system does not do it with this file, or not at all: it can be read and sent. Where
    /// that fails too, it is known which of the two did.
    Refused(io::Error),
    /// The file could not be read.
    Unreadable(io::Error),
    /// The socket did not take it.
    Socket(io::Error),
}

impl From<Errno> for NotSent {
    fn from(error: Errno) -> Self {
        match error {
            // The device under the file: it is not asked a second time, and the peer has no
            // part in it.
            Errno::IO => Self::Unreadable(error.into()),
            // What send(2) and tcp(7) know. Not to be found out a second time: an error that is
            // pending on a socket is told once.
            Errno::AGAIN
            | Errno::INTR
            | Errno::PIPE
            | Errno::CONNRESET
            | Errno::CONNABORTED
            | Errno::NOTCONN
            | Errno::TIMEDOUT
            | Errno::HOSTUNREACH
            | Errno::NETUNREACH
            | Errno::NETDOWN
            | Errno::NOBUFS => Self::Socket(error.into()),
            // sendfile(2): EINVAL where the file cannot be mapped (FUSE and overlays in direct
            // I/O, files of /proc), ENOSYS; EPERM and EOPNOTSUPP from sandboxes and the like;
            // EOVERFLOW and whatever else there is.
            other => Self::Refused(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blamed(error: Errno) -> &'static str {
        match NotSent::from(error) {
            NotSent::Refused(_) => "call",
            NotSent::Unreadable(_) => "file",
            NotSent::Socket(_) => "socket",
        }
    }

    #[test]
    fn what_the_system_refuses_to_do_is_done_in_two_steps() {
        for error in [
            Errno::INVAL,
            Errno::NOSYS,
            Errno::OPNOTSUPP,
            Errno::PERM,
            Errno::ACCESS,
            Errno::OVERFLOW,
            Errno::SPIPE,
            Errno::NOMEM,
            Errno::STALE,
        ] {
            assert_eq!(blamed(error), "call", "{error:?}");
        }
    }

    #[test]
    fn the_peer_is_blamed_for_what_a_socket_can_fail_with_and_for_nothing_else() {
        for error in [
            Errno::PIPE,
            Errno::CONNRESET,
            Errno::TIMEDOUT,
            Errno::AGAIN,
            Errno::INTR,
        ] {
            assert_eq!(blamed(error), "socket", "{error:?}");
        }
        assert_eq!(blamed(Errno::IO), "file");
    }
}
