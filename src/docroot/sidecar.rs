//! Files that lie ready in a content coding beside the file they were made from.
//!
//! Nothing in here packs or unpacks: that `name.gz` holds the octets of `name` is taken from
//! its name and from its not being older.

use std::time::SystemTime;

use super::cache::Cache;
use super::file_version::{self, FileVersion, Kind, is_older};
use super::open_file::OpenFile;
use super::own_type::OwnType;
use super::root_dir::RootDir;
use super::serve::serve;
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
pub(super) fn encode<'a, L, I>(
    root: &RootDir,
    cache: &Cache,
    types: &[OwnType],
    mut file: OpenFile,
    accept: L,
) -> OpenFile
where
    L: Fn() -> I,
    I: Iterator<Item = &'a [u8]>,
{
    if !is_packable(&file.media_type) {
        return file;
    }
    let path_in = |coding| [&*file.path, suffix(coding)].concat();
    // One that is older was made from what the file was before.
    let current = file.modified;
    let fresh = |modified: Option<SystemTime>| match (modified, current) {
        (Some(modified), Some(current)) => !is_older(modified, current),
        (_, None) => true,
        (None, Some(_)) => false,
    };
    let look = |coding| {
        let stat = root.stat(&path_in(coding)).ok()?;
        let fresh = fresh(FileVersion::from_stat(&stat).modified());
        (fresh && file_version::kind(&stat) == Kind::File).then_some(stat)
    };
    let found = ContentCoding::ALL.map(|coding| (coding, look(coding)));
    if found.iter().all(|(_, stat)| stat.is_none()) {
        return file;
    }
    let available = found.iter().filter(|(_, stat)| stat.is_some());
    let preferred = prefer_coding(accept, available.map(|(coding, _)| *coding));
    let sidecar = found.iter().find_map(|(coding, stat)| {
        let stat = stat.as_ref().filter(|_| Some(*coding) == preferred)?;
        let sidecar = serve(root, cache, types, &path_in(*coding), stat).ok()?;
        fresh(sidecar.modified).then_some((*coding, sidecar))
    });
    file.varies = true;
    match sidecar {
        Some((coding, sidecar)) => OpenFile {
            media_type: file.media_type,
            coding: Some(coding),
            varies: true,
            ..sidecar
        },
        None => file,
    }
}
