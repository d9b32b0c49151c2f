//! The path of a request-target as names: decoded once, then split, then checked.
//!
//! Nothing in here asks the file system anything.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::http::decode_percent;

use super::options::Options;
use super::refusal::Refusal;

/// What is percent-encoded in a path this server writes: everything but `unreserved`
/// (RFC 3986 §2.3). More than a path needs, and safe wherever a path may end up.
pub(super) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a name is that begins with a dot and is served at the root: the place for what is
/// known by a path of its own (RFC 8615).
const WELL_KNOWN: &[u8] = b".well-known";

/// Whether names that begin with a dot are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dotfiles {
    Served,
    Hidden,
}

impl Dotfiles {
    /// What an operator has asked for.
    pub(super) fn from_options(options: &Options) -> Self {
        if options.all {
            Self::Served
        } else {
            Self::Hidden
        }
    }
}

/// A path whose every segment may be the name of something below the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestPath<'p> {
    /// Names joined by `/`, with no slash in front or behind; empty for the root.
    pub(super) relative: Cow<'p, [u8]>,
    /// Whether the path ended in a slash, and so names a directory.
    pub(super) directory: bool,
}

impl<'p> RequestPath<'p> {
    /// Reads the path of a request-target, still percent-encoded.
    pub(super) fn parse(path: &'p [u8], dotfiles: Dotfiles) -> Result<Self, Refusal> {
        let Some(path) = path.strip_prefix(b"/") else {
            return Err(Refusal::bad_request("the path does not begin with a slash"));
        };
        if is_plain(path) {
            return Self::plain(path, dotfiles);
        }
        let mut relative = Vec::with_capacity(path.len());
        let mut directory = true;
        let mut segments = path.split(|&o| o == b'/').peekable();
        while let Some(segment) = segments.next() {
            let last = segments.peek().is_none();
            // Split first, so that an encoded slash stays inside its segment and is seen.
            let name = decode_percent(segment);
            match &*name {
                b"" if last => {}
                // Also where a path begins with `//`, which would be a host in a Location.
                b"" => return Err(Refusal::not_found("an empty name names nothing")),
                // remove_dot_segments (RFC 3986 §5.2.4). It would stay at the root where
                // this climbs out of it; no honest client asks for that.
                b"." => {}
                b".." => {
                    if relative.is_empty() {
                        return Err(Refusal::not_found("the path climbs above the root"));
                    }
                    let parent = relative.iter().rposition(|&o| o == b'/').unwrap_or(0);
                    relative.truncate(parent);
                }
                name => {
                    check(&relative, name, dotfiles)?;
                    if !relative.is_empty() {
                        relative.push(b'/');
                    }
                    relative.extend_from_slice(name);
                    directory = !last;
                }
            }
            directory |= last && matches!(&*name, b"" | b"." | b"..");
        }
        Ok(Self {
            relative: relative.into(),
            directory,
        })
    }

    /// Reads a path whose names stand in it as they are.
    fn plain(path: &'p [u8], dotfiles: Dotfiles) -> Result<Self, Refusal> {
        let relative = path.strip_suffix(b"/").unwrap_or(path);
        let mut from = 0;
        for name in relative.split(|&o| o == b'/') {
            let parent = relative.get(..from).unwrap_or_default();
            check(parent, name, dotfiles)?;
            from += name.len() + 1;
        }
        Ok(Self {
            relative: relative.into(),
            directory: relative.len() < path.len(),
        })
    }

    /// The path of `name` in this directory.
    pub(super) fn join(&self, name: &[u8]) -> Vec<u8> {
        if self.relative.is_empty() {
            return name.to_vec();
        }
        [&*self.relative, name].join(&b'/')
    }

    /// A reference that leads from this directory, asked for without its slash, to itself: its
    /// last name with a slash behind, and the query.
    ///
    /// Relative (RFC 9110 §10.2.2), so that it holds wherever a proxy puts this root. No name
    /// is empty and no octet but `unreserved` stands as it is, so it can begin neither with a
    /// slash nor, before a colon, with what would be a scheme (RFC 3986 §4.2).
    pub(super) fn location(&self, query: Option<&[u8]>) -> Vec<u8> {
        let name = self.relative.rsplit(|&o| o == b'/').next();
        let mut location = percent_encode(name.unwrap_or_default(), ENCODED)
            .to_string()
            .into_bytes();
        location.push(b'/');
        if let Some(query) = query {
            location.push(b'?');
            location.extend_from_slice(query);
        }
        location
    }
}

/// Whether there is nothing in a path to be decoded or removed: it can be used as it stands.
fn is_plain(path: &[u8]) -> bool {
    let names = path.strip_suffix(b"/").unwrap_or(path);
    let is_plain = |name: &[u8]| !matches!(name, b"" | b"." | b"..");
    !path.contains(&b'%') && names.split(|&o| o == b'/').all(is_plain)
}

/// Whether `name` in the directory at the path `parent` may be looked up.
pub(super) fn check(parent: &[u8], name: &[u8], dotfiles: Dotfiles) -> Result<(), Refusal> {
    for &octet in name {
        match octet {
            0 => return Err(Refusal::bad_request("no name has a NUL in it")),
            b'/' => return Err(Refusal::not_found("an encoded slash separates nothing")),
            // Legal on Unix, and a separator to many a client and proxy on the way.
            b'\\' => return Err(Refusal::not_found("a name with a backslash is not served")),
            _ => {}
        }
    }
    let well_known = parent.is_empty() && name == WELL_KNOWN;
    if dotfiles == Dotfiles::Hidden && name.starts_with(b".") && !well_known {
        return Err(Refusal::not_found("a dotfile is not served (-a serves it)"));
    }
    Ok(())
}

/// Whether a link that leads to this path below the root leads to what is hidden.
///
/// Not where a name begins with two dots: Kubernetes mounts the files of a volume as links
/// through `..data`, and they are there to be read.
pub(super) fn leads_to_dotfile<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let hidden = |(depth, name): (usize, &[u8])| {
        let well_known = depth == 0 && name == WELL_KNOWN;
        name.starts_with(b".") && !name.starts_with(b"..") && !well_known
    };
    names.into_iter().enumerate().any(hidden)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::Status;

    fn parse(path: &str) -> Result<(String, bool), Status> {
        RequestPath::parse(path.as_bytes(), Dotfiles::Hidden)
            .map(|p| {
                (
                    String::from_utf8_lossy(&p.relative).into_owned(),
                    p.directory,
                )
            })
            .map_err(|r| r.status)
    }

    fn check(path: &str, relative: &str, directory: bool) {
        assert_eq!(parse(path), Ok((relative.into(), directory)), "{path}");
    }

    #[test]
    fn a_path_is_names_and_whether_a_slash_ends_it() {
        check("/", "", true);
        check("/a", "a", false);
        check("/a/", "a", true);
        check("/a/b.txt", "a/b.txt", false);
        check("/a/b/", "a/b", true);
        check("/two%20words", "two words", false);
        check("/caf%C3%A9", "caf\u{e9}", false);
        check("/a%3Fb%23c%25", "a?b#c%", false);
        check("/a+b:c", "a+b:c", false);
    }

    proptest! {
        /// A path in which nothing is encoded is read in place: what comes of it is the same.
        #[test]
        fn a_plain_path_means_what_it_means_in_percent_escapes(path in "/[ab./\\\\-]{0,9}") {
            let escape = |o: u8| match o {
                b'/' => "/".to_owned(),
                o => format!("%{o:02x}"),
            };
            let escaped: String = path.bytes().map(escape).collect();
            prop_assert_eq!(parse(&path), parse(&escaped));
        }
    }

    #[test]
    fn s3_dot_segments_go_before_anything_is_looked_up() {
        check("/.", "", true);
        check("/./", "", true);
        check("/a/.", "a", true);
        check("/a/..", "", true);
        check("/a/../", "", true);
        check("/a/../b", "b", false);
        check("/a/b/..", "a", true);
        check("/a/./b", "a/b", false);
        check("/a/b/../../c", "c", false);
        check("/%2e/a", "a", false);
        check("/a/%2E%2e/b", "b", false);
        check("/a/.%2e", "", true);
    }

    #[test]
    fn s3_nothing_climbs_above_the_root() {
        for path in [
            "/..",
            "/../",
            "/../etc/passwd",
            "/%2e%2e/etc/passwd",
            "/%2e%2e%2fetc/passwd",
            "/.%2e/etc/passwd",
            "/a/../../etc/passwd",
            "/a/b/../../../etc/passwd",
            "/./../x",
        ] {
            assert_eq!(parse(path), Err(Status::NOT_FOUND), "{path}");
        }
    }

    #[test]
    fn s3_decoding_happens_once() {
        check("/%252e%252e/a", "%2e%2e/a", false);
        check("/a%252fb", "a%2fb", false);
    }

    #[test]
    fn s3_separators_and_nul_inside_a_name_are_refused() {
        for path in ["/a%2fb", "/a%2Fb", "/%2f", "/a%5cb", "/a\\b", "/%5c%5chost"] {
            assert_eq!(parse(path), Err(Status::NOT_FOUND), "{path}");
        }
        assert_eq!(parse("/a%00.txt"), Err(Status::BAD_REQUEST));
        assert_eq!(parse("a"), Err(Status::BAD_REQUEST));
        assert_eq!(parse(""), Err(Status::BAD_REQUEST));
    }

    #[test]
    fn s6_empty_names_are_refused() {
        for path in ["//", "//a", "//host/..", "/a//b", "/a//", "///"] {
            assert_eq!(parse(path), Err(Status::NOT_FOUND), "{path}");
        }
    }

    #[test]
    fn s12_dotfiles_are_hidden_in_any_place() {
        for path in [
            "/.env",
            "/%2eenv",
            "/.git/config",
            "/a/.b/c",
            "/...",
            "/.git/../a",
            "/.a/",
        ] {
            assert_eq!(parse(path), Err(Status::NOT_FOUND), "{path}");
        }
        let all = RequestPath::parse(b"/.git/config", Dotfiles::Served);
        assert_eq!(
            all.map(|p| p.relative),
            Ok(b".git/config".as_slice().into())
        );
    }

    /// RFC 8615 §3: "rooted at the top of the path hierarchy".
    #[test]
    fn well_known_places_are_served_at_the_root_alone() {
        check("/.well-known", ".well-known", false);
        check("/.well-known/a/b", ".well-known/a/b", false);
        check("/a/../.well-known/", ".well-known", true);
        check("/%2ewell-known/x", ".well-known/x", false);
        for path in [
            "/a/.well-known/x",
            "/.well-known/.env",
            "/.well-known/.well-known/x",
            "/.well-knowns",
            "/.Well-CachedFile/x",
        ] {
            assert_eq!(parse(path), Err(Status::NOT_FOUND), "{path}");
        }
    }

    #[test]
    fn s6_a_location_is_one_name_and_nothing_in_it_is_raw() {
        let location = |path: &[u8], query: Option<&[u8]>| {
            let path = RequestPath::parse(path, Dotfiles::Served).unwrap();
            String::from_utf8(path.location(query)).unwrap()
        };
        assert_eq!(location(b"/a", None), "a/");
        assert_eq!(location(b"/a/b", Some(b"q=1&r")), "b/?q=1&r");
        assert_eq!(location(b"/a", Some(b"")), "a/?");
        assert_eq!(location(b"/x/../a", None), "a/");
        assert_eq!(location(b"/a:b", None), "a%3Ab/");
        assert_eq!(location(b"/http%3A", None), "http%3A/");
        assert_eq!(location(b"/a/%252e%252e", None), "%252e%252e/");
        assert_eq!(location(b"/@host%0d%0aX:y", None), "%40host%0D%0AX%3Ay/");
        assert_eq!(location(b"/%ff%3f%23", None), "%FF%3F%23/");
    }
}
