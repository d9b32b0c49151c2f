//! A server that somebody else wrote, checked: once, or whenever it restarts.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use super::save;
use crate::check::{self, Caller, Made, Report, Site};
use crate::cli::{Checked, Checking};
use crate::session::{Header, Recorder};
use crate::tui;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_millis(1500);

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
    let known = checked.known(|path| {
        std::fs::read(path).map_err(|error| (format!("{}: {error}", path.display()), 1))
    })?;
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
    save::save(path, &octets, false).map(drop).map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            let said = "there is such a file already, and it is not replaced";
            return io::Error::other(format!("{}: {said}", path.display()));
        }
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    })
}
