//! Files that become shorter than was announced.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;

use rustix::io::Errno;

use super::*;
use crate::docroot;
use crate::event::Operation;
use crate::http::Persistence;
use crate::server::connection::script::Take;
use crate::server::response::{Body, FilePart, Response};

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_the_connection() {
    const MIB: u64 = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big");
    let stage = Stage::new(Docroot::open(folder.path(), docroot::Options::default()).unwrap());
    let request = "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // Behind the head, and behind the first piece of the file.
    for body in [0, MIB + 5] {
        fs::write(&path, vec![b'x'; 3 << 20]).unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        let mut takes = vec![Take::ThenCut(file, body)];
        if body > 0 {
            takes.insert(0, Take::AtMost(usize::MAX));
        }
        let played = stage.play(vec![say(request)], takes);
        assert_eq!(
            played.gist(),
            [
                "boundary 0..38",
                "parsed",
                "resolved",
                "responding 200",
                "ReadFile failed: UnexpectedEof",
                "finished",
                "closed by Server: FileShrank"
            ]
        );
        assert!(played.heard.contains("Content-Length: 3145728\r\n"));
        let content = played.heard.split("\r\n\r\n").nth(1).unwrap_or_default();
        assert_eq!(content.len() as u64, body);
        assert!(played.hung_up_on);
    }
}

#[test]
fn a_file_that_shrinks_before_its_first_octet_is_answered_503() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small");
    fs::write(&path, "12345").unwrap();
    let stage = Stage::new(Docroot::embedded());
    let played = stage.with(vec![], vec![], |mut connection| {
        let part = FilePart {
            file: fs::File::open(&path).unwrap().into(),
            offset: 0,
            length: 10,
        };
        let answer = Answer {
            response: Response::new(crate::http::Status::OK, Body::File(part)),
            persistence: Persistence::Persistent,
            closes: None,
        };
        assert_eq!(connection.send(&answer), None);
    });
    assert_eq!(
        played.gist(),
        [
            "ReadFile failed: UnexpectedEof",
            "responding 503",
            "responded 503"
        ]
    );
    assert_eq!(played.statuses(), ["503"]);
    let failed = Activity::Failed {
        operation: Operation::ReadFile,
        kind: ErrorKind::UnexpectedEof,
    };
    assert_eq!(played.activities[1], failed);
}

/// A stage with a file of 3 MiB and five octets, and its octets.
fn with_big_file() -> (tempfile::TempDir, Stage, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let octets: Vec<u8> = (0..(3_u32 << 20) + 5)
        .map(|n| b'a' + (n % 25) as u8)
        .collect();
    fs::write(folder.path().join("big"), &octets).unwrap();
    let docroot = Docroot::open(folder.path(), docroot::Options::default()).unwrap();
    (folder, Stage::new(docroot), octets)
}

const BIG: &str = "GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// FUSE and overlays in direct I/O say EINVAL, sandboxes EPERM or ENOSYS.
#[test]
fn a_file_that_the_system_does_not_send_is_read_and_sent() {
    let (_folder, stage, octets) = with_big_file();
    for error in [
        Errno::INVAL,
        Errno::NOSYS,
        Errno::OPNOTSUPP,
        Errno::PERM,
        Errno::OVERFLOW,
    ] {
        // At the first call, and behind a piece that went.
        for before in [0, 1] {
            let mut takes = vec![Take::AtMost(usize::MAX)];
            takes.extend((0..before).map(|_| Take::AtMost(1000)));
            takes.push(Take::FailToSendFile(error));
            // What is sent from memory may go in pieces too.
            takes.push(Take::AtMost(7));
            let played = stage.play(vec![say(BIG)], takes);
            let content = played.heard.split("\r\n\r\n").nth(1).unwrap_or_default();
            assert!(content.as_bytes() == octets, "{error:?} {before}");
            let kind = std::io::Error::from(error).kind();
            let failed = Activity::Failed {
                operation: Operation::SendFile,
                kind,
            };
            let told = played.activities.iter().filter(|a| **a == failed);
            assert_eq!(told.count(), 1, "{error:?}: once for the file");
            let gist = played.gist();
            assert_eq!(gist.last().unwrap(), "closed by Server: CloseAsked");
        }
    }
}

/// It is our own failure, whoever closes first.
#[test]
fn a_file_that_cannot_be_read_is_told_as_that_and_not_of_the_peer() {
    let (_folder, stage, _) = with_big_file();
    let takes = vec![
        Take::AtMost(usize::MAX),
        Take::AtMost(1000),
        Take::FailToSendFile(Errno::IO),
    ];
    let played = stage.play(vec![say(BIG)], takes);
    let kind = std::io::Error::from(Errno::IO).kind();
    assert!(played.activities.contains(&Activity::Failed {
        operation: Operation::ReadFile,
        kind
    }));
    assert_eq!(crate::event::failure(kind), "input/output error");
    let gist = played.gist();
    assert_eq!(gist.last().unwrap(), "closed by Server: FileUnreadable");
    let content = played.heard.split("\r\n\r\n").nth(1).unwrap_or_default();
    assert_eq!(content.len(), 1000);
}

/// What a socket has failed with is told once: a second call would say something else.
#[test]
fn a_peer_that_is_gone_is_told_as_that() {
    let (_folder, stage, _) = with_big_file();
    let takes = vec![
        Take::AtMost(usize::MAX),
        Take::FailToSendFile(Errno::CONNRESET),
    ];
    let played = stage.play(vec![say(BIG)], takes);
    let gist = played.gist();
    assert_eq!(gist.last().unwrap(), "closed by Peer: Broken");
    assert!(
        gist.contains(&"Send failed: ConnectionReset".to_owned()),
        "{gist:?}"
    );
}

#[test]
fn a_small_file_that_cannot_be_read_is_answered_500_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::new(Docroot::embedded());
    let played = stage.with(vec![], vec![], |mut connection| {
        // What cannot be read like a file, whoever asks: a directory.
        let part = FilePart {
            file: fs::File::open(folder.path()).unwrap().into(),
            offset: 0,
            length: 10,
        };
        let answer = Answer {
            response: Response::new(crate::http::Status::OK, Body::File(part)),
            persistence: Persistence::Persistent,
            closes: None,
        };
        assert_eq!(connection.send(&answer), None);
    });
    assert_eq!(
        played.gist(),
        [
            "ReadFile failed: IsADirectory",
            "responding 500",
            "responded 500"
        ]
    );
    let reason = "the file could not be read: is a directory";
    assert!(played.heard.contains(reason), "{}", played.heard);
}
