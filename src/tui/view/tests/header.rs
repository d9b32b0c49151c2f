//! Where it is served, and where a tap leads.

use super::*;
use crate::trace::{About, Opened};

fn header(about: About, width: u16) -> String {
    let backend = render(&Model::new(about), width, 24);
    let row = (0..width).map(|x| backend.buffer()[(x, 0)].symbol());
    row.collect::<String>().trim_end().to_owned()
}

#[test]
fn where_a_tap_leads_is_told_on_a_small_screen_too() {
    let tap = |to: &str| About {
        served: format!("tap → {to}"),
        passes_on: true,
        ..about()
    };
    let short = header(tap("127.0.0.1:9000"), 80);
    assert!(short.contains("tap → 127.0.0.1:9000"), "{short}");
    assert!(short.contains("http://127.0.0.1:8080/"), "{short}");
    // Too long a name keeps its beginning and its end.
    let name = "a-name-that-is-longer-than-there-are-cells-on-a-small-screen.internal.example:9000";
    let long = header(tap(name), 80);
    assert!(
        long.contains("tap → a-name") && long.contains("example:9000"),
        "{long}"
    );
}

#[test]
fn the_name_of_a_session_is_told_however_little_room_there_is() {
    let opened = |name: &str| About {
        urls: Vec::new(),
        session: Some(Opened {
            name: name.into(),
            recorded: "recorded 2026-11-26 21:00:00 UTC by glassport 0.1.0".into(),
            is_watched: false,
        }),
        ..about()
    };
    let wide = header(opened("class.mcap"), 120);
    assert!(wide.contains("class.mcap, recorded 2026"), "{wide}");
    let narrow = header(opened("class.mcap"), 80);
    assert!(
        narrow.contains(" class.mcap ·") && narrow.contains("0 requests"),
        "{narrow}"
    );
    let long = "what-happened-on-the-morning-when-nothing-was-answered-any-more-at-all.mcap";
    let cut = header(opened(long), 80);
    assert!(
        cut.contains("what-happened") && cut.contains("at-all.mcap"),
        "{cut}"
    );
}
