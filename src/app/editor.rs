//! The user's own editor, for a request that is being changed on the dashboard. Whoever calls
//! this has given the terminal back, and takes it again afterwards.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which variables name it, the preferred one first.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];
const FALLBACK: &str = "vi";

/// Has these octets changed, and gives what became of them. The error is a clause.
pub(super) fn edit(octets: &[u8]) -> Result<Vec<u8>, String> {
    let named = VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
    let editor = named.into_iter().find(|name| !name.trim().is_empty());
    let editor = editor.unwrap_or_else(|| FALLBACK.into());
    let path = path();
    let said = |error: io::Error| format!("{}: {error}", path.display());
    write_new(&path, octets).map_err(said)?;
    let edited = run(&editor, &path).and_then(|()| fs::read(&path).map_err(said));
    // It may hold cookies and credentials.
    let _ = fs::remove_file(&path);
    edited
}

/// The variable may hold options too, as a shell would read them.
fn run(editor: &str, path: &Path) -> Result<(), String> {
    let status = Command::new("/bin/sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(path)
        .status()
        .map_err(|error| format!("{editor}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "{editor} ended with {status}: the request stays as it was"
        ))
    }
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
