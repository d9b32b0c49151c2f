//! Files that become shorter than was announced.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;

use super::*;
use crate::docroot;
use crate::event::Operation;
use crate::http::Persistence;
use crate::server::response::{Body, Response};
use crate::server::send::FilePart;
use crate::server::worker::script::Take;

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
        let played = stage.play(Admission::Serve, vec![say(request)], takes);
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
    let played = stage.with(vec![], vec![], |mut worker| {
        let part = FilePart {
            file: fs::File::open(&path).unwrap(),
            offset: 0,
            length: 10,
        };
        let response = Response::new(crate::http::Status::OK, Body::File(part));
        worker.send(&response, Persistence::Persistent).unwrap();
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
