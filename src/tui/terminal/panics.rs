//! A panic of the thread that draws gives the terminal back before it is reported. A panic of
//! any other thread leaves a living screen alone, and is reported when the screen is gone.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::tui::terminal::tty::Tty;

/// How many reports are kept; a thousand workers that panic do so for the same reason.
const KEPT: usize = 20;

/// What could not be reported while the screen was ours.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Vec<String>>>);

impl Held {
    fn keep(&self, info: &PanicHookInfo<'_>) {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.len() < KEPT {
            let thread = thread::current();
            let name = thread.name().unwrap_or("<unnamed>").to_owned();
            reports.push(format!("thread '{name}' {info}\n"));
        }
    }

    /// Reports on standard error. That nobody may be able to read it is not an error.
    pub(crate) fn report(&self) {
        let reports = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for report in reports {
            let _ = io::stderr().write_all(report.as_bytes());
        }
    }
}

/// Installs the hook; the calling thread is the one that draws. What was installed before is
/// called for every panic that is reported at once.
pub(crate) fn install(tty: Arc<Tty>) -> Held {
    let held = Held::default();
    let kept = held.clone();
    let draws = thread::current().id();
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == draws {
            tty.leave();
            kept.report();
        } else if tty.is_taken() {
            kept.keep(info);
            return;
        }
        previous(info);
    }));
    held
}
