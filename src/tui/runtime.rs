//! The dashboard's loop: keys, signals, records and time come in, frames go out.
//!
//! One thread, the main one: it sleeps until something happens, and draws nothing when nothing
//! changed.
//!
//! - When something happens after a quiet time, it is on the screen at once.
//! - Under load records pile up in their channel until the next frame is due, so this
//!   thread wakes up twice a frame at most, and at most `film::FRAMES_A_SECOND` are drawn.
//! - A long pile is folded in slices, and keys are looked at in between.

mod drive;
mod ended;
mod film;
mod lecture;
mod outside;
mod pile;
mod sample;

use std::io;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select_biased, unbounded};

use self::sample::Asked;
use super::{Dashboard, Model, update, view};
use crate::event::{Batch, ConnectionId, Credit, Source, Totals};
use crate::signals::{Signal, Whom};
use crate::trace::readings;
use crate::tui::message::{Effect, Msg, Report};
use crate::tui::terminal::{input::Input, stage::Stage, surface::Surface};

pub use self::ended::{Ended, Why};
use self::film::FRAME;
pub use self::film::{Film, film};
pub use self::lecture::Lecture;
pub use self::outside::{Edit, Outside};
use self::pile::Pile;
pub use crate::tui::terminal::tty::usable;

/// How long records are folded before keys are looked at.
const SLICE: Duration = Duration::from_millis(5);
/// How many batches the workers may send between two frames, when it goes on like that: about
/// two thousand a second, more than anyone can follow. Bursts are kept for by the sink.
const CREDIT: Credit = Credit(64);
/// How long after the last change the counts are looked at once more: a worker may count
/// just after it has sent the record of what it counts.
const SETTLE: Duration = Duration::from_millis(100);
/// A terminal that takes longer than this for a frame is spared what only moves.
const SLOW: Duration = Duration::from_millis(100);
/// Why the process was not stopped.
const NOT_STOPPED: &str = "not suspended: there is no shell here that could continue glassport";

/// Draws until the user has had enough, a signal asks for the end or the terminal goes away.
/// Then gives the terminal back, stops the server, and folds what that has brought.
///
/// To be called once, on the thread that may own the terminal (the main thread). An error
/// means that the terminal could not be taken; it is as it was, and the server was not stopped.
/// From here on TERM, INT, HUP and QUIT no longer end the process by themselves, except INT
/// and QUIT while the server stops. Where the terminal takes nothing, they end it all the
/// same, within two seconds.
pub fn run(source: &dyn Source, model: Model, outside: &Outside<'_>) -> io::Result<Ended> {
    let mut stage = Stage::open(model.theme)?;
    stage.surface.report_mouse(model.ui.mouse)?;
    let mut dashboard = Loop::new(source, model, outside);
    let why = dashboard.run(
        &mut stage.surface,
        stage.keyboard.receiver(),
        &stage.signals,
    );
    let farewell = stage.close();
    (outside.stop)();
    let model = dashboard.conclude();
    Ok(Ended {
        why,
        model,
        farewell,
    })
}

/// What the loop knows beside the model.
struct Loop<'a> {
    source: &'a dyn Source,
    begun: Instant,
    model: Dashboard,
    /// Something changed since the last frame.
    dirty: bool,
    pile: Pile,
    /// When the last frame was begun.
    drawn: Option<Duration>,
    /// The counts as the model knows them.
    counts: Totals,
    /// Whether ledgers are compared in the next frame in any case.
    reconcile: bool,
    /// When to look at the counts once more.
    settle: Option<Duration>,
    watched: Option<ConnectionId>,
    effects: Vec<Effect>,
    outside: &'a Outside<'a>,
    /// The lesson, until it is over.
    lesson: Option<Lecture<'a>>,
    /// What happens elsewhere and is to be said.
    news: Receiver<Report>,
    /// When the selected connection was asked about, and after how many records.
    sampled: Asked,
    reports: (Sender<Report>, Receiver<Report>),
}

impl<'a> Loop<'a> {
    fn new(source: &'a dyn Source, model: Model, outside: &'a Outside<'a>) -> Self {
        Self {
            source,
            begun: Instant::now(),
            model: Dashboard::new(model),
            dirty: true,
            pile: Pile::Left,
            drawn: None,
            counts: Totals::default(),
            reconcile: false,
            settle: None,
            watched: None,
            effects: Vec::new(),
            outside,
            lesson: outside.lesson,
            news: outside.news.clone(),
            sampled: Asked::default(),
            reports: unbounded(),
        }
    }

    /// Runs until the end. Every error of the terminal means that it is gone.
    fn run(
        &mut self,
        surface: &mut Surface,
        keys: &Receiver<Input>,
        signals: &Receiver<Signal>,
    ) -> Why {
        self.resized(surface);
        loop {
            match self.turn(surface, keys, signals) {
                Ok(None) => {}
                Ok(Some(why)) => return why,
                Err(_) => return Why::TerminalGone,
            }
        }
    }

    /// Does what is due, waits for one thing to happen, and takes it in.
    fn turn(
        &mut self,
        surface: &mut Surface,
        keys: &Receiver<Input>,
        signals: &Receiver<Signal>,
    ) -> io::Result<Option<Why>> {
        let here = surface.is_here();
        if here {
            self.do_what_is_due(surface)?;
        }
        self.watch();
        let alarm = match self.next_alarm() {
            Some(at) if here => after(at.saturating_sub(self.elapsed())),
            Some(_) | None => never(),
        };
        // While a frame is due anyway, records may pile up.
        let no_records = never::<Batch>();
        let records = if here && !self.dirty {
            self.source.receiver()
        } else {
            &no_records
        };
        let strips = Lecture::strips(self.lesson);
        let news = self.news.clone();
        let found = self.outside.found();
        // A signal to end comes before anything that may draw another frame.
        select_biased! {
            recv(signals) -> signal => match signal {
                Ok(Signal::End(number)) => return Ok(Some(Why::Signal(number))),
                Ok(Signal::Suspend) => self.suspend(surface, Whom::Process)?,
                Ok(Signal::Continue) => {
                    surface.resume()?;
                    self.resized(surface);
                }
                Ok(Signal::Resize) => {
                    if here {
                        surface.repaint()?;
                    }
                    self.resized(surface);
                }
                // Nothing is opened again beside a screen.
                Ok(Signal::Reopen(_)) => {}
                Err(_) => return Ok(Some(Why::TerminalGone)),
            },
            recv(keys) -> key => match key {
                Ok(Input::Key(key)) => self.tell(Msg::Key(key)),
                Ok(Input::Background(background)) => self.tell(Msg::Background(background)),
                Ok(Input::Mouse(mouse)) => self.tell(Msg::Mouse(mouse)),
                Ok(Input::Paste(text)) => self.tell(Msg::Paste(text)),
                Ok(Input::Gone) | Err(_) => return Ok(Some(Why::TerminalGone)),
            },
            recv(self.reports.1) -> report => if let Ok(report) = report {
                self.tell(Msg::Report(report));
            },
            recv(news) -> report => match report {
                Ok(report) => self.tell(Msg::Report(report)),
                // There will be no more.
                Err(_) => self.news = never(),
            },
            recv(found) -> found => if let Ok(found) = found { self.tell(Msg::Found(found)); },
            recv(strips) -> strip => match strip {
                Ok(strip) => self.tell(Msg::Lesson(Box::new(strip))),
                // It is over, and what it showed last stays.
                Err(_) => self.lesson = None,
            },
            recv(records) -> batch => if let Ok(batch) = batch {
                self.fold(batch);
            },
            recv(alarm) -> _ => {}
        }
        self.carry_out_effects(surface)
    }

    /// Does what keys and messages have asked for.
    fn carry_out_effects(&mut self, surface: &mut Surface) -> io::Result<Option<Why>> {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Quit => return Ok(Some(Why::Quit)),
                Effect::Suspend => self.suspend(surface, Whom::Group)?,
                Effect::Tell(sequence) => surface.tell(&sequence)?,
                Effect::Mouse(wanted) => surface.report_mouse(wanted)?,
                Effect::EditOutside(octets) => {
                    let edited = surface.lend(|| (self.outside.edit)(&octets))?;
                    self.resized(surface);
                    self.tell(Msg::Edited(edited));
                }
                Effect::Start(job) => (self.outside.jobs)(job, self.reports.0.clone()),
                Effect::Drive(wanted) => {
                    let controls = self.outside.controls;
                    let came = drive::drive(&self.model, controls, wanted);
                    self.sample();
                    self.tell(Msg::Drove(came));
                }
                Effect::ReadAgain(wanted) => self.outside.read_again(wanted),
                Effect::Cue => {
                    if let Some(lesson) = self.lesson {
                        lesson.cue();
                    }
                }
                Effect::AskToRecord => self.tell(Msg::AskToRecord(self.source.now())),
                Effect::Redraw => {
                    surface.repaint()?;
                    self.dirty = true;
                }
            }
        }
        Ok(None)
    }

    fn do_what_is_due(&mut self, surface: &mut Surface) -> io::Result<()> {
        let (now, at) = (self.elapsed(), self.source.now());
        if self.model.next_tick(at) == Some(Duration::ZERO) && self.frame_due() <= now {
            self.tell(Msg::Tick { at });
        }
        if self.settle.is_some_and(|at| at <= now) {
            self.settle = None;
            self.dirty |= self.reconcile || self.source.totals() != self.counts;
        }
        if self.sampled.due(&self.model).is_some_and(|at| at <= now) {
            self.sample();
        }
        if self.dirty && self.frame_due() <= now {
            self.frame(surface, now)
        } else if self.pile == Pile::Left {
            self.fold_pile();
            Ok(())
        } else {
            Ok(())
        }
    }

    /// When there is something to do even if nothing happens.
    fn next_alarm(&self) -> Option<Duration> {
        if self.pile == Pile::Left {
            return Some(Duration::ZERO);
        }
        let frame = self.dirty.then(|| self.frame_due());
        // Time alone does not make for more frames than there may be.
        let now = self.elapsed();
        let tick = self.model.next_tick(self.source.now());
        let tick = tick.map(|wait| (now + wait).max(self.frame_due()));
        let sample = self.sampled.due(&self.model);
        [frame, tick, sample, self.settle]
            .into_iter()
            .flatten()
            .min()
    }

    fn frame_due(&self) -> Duration {
        self.drawn.map_or(Duration::ZERO, |drawn| drawn + FRAME)
    }

    fn frame(&mut self, surface: &mut Surface, now: Duration) -> io::Result<()> {
        self.drawn = Some(now);
        self.dirty = false;
        self.fold_pile();
        self.count();
        surface.draw(|frame| view(&self.model, frame))?;
        if self.elapsed() > now + SLOW {
            self.tell(Msg::Slow);
        }
        // What is left of the pile is for the next frame.
        self.dirty = self.pile == Pile::Left;
        self.settle = Some(now + SETTLE);
        Ok(())
    }

    /// Asks about the selected connection. That nothing is new makes no frame.
    fn sample(&mut self) {
        self.sampled = Asked::now(self.elapsed(), &self.model);
        let at = self.source.now();
        for record in sample::take(&self.model, self.outside.controls, at) {
            self.source.keep(&record);
            self.tell(Msg::Record(record));
        }
    }

    /// Tells the model the counts. Credit first: whatever is left out from here on means
    /// that it was spent again, and so there are records which lead to another frame.
    fn count(&mut self) {
        let source = self.source;
        source.grant(CREDIT);
        let totals = source.totals();
        let left_out = totals.left_out != self.counts.left_out;
        let ledgers = if left_out || self.reconcile {
            source.ledgers()
        } else {
            Vec::new()
        };
        self.reconcile = left_out;
        self.counts = totals;
        for record in readings::records(&self.model.live, totals, &ledgers, source.now()) {
            self.tell(Msg::Record(record));
        }
    }

    /// Folds what has piled up, but not for longer than a slice.
    fn fold_pile(&mut self) {
        let until = self.elapsed() + SLICE;
        self.pile = Pile::Folded;
        for _ in 0..self.source.receiver().len() {
            if self.elapsed() >= until {
                self.pile = Pile::Left;
                return;
            }
            let Ok(batch) = self.source.receiver().try_recv() else {
                return;
            };
            self.fold(batch);
        }
    }

    fn fold(&mut self, batch: Batch) {
        self.source.open(batch, &mut |record| {
            if let Some(lesson) = self.lesson {
                lesson.hand(&record);
            }
            self.tell(Msg::Record(record));
        });
    }

    /// Stops the process, or says why it goes on.
    fn suspend(&mut self, surface: &mut Surface, whom: Whom) -> io::Result<()> {
        if !surface.suspend(whom)? {
            self.resized(surface);
            self.tell(Msg::Report(Report::Failed(NOT_STOPPED.into())));
        }
        Ok(())
    }

    fn resized(&mut self, surface: &Surface) {
        let size = surface.size();
        self.tell(Msg::Resize {
            width: size.width,
            height: size.height,
        });
    }

    fn tell(&mut self, msg: Msg) {
        self.dirty = true;
        self.effects.extend(update(&mut self.model, msg));
    }

    /// The selected connection loses no detail.
    fn watch(&mut self) {
        let watched = self.model.watched();
        if watched != self.watched {
            self.watched = watched;
            self.source.watch(watched);
        }
    }

    /// Frames have a time of their own: that of a session may stand still.
    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The server has stopped: the rest, and the counts for good.
    fn conclude(mut self) -> Dashboard {
        let source = self.source;
        // So many and no more, should somebody go on sending.
        let waiting = source.receiver().len();
        for batch in source.receiver().try_iter().take(waiting) {
            source.open(batch, &mut |record| {
                let _ = update(&mut self.model, Msg::Record(record));
            });
        }
        self.reconcile = true;
        self.count();
        self.model
    }
}
