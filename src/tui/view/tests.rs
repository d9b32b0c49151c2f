//! Screens as a person sees them, and what no screen may do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use super::view;
use crate::http::Status;
use crate::tui::meaning::Meaning;
use crate::tui::model::Pane;
use crate::tui::records::{Script, about};
use crate::tui::theme::Role;
use crate::tui::{Model, Msg, Theme, update};

fn render(model: &Model, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().clone()
}

fn press(model: &mut Model, codes: impl IntoIterator<Item = KeyCode>) {
    for code in codes {
        update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n")
}

fn empty() -> Model {
    Model::new(about())
}

/// Three connections: one closed, one idle, one in the middle of a pipelined head.
fn busy() -> Model {
    let mut model = empty();
    let mut script = Script::new();
    let post = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
    script.accept(5).receive(5, &get("/"));
    script.answer(5, Status::OK, 5310).wait(30).receive(5, post);
    script.answer(5, Status::METHOD_NOT_ALLOWED, 210).close(5);
    script.tell(&mut model);
    script.wait(900).accept(6).receive(6, &get("/index.html"));
    script.answer(6, Status::OK, 5310).wait(120);
    script.receive(6, &get("/missing.png"));
    script.answer(6, Status::NOT_FOUND, 300).wait(1100);
    script.receive(6, &get("/logo.png"));
    script.answer_because(6, Status::NOT_MODIFIED, 0, Some("the same ETag"));
    script.tell(&mut model);
    let two = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /fav";
    script.wait(300).accept(7).wait(40).receive(7, two);
    script.answer(7, Status::OK, 5310).wait(800);
    script.receive(7, "icon.ico HTTP/1.1\r\n").wait(1204);
    script.receive(7, "Host: localhost:8080\r\n").wait(3000);
    script.tell(&mut model);
    model
}

fn refused() -> Model {
    let mut model = empty();
    let mut script = Script::new();
    script.accept(1).receive(1, "GET / HTTP/1.1\r\n").wait(1500);
    script.receive(1, "Host : localhost\r\nAccept: */*\r\n\r\n");
    script.answer(1, Status::BAD_REQUEST, 410);
    script.tell(&mut model);
    model
}

macro_rules! screens {
    ($($name:ident $model:expr, $width:literal x $height:literal;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(render(&$model, $width, $height));
        }
    )*};
}

screens! {
    empty_120x40 empty(), 120 x 40;
    empty_60x20 in_pane(empty(), Pane::Buffer), 60 x 20;
    busy_160x48 busy(), 160 x 48;
    busy_120x40 busy(), 120 x 40;
    busy_80x24 busy(), 80 x 24;
    busy_60x20 busy(), 60 x 20;
    buffer_60x20 in_pane(busy(), Pane::Buffer), 60 x 20;
    head_80x24 in_pane(busy(), Pane::Head), 80 x 24;
    refused_120x40 refused(), 120 x 40;
    help_80x30 help(), 80 x 30;
    frozen_80x24 frozen(), 80 x 24;
    help_80x24 help(), 80 x 24;
    copy_80x24 typed(refused(), "y"), 80 x 24;
    write_120x40 typed(busy(), "wj"), 120 x 40;
    name_80x24 typed(busy(), "wr"), 80 x 24;
    palette_80x24 typed(busy(), ":"), 80 x 24;
    palette_120x40 typed(busy(), ":fr"), 120 x 40;
    copied_80x24 typed(busy(), "yn"), 80 x 24;
}

fn in_pane(mut model: Model, pane: Pane) -> Model {
    while model.ui.focus != pane {
        press(&mut model, [KeyCode::Tab]);
    }
    model
}

fn typed(mut model: Model, keys: &str) -> Model {
    press(&mut model, keys.chars().map(KeyCode::Char));
    model
}

fn help() -> Model {
    let mut model = in_pane(busy(), Pane::Buffer);
    press(&mut model, [KeyCode::Char('?')]);
    model
}

fn frozen() -> Model {
    let mut model = busy();
    press(&mut model, [KeyCode::Char(' ')]);
    let mut script = Script::new();
    script.accept(8).receive(8, "GET");
    script.tell(&mut model);
    model
}

#[test]
fn no_size_makes_a_screen_impossible() {
    let sizes = [1, 2, 3, 5, 8, 13, 21, 34, 55, 70, 110, 140];
    let try_all = |model: &Model, step| {
        for (i, width) in sizes.into_iter().enumerate() {
            for height in sizes.into_iter().skip(i % step).step_by(step) {
                render(model, width, height.min(60));
            }
        }
    };
    for pane in Pane::ALL {
        try_all(&in_pane(busy(), pane), 1);
        for (keys, make) in [
            ("", refused as fn() -> Model),
            ("?", empty),
            ("\\", busy),
            ("x", busy),
            ("xxk", refused),
            ("y", refused),
            ("wr", busy),
            (":x", busy),
        ] {
            let mut model = in_pane(make(), pane);
            press(&mut model, keys.chars().map(KeyCode::Char));
            try_all(&model, 3);
        }
    }
    render(&busy(), 500, 200);
}

#[test]
fn an_area_without_cells_can_be_drawn_on() {
    for (width, height) in [(0, 0), (0, 5), (5, 0)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&busy(), frame)).unwrap();
    }
}

#[test]
fn the_same_model_gives_the_same_cells() {
    let model = busy();
    assert_eq!(
        render(&model, 120, 40).buffer(),
        render(&model, 120, 40).buffer()
    );
}

/// The cells of `text`, wherever it first stands.
fn find(backend: &TestBackend, text: &str) -> (u16, u16) {
    let area = backend.buffer().area;
    for y in 0..area.height {
        let row: Vec<_> = (0..area.width)
            .map(|x| backend.buffer()[(x, y)].symbol().to_owned())
            .collect();
        for x in 0..row.len() {
            if row[x..].concat().starts_with(text) {
                return (u16::try_from(x).unwrap(), y);
            }
        }
    }
    panic!("{text:?} is not on the screen");
}

#[test]
fn octets_look_as_their_meaning_wants() {
    let theme = Theme::default();
    let backend = render(&in_pane(busy(), Pane::Buffer), 80, 24);
    let (x, y) = find(&backend, "GET·/·HTTP/1.1rn");
    let looks = |x, meaning| {
        let want = theme.style(Role::Octet(meaning));
        let cell = &backend.buffer()[(x, y)];
        assert_eq!(Some(cell.fg), want.fg, "{meaning:?}");
        assert!(cell.modifier.contains(want.add_modifier), "{meaning:?}");
    };
    looks(x, Meaning::Method);
    looks(x + 4, Meaning::Target);
    looks(x + 6, Meaning::Version);
    looks(x + 14, Meaning::LineEnd);
    let line_feed = &backend.buffer()[(x + 15, y)];
    assert!(
        line_feed.modifier.contains(Modifier::REVERSED),
        "LF is told from the letter n without colour too"
    );
}

#[test]
fn the_cursor_shows_in_buffer_and_head_at_once() {
    let mut model = in_pane(busy(), Pane::Head);
    press(&mut model, [KeyCode::Char('j'), KeyCode::Char('j')]);
    let backend = render(&model, 120, 40);
    let selected = |(x, y): (u16, u16)| {
        backend.buffer()[(x, y)]
            .modifier
            .contains(Modifier::REVERSED)
    };
    assert!(selected(find(&backend, "target  ")));
    let (x, y) = find(&backend, "GET·/·HTTP/1.1");
    assert!(selected((x + 4, y)));
}

#[test]
fn nothing_a_peer_sends_acts_on_the_terminal() {
    let mut model = empty();
    let mut script = Script::new();
    script
        .accept(1)
        .receive_octets(1, b"GET /\x1b[2J\x07\xe2\x80\xae\xc2\x9b HTTP/1.1\r\n\r\n");
    script.answer(1, Status::BAD_REQUEST, 3).accept(2);
    script.receive_octets(
        2,
        "GET / HTTP/1.1\r\nHost: x\r\nX: \u{202e}\u{200b}\u{9b}\u{7f}東京\r\n\r\n".as_bytes(),
    );
    script.tell(&mut model);
    for _ in Pane::ALL {
        press(&mut model, [KeyCode::Tab]);
        for cell in render(&model, 120, 40).buffer().content() {
            for character in cell.symbol().chars() {
                assert!(!character.is_control(), "{character:?}");
                let code = u32::from(character);
                let hides = matches!(code, 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f);
                assert!(!hides, "{character:?}");
            }
        }
    }
}
