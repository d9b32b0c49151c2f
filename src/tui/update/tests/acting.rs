//! What the user has done to what is shown: copied, written, sent again, pointed at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::http::Status;
use crate::tui::fixture::{Script, about, id};
use crate::tui::layout;
use crate::tui::model::notice::Tone;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Lane, Pane, Spot, Subject};
use crate::tui::update::tests::press;
use crate::tui::update::update;
use crate::tui::{Dashboard, Effect, Job, Model, Msg, Report};

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

fn model(tell: impl FnOnce(&mut Script)) -> Dashboard {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    tell(&mut script);
    script.tell(&mut model);
    update(
        &mut model,
        Msg::Resize {
            width: 120,
            height: 40,
        },
    );
    model
}

fn answered() -> Dashboard {
    model(|script| {
        script.accept(1).receive(1, "GET /a HTTP").wait(300);
        script
            .receive(1, "/1.1\r\nHost: x\r\n\r\n")
            .answer(1, Status::OK, 5);
    })
}

/// What a copy put on the clipboard.
fn copied(effect: Option<Effect>) -> String {
    let Some(Effect::Tell(sequence)) = effect else {
        panic!("nothing was copied: {effect:?}");
    };
    let text = String::from_utf8(sequence).unwrap();
    let base64 = text
        .strip_prefix("\x1b]52;c;")
        .unwrap()
        .strip_suffix('\x07')
        .unwrap();
    String::from_utf8(BASE64.decode(base64).unwrap()).unwrap()
}

fn notice(model: &Model) -> (&str, Tone) {
    let notice = model.ui.notice.as_ref().unwrap();
    (&notice.text, notice.tone)
}

#[test]
fn a_request_is_copied_in_every_form() {
    for (keys, expected) in [
        ("yr", GET),
        ("y\n", GET),
        (
            "yn",
            "sh -c 'printf \"GET /a HTTP\"; sleep 0.3; printf \"/1.1\\r\\nHost: x\\r\\n\\r\\n\"' | nc 127.0.0.1 8080",
        ),
        (
            "yjjj\n",
            "sh -c 'printf \"GET /a HTTP\"; sleep 0.3; printf \"/1.1\\r\\nHost: x\\r\\n\\r\\n\"' | nc 127.0.0.1 8080",
        ),
        ("yu", "http://x/a"),
        (
            "yc",
            "curl -v --http1.1 -H 'Host: x' -H User-Agent: -H Accept: --path-as-is http://127.0.0.1:8080/a",
        ),
    ] {
        let mut model = answered();
        assert_eq!(copied(press(&mut model, keys)), expected, "{keys}");
        assert!(model.ui.overlay.is_none());
    }
    let mut model = answered();
    press(&mut model, "yr");
    let expected = "copied 28 octets (holds line ends), to the terminal's clipboard (OSC 52)";
    assert_eq!(notice(&model), (expected, Tone::Done));
    press(&mut model, "j");
    assert_eq!(model.ui.notice, None, "gone with the next key");
}

#[test]
fn what_is_copied_is_what_is_selected() {
    let pipelined = || {
        model(|script| {
            script.accept(1).receive(1, &format!("{GET}GET /b"));
            script.answer(1, Status::OK, 5);
        })
    };
    // What is in the receive buffer, while the connection is selected.
    assert_eq!(copied(press(&mut pipelined(), "yr")), "GET /b");
    // The exchange, while that is.
    assert_eq!(copied(press(&mut pipelined(), "\tkyr")), GET);
    // What the cursor is in.
    assert_eq!(copied(press(&mut pipelined(), "\ngyr")), GET);
    // A request that was refused, without a boundary.
    let mut refused = model(|script| {
        script.accept(1).receive(1, "GET / HTTP/1.1\nHost: x\n\n");
        script.answer(1, Status::BAD_REQUEST, 5);
    });
    assert_eq!(
        copied(press(&mut refused, "yr")),
        "GET / HTTP/1.1\nHost: x\n\n"
    );
    // The body belongs to it.
    let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
    let mut with_body = model(|script| {
        script.accept(1).receive(1, post).answer(1, Status::OK, 5);
    });
    assert_eq!(copied(press(&mut with_body, "yr")), post);
}

#[test]
fn what_cannot_be_copied_is_said() {
    let mut half = model(|script| {
        script.accept(1).receive(1, "GET / HT");
    });
    assert_eq!(press(&mut half, "yc"), None);
    let expected = "no curl of #1.1: its head is not complete, or was refused";
    assert_eq!(notice(&half), (expected, Tone::Failed));

    let mut empty = Dashboard::new(Model::new(about()));
    for keys in ["y", "w", "r"] {
        assert_eq!(press(&mut empty, keys), None);
        assert_eq!(notice(&empty).1, Tone::Failed);
        assert!(empty.ui.overlay.is_none());
    }

    let mut binary = model(|script| {
        script.accept(1).receive_octets(1, b"\x1b[2J\n");
    });
    assert_eq!(copied(press(&mut binary, "yr")), "\\x1b[2J\\n");
    assert!(notice(&binary).0.contains("escaped"));

    let mut long = model(|script| {
        script.accept(1).receive(1, &"x".repeat(80_000));
    });
    assert_eq!(press(&mut long, "yr"), None);
    assert!(
        notice(&long).0.contains("w writes a file"),
        "{}",
        notice(&long).0
    );
}

#[test]
fn a_file_is_written_under_the_name_that_is_typed_and_never_over_another() {
    let mut model = answered();
    press(&mut model, "wr");
    let Some(Overlay::Name(name)) = &model.ui.overlay else {
        panic!()
    };
    assert_eq!(name.input.text(), "request-1.1.bin");
    let effect = press(&mut model, "q\n");
    let save = |replace| {
        Some(Effect::Start(Job::Save {
            path: "request-1.1.binq".into(),
            octets: GET.into(),
            replace,
        }))
    };
    assert_eq!(effect, save(false));
    let exists = Report::Exists {
        path: "request-1.1.binq".into(),
        octets: GET.into(),
    };
    update(&mut model, Msg::Report(exists.clone()));
    press(&mut model, "x");
    assert!(matches!(model.ui.overlay, Some(Overlay::Replace { .. })));
    assert_eq!(press(&mut model, "\n"), save(true));
    update(&mut model, Msg::Report(exists));
    assert_eq!(press(&mut model, "\x1b"), None);
    assert!(model.ui.overlay.is_none());

    for (keys, name) in [("wa", "connection-1.har"), ("wp", "connection-1.pcapng")] {
        let Some(Effect::Start(Job::Save { path, octets, .. })) =
            press(&mut model, &format!("{keys}\n"))
        else {
            panic!("{keys}");
        };
        assert_eq!(path.to_str(), Some(name));
        assert!(!octets.is_empty());
    }
}

#[test]
fn a_line_of_text_ends_where_it_is_written_and_not_where_it_is_pasted() {
    let mut model = answered();
    for keys in ["wc", "wn", "wu"] {
        let effect = press(&mut model, &format!("{keys}\n"));
        let Some(Effect::Start(Job::Save { octets, .. })) = effect else {
            panic!("{keys}: {effect:?}");
        };
        let line = octets.strip_suffix(b"\n").unwrap();
        assert!(!line.contains(&b'\n'), "{keys}");
    }
}

#[test]
fn a_request_is_sent_again_in_the_same_pieces() {
    let mut model = answered();
    let Some(Effect::Start(Job::Resend { to, sends })) = press(&mut model, "r") else {
        panic!();
    };
    assert_eq!(to.to_string(), "127.0.0.1:8080");
    let octets: Vec<_> = sends.iter().map(|(_, octets)| octets.as_slice()).collect();
    assert_eq!(octets, [&b"GET /a HTTP"[..], b"/1.1\r\nHost: x\r\n\r\n"]);
    assert_eq!(sends[1].0.as_millis(), 300);
    update(
        &mut model,
        Msg::Report(Report::Answered(Some(Status::NOT_FOUND))),
    );
    assert_eq!(notice(&model).0, "sent again: answered 404 Not Found");
}

#[test]
fn the_palette_finds_and_does() {
    let mut model = answered();
    press(&mut model, ":frz\n");
    assert!(model.frozen.is_some());
    press(&mut model, ":FREEZE\n");
    assert!(model.frozen.is_none());
    assert_eq!(press(&mut model, ":quit\n"), Some(Effect::Quit));
    press(&mut model, ":qqq?");
    let Some(Overlay::Palette(palette)) = &model.ui.overlay else {
        panic!()
    };
    assert_eq!(palette.input.text(), "qqq?", "letters are text here");
    press(&mut model, "\n");
    assert!(model.ui.overlay.is_none(), "nothing fits, nothing is done");
    press(&mut model, ":narr\tx");
    let Some(Overlay::Palette(palette)) = &model.ui.overlay else {
        panic!()
    };
    assert_eq!(palette.input.text(), "narrationx", "completed");
    press(&mut model, "\x1b:copy\n");
    assert!(matches!(model.ui.overlay, Some(Overlay::Menu(_))));
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(update(&mut model, Msg::Key(ctrl_c)), Some(Effect::Quit));
}

fn mouse(model: &mut Dashboard, kind: MouseEventKind, (column, row): (u16, u16)) -> Option<Effect> {
    let modifiers = KeyModifiers::NONE;
    update(
        model,
        Msg::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }),
    )
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn a_click_selects_what_is_under_it() {
    let mut model = model(|script| {
        for n in 1..=5 {
            script.accept(n).receive(n, GET).answer(n, Status::OK, 5);
        }
    });
    let inside = |model: &Model, pane| layout::inside(model.regions().pane(pane));
    let at = inside(&model, Pane::Connections);
    mouse(&mut model, CLICK, (at.x, at.y + 2));
    assert_eq!(
        (model.ui.focus, model.watched()),
        (Pane::Connections, Some(id(2)))
    );
    let at = inside(&model, Pane::Exchanges);
    mouse(&mut model, CLICK, (at.x + 3, at.y + 4));
    assert_eq!(model.ui.focus, Pane::Exchanges);
    assert!(
        matches!(model.ui.subject, Subject::Exchange(exchange) if exchange.connection == id(4))
    );
    // The sixth octet: strip and air above, the offset and the number of the recv before it.
    let at = inside(&model, Pane::Buffer);
    mouse(&mut model, CLICK, (at.x + 6 + 2 + 5, at.y + 2));
    assert_eq!(
        (model.ui.focus, model.ui.spot),
        (Pane::Buffer, Spot::Octet(5))
    );
    // What is told of it stands below its row; the second line begins below that.
    mouse(&mut model, CLICK, (at.x + 6, at.y + 4));
    assert_eq!(model.ui.spot, Spot::Octet(17));
    // The sixth in hex.
    press(&mut model, "x");
    mouse(&mut model, CLICK, (at.x + 6 + 5 * 3, at.y + 2));
    assert_eq!(
        (model.ui.focus, model.ui.spot),
        (Pane::Buffer, Spot::Octet(5))
    );
    let at = inside(&model, Pane::Head);
    mouse(&mut model, CLICK, (at.x, at.y + 4));
    assert_eq!(
        (model.ui.focus, model.ui.spot),
        (Pane::Head, Spot::Octet(17))
    );
    mouse(&mut model, CLICK, (0, 0));
    assert_eq!(model.ui.focus, Pane::Head, "nothing is there");
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_nothing_else() {
    let mut model = model(|script| {
        for n in 1..=9 {
            script.accept(n);
        }
    });
    let at = model.regions().pane(Pane::Connections);
    press(&mut model, "\t\t");
    mouse(&mut model, MouseEventKind::ScrollUp, (at.x + 3, at.y + 3));
    assert_eq!(
        (model.ui.focus, model.watched()),
        (Pane::Buffer, Some(id(6)))
    );
    mouse(&mut model, MouseEventKind::ScrollDown, (at.x + 3, at.y + 3));
    assert_eq!(model.watched(), Some(id(9)));
}

#[test]
fn tabs_can_be_clicked_and_the_mouse_switched_off() {
    let mut model = answered();
    update(
        &mut model,
        Msg::Resize {
            width: 60,
            height: 20,
        },
    );
    let tabs = model.regions().tabs;
    // " Connections " is thirteen cells, and stands at the second.
    mouse(&mut model, CLICK, (tabs.x + 17, tabs.y));
    assert_eq!(model.ui.focus, Pane::Exchanges);
    assert_eq!(press(&mut model, "M"), Some(Effect::Mouse(false)));
    assert_eq!(press(&mut model, "M"), Some(Effect::Mouse(true)));
}

#[test]
fn the_names_of_the_lanes_can_be_clicked() {
    let mut model = answered();
    let (width, height) = (120, 40);
    update(&mut model, Msg::Resize { width, height });
    // ` Ladder  4 Kernel  5 Syscalls ` begins two cells from the corner.
    for (x, lane) in [
        (12, Lane::Kernel),
        // Now it is ` Kernel  3 Ladder  5 Syscalls `.
        (22, Lane::Syscalls),
        (3, Lane::Syscalls),
        (15, Lane::Ladder),
        (35, Lane::Ladder),
    ] {
        // The pane takes the room of the head for a lane with long lines.
        let pane = model.regions().pane(Pane::Ladder);
        mouse(&mut model, CLICK, (pane.x + x, pane.y));
        assert_eq!((model.ui.focus, model.ui.lane), (Pane::Ladder, lane), "{x}");
    }
}

proptest::proptest! {
    #[test]
    fn the_mouse_can_be_anywhere(
        events in proptest::collection::vec((0u16..130, 0u16..50, 0u8..3), 0..40),
        size in (0u16..200, 0u16..60),
        keys in "[yw:?q\\\\ \t\nx]{0,12}",
    ) {
        let mut model = answered();
        update(&mut model, Msg::Resize { width: size.0, height: size.1 });
        press(&mut model, &keys);
        for (x, y, what) in events {
            let kind = [CLICK, MouseEventKind::ScrollUp, MouseEventKind::ScrollDown];
            mouse(&mut model, kind[usize::from(what)], (x, y));
        }
    }
}
