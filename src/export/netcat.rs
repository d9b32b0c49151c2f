//! `printf … | nc`: a line for a shell that sends the same octets, in the same pieces.

use std::time::Duration;

use super::shell::{self, Quotes};
use super::{Cannot, Request, Written};

/// More pieces than this are sent as one: nobody reads a longer line.
const PIECES: usize = 24;
/// Under this much time apart two sends may arrive in one `recv`.
const SHORTEST: Duration = Duration::from_millis(100);
/// Nobody waits for longer than this for a line that was pasted.
const LONGEST: Duration = Duration::from_secs(2);

pub(super) fn command(request: &Request) -> Result<Written, Cannot> {
    let mut sends = request.sends()?;
    let mut but = None;
    // Whoever reads the line, `sh` keeps the pauses: a group of commands is written in one
    // way for fish and in another for everyone else.
    let paused = (2..=PIECES).contains(&sends.len());
    let quotes = if paused {
        Quotes::Double
    } else {
        Quotes::Single
    };
    if sends.len() > PIECES {
        sends = vec![(Duration::ZERO, request.octets()?)];
        but = Some("in one piece, as there were too many".into());
    }
    let mut parts = Vec::new();
    for (wait, octets) in &sends {
        if !parts.is_empty() {
            parts.push(format!("sleep {}", seconds(*wait)));
        }
        parts.push(format!("printf {}", shell::printf_format(octets, quotes)));
    }
    let mut print = parts.join("; ");
    if paused {
        print = shell::script(&print);
    }
    let (host, port) = (request.server.ip(), request.server.port());
    Ok(Written {
        octets: format!("{print} | nc {host} {port}").into_bytes(),
        but,
    })
}

/// Tenths of a second, for `sleep`.
fn seconds(wait: Duration) -> String {
    let tenths = wait.clamp(SHORTEST, LONGEST).as_millis() / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn line(pieces: &[(u64, &[u8], bool)]) -> Written {
        command(&samples::request(pieces)).unwrap()
    }

    #[test]
    fn pieces_are_sent_apart_and_what_was_cut_by_recv_together() {
        let written = line(&[
            (0, b"GET ", true),
            (0, b"/ HT", false),
            (430, b"TP/1.1\r\n", false),
            (9000, b"\r\n", false),
        ]);
        assert_eq!(
            String::from_utf8(written.octets).unwrap(),
            "sh -c 'printf \"GET / HT\"; sleep 0.4; printf \"TP/1.1\\r\\n\"; sleep 2.0; \
             printf \"\\r\\n\"' | nc 127.0.0.1 8080"
        );
        assert_eq!(written.but, None);
    }

    #[test]
    fn too_many_pieces_are_one() {
        let pieces = [(0, &b"x"[..], false); 40];
        let written = line(&pieces);
        let expected = format!("printf '{}' | nc 127.0.0.1 8080", "x".repeat(40));
        assert_eq!(String::from_utf8(written.octets).unwrap(), expected);
        assert!(written.but.is_some());
    }

    #[test]
    fn octets_that_are_missing_are_not_made_up() {
        let mut request = samples::request(&[(0, b"GET ", false)]);
        request.span.end += 1;
        assert!(command(&request).is_err());
        request.pieces.clear();
        request.span.end = request.span.start;
        assert!(command(&request).is_err());
    }
}
