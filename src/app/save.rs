//! Writing a file that somebody who watches asked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Writes a file. One that is there is replaced only where that is wanted, and then at once:
/// there is never half a file of this name.
///
/// Gives the path as it can be found from anywhere.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when it is there and may not be replaced, or what the
/// system says.
pub(super) fn save(path: &Path, octets: &[u8], replace: bool) -> io::Result<PathBuf> {
    if replace {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        write_new(&beside, octets)?;
        fs::rename(&beside, path).inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })?;
    } else {
        write_new(path, octets)?;
    }
    std::path::absolute(path)
}

fn write_new(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // It may hold cookies and credentials: it is for whoever asked for it alone.
    options.mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(octets).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_replaced_only_where_that_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.bin");
        assert_eq!(save(&path, b"one", false).unwrap(), path);
        let refused = save(&path, b"two", false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600, "nobody else reads it");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        save(&path, b"three", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(save(&dir.path().join("no/where"), b"", false).is_err());
    }
}
