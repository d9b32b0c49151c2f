//! A listing as JSON (RFC 8259).

use std::fmt::Write;

use super::text::{href, shows_itself};
use super::{EntryKind, Listing};
use crate::units::timestamp;

impl Listing {
    /// As JSON.
    pub fn json(&self) -> String {
        write(self)
    }
}

/// The path; whether everything is here, and a reference to what comes next if not; what
/// there is in all; and of each entry its name, a reference that leads there, what it is, its
/// length and its modification time.
fn write(listing: &Listing) -> String {
    let mut out = String::from("{\n  \"path\": ");
    let path = [b"/", &*listing.path].concat();
    string(&mut out, &path);
    let _ = write!(out, ",\n  \"complete\": {}", listing.is_whole());
    if let Some(next) = &listing.next {
        let _ = write!(out, ",\n  \"next\": \"{next}\"");
    }
    let counts = listing.counts;
    let _ = write!(
        out,
        ",\n  \"directories\": {},\n  \"files\": {},\n  \"names_with_backslash\": {},\n  \"entries\": [",
        counts.directories, counts.files, counts.backslashes
    );
    let mut separator = "\n    ";
    for entry in &listing.entries {
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
    use crate::docroot::listing::tests::{listing, listing_of};

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
            write(&listing),
            r#"{
  "path": "/a \"b\"",
  "complete": true,
  "directories": 1,
  "files": 3,
  "names_with_backslash": 0,
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
            write(&listing("", &[])),
            "{\n  \"path\": \"/\",\n  \"complete\": true,\n  \"directories\": 0,\n  \"files\": 0,\n  \"names_with_backslash\": 0,\n  \"entries\": [\n  ]\n}\n"
        );
    }
    #[test]
    fn a_directory_that_does_not_go_on_one_page_leads_on() {
        let entries: [(&[u8], _, _); 2] = [(b"a&\"b", Some(1), 7), (b"c", Some(1), 7)];
        let json = write(&listing_of("", &entries, "sort=time", 1));
        let start = "{\n  \"path\": \"/\",\n  \"complete\": false,\n  \"next\": \"?sort=time&after=f7000000000.a%26%22b\",\n  \"directories\": 0,\n  \"files\": 2,";
        assert!(json.starts_with(start), "{json}");
        let last = write(&listing_of(
            "",
            &entries,
            "sort=time&after=f7000000000.a%26%22b",
            1,
        ));
        assert!(
            last.contains("\"complete\": false,\n  \"directories\""),
            "{last}"
        );
    }
}
