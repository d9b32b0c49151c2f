//! Screens as a person sees them, and what no screen may do.

use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::view;
use crate::http::Status;
use crate::tui::records::{Script, about};
use crate::tui::{Model, Msg, Theme, update};

fn render(model: &Model, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().clone()
}

fn busy() -> Model {
    let mut model = Model::new(about());
    let mut s = Script::new();
    let get = |path: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n"
        )
    };
    s.accept(5)
        .receive(5, &get("/"))
        .answer(5, Status::OK, 5310);
    s.wait(30)
        .receive(
            5,
            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
        )
        .answer(5, Status::METHOD_NOT_ALLOWED, 210)
        .close(5);
    s.tell(&mut model);
    s.wait(900)
        .accept(6)
        .receive(6, &get("/index.html"))
        .answer(6, Status::OK, 5310);
    s.wait(420)
        .receive(6, &get("/gallery.html"))
        .answer(6, Status::OK, 1204);
    s.wait(120)
        .receive(6, &get("/missing.png"))
        .answer(6, Status::NOT_FOUND, 300);
    s.wait(1100).receive(6, &get("/logo.png")).answer_because(
        6,
        Status::NOT_MODIFIED,
        0,
        Some("If-None-Match names the ETag it has"),
    );
    s.tell(&mut model);
    s.wait(300)
        .accept(7)
        .wait(40)
        .receive(7, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /fav")
        .answer(7, Status::OK, 5310);
    s.wait(800)
        .receive(7, "icon.ico HTTP/1.1\r\n")
        .wait(1204)
        .receive(7, "Host: localhost:8080\r\n")
        .wait(3000);
    s.tell(&mut model);
    model
}

fn refused() -> Model {
    let mut model = Model::new(about());
    let mut s = Script::new();
    s.accept(1)
        .receive(1, "GET / HTTP/1.1\r\n")
        .wait(1500)
        .receive(1, "Host : localhost\r\nAccept: */*\r\n\r\n")
        .answer(1, Status::BAD_REQUEST, 410);
    s.tell(&mut model);
    model
}

#[test]
#[ignore]
fn look() {
    use std::io::Write;
    let dir = std::path::PathBuf::from("/tmp/look");
    std::fs::create_dir_all(&dir).unwrap();
    let mut out = |name: &str, model: &Model, w: u16, h: u16| {
        let backend = render(model, w, h);
        let mut f = std::fs::File::create(dir.join(format!("{name}-{w}x{h}.ans"))).unwrap();
        for y in 0..h {
            for x in 0..w {
                let c = &backend.buffer()[(x, y)];
                let mut sgr = String::from("\x1b[0");
                use ratatui::style::{Color, Modifier};
                for (m, n) in [
                    (Modifier::BOLD, 1),
                    (Modifier::ITALIC, 3),
                    (Modifier::UNDERLINED, 4),
                    (Modifier::REVERSED, 7),
                ] {
                    if c.modifier.contains(m) {
                        sgr += &format!(";{n}");
                    }
                }
                let col = |c: Color, base: u8| match c {
                    Color::Reset => String::new(),
                    Color::Rgb(r, g, b) => format!(";{};2;{r};{g};{b}", base + 8),
                    Color::Red => format!(";{}", base + 1),
                    Color::Green => format!(";{}", base + 2),
                    Color::Yellow => format!(";{}", base + 3),
                    Color::Blue => format!(";{}", base + 4),
                    Color::Magenta => format!(";{}", base + 5),
                    Color::Cyan => format!(";{}", base + 6),
                    Color::DarkGray => format!(";{}", base + 60),
                    other => panic!("{other:?}"),
                };
                sgr += &col(c.fg, 30);
                sgr += &col(c.bg, 40);
                write!(f, "{sgr}m{}", c.symbol()).unwrap();
            }
            if y + 1 < h {
                write!(f, "\r\n").unwrap();
            }
        }
    };
    let m = busy();
    for (w, h) in [(160, 48), (120, 40), (80, 24), (60, 20)] {
        out("busy", &m, w, h);
    }
    let m = busy().with_theme(Theme::default().next());
    for (w, h) in [(160, 48), (120, 40), (80, 24)] {
        out("dark", &m, w, h);
    }
    let m = busy().with_theme(Theme::default().next().next());
    out("light", &m, 120, 40);
    out(
        "refused",
        &refused().with_theme(Theme::default().next()),
        120,
        40,
    );
    out("empty", &Model::new(about()), 120, 40);
    let mut m = busy();
    let k = |c| {
        Msg::Key(crossterm::event::KeyEvent::new(
            c,
            crossterm::event::KeyModifiers::NONE,
        ))
    };
    use crossterm::event::KeyCode::*;
    update(&mut m, k(Char('?')));
    out("help", &m, 120, 40);
    let mut m = busy();
    update(
        &mut m,
        Msg::Resize {
            width: 120,
            height: 40,
        },
    );
    update(&mut m, k(Enter));
    for _ in 0..50 {
        update(&mut m, k(Left));
    }
    out("cursor", &m, 120, 40);
    let start = Instant::now();
    for _ in 0..100 {
        render(&m, 200, 60);
    }
    eprintln!("{:?} per frame (with terminal)", start.elapsed() / 100);
    let _ = Duration::ZERO;
}
