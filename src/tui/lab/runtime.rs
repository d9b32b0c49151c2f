//! The lab's loop: keys, signals and time come in, frames go out. Each wake has
//! changed something, and cells that have not changed are not written.

use std::io;

use crossbeam_channel::{Receiver, never, select_biased, tick};

use super::bench::{Bench, Errand};
use super::course::Course;
use crate::lab::Settings;
use crate::signals::{Signal, Whom};
use crate::tui::lab::view::draw;
use crate::tui::terminal::input::Input;
use crate::tui::terminal::stage::Stage;
use crate::tui::terminal::surface::Surface;
use crate::tui::theme::Theme;

/// Runs the lab until the user has had enough, a signal asks for the end or the terminal goes
/// away; then says on standard output how it went. A course has it go on step by step.
///
/// To be called once, on the main thread. An error means that the terminal could not be
/// taken, and it is as it was.
pub fn run(settings: Settings, course: Option<Course>, theme: Theme) -> io::Result<()> {
    let mut bench = Bench::new(settings, theme);
    if let Some(course) = course {
        bench.teach(course);
    }
    let mut stage = Stage::open(theme)?;
    // Every error of the terminal means that it is gone, and the lab is over.
    let _ = watch(
        &mut bench,
        &mut stage.surface,
        stage.keyboard.receiver(),
        &stage.signals,
    );
    stage.close().say(&summary(&bench));
    Ok(())
}

fn watch(
    bench: &mut Bench,
    surface: &mut Surface,
    keys: &Receiver<Input>,
    signals: &Receiver<Signal>,
) -> io::Result<()> {
    let mut period = None;
    let mut ticks = never();
    loop {
        let here = surface.is_here();
        if here {
            surface.draw(|frame| draw(bench, frame))?;
        }
        let wanted = bench.period().filter(|_| here);
        if wanted != period {
            period = wanted;
            ticks = period.map_or_else(never, tick);
        }
        let mut errand = None;
        select_biased! {
            recv(signals) -> signal => match signal {
                Ok(Signal::End(_)) | Err(_) => return Ok(()),
                Ok(Signal::Suspend) => {
                    surface.suspend(Whom::Process)?;
                }
                Ok(Signal::Continue) => surface.resume()?,
                Ok(Signal::Resize) if here => surface.repaint()?,
                Ok(Signal::Resize | Signal::Reopen(_)) => {}
            },
            recv(keys) -> key => match key {
                Ok(Input::Key(key)) => errand = bench.key(key),
                Ok(Input::Mouse(_)) => {}
                Ok(Input::Paste(_)) => bench.paste(),
                Ok(Input::Background(background)) => bench.theme = bench.theme.on(background),
                Ok(Input::Gone) | Err(_) => return Ok(()),
            },
            recv(ticks) -> _ => bench.pass(),
        }
        match errand {
            Some(Errand::Quit) => return Ok(()),
            Some(Errand::Suspend) => {
                surface.suspend(Whom::Group)?;
            }
            Some(Errand::Redraw) => surface.repaint()?,
            None => {}
        }
    }
}

/// How to see the run again, and how far it got.
fn summary(bench: &Bench) -> String {
    let lab = bench.lab();
    let Settings {
        seed,
        packets,
        loss,
        delay,
        reorder,
        window,
    } = lab.settings();
    let counts = lab.ordered().counts();
    format!(
        "glassport lab --seed {seed} --loss {loss} --packets {packets} --delay {delay} --reorder {reorder} --window {window}\n\
         {} ticks: {} packets sent, {} of them again, {} lost; {} of {packets} delivered, once and in order\n",
        lab.now(),
        counts.sent,
        counts.resent,
        counts.lost,
        lab.ordered().upward().len(),
    )
}
