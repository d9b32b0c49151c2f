//! A session that is larger than the history: what was let go of is read again, and is shown
//! as it was.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::event::Record;
use crate::http::Status;
use crate::replay::Index;
use crate::session::{Header, Input, Merged, Reader, Recorder};
use crate::trace::{Moment, Trace};
use crate::tui::fixture::{Script, about, id};
use crate::tui::model::scrubber::{name_width, place};
use crate::tui::{Dashboard, Effect, Model, Msg, update, view};

const ROOM: usize = 4 << 20;
const LAST: u64 = 80;

/// Connection 1 is open all the time and busy; each of the others has an exchange and is closed.
fn story() -> Vec<Record> {
    let mut script = Script::new();
    let request = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(900));
    script.accept(1);
    for n in 2..=LAST {
        script.accept(n).wait(300);
        for open in [1, n] {
            script.receive(open, &request).wait(10);
            script.answer(open, Status::OK, 5);
        }
        script.close(n);
    }
    script.close(1);
    script.records
}

struct Opened {
    model: Dashboard,
    index: Index,
    sessions: Merged,
    whole: Trace,
}

/// The session on a dashboard whose history has not room for a tenth of it.
fn opened() -> Opened {
    let header = Header {
        started: SystemTime::UNIX_EPOCH,
        program: "glassport".into(),
        serving: "./site".into(),
        redacted: false,
        bodies: 0,
        recv_size: 16_384,
        head_timeout: None,
        idle_timeout: None,
        accept_lf: false,
        rests: false,
    };
    let mut file = tempfile::tempfile().unwrap();
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header, None).unwrap();
    for second in story().chunks(40) {
        for record in second {
            recorder.append(record).unwrap();
        }
        recorder.flush().unwrap();
    }
    recorder.finish().unwrap();
    file.write_all(&octets).unwrap();
    let reader = Reader::open(Input::file(file)).unwrap();
    let mut sessions = Merged::new(vec![("it".into(), reader)]);
    let mut index = Index::new(ROOM).with_pieces_of(40 << 10);
    let mut whole = Trace::whole();
    let model = Model::new(about()).with_history(100 << 10);
    let mut model = Dashboard::new(model.with_reading_again());
    let (width, height) = (120, 40);
    update(&mut model, Msg::Resize { width, height });
    while let Some(record) = index.next(&mut sessions) {
        whole.fold(record.clone());
        update(&mut model, Msg::Record(record));
    }
    assert!(model.live.evicted > LAST / 2);
    Opened {
        model,
        index,
        sessions,
        whole,
    }
}

impl Opened {
    fn tell(&mut self, msg: Msg) {
        let mut effect = update(&mut self.model, msg);
        let mut times = 0;
        while let Some(Effect::ReadAgain(wanted)) = effect {
            times += 1;
            assert!(times < 5, "it is asked for again and again: {wanted:?}");
            let window = self.index.read(&self.sessions, wanted, ROOM);
            let found = window.map(Box::new).ok_or(wanted);
            effect = update(&mut self.model, Msg::Found(found));
        }
        self.check();
    }

    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            let code = match key {
                '\t' => KeyCode::Tab,
                'H' => KeyCode::Home,
                '\n' => KeyCode::Enter,
                key => KeyCode::Char(key),
            };
            self.tell(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16) {
        self.tell(Msg::Mouse(MouseEvent {
            kind,
            column,
            row: 0,
            modifiers: KeyModifiers::NONE,
        }));
    }

    fn moment(&self) -> Option<Moment> {
        self.model.ui.past.as_ref().map(|past| past.moment)
    }

    fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| view(&self.model, frame)).unwrap();
        terminal.backend().to_string()
    }

    /// What is shown is what was, and what was read again is of the past.
    fn check(&self) {
        assert!(self.model.window.is_none() || self.model.ui.past.is_some());
        assert!(self.model.seeking.is_none());
        let Some(past) = &self.model.ui.past else {
            return;
        };
        let then = self.whole.at(past.connection, past.moment).unwrap();
        let shown = &past.then;
        assert_eq!((shown.id, shown.moment), (then.id, then.moment));
        assert_eq!((shown.phase, shown.cut), (then.phase, then.cut));
        assert_eq!((shown.totals, shown.closed), (then.totals, then.closed));
        assert_eq!(shown.exchanges.back(), then.exchanges.back());
    }
}

#[test]
fn the_list_goes_on_into_the_file_and_back() {
    let mut opened = opened();
    assert!(opened.screen().contains("older in the file"));
    opened.press("g");
    assert_eq!(opened.model.watched(), Some(id(1)));
    assert!(
        opened.screen().contains("from the file"),
        "{}",
        opened.screen()
    );
    for n in 2..=LAST {
        opened.press("j");
        assert_eq!(opened.model.watched(), Some(id(n)));
    }
    for n in (1..LAST).rev() {
        opened.press("k");
        assert_eq!(opened.model.watched(), Some(id(n)));
    }
    opened.press("k");
    assert_eq!(opened.model.watched(), Some(id(1)));
    opened.press("G");
    assert_eq!(
        (opened.moment(), opened.model.window.is_some()),
        (None, false)
    );
    assert!(!opened.screen().contains("from the file"));
}

#[test]
fn so_do_the_exchanges() {
    let mut opened = opened();
    opened.press("\tg");
    let first = opened.model.shown_exchange().unwrap();
    assert_eq!((first.connection, first.n), (id(1), 1));
    let mut seen = vec![first];
    while opened.model.ui.past.is_some() && seen.len() < 500 {
        opened.press("j");
        seen.extend(opened.model.shown_exchange());
    }
    seen.dedup();
    let mut all: Vec<_> = opened.whole.exchanges.iter().copied().collect();
    all.truncate(seen.len());
    assert_eq!(seen, all);
    assert!(seen.len() > 100, "{}", seen.len());
}

#[test]
fn record_by_record_to_the_beginning_and_to_the_end() {
    let mut opened = opened();
    opened.press("g");
    let last = opened.whole.connections[&id(1)].moment;
    while opened.moment() < Some(last) {
        opened.press("}");
    }
    opened.press(".");
    assert_eq!(opened.moment(), Some(last));
    let stops: Vec<_> = opened.whole.connections[&id(1)].stops();
    for stop in stops.iter().rev().skip(1) {
        opened.press(",");
        assert_eq!(opened.moment(), Some(stop.moment));
    }
    opened.press(",");
    assert_eq!(opened.moment(), Some(Moment(1)));
    for stop in stops.iter().skip(1) {
        opened.press(".");
        assert_eq!(opened.moment(), Some(stop.moment));
    }
    opened.press(".");
    assert_eq!(opened.moment(), Some(last));
    assert!(
        opened.screen().contains("goes no further"),
        "{}",
        opened.screen()
    );
}

#[test]
fn exchanges_seconds_and_the_beginning() {
    let mut opened = opened();
    let complete: Vec<_> = {
        let all = &opened.whole.connections[&id(1)];
        all.exchanges
            .iter()
            .map(|e| all.settled_at(e.told))
            .collect()
    };
    opened.press("gH");
    for told in &complete {
        opened.press("}");
        assert_eq!(opened.moment(), Some(*told));
    }
    for told in complete.iter().rev().skip(1) {
        opened.press("{");
        assert_eq!(opened.moment(), Some(*told));
    }
    opened.press("H");
    assert_eq!(opened.moment(), Some(Moment(1)));
    opened.press(")");
    let clock = |opened: &Opened| opened.model.ui.past.as_ref().unwrap().clock;
    assert_eq!(clock(&opened), Duration::from_secs(5));
    opened.press(")))(");
    assert_eq!(clock(&opened), Duration::from_secs(15));
}

#[test]
fn the_line_shows_what_is_let_go_of_and_a_click_there_reads_it() {
    let mut opened = opened();
    opened.press("g");
    let name = name_width(opened.model.connection().unwrap());
    let (from, width) = place(120, name);
    assert!(opened.screen().contains('░'), "{}", opened.screen());
    let left = MouseButton::Left;
    opened.mouse(MouseEventKind::Down(left), from + 2);
    let near_the_beginning = opened.moment().unwrap();
    assert!(near_the_beginning < Moment(opened.whole.connections[&id(1)].moment.0 / 4));
    opened.mouse(MouseEventKind::Down(left), from + width - 1);
    assert!(opened.moment().unwrap() > near_the_beginning);
}

#[test]
fn a_marked_moment_is_gone_back_to_and_what_is_played_goes_on() {
    let mut opened = opened();
    opened.press("gH....m");
    let marked = opened.moment();
    opened.press("G");
    opened.press("g,'");
    assert_eq!(opened.moment(), marked);
    // Played, it goes on from one part to the next, to the end.
    opened.press(" ");
    let mut at = Duration::ZERO;
    let mut parts = 0;
    let mut last = opened.moment();
    for _ in 0..100_000 {
        at += Duration::from_millis(500);
        opened.tell(Msg::Tick { at });
        let now = opened.moment();
        assert!(now >= last, "back from {last:?} to {now:?}");
        parts += u32::from(opened.moment() != last);
        last = opened.moment();
        if opened
            .model
            .ui
            .past
            .as_ref()
            .is_none_or(|past| past.play.is_none())
        {
            break;
        }
    }
    assert_eq!(last, Some(opened.whole.connections[&id(1)].moment));
    assert!(parts > 100, "{parts}");
}

#[test]
fn what_was_asked_for_before_something_else_is_not_shown() {
    let mut opened = opened();
    let key = |key| Msg::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE));
    let Some(Effect::ReadAgain(wanted)) = update(&mut opened.model, key('g')) else {
        panic!("it is not kept")
    };
    assert!(opened.screen().contains("reading the file"));
    update(&mut opened.model, key(','));
    update(&mut opened.model, key('G'));
    let window = opened.index.read(&opened.sessions, wanted, ROOM).unwrap();
    assert_eq!(
        update(&mut opened.model, Msg::Found(Ok(window.into()))),
        None
    );
    assert!(opened.model.window.is_none());
    // A file that is gone is a sentence.
    let Some(Effect::ReadAgain(wanted)) = update(&mut opened.model, key('g')) else {
        panic!("it is not kept")
    };
    update(&mut opened.model, Msg::Found(Err(wanted)));
    assert!(opened.screen().contains("can no longer be read"));
}

#[test]
fn where_nothing_is_read_again_that_is_said() {
    let opened = opened();
    let mut model = opened.model.into_model();
    model.reads_again = false;
    let mut model = Dashboard::new(model);
    let key = KeyEvent::new(KeyCode::Char('g'), KeyModifiers::NONE);
    assert_eq!(update(&mut model, Msg::Key(key)), None);
    assert!(model.window.is_none() && model.ui.past.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn whatever_keys_are_pressed_what_is_shown_is_what_was(
        keys in proptest::collection::vec(prop::sample::select(
            "gGjkjk,,..{}{}()H\t\n eEm'Fsv".chars().collect::<Vec<_>>()), 0..40),
    ) {
        let mut opened = opened();
        for key in keys {
            opened.press(&key.to_string());
        }
        opened.screen();
    }
}
