//! Layer 3: sessions that were recorded: opened on the dashboard, or written for other
//! programs.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{dashboard, recording, save};
use crate::cli::{Exported, Form, Opened};
use crate::export::{self, Written};
use crate::session::{Input, Merged, OpenError, Reader, Shipped};
use crate::trace::Trace;
use crate::{config, tui};

/// How alike two names must be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.8;

/// Shows sessions. The error is a sentence and the exit code.
pub(super) fn open(wanted: &Opened) -> Result<(), (String, u8)> {
    if wanted.files.is_empty() {
        return output(list().as_bytes());
    }
    if !tui::runtime::usable() {
        let said = "a session is opened on a terminal; glassport export writes one as text";
        return Err((said.into(), 1));
    }
    let env = |name: &str| std::env::var_os(name);
    let preferences =
        config::load(wanted.config.as_deref(), env).map_err(|error| (error.to_string(), 2))?;
    let grows = wanted.files.iter().any(|file| recording::is_stdout(file));
    let sessions = read(&wanted.files)?;
    dashboard::open(sessions, grows, wanted.history, preferences)
        .map_err(|error| (error.to_string(), error.exit_code()))
}

/// Writes a session. The error is a sentence and the exit code.
pub(super) fn export(wanted: &Exported) -> Result<(), (String, u8)> {
    let mut session = read(std::slice::from_ref(&wanted.file))?;
    if let Some(redaction) = &wanted.redaction {
        session = session.masked(redaction.clone());
    }
    let masked = wanted.redaction.is_some();
    let written = match wanted.form {
        Form::Text => {
            let started = session.started();
            export::narrative(session.by_ref(), started).map_err(|error| (error.to_string(), 1))?
        }
        Form::Har => write(&mut session, |trace, session| {
            export::session(export::Form::Har, trace, session.started(), masked)
        })?,
        Form::Pcapng => write(&mut session, |trace, session| {
            export::session(export::Form::Pcapng, trace, session.started(), masked)
        })?,
        Form::Asciicast(how) => dashboard::film(&mut session, &how)
            .map_err(|error| (format!("the film: {error}"), 1))?,
        Form::Curl => write(&mut session, |trace, _| {
            export::requests(export::Form::Curl, trace)
        })?,
    };
    for wrong in session.what_is_wrong() {
        recording::say(&wrong);
    }
    if let Some(but) = &written.but {
        recording::say(but);
    }
    match &wanted.output {
        None => output(&written.octets),
        Some(path) => save::save(path, &written.octets, false)
            .map(drop)
            .map_err(|error| (not_written(path, &error), 1)),
    }
}

fn not_written(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    if error.kind() == io::ErrorKind::AlreadyExists {
        return format!("{path}: there is such a file already, and it is not replaced");
    }
    format!("{path}: {error}")
}

fn output(octets: &[u8]) -> Result<(), (String, u8)> {
    match io::stdout().write_all(octets) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err((format!("output: {error}"), 1))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The sessions that ship, a line each.
fn list() -> String {
    let lines = Shipped::ALL.map(|shipped| {
        let Shipped { name, about, .. } = shipped;
        format!("glassport open {name:<8}  {about}\n")
    });
    lines.concat()
}

fn read(files: &[PathBuf]) -> Result<Merged, (String, u8)> {
    let mut sessions = Vec::new();
    for file in files {
        let (name, input) = input(file);
        let reader = input.map_err(OpenError::from).and_then(Reader::open);
        let reader = reader.map_err(|error| (not_opened(file, &error), 1))?;
        sessions.push((name, reader));
    }
    Ok(Merged::new(sessions))
}

/// What is read from, and what it is called. A file goes before a session that ships; a
/// folder does not.
fn input(file: &Path) -> (String, io::Result<Input>) {
    if recording::is_stdout(file) {
        return ("standard input".into(), Ok(Input::stream(io::stdin())));
    }
    let shipped = file.to_str().and_then(Shipped::named);
    if let Some(shipped) = shipped.filter(|_| !file.exists() || file.is_dir()) {
        return (shipped.name.into(), Ok(shipped.octets.into()));
    }
    let name = file.file_name().unwrap_or(file.as_os_str());
    let opened = File::open(file).map(Input::file);
    (name.to_string_lossy().into_owned(), opened)
}

/// Why a file was not opened, and what may have been meant.
fn not_opened(file: &Path, error: &OpenError) -> String {
    let said = format!("{}: {error}", file.display());
    let is_missing =
        matches!(error, OpenError::Io(error) if error.kind() == io::ErrorKind::NotFound);
    let name = file.to_str().filter(|_| is_missing);
    let alike = |name: &str| {
        let known = Shipped::ALL.map(|shipped| (strsim::jaro_winkler(name, shipped.name), shipped));
        let nearest = known
            .into_iter()
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        nearest.filter(|(alike, _)| *alike >= ALIKE)
    };
    match name.and_then(alike) {
        Some((_, shipped)) => format!("{said}; did you mean {}?", shipped.name),
        None if is_missing => format!("{said} (glassport open lists the sessions that ship)"),
        None => said,
    }
}

/// Folds everything, and has it written.
fn write(
    session: &mut Merged,
    write: impl FnOnce(&Trace, &Merged) -> Result<Written, export::Cannot>,
) -> Result<Written, (String, u8)> {
    let mut trace = Trace::whole();
    session.by_ref().for_each(|record| trace.fold(record));
    write(&trace, session).map_err(|error| (error.to_string(), 1))
}
