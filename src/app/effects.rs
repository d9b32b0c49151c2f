//! What the dashboard asks for and cannot do itself, as it takes a file or a socket.

use std::io;
use std::sync::Arc;

use crossbeam_channel::Sender;

use super::recording::Recordings;
use super::save;
use crate::client;
use crate::tui::{Job, Recorded, Report};

/// Does what the dashboard asks for on a thread of its own, and says what became of it.
pub(super) fn run(job: Job, reports: Sender<Report>, recordings: Option<&Arc<Recordings>>) {
    let failed = reports.clone();
    let recordings = recordings.cloned();
    let work = move || {
        if let Some(report) = perform(job, recordings.as_deref(), &reports) {
            // Nobody is left to tell when the dashboard is gone.
            let _ = reports.send(report);
        }
    };
    let spawned = std::thread::Builder::new().name("job".into()).spawn(work);
    if let Err(error) = spawned {
        let _ = failed.send(Report::Failed(format!("no thread for it: {error}")));
    }
}

/// What became of a job; `None` where it had none to do. What is to be told before it is done
/// is told to `reports`.
fn perform(job: Job, recordings: Option<&Recordings>, reports: &Sender<Report>) -> Option<Report> {
    Some(match job {
        Job::Save {
            path,
            octets,
            replace,
        } => match save::save(&path, &octets, replace) {
            Ok(path) => Report::Saved {
                path,
                octets: octets.len(),
            },
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !replace => {
                Report::Exists { path, octets }
            }
            Err(error) => Report::Failed(format!("{} was not written: {error}", path.display())),
        },
        Job::Resend { to, sends } => {
            let mut connected = |local| {
                let _ = reports.send(Report::Connected { local });
            };
            match client::resend(to, &sends, &mut connected) {
                Ok(status) => Report::Answered(status),
                Err(error) => Report::Failed(format!("not sent again to {to}: {error}")),
            }
        }
        Job::Record { path, redact } => match recordings?.begin(&path, redact) {
            Ok(()) => Report::Recording(Recorded::Begun { path }),
            Err(error) => Report::Failed(error.to_string()),
        },
        Job::StopRecording => Report::Recording(Recorded::Ended(recordings?.end()?)),
    })
}
