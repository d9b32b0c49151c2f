//! Files that lie ready in a content coding beside the file they were made from.
//!
//! Nothing in here packs or unpacks: that `name.gz` holds the octets of `name` is taken from
//! its name and from its not being older.

use std::time::SystemTime;

use rustix::fs::Stat;

use super::file_version::{self, FileVersion, Kind, is_older};
use super::open_file::OpenFile;
use super::serve::Shelf;
use crate::http::{ContentCoding, prefer_coding};

/// What the name of a file in this coding ends in.
const fn suffix(coding: ContentCoding) -> &'static [u8] {
    match coding {
        ContentCoding::Brotli => b".br",
        ContentCoding::Gzip => b".gz",
    }
}

/// Whether anyone packs files of this type to be sent. That leaves alone an archive that lies
/// beside a packed one of the same name.
fn is_packable(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default();
    name.starts_with("text/")
        || name.ends_with("+json")
        || name.ends_with("+xml")
        || matches!(
            name,
            "application/json"
                | "application/wasm"
                | "application/vnd.ms-fontobject"
                | "font/ttf"
                | "font/otf"
                | "image/x-icon"
                | "image/bmp"
        )
}

/// `file`, or the sidecar of it that a request prefers whose Accept-Encoding lines have the
/// values that `accept` gives.
///
/// A sidecar is found below the root like any file, and has validators of its own: one
/// entity tag never stands for two codings (RFC 9110 §8.8.3.3).
pub(super) fn encode<'a, L, I>(shelf: Shelf<'_>, mut file: OpenFile, accept: L) -> OpenFile
where
    L: Fn() -> I,
    I: Iterator<Item = &'a [u8]>,
{
    if !is_packable(&file.media_type) {
        return file;
    }
    let mut found = find(shelf, &file);
    if found.iter().all(Option::is_none) {
        return file;
    }
    let codings = || ContentCoding::ALL.into_iter().enumerate();
    let is_there = |index: &usize| found.get(*index).is_some_and(Option::is_some);
    let available = codings().filter(|(index, _)| is_there(index));
    let preferred = prefer_coding(accept, available.map(|(_, coding)| coding));
    let sidecar = codings().find_map(|(index, coding)| {
        let found = found.get_mut(index).filter(|_| Some(coding) == preferred);
        let sidecar = match found?.take()? {
            Sidecar::Known(sidecar) => sidecar,
            Sidecar::Seen(path, stat) => shelf.serve(&path, &stat).ok()?,
        };
        is_fresh(sidecar.modified, file.modified).then_some((coding, sidecar))
    });
    file.varies = true;
    match sidecar {
        Some((coding, sidecar)) => OpenFile {
            media_type: file.media_type,
            coding: Some(coding),
            varies: true,
            // What is known of it is known of it as a file by itself.
            known: None,
            ..sidecar
        },
        None => file,
    }
}

/// A sidecar that is there.
enum Sidecar {
    Known(OpenFile),
    /// Where it is, and what a first look said.
    Seen(Vec<u8>, Stat),
}

/// The sidecars of `file` that are there and not older than it, by their coding. One that is
/// not there is looked for again after a moment: it may be noticed late, and is never served
/// late.
fn find(shelf: Shelf<'_>, file: &OpenFile) -> [Option<Sidecar>; ContentCoding::ALL.len()] {
    let now = shelf.cache.clock().now();
    let mut index = 0..;
    ContentCoding::ALL.map(|coding| {
        let index = index.next().unwrap_or_default();
        let known = file.known.as_ref();
        if known.is_some_and(|known| known.is_without(index, now)) {
            return None;
        }
        let path = [&*file.path, suffix(coding)].concat();
        let found = look(shelf, path, file.modified);
        if let (None, Some(known)) = (&found, known) {
            known.note_without(index, now);
        }
        found
    })
}

fn look(shelf: Shelf<'_>, path: Vec<u8>, current: Option<SystemTime>) -> Option<Sidecar> {
    if let Some(known) = shelf.recall(&path) {
        return is_fresh(known.modified, current).then_some(Sidecar::Known(known));
    }
    let stat = shelf.root.stat(&path).ok()?;
    let fresh = is_fresh(FileVersion::from_stat(&stat).modified(), current);
    let is_there = fresh && file_version::kind(&stat) == Kind::File;
    is_there.then_some(Sidecar::Seen(path, stat))
}

/// Whether a sidecar is of the file as it is now. One that is older was made from what the file
/// was before.
fn is_fresh(sidecar: Option<SystemTime>, current: Option<SystemTime>) -> bool {
    match (sidecar, current) {
        (Some(sidecar), Some(current)) => !is_older(sidecar, current),
        (_, None) => true,
        (None, Some(_)) => false,
    }
}
