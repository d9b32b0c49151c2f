//! Several servers on one dashboard, and what follows the one that is served here.

use super::*;
use crate::trace::{About, Opened};
use crate::tui::Followed;
use crate::tui::Report;
use crate::tui::fixture::model;

/// Two servers, one request each.
fn two() -> Dashboard {
    let session = Some(Opened {
        name: "redis://redis.local/class".into(),
        recorded: "watched".into(),
        is_watched: true,
    });
    let mut model = Dashboard::new(Model::new(About { session, ..about() }));
    let mut script = Script::new();
    for (n, name) in [(1, "laptop-7"), (2, "laptop-12")] {
        script.accept(n).receive(n, &get("/"));
        script.note(n, Activity::OfSource(name.into()));
        script.answer(n, Status::OK, 10);
    }
    script.tell(&mut model);
    model
}

#[test]
fn a_column_says_which_server_a_connection_is_of_where_there_is_room() {
    let model = two();
    let wide = render(&model, 160, 48).to_string();
    assert!(wide.contains("WATCHING"), "{wide}");
    for text in ["source", "laptop-7", "laptop-12"] {
        assert!(wide.contains(text), "{text}: {wide}");
    }
}

#[test]
fn of_one_server_alone_there_is_no_such_column() {
    let mut model = model();
    let mut script = Script::new();
    script.accept(1).receive(1, &get("/"));
    script.tell(&mut model);
    let screen = render(&model, 160, 48).to_string();
    assert!(!screen.contains("source"), "{screen}");
}

#[test]
fn the_header_says_what_is_published_and_what_is_not() {
    let mut model = model();
    let mut told = |lost, is_away| {
        let followed = Followed {
            name: "redis",
            sent: 7,
            lost,
            is_away,
        };
        update(&mut model, Msg::Report(Report::Followed(followed)));
        render(&model, 160, 48).to_string()
    };
    assert!(told(0, false).contains("redis 7"));
    assert!(told(0, true).contains("▲ redis is away"));
    assert!(told(7, true).contains("▲ redis is away, 7 lost"));
    assert!(told(7, false).contains("▲ redis: 7 lost"));
}
