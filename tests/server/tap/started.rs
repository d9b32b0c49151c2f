//! How a tap is asked for, and what is said then.

use super::behind::{Behind, free_port};
use crate::support::{DEADLINE, Server, run};

#[test]
fn what_cannot_be_tapped_is_refused_in_a_sentence() {
    for (arguments, says) in [
        (
            &["--to", "https://localhost:3000"][..],
            "only http is spoken, not https",
        ),
        (&["--to", "3000"], "localhost:3000"),
        (&["--to", "localhost:3000/api"], "host and port alone"),
        (&["--to", "192.0.2.1:80"], "--yes-remote"),
        (
            &["--to", "localhost:3000", "--host", "a/b"],
            "a host is named as in a URL",
        ),
        (&["--host", "app.example"], "--to"),
        (&["--to", "localhost:3000", "--spa", "."], "--to"),
    ] {
        let output = run(&[&["--no-tui"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_tap_in_front_of_itself_is_noticed() {
    let port = free_port().to_string();
    for to in ["localhost", "127.0.0.1"] {
        let to = format!("{to}:{port}");
        let output = run(&["--no-tui", "-p", &port, "--to", &to]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--to leads to glassport itself"), "{said}");
    }
}

#[test]
fn what_it_is_in_front_of_is_said() {
    let behind = Behind::start();
    let to = format!("http://localhost:{}", behind.address().port());
    let tap = Server::start(&["--to", &to]);
    let said = tap.errors();
    let expected = format!(
        "glassport: tap → localhost:{} at http://",
        behind.address().port()
    );
    assert!(said.starts_with(&expected), "{said}");
    let mut peer = tap.connect();
    // localhost is 127.0.0.1 too.
    let mut upstream = behind.accept();
    peer.stream.set_read_timeout(Some(DEADLINE)).unwrap();
    peer.send("x");
    upstream.expect("x");
}
