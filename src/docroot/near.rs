//! Names that are near to one that is not there, for whoever watches: a peer is not told which
//! names there are.

use rustix::fs::Dir;

use super::request_path::{Dotfiles, RequestPath, check};
use super::root_dir::RootDir;

/// How many names of a directory are compared: a flood of paths that name nothing must not
/// cost more than it does.
const COMPARED: usize = 2048;
/// How many are told.
const TOLD: usize = 3;
/// From how much likeness on a name is near, of 1.
const LIKE: f64 = 0.8;

/// What was tried, and what is there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The path below the root that was looked for.
    pub tried: String,
    /// Paths that are there, the nearest first; none where nothing is like it.
    pub names: Vec<String>,
}

/// What is near to `wanted` in the directory where its first name is missing.
pub(super) fn in_directory(root: &RootDir, wanted: &RequestPath<'_>, dotfiles: Dotfiles) -> Near {
    let mut path = &*wanted.relative;
    loop {
        let (parent, name) = split(path);
        let Ok(handle) = root.list(parent) else {
            if parent.is_empty() {
                return near(wanted, parent, name, std::iter::empty());
            }
            // The directory is not there either.
            path = parent;
            continue;
        };
        let Ok(entries) = Dir::read_from(&handle) else {
            return near(wanted, parent, name, std::iter::empty());
        };
        let names = entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_bytes().to_vec())
            .filter(|found| !matches!(found.as_slice(), b"." | b".."))
            .filter(|found| check(parent, found, dotfiles).is_ok());
        return near(wanted, parent, name, names);
    }
}

/// The same of these names in the directory at `parent`.
pub(super) fn near(
    wanted: &RequestPath<'_>,
    parent: &[u8],
    name: &[u8],
    names: impl Iterator<Item = Vec<u8>>,
) -> Near {
    let lower = |octets: &[u8]| String::from_utf8_lossy(octets).to_lowercase();
    let name = lower(name);
    let mut like: Vec<(f64, Vec<u8>)> = names
        .take(COMPARED)
        .map(|found| (strsim::jaro_winkler(&name, &lower(&found)), found))
        .filter(|(like, _)| *like >= LIKE)
        .collect();
    like.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    let path = |found: &[u8]| {
        let path = [parent, found].join(&b'/');
        let path = path.strip_prefix(b"/").unwrap_or(&path);
        String::from_utf8_lossy(path).into_owned()
    };
    Near {
        tried: String::from_utf8_lossy(&wanted.relative).into_owned(),
        names: like
            .iter()
            .take(TOLD)
            .map(|(_, found)| path(found))
            .collect(),
    }
}

/// The path of the directory, and the name in it.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&octet| octet == b'/') {
        Some(at) => {
            let (parent, name) = path.split_at_checked(at).unwrap_or((path, b""));
            (parent, name.get(1..).unwrap_or_default())
        }
        None => (b"", path),
    }
}
