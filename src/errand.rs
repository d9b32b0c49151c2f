//! Layer 2: what somebody who watches asks for and cannot do: a file written, a request sent
//! again. Knows no screen.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::http::Status;

/// How long a connection, a send, or the next octets of an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long sends that came apart are kept apart at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long they are kept apart in all.
const PAUSES: Duration = Duration::from_secs(20);
/// The most that is read of an answer, to let the server finish it.
const ANSWER: u64 = 64 << 20;

/// Writes a file. One that is there is replaced only where that is wanted, and then at once:
/// there is never half a file of this name.
///
/// Gives the path as it can be found from anywhere.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when it is there and may not be replaced, or what the
/// system says.
pub fn save(path: &Path, octets: &[u8], replace: bool) -> io::Result<PathBuf> {
    if replace {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        write_new(&beside, octets)?;
        fs::rename(&beside, path).inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })?;
    } else {
        write_new(path, octets)?;
    }
    std::path::absolute(path)
}

fn write_new(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // It may hold cookies and credentials: it is for whoever asked for it alone.
    options.mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(octets).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// Sends octets to a server, each with how long to wait before them, and reads its answer to
/// the end. Takes half a minute at most before the answer, and then as long as octets come.
///
/// Gives the status of the answer; `None` when it is none of HTTP.
///
/// # Errors
/// The server cannot be reached, or stops answering.
pub fn send_again(to: SocketAddr, sends: &[(Duration, Vec<u8>)]) -> io::Result<Option<Status>> {
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut paused = Duration::ZERO;
    for (wait, octets) in sends {
        let wait = (*wait)
            .min(LONGEST_PAUSE)
            .min(PAUSES.saturating_sub(paused));
        thread::sleep(wait);
        paused += wait;
        match stream.write_all(octets) {
            // It may have refused already what has come so far: its answer says so.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            sent => sent?,
        }
    }
    // Nothing more will come: a server that keeps the connection open closes it now.
    match stream.shutdown(Shutdown::Write) {
        Err(error) if error.kind() != io::ErrorKind::NotConnected => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut first = Vec::new();
    let mut answer = stream.take(ANSWER);
    let read = answer.by_ref().take(16).read_to_end(&mut first);
    let status = status(&first);
    if status.is_none() {
        read?;
    }
    // What follows does not matter, nor how it ends: the status is known.
    let _ = io::copy(&mut answer, &mut io::sink());
    Ok(status)
}

/// The status in the beginning of a status-line (RFC 9112 §4).
fn status(line: &[u8]) -> Option<Status> {
    let rest = line.strip_prefix(b"HTTP/1.")?;
    let digits = std::str::from_utf8(rest.get(2..5)?).ok()?;
    digits.parse().ok().and_then(Status::from_code)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_replaced_only_where_that_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.bin");
        assert_eq!(save(&path, b"one", false).unwrap(), path);
        let refused = save(&path, b"two", false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600, "nobody else reads it");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        save(&path, b"three", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(save(&dir.path().join("no/where"), b"", false).is_err());
    }

    #[test]
    fn octets_are_sent_as_they_are_and_the_status_is_read() {
        for (answer, expected) in [
            ("HTTP/1.1 404 Not Found\r\n\r\n", Some(404)),
            ("HTTP/1.1 200 OK\r\n\r\nmore", Some(200)),
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
            let status = send_again(to, &sends).unwrap().map(Status::code);
            assert_eq!(status, expected);
            assert_eq!(server.join().unwrap(), b"GET /\0\xff\n");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap();
        drop(listener);
        assert!(send_again(to, &[]).is_err());
    }
}
