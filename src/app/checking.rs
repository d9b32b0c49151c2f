//! A server that somebody else wrote, checked: once, or whenever it restarts.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use super::save;
use crate::check::{self, Caller, Made, Report, Site};
use crate::cli::{Checked, Checking};
use crate::session::{Header, Recorder};
use crate::tui;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The copy of a file is as long as what is received of it, at most.
const LONGEST_COPY: u64 = 4 << 20;

/// Checks, or says what there is to check. The error is a sentence and the exit code.
pub(super) fn run(checking: Checking) -> Result<ExitCode, (String, u8)> {
    let done = match checking {
        Checking::List => check::list(&mut io::stdout().lock()).map(|()| true),
        Checking::Explain(id) => match check::find(id) {
            Some((stage, check)) => {
                check::explain(&mut io::stdout().lock(), stage, check).map(|()| true)
            }
            None => Ok(false),
        },
        Checking::Server(checked) => return server(&checked),
    };
    code(done)
}

fn code(done: io::Result<bool>) -> Result<ExitCode, (String, u8)> {
    match done {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        // Whoever read the report has gone: there is nothing left to do here.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err((format!("output: {error}"), 1)),
    }
}

fn server(checked: &Checked) -> Result<ExitCode, (String, u8)> {
    let known = checked.known(copy)?;
    if let Some(path) = &checked.record
        && path.exists()
    {
        let said = "there is such a file already, and it is not replaced";
        return Err((format!("{}: {said}", path.display()), 1));
    }
    loop {
        let site = Site::new(checked.host.clone(), checked.target.clone(), known.clone());
        let caller = Caller::new(checked.addresses.clone(), PATIENCE);
        // One that restarts meanwhile is not missed.
        let before = caller.listening();
        let holds = once(checked, &caller, site);
        if !checked.watch {
            return code(holds);
        }
        if let Err(error) = holds {
            return code(Err(error));
        }
        let _ = writeln!(
            io::stderr(),
            "glassport: waiting for the server to restart (Ctrl-C ends)"
        );
        caller.wait_for_restart(&before);
    }
}

/// The octets of the copy of a file.
fn copy(path: &PathBuf) -> Result<Vec<u8>, (String, u8)> {
    let failed = |error: io::Error| (format!("{}: {error}", path.display()), 1);
    let file = File::open(path).map_err(failed)?;
    let mut octets = Vec::new();
    file.take(LONGEST_COPY + 1)
        .read_to_end(&mut octets)
        .map_err(failed)?;
    if octets.len() as u64 > LONGEST_COPY {
        let text = "longer than the 4 MiB that are compared";
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, text)));
    }
    Ok(octets)
}

/// All checks that are wanted, once: whether they hold.
fn once(checked: &Checked, caller: &Caller, site: Site) -> io::Result<bool> {
    let started = caller.started();
    let stdout = io::stdout();
    let env = |name: &str| std::env::var(name).ok();
    let colours = tui::has_colours(checked.colour, stdout.is_terminal(), env);
    let out = BufWriter::new(stdout.lock());
    let url = checked.url.clone();
    let recorded = checked.record.is_some();
    let address = caller.address();
    let mut report = Report::new(out, checked.format, colours, url, address, recorded);
    report.begin()?;
    let mut failed = None;
    check::run(caller, site, &checked.wanted, &mut |made| {
        if failed.is_none() {
            failed = report.tell(made).err();
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let holds = report.end(&checked.wanted)?;
    if let Some(path) = &checked.record {
        keep(path, checked, started, report.made())?;
    }
    Ok(holds)
}

/// Keeps what was said and heard, as a session.
fn keep(path: &Path, checked: &Checked, started: SystemTime, made: &[Made]) -> io::Result<()> {
    let header = Header {
        started,
        program: concat!("glassport ", env!("CARGO_PKG_VERSION")).into(),
        serving: format!("check of {}", checked.url),
        redacted: false,
        bodies: 0,
        recv_size: 65536,
        head_timeout: None,
        idle_timeout: None,
        accept_lf: false,
        rests: false,
    };
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header, None).map_err(io::Error::other)?;
    for record in check::records(made) {
        recorder.append(&record).map_err(io::Error::other)?;
    }
    recorder.finish().map_err(io::Error::other)?;
    let saved = save::save(path, &octets, false).map(drop);
    saved.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}
