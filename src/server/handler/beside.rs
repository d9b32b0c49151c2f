//! Which requests the folder beside a tap answers.

use super::site::Site;
use crate::docroot::{Docroot, Resolution};
use crate::http::{Method, RequestHead};

/// Why the request is for the server behind a tap, where it is; a clause. The folder has what it
/// has a file for, and no listing, no error and no answer to another method takes the place of
/// what the server behind may know.
pub(in crate::server) fn goes_on(site: Site<'_>, head: &RequestHead) -> Option<&'static str> {
    let upstream = site.config.upstream.as_ref();
    // A host that is not served is refused, whoever would answer.
    if !upstream.is_some_and(|upstream| upstream.is_beside_folder())
        || !site.config.hosts.allow(head.authority())
    {
        return None;
    }
    if !matches!(head.method(), Method::Get | Method::Head) {
        return Some("the folder beside it answers GET and HEAD alone");
    }
    let has = has_file(site.docroot, head.path());
    (!has).then_some("the folder beside it has no such file")
}

fn has_file(docroot: &Docroot, path: &[u8]) -> bool {
    match docroot.resolve(path, None) {
        Resolution::File(_) => true,
        // The index of a directory is below its slash.
        Resolution::Redirect { .. } => {
            let below = [path, b"/"].concat();
            matches!(docroot.resolve(&below, None), Resolution::File(_))
        }
        Resolution::Fallback(_) | Resolution::Listing(_) | Resolution::Refused { .. } => false,
    }
}
