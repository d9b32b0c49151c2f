//! A listing as JSON (RFC 8259).

use std::fmt::Write;

use super::text::{href, shows_itself};
use super::{EntryKind, Listing, Sort};
use crate::units::timestamp;

/// The path, and of each entry its name, a reference that leads there, what it is, its
/// length and its modification time.
pub(super) fn write(listing: &Listing, sort: Sort) -> String {
    let mut out = String::from("{\n  \"path\": ");
    let path = [b"/", &*listing.path].concat();
    string(&mut out, &path);
    let _ = write!(
        out,
        ",\n  \"complete\": {},\n  \"entries\": [",
        listing.complete
    );
    let mut separator = "\n    ";
    for entry in listing.sorted(sort) {
        out.push_str(separator);
        separator = ",\n    ";
        out.push_str("{\"name\": ");
        string(&mut out, &entry.name);
        let href = href(&entry.name);
        let _ = match entry.kind {
            EntryKind::Directory => write!(out, ", \"href\": \"{href}/\", \"kind\": \"directory\""),
            EntryKind::File { length } => write!(
                out,
                ", \"href\": \"{href}\", \"kind\": \"file\", \"size\": {length}"
            ),
        };
        if let Some(time) = entry.modified.and_then(timestamp) {
            let _ = write!(out, ", \"modified\": \"{time}\"");
        }
        out.push('}');
    }
    out.push_str("\n  ]\n}\n");
    out
}

/// A string: what is not UTF-8 becomes U+FFFD (the reference beside it is exact), and what
/// would do something to the terminal it is printed on is escaped.
fn string(out: &mut String, octets: &[u8]) {
    out.push('"');
    for character in String::from_utf8_lossy(octets).chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            other if shows_itself(other) => out.push(other),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docroot::listing::tests::listing;

    #[test]
    fn a_listing_in_json() {
        let listing = listing(
            "a \"b\"",
            &[
                (b"dir", None, 0),
                (b"<x>&.txt", Some(5), 86_400),
                (b"new\nline\xff", Some(0), 0),
                ("\u{202e}\u{e0001}".as_bytes(), Some(1), 0),
            ],
        );
        assert_eq!(
            write(&listing, Sort::of(None)),
            r#"{
  "path": "/a \"b\"",
  "complete": true,
  "entries": [
    {"name": "dir", "href": "dir/", "kind": "directory", "modified": "1970-01-01T00:00:00Z"},
    {"name": "<x>&.txt", "href": "%3Cx%3E%26.txt", "kind": "file", "size": 5, "modified": "1970-01-02T00:00:00Z"},
    {"name": "new\u000aline�", "href": "new%0Aline%FF", "kind": "file", "size": 0, "modified": "1970-01-01T00:00:00Z"},
    {"name": "\u202e\udb40\udc01", "href": "%E2%80%AE%F3%A0%80%81", "kind": "file", "size": 1, "modified": "1970-01-01T00:00:00Z"}
  ]
}
"#
        );
    }

    #[test]
    fn an_empty_directory_in_json() {
        assert_eq!(
            write(&listing("", &[]), Sort::of(None)),
            "{\n  \"path\": \"/\",\n  \"complete\": true,\n  \"entries\": [\n  ]\n}\n"
        );
    }
}
