//! Everything that is not serving: the lab, lessons, drills.

use std::io::{self, BufWriter};
use std::process::ExitCode;

use super::{checking, classroom, opened, theme::theme};
use crate::cli::Task;
use crate::tui::ThemeOptions;
use crate::{lab, poke, tui};

/// Does something other than serve. The error is a sentence and the exit code.
pub fn perform(task: Task) -> Result<ExitCode, (String, u8)> {
    match task {
        Task::Lab { settings, plain } if !plain && tui::runtime::usable() => {
            tui::lab::run(settings, None, theme(&ThemeOptions::default()))
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| (format!("terminal: {error}"), 1))
        }
        Task::Lab { settings, .. } => {
            match lab::timeline(settings, &mut BufWriter::new(io::stdout().lock())) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err((format!("output: {error}"), 1))
                }
                Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
            }
        }
        Task::Check(checking) => checking::run(checking),
        Task::Lesson(wanted) => classroom::run(wanted),
        Task::Open(wanted) => opened::open(&wanted).map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "redis")]
        Task::Watch(wanted) => super::publishing::watch(wanted).map(|()| ExitCode::SUCCESS),
        Task::Export(wanted) => opened::export(&wanted).map(|()| ExitCode::SUCCESS),
        Task::Poke(drill) => match poke::run(&drill, &mut io::stdout().lock()) {
            Ok(poke::Outcome::AsPlanned) => Ok(ExitCode::SUCCESS),
            Ok(poke::Outcome::Otherwise) => Ok(ExitCode::FAILURE),
            // Whoever read the report has gone: there is nothing left to do here.
            Err(poke::Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => Err((error.to_string(), if error.is_usage() { 2 } else { 1 })),
        },
    }
}
