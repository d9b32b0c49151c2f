//! One plain sentence on what happened last on a connection. It gives no advice.

use super::conn::Conn;
use super::format::{self, plural};
use super::rung::{Found, Rung};
use super::words;
use crate::event::{failure, inert};
use crate::http::BodyLength;

/// What happened last on `conn`.
pub(crate) fn of(conn: &Conn) -> String {
    let Some((_, rung)) = conn.ladder.back() else {
        return format!("Connection {} is known by its counts alone.", conn.id);
    };
    match rung {
        Rung::Accepted => match conn.peer {
            Some(peer) => format!(
                "accept returned connection {} from {peer}; nothing has come yet.",
                conn.id
            ),
            None => format!("accept returned connection {}.", conn.id),
        },
        Rung::Received { octets, asked } => received(*octets, *asked),
        Rung::Scanned { looked_at, matched } => scanned(conn, *looked_at, *matched),
        Rung::Boundary { head } => format!(
            "CR LF CR LF was found: {} are cut off as the head of a request.",
            plural(head.len(), "octet")
        ),
        Rung::Parsed => parsed(conn),
        Rung::Rejected(diagnosis) => format!(
            "The request is refused with {} {}.",
            diagnosis.status(),
            diagnosis.status().reason()
        ),
        Rung::Continued => "100 Continue was sent: the peer may send the body.".into(),
        Rung::Body { octets } => format!(
            "{} of the body were taken out of the receive buffer.",
            plural(*octets, "octet")
        ),
        Rung::Resolved(found) => match found {
            Found::File(length) => {
                format!("The target names a file of {}.", plural(*length, "octet"))
            }
            Found::Directory => "The target names a directory, without its slash.".into(),
            Found::Generated => "The target names something the server makes itself.".into(),
            Found::Nothing => "The target names nothing that is served.".into(),
        },
        Rung::Responding(status) => format!("The response begins: {status} {}.", status.reason()),
        Rung::Sent { octets, of, .. } => sent(*octets, *of),
        Rung::Responded { status, took } => format!(
            "The response {status} is complete, {} after the request was; {}",
            format::took(*took),
            if conn.finished {
                "it was the last one: FIN is sent, and the peer may finish."
            } else if conn.buffered().is_empty() {
                "the connection waits for the next request."
            } else {
                "the next request is already in the receive buffer."
            }
        ),
        Rung::Held(before) => format!(
            "The worker is held before {}: its deadlines stand still, and what the peer sends waits in the kernel.",
            words::station(*before)
        ),
        Rung::Released(after) => format!("The worker goes on after {}.", format::took(*after)),
        Rung::Finished => {
            "shutdown(SHUT_WR) sent our FIN: this side has nothing more to say, and still listens."
                .into()
        }
        Rung::PeerFinished => {
            "recv returned 0: the peer has sent its FIN and will send nothing more.".into()
        }
        Rung::TimedOut { waiting_for, after } => format!(
            "{} s passed in waiting for {}: the deadline is over.",
            after.as_secs(),
            words::waiting(*waiting_for)
        ),
        Rung::Failed(operation, kind) => {
            let why = failure(*kind);
            format!("{} failed: {why}.", words::operation(*operation))
        }
        Rung::Closed(by, reason) => format!(
            "The connection was closed by the {}: {}.",
            words::end(*by),
            words::close_reason(*reason)
        ),
        Rung::LeftOut(n) => format!("{} were counted and not told.", plural(*n, "record")),
    }
}

fn received(octets: usize, asked: usize) -> String {
    let rest = if octets < asked {
        "TCP delivers what is there, and knows no messages."
    } else {
        "there may be more."
    };
    format!(
        "recv returned {octets} of the {} asked for: {rest}",
        plural(asked as u64, "octet")
    )
}

fn scanned(conn: &Conn, looked_at: u64, matched: u8) -> String {
    let found = match matched {
        0 => "it does not end in a part of CR LF CR LF".to_owned(),
        4 => "CR LF CR LF is complete".to_owned(),
        n => format!("{n} of the four octets CR LF CR LF match"),
    };
    match conn.stream.last() {
        Some(run) => format!(
            "recv returned {} of the {} asked for; the search looked at {}: {found}.",
            run.octets.len(),
            plural(run.asked as u64, "octet"),
            format::count(looked_at),
        ),
        None => format!(
            "The search looked at {}: {found}.",
            plural(looked_at, "octet")
        ),
    }
}

fn parsed(conn: &Conn) -> String {
    let parts = conn
        .exchanges
        .back()
        .and_then(|e| Some((e.head.as_ref()?, e.framing?)));
    let Some((head, framing)) = parts else {
        return "The head was parsed.".into();
    };
    let fields = plural(head.fields().len() as u64, "field line");
    let body = match framing.body {
        BodyLength::None => "no body".to_owned(),
        BodyLength::Length(n) => format!("a body of {}", plural(n, "octet")),
        BodyLength::Chunked => "a chunked body".to_owned(),
    };
    let method = inert(head.method_octets());
    let mut target = inert(head.target_octets());
    if let Some((cut, _)) = target.char_indices().nth(60) {
        target.truncate(cut);
        target.push('…');
    }
    format!("The head was parsed: {method} {target} with {fields} and {body}.")
}

fn sent(octets: u64, of: u64) -> String {
    if octets < of {
        let taken = plural(octets, "octet");
        format!(
            "send took {taken} of {}: the socket's send buffer is full.",
            format::count(of)
        )
    } else {
        format!("send took all {}.", plural(octets, "octet"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::{Script, id};
    use super::super::world::World;
    use super::*;
    use crate::http::Status;

    #[track_caller]
    fn check(expected: &str, tell: impl FnOnce(&mut Script)) {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut world = World::default();
        script.fold_into(&mut world);
        assert_eq!(of(&world.connections[&id(1)]), expected);
    }

    #[test]
    fn the_last_thing_that_happened_is_told() {
        check(
            "accept returned connection #1 from 127.0.0.1:51532; nothing has come yet.",
            |_| {},
        );
        check(
            "recv returned 16 of the 1024 octets asked for; the search looked at 16: 2 of the four octets CR LF CR LF match.",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\n");
            },
        );
        check(
            "The head was parsed: GET / with 1 field line and no body.",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            },
        );
        check(
            "The response 200 is complete, 0.31 ms after the request was; the connection waits for the next request.",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    .answer(1, Status::OK, 9);
            },
        );
        check(
            "The connection was closed by the peer: it had nothing more to ask.",
            |s| {
                s.close(1);
            },
        );
    }
}
