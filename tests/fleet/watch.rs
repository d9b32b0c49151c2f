//! `glassport watch`: many servers on one dashboard.

use crate::redis::Redis;
use crate::screen::{Session, Signal, eventually};
use crate::support::{Server, get, run};

/// A dashboard over a stream, that has drawn.
fn watching(url: &str) -> Session {
    let session = Session::start(&["watch", url], 160, 48);
    session.eventually_shows("WATCHING");
    session
}

#[track_caller]
fn end(mut session: Session) {
    session.send("q");
    let status = session.wait_exit();
    assert!(status.success(), "{status}");
    session.assert_settings_restored();
}

#[test]
fn many_servers_are_on_one_list_from_the_past_and_live() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let url = redis.url("", "class");
    let start = |name| Server::start(&["--publish", &url, "--publish-as", name]);
    let (one, other) = (start("laptop-1"), start("laptop-2"));
    let _ = one.exchange(get("/before"));
    eventually("the past", || {
        let entries = redis.entries("", "class");
        entries.iter().any(|entry| entry.text.contains("/before"))
    });
    let mut session = watching(&url);
    session.eventually_shows("/before");
    session.eventually_shows("laptop-1");
    session.eventually_shows("source");
    let _ = other.exchange(get("/live"));
    session.eventually_shows("/live");
    session.eventually_shows("laptop-2");
    session.eventually_shows("2 requests");
    // One server alone.
    session.send("/source:laptop-2\r");
    session.eventually("the filter", |screen| {
        let text = screen.contents();
        text.contains("/live") && !text.contains("GET /before")
    });
    session.send("/\x15\r");
    session.eventually_shows("GET /before");
    // Redis may go away meanwhile: what is there stays, and what comes is shown when it is back.
    redis.kill();
    session.eventually_shows("Redis is not there");
    let _ = one.exchange(get("/meanwhile"));
    redis.restart();
    session.eventually_shows("/meanwhile");
    session.eventually_shows("3 requests");
    // There is no server here to be driven.
    session.send("P");
    session.eventually_shows("there is no server to ask");
    end(session);
}

#[test]
fn what_was_trimmed_before_it_was_read_is_told() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let url = redis.url("", "class");
    let server = Server::start(&["--publish", &url, "--publish-as", "laptop-1"]);
    let _ = server.exchange(get("/first"));
    let session = watching(&url);
    session.eventually_shows("/first");
    session.signal(Signal::STOP);
    eventually("stopped", || session.state() == Some('T'));
    let _ = server.exchange(get("/second"));
    eventually("the second", || {
        let entries = redis.entries("", "class");
        entries.iter().any(|entry| entry.text.contains("/second"))
    });
    let mut trim = ::redis::cmd("XTRIM");
    trim.arg("class").arg("MAXLEN").arg(0);
    let _: ::redis::Value = trim.query(&mut redis.connect("").unwrap()).unwrap();
    let _ = server.exchange(get("/third"));
    session.signal(Signal::CONT);
    session.eventually_shows("/third");
    session.eventually_shows("left out");
    end(session);
}

#[test]
fn a_stream_that_cannot_be_read_to_begin_with_is_a_sentence() {
    let session = Session::start(&["watch", "redis://u:seecret@127.0.0.1:1/class"], 80, 24);
    let status = session.wait_exit();
    assert_eq!(status.exit_code(), 1);
    session.eventually_shows("Redis is not there");
    assert!(!session.text().contains("seecret"));
    let output = run(&["watch"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["watch", "redis://127.0.0.1:1/class"]);
    assert_eq!(output.status.code(), Some(1), "without a terminal");
}
