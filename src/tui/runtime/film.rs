//! The dashboard without a terminal: what it would have shown while a session went on, frame
//! by frame. Knows no clock: time is that of the records.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::layout::Size;

use crate::event::{Event, ListenerEvent, Record, Totals};
use crate::trace::readings;
use crate::tui::message::Msg;
use crate::tui::terminal::screen::Screen;
use crate::tui::update::Dashboard;
use crate::tui::{Model, update, view};

/// How often the screen changes at most.
const FRAMES_A_SECOND: u32 = 30;
pub(super) const FRAME: Duration = Duration::from_nanos(1_000_000_000 / FRAMES_A_SECOND as u64);
/// How long the end is shown.
const END: Duration = Duration::from_secs(2);

/// How a session is filmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Film {
    /// The size of the screen, in columns and rows.
    pub size: (u16, u16),
    /// Nothing is waited for longer than this.
    pub longest_pause: Duration,
    /// How long each record takes at least.
    pub slow: Duration,
}

/// Shows records, each with the totals as of it, and hands on each frame: when it is shown,
/// and what is written to the terminal for it.
///
/// # Errors
/// None but those of memory: nothing is written but to it.
pub fn film(
    how: &Film,
    model: Model,
    records: impl Iterator<Item = (Record, Totals)>,
    shown: impl FnMut(Duration, &str),
) -> io::Result<()> {
    let mut camera = Camera::new(how, model, shown)?;
    for (record, totals) in records {
        camera.take(record, totals)?;
    }
    camera.end()
}

struct Camera<F> {
    how: Film,
    model: Dashboard,
    terminal: Terminal<Screen<Paper>>,
    paper: Paper,
    shown: F,
    totals: Totals,
    /// The time of the newest record, or of what was shown after it.
    now: Duration,
    /// The same in the film.
    at: Duration,
    /// When the last frame was, in the film.
    drawn: Duration,
    /// Something changed since.
    dirty: bool,
}

impl<F: FnMut(Duration, &str)> Camera<F> {
    fn new(how: &Film, model: Model, shown: F) -> io::Result<Self> {
        // Whether NO_COLOR counts was decided with the theme; crossterm would decide again.
        if model.theme.has_color() {
            crossterm::style::force_color_output(true);
        }
        let paper = Paper::default();
        let (width, height) = how.size;
        let screen = Screen::new(paper.clone(), Size::new(width, height));
        let mut camera = Self {
            how: *how,
            model: Dashboard::new(model),
            terminal: Terminal::new(screen)?,
            paper,
            shown,
            totals: Totals::default(),
            now: Duration::ZERO,
            at: Duration::ZERO,
            drawn: Duration::ZERO,
            dirty: true,
        };
        update(&mut camera.model, Msg::Resize { width, height });
        camera.draw()?;
        Ok(camera)
    }

    fn take(&mut self, record: Record, totals: Totals) -> io::Result<()> {
        let pause = record.at.saturating_sub(self.now);
        self.pass(pause.min(self.how.longest_pause), self.how.slow)?;
        self.now = self.now.max(record.at);
        self.totals = totals;
        // The totals of all are told with each frame.
        if !matches!(record.event, Event::Listener(ListenerEvent::Counted(_))) {
            update(&mut self.model, Msg::Record(record));
            self.dirty = true;
        }
        Ok(())
    }

    /// Lets time pass until the next record: what happened is seen, and seconds are counted.
    fn pass(&mut self, pause: Duration, least: Duration) -> io::Result<()> {
        let until = self.at + pause.max(least);
        if until.saturating_sub(self.drawn) < FRAME {
            // It is in the same frame.
            self.at = until;
            return Ok(());
        }
        self.draw()?;
        let (from, begun) = (self.now, self.at);
        while let Some(wait) = self.model.next_tick(self.now) {
            let now = self.now + wait.max(FRAME);
            let passed = now.saturating_sub(from);
            if passed >= pause {
                break;
            }
            self.now = now;
            self.at = begun + passed;
            update(&mut self.model, Msg::Tick { at: now });
            self.dirty = true;
            self.draw()?;
        }
        self.at = until;
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        for record in readings::records(&self.model.live, self.totals, &[], self.now) {
            update(&mut self.model, Msg::Record(record));
        }
        self.terminal.draw(|frame| view(&self.model, frame))?;
        let written = self.paper.take();
        if !written.is_empty() {
            (self.shown)(self.at, &String::from_utf8_lossy(&written));
        }
        self.drawn = self.at;
        Ok(())
    }

    /// The last frame stays for a while.
    fn end(&mut self) -> io::Result<()> {
        self.draw()?;
        self.pass(END, END)?;
        (self.shown)(self.at, "");
        Ok(())
    }
}

/// What is written to, and taken from after each frame.
#[derive(Debug, Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Paper {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Paper {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Status;
    use crate::tui::fixture::{Script, about};

    const GET: &str = "GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n";

    /// The frames of a film of a request that came in two pieces, a minute apart.
    fn frames(slow: Duration) -> Vec<(Duration, String)> {
        let mut script = Script::new();
        script.accept(1).receive(1, &GET[..9]).wait(60_000);
        script.receive(1, &GET[9..]).answer(1, Status::OK, 5);
        let how = Film {
            size: (140, 40),
            longest_pause: Duration::from_secs(5),
            slow,
        };
        let records = script.records.into_iter();
        let totals = Totals {
            open: 1,
            ..Totals::default()
        };
        let records = records.map(|record| (record, totals));
        let mut frames = Vec::new();
        let shown = |at, text: &str| frames.push((at, text.to_owned()));
        film(&how, Model::new(about()), records, shown).unwrap();
        frames
    }

    /// What a terminal shows after each of these frames.
    fn screens(frames: &[(Duration, String)]) -> Vec<String> {
        let size = |n| std::num::NonZeroU16::new(n).unwrap();
        let mut terminal = vt100::Parser::new(size(40), size(140), 0);
        let shown = frames.iter().map(|(_, text)| {
            terminal.process(text.as_bytes());
            terminal.screen().contents()
        });
        shown.collect()
    }

    #[test]
    fn what_happens_is_seen_as_it_happened_and_long_pauses_are_short() {
        let frames = frames(Duration::ZERO);
        assert!(frames.is_sorted_by_key(|(at, _)| *at));
        let screens = screens(&frames);
        assert!(screens[0].contains("Nobody has connected yet"));
        let half = screens.iter().position(|s| s.contains("head 9 octets"));
        let whole = screens.iter().position(|s| s.contains("200 OK"));
        let (half, whole) = (half.unwrap(), whole.unwrap());
        assert!(half < whole);
        let pause = frames[whole].0.saturating_sub(frames[half].0);
        let about = Duration::from_millis(4900)..Duration::from_millis(5200);
        assert!(about.contains(&pause), "{pause:?}");
        assert!(
            screens.iter().any(|s| s.contains("waiting 3 s")),
            "time is seen to pass"
        );
        let end = frames.last().unwrap().0;
        assert!(end < Duration::from_secs(8), "{end:?}");
    }

    #[test]
    fn in_slow_motion_each_record_has_a_frame() {
        let fast = frames(Duration::ZERO);
        let slow = frames(Duration::from_millis(200));
        assert!(slow.len() > fast.len());
        let screens = screens(&slow);
        let first = |text: &str| screens.iter().position(|s| s.contains(text)).unwrap();
        assert!(first("boundary at") < first("head parsed"));
        assert!(first("head parsed") < first("200 OK"));
    }
}
