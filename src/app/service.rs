//! Serving without a terminal. Puts the server, its access log and the signals
//! together.
//!
//! A signal that asks for the end is answered within two seconds, whoever reads stdout and
//! stderr or does not: lines that are left are counted. Where all is done in order the exit
//! status is 0; where lines could not be written because nobody takes them, the process dies
//! of the signal, and a shell sees 128 and its number.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use signal_hook::consts::{SIGINT, SIGQUIT};

use super::error::Error;
use super::recording::News;
use crate::event::Inbox;
use crate::plain::{self, Ended, Lines, Outlet, Outlets};
use crate::server::Server;
use crate::signals::{self, Signal, Taker, die_of};

/// How long after a signal lines are still waited for.
const TIME_TO_WRITE: Duration = Duration::from_millis(1600);
/// How long after that what nobody takes may keep the process.
const TIME_TO_END: Duration = Duration::from_millis(300);

/// Where the access log goes, and what is said beside it.
pub(crate) fn outlets(file: Option<PathBuf>) -> Result<Outlets, Error> {
    let thread = |error| Error::System("thread", error);
    let log = match file {
        None => Outlet::stdout().map_err(thread)?,
        Some(path) => Outlet::file(path.clone()).map_err(|error| Error::LogFile(path, error))?,
    };
    let errors = Outlet::stderr().map_err(thread)?;
    Ok(Outlets { log, errors })
}

/// Says on stderr what goes wrong with a recording.
pub(super) fn tell(errors: &Outlet, news: &News) {
    match news {
        News::Written(_) | News::Followed(_) => {}
        News::Trouble(said) | News::Failed(said) => {
            errors.put(&mut format!("glassport: {said}\n"));
        }
    }
}

/// The signals of a server without a terminal, taken over before anyone is told that there
/// is a server to be stopped.
pub(crate) struct Stopping {
    stopped: Receiver<()>,
    signal: Arc<OnceLock<i32>>,
}

impl Stopping {
    /// Takes the signals over. HUP and USR1 open the log file again, if there is one.
    pub(crate) fn listen(server: Server, outlets: &Outlets, taker: Taker) -> Result<Self, Error> {
        let signal = Arc::new(OnceLock::new());
        let asked = Arc::clone(&signal);
        let (stopping, stopped) = bounded(1);
        let mut serves = Some((server, stopping));
        let outlets = outlets.clone();
        let take = move |signal| match signal {
            Signal::Reopen(_) if taker == Taker::LogFile => outlets.log.reopen(),
            Signal::Reopen(_) => {
                let said = "glassport: USR1: there is no --log-file to be opened again\n";
                outlets.errors.put(&mut said.to_owned());
            }
            Signal::End(number) => match serves.take() {
                Some((server, stopping)) => {
                    let _ = asked.set(number);
                    mind_the_time(number, outlets.clone());
                    let stop = move || {
                        server.stop();
                        // The log ends when this end of the channel goes.
                        drop(stopping);
                    };
                    // This one sees to further signals. Without a thread it does not.
                    let stop = thread::Builder::new().name("stop".into()).spawn(stop);
                    if stop.is_err() {
                        die_of(number);
                    }
                }
                // Whoever asks twice does not want to wait.
                None if matches!(number, SIGINT | SIGQUIT) => die_of(number),
                None => {}
            },
            // They are not taken over here.
            Signal::Suspend | Signal::Continue | Signal::Resize => {}
        };
        signals::listen(taker, take).map_err(|error| Error::System("signal handler", error))?;
        Ok(Self { stopped, signal })
    }

    /// Writes the access log until the server has stopped.
    pub(crate) fn run(&self, inbox: &Inbox, lines: Lines, outlets: &Outlets) {
        let ended = plain::run(inbox, &self.stopped, lines, outlets);
        if let (Ended::Stuck, Some(number)) = (ended, self.signal.get()) {
            die_of(*number);
        }
    }
}

/// Sees to it that the process ends soon, whoever does not read what it has to say.
fn mind_the_time(number: i32, outlets: Outlets) {
    let watch = move || {
        thread::sleep(TIME_TO_WRITE);
        outlets.errors.hurry();
        outlets.log.hurry();
        thread::sleep(TIME_TO_END);
        if outlets.log.is_stuck() || outlets.errors.is_stuck() {
            die_of(number);
        }
    };
    // Without it the end takes as long as it takes.
    let _ = thread::Builder::new().name("patience".into()).spawn(watch);
}
