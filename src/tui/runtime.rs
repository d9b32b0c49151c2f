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
mod due;
mod ended;
mod film;
mod lecture;
mod outside;
mod pile;
mod sample;

use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select_biased, unbounded};

use self::sample::Asked;
use super::{Dashboard, Model, update};
use crate::event::{Batch, ConnectionId, Source, Totals};
use crate::signals::{Signal, Whom};
use crate::tui::message::{Effect, Msg, Report};
use crate::tui::terminal::{input::Input, stage::Stage, surface::Surface};

pub use self::ended::{Ended, Why};
pub use self::film::{Film, film};
pub use self::lecture::Lecture;
pub use self::outside::{Edit, Outside, ReadAgain};
use self::pile::Pile;
pub use crate::tui::terminal::tty::usable;

/// How long records are folded before keys are looked at.
const SLICE: Duration = Duration::from_millis(5);
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
        self.carry_out_effects(surface, signals)
    }

    /// Does what keys and messages have asked for.
    fn carry_out_effects(
        &mut self,
        surface: &mut Surface,
        signals: &Receiver<Signal>,
    ) -> io::Result<Option<Why>> {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Quit => return Ok(Some(Why::Quit)),
                Effect::Suspend => self.suspend(surface, Whom::Group)?,
                Effect::Tell(sequence) => surface.tell(&sequence)?,
                Effect::Mouse(wanted) => surface.report_mouse(wanted)?,
                Effect::EditOutside(octets) => {
                    let edit = || (self.outside.edit)(&octets, signals);
                    match surface.lend(edit)? {
                        ControlFlow::Break(number) => return Ok(Some(Why::Signal(number))),
                        ControlFlow::Continue(edited) => {
                            self.resized(surface);
                            self.tell(Msg::Edited(edited));
                        }
                    }
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
        (self.outside.mirror)(&msg);
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
