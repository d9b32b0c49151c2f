//! Which paths of nothing an application's own page may stand for (`--spa`).
//!
//! Nothing in here asks the file system anything: that nothing is there has been found out.

use crate::http::decode_percent;

/// Whether a path can be a place inside an application, not a file that is missing: the last
/// name has no dot, and no name begins with one. A script or a picture that is missing stays
/// missing, and what is hidden stays hidden.
pub(super) fn is_route(path: &[u8]) -> bool {
    let mut last: Option<Box<[u8]>> = None;
    for segment in path.split(|&o| o == b'/').filter(|name| !name.is_empty()) {
        let name = decode_percent(segment);
        if name.starts_with(b".") {
            return false;
        }
        last = Some((*name).into());
    }
    last.is_none_or(|name| !name.contains(&b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_an_application_has_no_dot_in_its_last_name() {
        for path in ["/", "/about", "/users/7", "/v1.2/about", "/a/", "/%41"] {
            assert!(is_route(path.as_bytes()), "{path}");
        }
        for path in [
            "/app.js",
            "/a%2ejs",
            "/a.b/",
            "/./a",
            "/../a",
            "/.git/config",
            "/%2egit/config",
            "/a/.b",
        ] {
            assert!(!is_route(path.as_bytes()), "{path}");
        }
    }
}
