//! What of connections the user has written, and what is masked in it.

use serde_json::Value;

use crate::http::Status;
use crate::tui::fixture::{Script, about};
use crate::tui::model::overlay::Overlay;
use crate::tui::update::tests::press;
use crate::tui::{Dashboard, Effect, Job, Model};

const SECRET: &str = "GET / HTTP/1.1\r\nHost: x\r\nCookie: sid=s3cr3t\r\n\r\n";

fn model(tell: impl FnOnce(&mut Script)) -> Dashboard {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    tell(&mut script);
    script.tell(&mut model);
    model
}

fn saved(model: &mut Dashboard, keys: &str) -> (String, Vec<u8>) {
    let effect = press(model, keys);
    let Some(Effect::Start(Job::Save { path, octets, .. })) = effect else {
        panic!("{keys}: {effect:?}");
    };
    (path.to_str().unwrap().to_owned(), octets)
}

fn entries(octets: &[u8]) -> Vec<Value> {
    let har: Value = serde_json::from_slice(octets).unwrap();
    har["log"]["entries"].as_array().unwrap().clone()
}

fn holds(octets: &[u8], wanted: &str) -> bool {
    octets.windows(wanted.len()).any(|w| w == wanted.as_bytes())
}

#[test]
fn every_exchange_of_a_long_connection_has_its_own_times() {
    let mut model = model(|script| {
        script.accept(1);
        for _ in 0..200 {
            script.receive(1, SECRET).answer(1, Status::OK, 5).wait(10);
        }
    });
    let (_, octets) = saved(&mut model, "wa\n");
    let entries = entries(&octets);
    assert_eq!(entries.len(), 200);
    let dates: Vec<_> = entries.iter().map(|e| &e["startedDateTime"]).collect();
    assert!(
        dates
            .windows(2)
            .all(|two| two[0].as_str() < two[1].as_str())
    );
    assert!(
        entries
            .iter()
            .all(|input| input["time"].as_f64() > Some(0.0))
    );
    // The ladder has forgotten most of them: the packets have not.
    let (_, octets) = saved(&mut model, "wp\n");
    let count = |wanted: &str| {
        let found = octets.windows(wanted.len());
        found.filter(|w| *w == wanted.as_bytes()).count()
    };
    assert_eq!(count("GET / HTTP/1.1"), 200);
    assert_eq!(count("HTTP/1.1 200 OK"), 200);
}

#[test]
fn one_file_can_hold_every_connection() {
    let mut model = model(|script| {
        for n in 1..=3 {
            script.accept(n).receive(n, SECRET).answer(n, Status::OK, 5);
        }
    });
    let (name, octets) = saved(&mut model, "wA\n");
    assert_eq!(name, "connections.har");
    let of: Vec<_> = entries(&octets);
    let of: Vec<_> = of.iter().map(|input| &input["connection"]).collect();
    assert_eq!(of, ["#1", "#2", "#3"]);
    let (name, all) = saved(&mut model, "wP\n");
    assert_eq!(name, "connections.pcapng");
    let (_, one) = saved(&mut model, "wp\n");
    assert!(all.len() > 2 * one.len());
}

#[test]
fn secrets_are_told_of_and_masked_where_that_is_asked() {
    let tell = |script: &mut Script| {
        script.accept(1).receive(1, SECRET).answer(1, Status::OK, 5);
    };
    for letter in ["r", "n", "c", "a", "p", "A", "P"] {
        let mut model = model(tell);
        let (_, plain) = saved(&mut model, &format!("w{letter}\n"));
        assert!(holds(&plain, "s3cr3t"), "{letter}");
        let (_, masked) = saved(&mut model, &format!("wm{letter}\n"));
        assert!(holds(&masked, "sid=******"), "{letter}");
        assert!(!holds(&masked, "s3cr3t"), "{letter}");
        let (_, plain) = saved(&mut model, &format!("wmm{letter}\n"));
        assert!(holds(&plain, "s3cr3t"), "{letter}");
    }
    let mut model = model(tell);
    press(&mut model, "w");
    let Some(Overlay::Menu(menu)) = &model.ui.overlay else {
        panic!()
    };
    assert_eq!(menu.secrets, ["Cookie"]);
    press(&mut model, "A");
    let Some(Overlay::Name(name)) = &model.ui.overlay else {
        panic!()
    };
    assert_eq!(name.secrets, ["Cookie"]);
    press(&mut model, "\x1b");
    press(&mut model, "yn");
    let notice = model.ui.notice.as_ref().unwrap();
    assert!(
        notice.text.contains("with the value of Cookie"),
        "{}",
        notice.text
    );
    press(&mut model, "ymn");
    let notice = model.ui.notice.as_ref().unwrap();
    assert!(!notice.text.contains("Cookie"), "{}", notice.text);
}

#[test]
fn of_several_connections_all_the_filtered_or_the_marked_ones_are_written() {
    let mut model = model(|script| {
        for n in 1..=4 {
            script.accept(n);
            let request = format!("GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n");
            script.receive(n, &request).answer(n, Status::OK, 5);
        }
    });
    let targets = |octets: &[u8]| -> Vec<String> {
        let url = |entry: &Value| entry["request"]["url"].as_str().unwrap().to_owned();
        entries(octets).iter().map(url).collect()
    };
    // Nothing is filtered or marked: there is nothing to choose.
    let (name, octets) = saved(&mut model, "wsA\n");
    assert_eq!(
        (name.as_str(), targets(&octets).len()),
        ("connections.har", 4)
    );
    // A connection is marked, and an exchange of another one.
    press(&mut model, "gm\tGm");
    let (name, octets) = saved(&mut model, "wsA\n");
    assert_eq!(name, "connections-marked.har");
    assert_eq!(targets(&octets), ["http://x/1", "http://x/4"]);
    press(&mut model, "/path:/2\n");
    let (name, octets) = saved(&mut model, "wsA\n");
    assert_eq!(name, "connections-filtered.har");
    assert_eq!(targets(&octets), ["http://x/2"]);
    let (name, packets) = saved(&mut model, "wssP\n");
    assert_eq!(name, "connections-marked.pcapng");
    assert!(holds(&packets, "GET /4") && !holds(&packets, "GET /2"));
    // And around again.
    let (name, octets) = saved(&mut model, "wsssA\n");
    assert_eq!(
        (name.as_str(), targets(&octets).len()),
        ("connections.har", 4)
    );
}

#[test]
fn sentences_are_written_until_the_moment_that_is_shown() {
    let mut model = model(|script| {
        for n in 1..=2 {
            script.accept(n).receive(n, SECRET).answer(n, Status::OK, 5);
        }
    });
    let (name, whole) = saved(&mut model, "wt\n");
    assert_eq!(name, "connection-2.txt");
    let whole = String::from_utf8(whole).unwrap();
    assert!(whole.contains("#2  The head was parsed: GET /"), "{whole}");
    assert!(!whole.contains("#1"), "{whole}");
    assert!(!whole.contains("s3cr3t"), "{whole}");
    press(&mut model, ",,");
    let (_, then) = saved(&mut model, "wt\n");
    let then = String::from_utf8(then).unwrap();
    assert_eq!(then.lines().count(), whole.lines().count() - 2);
    assert!(whole.starts_with(&then), "{then}");
    let (name, all) = saved(&mut model, "wT\n");
    assert_eq!(name, "connections.txt");
    let all = String::from_utf8(all).unwrap();
    assert!(all.contains("#1") && all.contains("#2"), "{all}");
}
