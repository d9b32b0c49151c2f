//! A request that is sent again: the octets of one that came, in the same pieces.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::script::{Did, End, Ending, Piece, Script, perform};
use crate::http::{Status, Step};

/// How long the peer may take to send the next octets of its response, or to take ours.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long everything may take: a server may be slowed down for a class.
const LONGEST: Duration = Duration::from_secs(600);
/// How long sends that came apart are kept apart at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long they are kept apart in all.
const PAUSES: Duration = Duration::from_secs(20);

/// Sends octets to a server, each with how long to wait before them, and receives its response
/// to the end. Takes half a minute at most before the response begins.
///
/// Says from where the connection was made, as soon as it is.
///
/// Gives the status of the first final response; `None` when there is none, or it is none of
/// HTTP.
///
/// # Errors
/// The server cannot be reached, or stops answering.
pub fn resend(
    to: SocketAddr,
    sends: &[(Duration, Vec<u8>)],
    connected: &mut dyn FnMut(SocketAddr),
) -> io::Result<Option<Status>> {
    let mut left = PAUSES;
    let pieces = sends.iter().map(|(wait, octets)| {
        let pause = (*wait).min(LONGEST_PAUSE).min(left);
        left -= pause;
        Piece { pause, octets }
    });
    let script = Script {
        pieces: pieces.collect(),
        // Nothing more will come: a server that keeps the connection open closes it now.
        ending: (Duration::ZERO, Ending::HalfClose),
        time: LONGEST,
        silence: PATIENCE,
    };
    let mut status = None;
    let mut failed = None;
    let mut tell = |_, did: Did<'_>| {
        match did {
            Did::Understood(Step::Parsed { head, framing }) if !framing.interim => {
                status = status.or(Some(head.status()));
            }
            Did::Failed { error, .. } => failed = Some(error),
            Did::Connected { local, .. } => connected(local),
            Did::Sent { .. }
            | Did::Received { .. }
            | Did::Understood(_)
            | Did::Called(_)
            | Did::Ended(_) => {}
        }
        Ok(())
    };
    let end = perform(&[to], &script, &mut tell)?;
    match (status, end) {
        // What follows does not matter, nor how it ends.
        (Some(status), _) => Ok(Some(status)),
        (None, End::PeerFinished | End::TooMuch | End::WeReset) => Ok(None),
        (None, End::Silence | End::SendStalled) => Err(io::ErrorKind::TimedOut.into()),
        (None, End::PeerReset | End::NoConnection | End::Failed) => {
            Err(failed.unwrap_or_else(|| io::ErrorKind::ConnectionReset.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn octets_are_sent_as_they_are_and_the_status_is_read() {
        for (answer, expected) in [
            ("HTTP/1.1 404 Not Found\r\n\r\n", Some(404)),
            ("HTTP/1.1 200 OK\r\n\r\nmore", Some(200)),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 X\r\n\r\n",
                Some(204),
            ),
            ("220 smtp\r\n", None),
            ("", None),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let to = listener.local_addr().unwrap();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut came = Vec::new();
                stream.read_to_end(&mut came).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
                came
            });
            let sends = [
                (Duration::ZERO, b"GET /\0".to_vec()),
                (Duration::from_millis(1), b"\xff\n".to_vec()),
            ];
            let status = resend(to, &sends, &mut |_| {}).unwrap().map(Status::code);
            assert_eq!(status, expected);
            assert_eq!(server.join().unwrap(), b"GET /\0\xff\n");
        }
    }

    #[test]
    fn a_refusal_is_read_although_the_rest_cannot_be_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut first = [0];
            stream.read_exact(&mut first).unwrap();
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .unwrap();
            // What comes now finds nobody: it is answered with RST.
        });
        let mut sends = vec![(Duration::ZERO, b"G".to_vec())];
        sends.extend((0..4).map(|_| (Duration::from_millis(50), b"ET".to_vec())));
        let status = resend(to, &sends, &mut |_| {}).unwrap().map(Status::code);
        assert_eq!(status, Some(400));
        server.join().unwrap();
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap();
        drop(listener);
        let error = resend(to, &[], &mut |_| {}).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
