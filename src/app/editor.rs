//! The user's own editor, for a request that is being changed on the dashboard. Whoever calls
//! this has given the terminal back, and takes it again afterwards.
//!
//! Editor and dashboard are one job of the shell, so what is typed to stop or to interrupt the
//! one reaches the other too.
//!
//! - The job stops as a whole: where the editor was stopped, we stop as well, and `fg`
//!   continues both.
//! - INT and QUIT are the editor's own, as system(3) has it.
//! - TERM and HUP end the editor, and then us.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use rustix::process::{Pid, WaitId, WaitIdOptions, kill_process, waitid};
use signal_hook::consts::{SIGINT, SIGQUIT};

use crate::signals::{self, Signal, Whom};

/// Which variables name it, the preferred one first.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];
const FALLBACK: &str = "vi";
/// How long an editor that was asked to end may take to put away what it has.
const GRACE: Duration = Duration::from_secs(1);

/// Has these octets changed, and gives what became of them, or why nothing did, as a clause.
/// Breaks off where a signal asks for the end.
pub(super) fn edit(
    octets: &[u8],
    signals: &Receiver<Signal>,
) -> ControlFlow<i32, Result<Vec<u8>, String>> {
    let named = VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
    let editor = named.into_iter().find(|name| !name.trim().is_empty());
    let editor = editor.unwrap_or_else(|| FALLBACK.into());
    let path = path();
    let said = |error: io::Error| format!("{}: {error}", path.display());
    if let Err(error) = write_new(&path, octets) {
        return ControlFlow::Continue(Err(said(error)));
    }
    let ended = run(&editor, &path, signals);
    let edited = ended.map_continue(|ended| ended.and_then(|()| fs::read(&path).map_err(said)));
    // It may hold cookies and credentials.
    let _ = fs::remove_file(&path);
    edited
}

/// The variable may hold options too, as a shell would read them.
fn run(
    editor: &str,
    path: &Path,
    signals: &Receiver<Signal>,
) -> ControlFlow<i32, Result<(), String>> {
    let started = Command::new("/bin/sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(path)
        .spawn()
        .map_err(|error| format!("{editor}: {error}"));
    let status = match started {
        Ok(child) => wait(child, signals)?.map_err(|error| format!("{editor}: {error}")),
        Err(why) => return ControlFlow::Continue(Err(why)),
    };
    ControlFlow::Continue(status.and_then(|status| {
        if status.success() {
            Ok(())
        } else {
            Err(format!(
                "{editor} ended with {status}: the request stays as it was"
            ))
        }
    }))
}

/// Waits until the editor has ended.
fn wait(mut child: Child, signals: &Receiver<Signal>) -> ControlFlow<i32, io::Result<ExitStatus>> {
    let (changed, go_on) = look_at(&child);
    let mut interrupted = false;
    loop {
        select_biased! {
            recv(changed) -> _ => {
                if let Some(ended) = child.try_wait().transpose() {
                    if !interrupted && ended.as_ref().is_ok_and(|ended| was_interrupted(*ended)) {
                        // It was typed, so it is on its way to us too, and is not meant for us.
                        if let Ok(Signal::End(number)) = signals.recv_timeout(GRACE)
                            && !is_interruption(number)
                        {
                            return ControlFlow::Break(number);
                        }
                    }
                    return ControlFlow::Continue(ended);
                }
                if is_stopped(&child) {
                    stop_with(&child);
                }
                let _ = go_on.send(());
            },
            recv(signals) -> signal => match signal {
                Ok(Signal::End(number)) if !is_interruption(number) => {
                    end(&mut child, number, &changed);
                    return ControlFlow::Break(number);
                }
                Ok(Signal::End(_)) => interrupted = true,
                // Whether the job stops is the editor's to say, and the screen is drawn anew in
                // any case when it is ours again.
                Ok(_) => {}
                // Nobody hands out signals any more: the editor is waited for all the same.
                Err(_) => return ControlFlow::Continue(child.wait()),
            },
        }
    }
}

/// Whether this signal is what is typed to interrupt.
const fn is_interruption(number: i32) -> bool {
    matches!(number, SIGINT | SIGQUIT)
}

/// Whether it ended because of what is typed to interrupt, by itself or as its shell tells.
fn was_interrupted(ended: ExitStatus) -> bool {
    let number = ended.signal().or(ended.code().map(|code| code - 128));
    number.is_some_and(is_interruption)
}

/// A thread that says that the child has stopped or ended, and looks again when it is told to.
/// It takes neither note away, so that who is told can see what still holds.
fn look_at(child: &Child) -> (Receiver<()>, Sender<()>) {
    let (tell, changed) = bounded(1);
    let (go_on, told) = bounded::<()>(1);
    let pid = Pid::from_child(child);
    let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
    thread::spawn(move || {
        loop {
            let came = waitid(WaitId::Pid(pid), options);
            let interrupted = matches!(came, Err(rustix::io::Errno::INTR));
            if !interrupted && (tell.send(()).is_err() || told.recv().is_err()) {
                return;
            }
        }
    });
    (changed, go_on)
}

/// Whether the child stands still at this moment; that it does is told once.
fn is_stopped(child: &Child) -> bool {
    let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
    matches!(
        waitid(WaitId::Pid(Pid::from_child(child)), options),
        Ok(Some(_))
    )
}

/// Stops beside the editor, until both are continued. Where no shell would do that, the editor
/// goes on at once.
fn stop_with(child: &Child) {
    if !signals::stop(Whom::Process).is_ok_and(|stopped| stopped) {
        let _ = kill_process(Pid::from_child(child), rustix::process::Signal::CONT);
    }
}

/// Has the editor end, which may want to put away what it has.
fn end(child: &mut Child, number: i32, changed: &Receiver<()>) {
    let pid = Pid::from_child(child);
    if let Some(signal) = rustix::process::Signal::from_named_raw(number) {
        let _ = kill_process(pid, signal);
        // One that stands still would not see it.
        let _ = kill_process(pid, rustix::process::Signal::CONT);
    }
    let _ = changed.recv_timeout(GRACE);
    let _ = child.try_wait();
}

/// A name of this process alone.
fn path() -> PathBuf {
    std::env::temp_dir().join(format!("glassport-request-{}.http", std::process::id()))
}

fn write_new(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path)?.write_all(octets)
}
