//! What the dashboard asks for and cannot do itself, as it takes a file or a socket.

use std::io;

use crossbeam_channel::Sender;

use super::save;
use crate::client;
use crate::tui::{Job, Report};

/// Does what the dashboard asks for on a thread of its own, and says what became of it.
pub(super) fn run(job: Job, reports: Sender<Report>) {
    let failed = reports.clone();
    let work = move || {
        let report = perform(job, &reports);
        // Nobody is left to tell when the dashboard is gone.
        let _ = reports.send(report);
    };
    let spawned = std::thread::Builder::new().name("job".into()).spawn(work);
    if let Err(error) = spawned {
        let _ = failed.send(Report::Failed(format!("no thread for it: {error}")));
    }
}

fn perform(job: Job, reports: &Sender<Report>) -> Report {
    match job {
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
    }
}
