//! Screens as a person sees them, and what no screen may do.

mod any_order;
mod content;
mod fleet;
mod footer;
mod header;
mod help;
mod motion;
mod past;
mod resting;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use super::view;
use crate::event::{Activity, Breakpoint, Sampled, TcpFacts};
use crate::http::Status;
use crate::trace::ExchangeId;
use crate::trace::octet_role::OctetRole;
use crate::tui::fixture::{Script, about, id};
use crate::tui::model::Pane;
use crate::tui::model::overlay::{Comparison, Overlay};
use crate::tui::theme::Role;
use crate::tui::{Dashboard, Model, Msg, Theme, ThemeOptions, update};

fn render(model: &Model, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().clone()
}

fn press(model: &mut Dashboard, codes: impl IntoIterator<Item = KeyCode>) {
    for code in codes {
        update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n")
}

fn empty() -> Dashboard {
    Dashboard::new(Model::new(about()))
}

/// Three connections: one closed, one idle, one in the middle of a pipelined head.
fn busy() -> Dashboard {
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

/// A request that is half there, and octets of it that no recv has taken yet.
fn projected() -> Dashboard {
    let mut model = typed(empty(), "L");
    let mut script = Script::new();
    script
        .accept(1)
        .receive(1, "GET /hello.txt HTTP/1.1\r\nHos")
        .wait(300);
    script
        .receive(1, "t: localhost\r\n")
        .wait(900)
        .unread(1, 25);
    script.tell(&mut model);
    model
}

/// A request that came four octets a recv, after one that came whole.
fn pieces() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    script.accept(1).receive(1, &get("/"));
    script.answer(1, Status::OK, 5310).wait(4000);
    for octets in get("/logo.png").as_bytes().chunks(4) {
        script.wait(1).receive_octets(1, octets);
    }
    script.answer(1, Status::NOT_MODIFIED, 0);
    script.tell(&mut model);
    model
}

/// A connection of which records were left out, and that was refused.
fn gap() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    script.accept(1).receive(1, &get("/"));
    script.answer(1, Status::OK, 5310).wait(700);
    script
        .receive(1, &get("/a"))
        .answer(1, Status::OK, 5)
        .wait(30);
    script.records.drain(6..14);
    script.receive(1, "GET / HTTP/1.1\n\n");
    script.answer(1, Status::BAD_REQUEST, 410).close(1);
    script.tell(&mut model);
    model
}

/// A body of octets that are no text, of a peer that speaks UTF-8 too.
fn binary() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    let post = "POST /a HTTP/1.1\r\nHost: x\r\nX: é東 a.b\tc \r\nContent-Length: 37\r\n\r\n";
    script.accept(1).receive(1, post).wait(2);
    script.receive_octets(1, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02");
    script
        .receive_octets(1, b"\x9b31mx\x7f\\r\\n\xff\xfe\xc3")
        .wait(40);
    script.receive_octets(1, b"\xa9end");
    script.tell(&mut model);
    model
}

/// A field of ten kilobytes.
fn long() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    let cookie = "Cookie: ".to_owned() + &"a1=b2; ".repeat(1463);
    let head = format!("GET / HTTP/1.1\r\n{cookie}\r\nHost: x\r\n\r\n");
    script.accept(1).receive(1, &head[..6000]).wait(3);
    script.receive(1, &head[6000..]).answer(1, Status::OK, 5);
    script.tell(&mut model);
    model
}

fn refused() -> Dashboard {
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

mod numbers;

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
    both_120x40 typed(busy(), "x"), 120 x 40;
    text_80x24 typed(in_pane(pieces(), Pane::Buffer), "xx"), 80 x 24;
    hex_80x24 typed(in_pane(pieces(), Pane::Buffer), "xxx"), 80 x 24;
    lines_of_pieces_120x40 typed(in_pane(pieces(), Pane::Buffer), "kkk"), 120 x 40;
    lines_binary_80x24 in_pane(binary(), Pane::Buffer), 80 x 24;
    lines_long_80x24 typed(in_pane(long(), Pane::Buffer), "gj"), 80 x 24;
    lines_ascii_80x24 typed(in_pane(binary(), Pane::Buffer), "g").into_model().with_theme(ascii()), 80 x 24;
    responses_120x40 typed(busy(), "\tgjjo"), 120 x 40;
    responses_80x24 typed(in_pane(busy(), Pane::Buffer), "o"), 80 x 24;
    filter_120x40 typed(busy(), "/status:4xx | state:he"), 120 x 40;
    filter_80x24 typed(busy(), "/status:4xx"), 80 x 24;
    filter_wrong_80x24 typed(busy(), "/status:4xx (path:x"), 80 x 24;
    filter_completed_60x20 typed(busy(), "/status:\t"), 60 x 20;
    filter_applied_120x40 typed(busy(), "/status:4xx\n"), 120 x 40;
    sorted_and_marked_120x40 typed(busy(), "gm\tgmsss"), 120 x 40;
    find_80x24 typed(in_pane(busy(), Pane::Buffer), "fhost\nn"), 80 x 24;
    find_in_head_120x40 typed(in_pane(busy(), Pane::Head), "flocal"), 120 x 40;
    exchange_120x40 typed(busy(), "\tgj\n"), 120 x 40;
    exchange_200x60 typed(busy(), "\tgj\n"), 200 x 60;
    exchange_80x24 typed(busy(), "\tgj\n"), 80 x 24;
    projector_120x40 typed(busy(), "L"), 120 x 40;
    projector_80x24 typed(refused(), "L"), 80 x 24;
    projector_200x60 typed(busy(), "L"), 200 x 60;
    projector_80x30 projected(), 80 x 30;
    projector_kernel_120x40 typed(projected(), "4"), 120 x 40;
    projector_ascii_100x30 projected().into_model().with_theme(ascii().loud()), 100 x 30;
    kernel_120x40 typed(busy(), "4"), 120 x 40;
    syscalls_80x24 typed(busy(), "5"), 80 x 24;
    ascii_120x40 busy().into_model().with_theme(ascii()), 120 x 40;
    busy_200x60 busy(), 200 x 60;
    wide_characters_120x40 wide(), 120 x 40;
    voice_80x40 refused(), 80 x 40;
    help_80x24 help(), 80 x 24;
    copy_80x24 typed(refused(), "y"), 80 x 24;
    write_120x40 typed(busy(), "wj"), 120 x 40;
    name_80x24 typed(busy(), "wr"), 80 x 24;
    palette_80x24 typed(busy(), ":"), 80 x 24;
    palette_120x40 typed(busy(), ":fr"), 120 x 40;
    past_80x24 typed(pieces(), ",,,,,,,,,,,,,,"), 80 x 24;
    past_120x40 typed(pieces(), ",,,,,,,,,"), 120 x 40;
    past_200x60 typed(pieces(), "{"), 200 x 60;
    past_60x20 typed(in_pane(pieces(), Pane::Buffer), ",,,,,,,,,,,,"), 60 x 20;
    past_projector_120x40 typed(pieces(), "L,,,,,,,,,"), 120 x 40;
    past_ascii_80x24 typed(pieces(), ",,,,,,,,,").into_model().with_theme(ascii()), 80 x 24;
    past_gap_120x40 typed(gap(), ","), 120 x 40;
    copied_80x24 typed(busy(), "yn"), 80 x 24;
    cut_off_120x40 cut_off(), 120 x 40;
    editor_120x40 typed(busy(), "\tgc"), 120 x 40;
    editor_60x12 typed(busy(), "\tgc"), 60 x 12;
    comparison_120x40 compared(), 120 x 40;
    question_80x24 typed(held(1), "T."), 80 x 24;
    arrivals_160x48 typed(held(5), "3"), 160 x 48;
    arrivals_80x24 typed(held(1), "3\\"), 80 x 24;
    cut_off_exchange_80x24 typed(cut_off(), "\tk\n"), 80 x 24;
    page_160x24 typed(page(), "\t\\"), 160 x 24;
    page_200x30 typed(page(), "\tgj\\"), 200 x 30;
    not_followed_120x40 not_followed(), 120 x 40;
    help_found_80x24 typed(help(), "/recv"), 80 x 24;
}

/// Presses keys one after the other.
fn typed(mut model: Dashboard, keys: &str) -> Dashboard {
    let code = |key| match key {
        '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        other => KeyCode::Char(other),
    };
    press(&mut model, keys.chars().map(code));
    model
}

fn ascii() -> Theme {
    let options = ThemeOptions {
        ascii: Some(true),
        ..ThemeOptions::default()
    };
    Theme::choose(&options, |_| Some("truecolor".into()))
}

/// Paths of wide characters, combining marks, joiners and flags.
fn wide() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    for (n, path) in (1..).zip([
        "/東京タワー/とても長い名前のファイル.html",
        "/e\u{301}te\u{301}",
        "/👩\u{200d}👩\u{200d}👧",
        "/🇯🇵",
        "/\u{202e}gpj.exe",
    ]) {
        script.accept(n).receive(n, &get(path));
        script.answer(n, Status::OK, 5);
    }
    script.tell(&mut model);
    model
}

/// A video of which half went out, a refusal, and a target that is long and encoded.
fn cut_off() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    let long = "/pictures/2026/a%20walk%20by%20the%20sea/sunset%20behind%20the%20lighthouse.jpeg";
    script
        .accept(1)
        .receive(1, &get(long))
        .answer(1, Status::OK, 90);
    script.accept(2).receive(2, &get("/a%20b.mp4"));
    script.cut_off(2, 3_900_000, 5_000_000).wait(5);
    script
        .accept(3)
        .receive(3, "GET /x HTTP/1.1\r\nHost : localhost\r\n\r\n");
    script.answer(3, Status::BAD_REQUEST, 410).close(3);
    script.tell(&mut model);
    model
}

/// A request that came in so many segments and was taken by eleven recvs, and one more line
/// that waits for a step.
fn held(segments: u32) -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    let lines = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let sample = |script: &mut Script, octets: u64, segments: u32, unread: u64| {
        let mut sampled = Sampled::default();
        sampled.handling.recv_size = 4;
        sampled.kernel.unread = Some(unread);
        sampled.kernel.tcp = Some(TcpFacts {
            octets_received: octets,
            data_segments_in: Some(segments),
            ..TcpFacts::default()
        });
        script.note(1, Activity::Sampled(sampled.into()));
    };
    script.accept(1).wait(1500);
    sample(&mut script, 44, segments, 44);
    for octets in lines.as_bytes().chunks(4) {
        script.wait(2).receive_octets(1, octets);
    }
    script.answer(1, Status::OK, 90).wait(800);
    let before = Breakpoint::Recv;
    script.note(1, Activity::Held { before }).wait(700);
    sample(&mut script, 69, segments + 1, 25);
    script.tell(&mut model);
    model
}

/// A request and the same one changed, with both answers.
fn compared() -> Dashboard {
    let mut model = busy();
    let exchange = |connection, n| ExchangeId {
        connection: id(connection),
        n,
    };
    let mut shown = model.into_model();
    shown.ui.overlay = Some(Overlay::Comparison(Comparison {
        before: exchange(6, 1),
        after: exchange(6, 3),
        top: 0,
    }));
    model = Dashboard::new(shown);
    model
}

/// A page, what it had fetched, and a request that does not belong to it.
fn page() -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    script.accept(1).accept(2);
    let ask = |script: &mut Script, n, target: &str, mode: &str| {
        let referer = if mode == "navigate" {
            ""
        } else {
            "Referer: http://localhost:8080/gallery.html\r\n"
        };
        script.receive(
            n,
            &format!("GET {target} HTTP/1.1\r\nHost: localhost:8080\r\nSec-Fetch-Mode: {mode}\r\n{referer}\r\n"),
        );
    };
    ask(&mut script, 1, "/gallery.html", "navigate");
    script.wait(2).answer(1, Status::OK, 5310).wait(20);
    ask(&mut script, 1, "/style.css", "no-cors");
    script.answer(1, Status::OK, 2000);
    script.accept(3).receive(3, &get("/api/data%3Fx"));
    script.answer(3, Status::NOT_FOUND, 90);
    ask(&mut script, 2, "/cat.png", "no-cors");
    script.wait(30).answer(2, Status::OK, 90_000).wait(4);
    ask(&mut script, 1, "/logo.png", "no-cors");
    script.answer_because(
        1,
        Status::NOT_MODIFIED,
        0,
        Some("If-None-Match lists the current ETag"),
    );
    script.tell(&mut model);
    model
}

/// The first connection is selected, and three came after that.
fn not_followed() -> Dashboard {
    let mut model = typed(busy(), "g");
    let mut script = Script::new();
    for n in 8..=10 {
        script
            .accept(n)
            .receive(n, &get("/"))
            .answer(n, Status::OK, 3);
    }
    script.tell(&mut model);
    model
}

fn in_pane(mut model: Dashboard, pane: Pane) -> Dashboard {
    while model.ui.focus != pane {
        press(&mut model, [KeyCode::Tab]);
    }
    model
}

fn help() -> Dashboard {
    let mut model = in_pane(busy(), Pane::Buffer);
    press(&mut model, [KeyCode::Char('?')]);
    model
}

fn frozen() -> Dashboard {
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
            ("", refused as fn() -> Dashboard),
            ("?", empty),
            ("\\", busy),
            ("x", busy),
            ("xxk", refused),
            ("/a(", busy),
            ("/status:4xx\n", wide),
            ("fhost\nnN", busy),
            ("L", refused),
            ("4", busy),
            ("y", refused),
            ("wr", busy),
            (":x", busy),
        ] {
            try_all(&typed(in_pane(make(), pane), keys), 3);
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
fn the_address_for_others_stands_beside_the_one_for_this_machine() {
    let header = |reachable: Option<&str>, width| {
        let mut model = Model::new(about());
        model.about.reachable = reachable.map(str::to_owned);
        let backend = render(&model, width, 30);
        backend.to_string().lines().next().unwrap().to_owned()
    };
    let url = "http://192.0.2.2:8080/";
    let both = header(Some(url), 120);
    assert!(
        both.contains("http://127.0.0.1:8080/ · for others http://192.0.2.2:8080/"),
        "{both}"
    );
    assert!(!header(None, 120).contains("others"));
    // Where there is room for one alone, it is the one that works everywhere, and what goes on
    // is told beside it.
    let one = header(Some(url), 80);
    assert!(
        one.contains("for others http://192.0.2.2:8080/ · 0 open · 0 requests"),
        "{one}"
    );
    assert!(!one.contains("127.0.0.1"), "{one}");
    let short = header(Some(url), 50);
    assert!(
        short.contains("http://127.0.0.1:8080/") && !short.contains("others"),
        "{short}"
    );
}

#[test]
fn before_anybody_has_connected_no_command_is_cut_in_half() {
    let about = crate::trace::About {
        reachable: Some("http://192.0.2.2:8080/".to_owned()),
        ..about()
    };
    let model = Model::new(about);
    let shown = |model: &Model, height| {
        let screen = render(model, 80, height).to_string();
        let open = screen.matches("open http://").count();
        let why = screen.matches("several connections").count()
            + screen.matches("everyone on the network").count();
        assert_eq!(open, why, "{screen}");
        open
    };
    assert_eq!(shown(&model, 60), 2);
    for height in 16..60 {
        shown(&model, height);
    }
}

#[test]
fn octets_look_as_their_meaning_wants() {
    let theme = Theme::default();
    let backend = render(&in_pane(busy(), Pane::Buffer), 80, 24);
    let (x, y) = find(&backend, "GET·/·HTTP/1.1\\r\\n");
    let looks = |x, meaning| {
        let want = theme.style(Role::Octet(meaning));
        let cell = &backend.buffer()[(x, y)];
        assert_eq!(Some(cell.fg), want.fg, "{meaning:?}");
        assert!(cell.modifier.contains(want.add_modifier), "{meaning:?}");
    };
    looks(x, OctetRole::Method);
    looks(x + 4, OctetRole::Target);
    looks(x + 6, OctetRole::Version);
    looks(x + 14, OctetRole::LineEnd);
    for x in x + 14..x + 18 {
        assert!(
            backend.buffer()[(x, y)]
                .modifier
                .contains(Modifier::REVERSED),
            "CR LF is told from what was typed as a backslash and a letter, without colour too"
        );
    }
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

/// A cell holds one character that can be seen, and it takes as many cells as it has.
fn check_cells(backend: &TestBackend) {
    use unicode_width::UnicodeWidthChar as _;
    let buffer = backend.buffer();
    let width = usize::from(buffer.area.width);
    for row in buffer.content().chunks(width.max(1)) {
        let mut shadow = 0;
        for cell in row {
            let mut characters = cell.symbol().chars();
            let character = characters.next().unwrap();
            assert_eq!(characters.next(), None, "one a cell: {:?}", cell.symbol());
            assert!(!character.is_control(), "{character:?}");
            let code = u32::from(character);
            let hides = matches!(code, 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202f
                | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xfff0..=0xfffb);
            assert!(!hides, "{character:?}");
            if shadow > 0 {
                assert_eq!(character, ' ', "behind a wide character");
                shadow -= 1;
                continue;
            }
            shadow = character.width().unwrap_or(0).saturating_sub(1);
        }
        assert_eq!(shadow, 0, "a wide character leaves its row");
    }
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
        check_cells(&render(&model, 120, 40));
    }
}

/// Octets as hostile peers send them: requests with anything in them.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let evil = prop::sample::select(vec![
        "\x1b]0;owned\x07",
        "\x1b[2J",
        "\u{9b}31m",
        "\u{202e}",
        "\u{2066}",
        "e\u{301}",
        "東京",
        "👩\u{200d}👧",
        "\u{fe0f}",
        "\u{feff}",
        "\r",
        "\n",
        "\0",
        "\u{7f}",
        "a",
        "%0a",
    ]);
    let evil = prop::collection::vec(evil, 0..12).prop_map(|parts| parts.concat().into_bytes());
    let piece = prop_oneof![evil, prop::collection::vec(any::<u8>(), 0..24)];
    (piece.clone(), piece.clone(), piece).prop_map(|(target, name, value)| {
        let mut octets = b"GET /".to_vec();
        octets.extend(target);
        octets.extend(b" HTTP/1.1\r\nHost: x\r\nX");
        octets.extend(name);
        octets.extend(b": ");
        octets.extend(value);
        octets.extend(b"\r\n\r\n");
        octets
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_octets_put_anything_on_the_screen_but_cells(
        requests in prop::collection::vec(hostile(), 1..4),
        focus in 0..Pane::ALL.len(),
        keys in prop::sample::select(vec!["", "\\", "L", "fhost\n", "/x", "f\u{202e}\u{301}", "m", "?"]),
        width in 1_u16..160,
        height in 1_u16..50,
    ) {
        let mut model = empty();
        let mut script = Script::new();
        for (n, octets) in (1..).zip(&requests) {
            script.accept(n).receive_octets(n, octets);
            script.answer(n, Status::OK, 3);
        }
        script.tell(&mut model);
        let model = typed(in_pane(model, Pane::ALL[focus]), keys);
        check_cells(&render(&model, width, height));
        let backend = render(&model.into_model().with_theme(ascii()), width, height);
        for cell in backend.buffer().content() {
            prop_assert!(cell.symbol().is_ascii());
        }
    }

    #[test]
    fn every_size_can_be_drawn(width in 1_u16..=500, height in 1_u16..=200, keys in "[/LfnN?4\\\\ \t\njx]{0,6}") {
        render(&typed(busy(), &keys), width, height);
    }
}

#[test]
fn in_ascii_states_differ_and_so_do_the_marks() {
    let backend = render(
        &typed(busy(), "gm").into_model().with_theme(ascii()),
        120,
        40,
    );
    for text in ["x closed", "o idle", "( head", "5+ :515"] {
        find(&backend, text);
    }
}

#[test]
fn what_is_not_valid_is_red_and_marked_where_it_is_wrong() {
    let theme = Theme::default();
    let backend = render(&typed(busy(), "/status:9"), 80, 24);
    let (x, y) = find(&backend, "/ status:9");
    let wrong = &backend.buffer()[(x + 9, y)];
    let bad = theme.style(Role::Octet(OctetRole::Wrong));
    assert_eq!(Some(wrong.fg), bad.fg);
    assert!(
        wrong.modifier.contains(Modifier::REVERSED),
        "without colour too"
    );
    let (x, y) = find(&backend, "┏");
    assert_eq!(Some(backend.buffer()[(x, y)].fg), theme.style(Role::Bad).fg);
    find(&backend, "✗ at 8: a status is written 404, 4xx or >=400");
}

#[test]
fn matches_stand_out_in_buffer_and_head() {
    let theme = Theme::default();
    let looks = |model: &Model, text, after: u16| {
        let backend = render(model, 120, 40);
        let (x, y) = find(&backend, text);
        let x = x + after;
        let want = theme.style(Role::Match);
        let cell = &backend.buffer()[(x, y)];
        assert_eq!(Some(cell.fg), want.fg, "{text}");
        assert!(cell.modifier.contains(want.add_modifier));
    };
    let found = |pane| typed(in_pane(busy(), pane), "f1.1\nh");
    looks(&found(Pane::Buffer), "1.1\\r\\n", 0);
    let head = typed(in_pane(busy(), Pane::Head), "flocalhost\njj");
    looks(&head, "Host            localhost", 16);
}

#[test]
fn for_the_back_of_the_room_nothing_is_dim() {
    let model = typed(busy(), "L");
    let theme = Theme::default();
    let dim = theme.style(Role::Dim).fg;
    let backend = render(&model, 120, 40);
    for cell in backend.buffer().content() {
        if cell.symbol() != " " {
            assert_ne!(Some(cell.fg), dim, "{:?}", cell.symbol());
            assert!(!cell.modifier.contains(Modifier::DIM));
        }
    }
}
