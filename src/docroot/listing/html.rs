//! A listing as a page: no script, nothing loaded, dark and light, and fit for a phone.

use std::fmt::Write;

use html_escape::encode_quoted_attribute as escape;

use super::text::{href, visible};
use super::{Entry, EntryKind, Key, LIMIT, Listing, Sort};
use crate::units::{size, timestamp};

const STYLE: &str = include_str!("listing.css");

pub(super) fn write(listing: &Listing, sort: Sort) -> String {
    let mut out = String::with_capacity(4096 + 256 * listing.entries.len());
    let names: Vec<&[u8]> = listing
        .path
        .split(|&o| o == b'/')
        .filter(|name| !name.is_empty())
        .collect();
    let title = visible(&listing.path);
    let title = escape(&title);
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>/{title}{slash}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        slash = if names.is_empty() { "" } else { "/" },
    );
    heading(&mut out, &names);
    let _ = write!(out, "<p>{}</p>\n<table>\n<thead><tr>", summary(listing));
    for (key, word) in [
        (Key::Name, "Name"),
        (Key::Size, "Size"),
        (Key::Time, "Modified, UTC"),
    ] {
        column(&mut out, sort, key, word);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    if !names.is_empty() {
        out.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for entry in listing.sorted(sort) {
        row(&mut out, entry);
    }
    out.push_str("</tbody>\n</table>\n</main>\n</body>\n</html>\n");
    out
}

/// The path, each directory on it a link. References are relative, so that they hold behind
/// a proxy that serves this root somewhere below its own.
fn heading(out: &mut String, names: &[&[u8]]) {
    let _ = write!(out, "<h1><a href=\"./{}\">/</a>", "../".repeat(names.len()));
    for (above, name) in (0..names.len()).rev().zip(names) {
        let name = visible(name);
        let name = escape(&name);
        let up = "../".repeat(above);
        let _ = write!(out, "<a href=\"./{up}\"><bdi>{name}</bdi>/</a>");
    }
    out.push_str("</h1>\n");
}

fn summary(listing: &Listing) -> String {
    if !listing.complete {
        return format!("More than {LIMIT} entries: only so many are shown.");
    }
    let directory = |entry: &&Entry| entry.kind == EntryKind::Directory;
    let directories = listing.entries.iter().filter(directory).count();
    let files = listing.entries.len() - directories;
    let count =
        |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "{}, {}",
        count(directories, "directory", "directories"),
        count(files, "file", "files")
    )
}

/// A column's head: a link that sorts by it, or turns the order round.
fn column(out: &mut String, sort: Sort, key: Key, word: &str) {
    let name = match key {
        Key::Name => "name",
        Key::Size => "size",
        Key::Time => "time",
    };
    let (state, arrow, sign) = match (sort.key == key, sort.descending) {
        (true, false) => (" aria-sort=\"ascending\"", " \u{2191}", "-"),
        (true, true) => (" aria-sort=\"descending\"", " \u{2193}", ""),
        (false, _) => ("", "", ""),
    };
    let _ = write!(
        out,
        "<th scope=\"col\"{state}><a href=\"?sort={sign}{name}\">{word}{arrow}</a></th>"
    );
}

fn row(out: &mut String, entry: &Entry) {
    let (slash, size) = match entry.kind {
        EntryKind::Directory => ("/", String::new()),
        EntryKind::File { length } => {
            let readable = size(length);
            ("", format!("<data value=\"{length}\">{readable}</data>"))
        }
    };
    let time = entry
        .modified
        .and_then(timestamp)
        .map_or_else(String::new, |t| {
            let readable = t.get(..16).unwrap_or_default().replace('T', " ");
            format!("<time datetime=\"{t}\">{readable}</time>")
        });
    let _ = writeln!(
        out,
        "<tr><td><a href=\"{}{slash}\"><bdi>{}</bdi>{slash}</a></td><td>{size}</td><td>{time}</td></tr>",
        href(&entry.name),
        escape(&visible(&entry.name)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docroot::listing::tests::listing;

    fn body(listing: &Listing, query: &str) -> String {
        let page = write(listing, Sort::of(Some(query.as_bytes())));
        let start = page.find("<main>").unwrap();
        page[start..].to_owned()
    }

    #[test]
    fn a_listing_as_a_page() {
        let listing = listing(
            "notes/2026",
            &[(b"b.txt", Some(1536), 86_400), (b"dir", None, 0)],
        );
        assert_eq!(
            body(&listing, ""),
            "<main>\n\
             <h1><a href=\"./../../\">/</a><a href=\"./../\"><bdi>notes</bdi>/</a>\
             <a href=\"./\"><bdi>2026</bdi>/</a></h1>\n\
             <p>1 directory, 1 file</p>\n<table>\n\
             <thead><tr><th scope=\"col\" aria-sort=\"ascending\"><a href=\"?sort=-name\">Name ↑</a></th>\
             <th scope=\"col\"><a href=\"?sort=size\">Size</a></th>\
             <th scope=\"col\"><a href=\"?sort=time\">Modified, UTC</a></th></tr></thead>\n<tbody>\n\
             <tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n\
             <tr><td><a href=\"dir/\"><bdi>dir</bdi>/</a></td><td></td>\
             <td><time datetime=\"1970-01-01T00:00:00Z\">1970-01-01 00:00</time></td></tr>\n\
             <tr><td><a href=\"b.txt\"><bdi>b.txt</bdi></a></td><td><data value=\"1536\">1.5 KiB</data></td>\
             <td><time datetime=\"1970-01-02T00:00:00Z\">1970-01-02 00:00</time></td></tr>\n\
             </tbody>\n</table>\n</main>\n</body>\n</html>\n"
        );
    }

    #[test]
    fn a_column_head_turns_the_order_round() {
        let listing = listing("", &[]);
        let page = body(&listing, "sort=-size");
        assert!(
            page.contains(
                "<th scope=\"col\" aria-sort=\"descending\"><a href=\"?sort=size\">Size ↓"
            )
        );
        assert!(page.contains("<a href=\"?sort=name\">Name</a>"));
        assert!(!page.contains("../"), "nothing is above the root");
    }

    /// CVE-2024-52793, GHSA-rwfq-v4hq-h7fg and their kin: a file name ran as a script.
    #[test]
    fn s2_a_name_is_text_wherever_it_stands() {
        let hostile = b"<img src=x onerror=alert(1)>\"'&\n\x1b[31m\xff";
        let path = String::from_utf8_lossy(hostile).into_owned();
        let mut listing = listing(
            "",
            &[(hostile, Some(1), 0), (b"javascript:alert(1)", None, 0)],
        );
        listing.path = path.as_bytes().into();
        let page = write(&listing, Sort::of(Some(b"sort=\"><script>")));
        for raw in [
            "<img",
            "onerror=alert(1)>\"",
            "'&",
            "\x1b",
            "<script",
            "href=\"javascript:",
        ] {
            assert!(!page.contains(raw), "{raw}");
        }
        assert!(page.contains(
            "<a href=\"%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%22%27%26%0A%1B%5B31m%FF\"><bdi>\
             &lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;\\n\\u{1b}[31m\\xff</bdi></a>"
        ));
        assert!(page.contains("<a href=\"javascript%3Aalert%281%29/\">"));
    }

    #[test]
    fn references_keep_names_with_signs_in_them_whole() {
        for (name, expected) in [
            (&b"a#b"[..], "a%23b"),
            (b"a?b", "a%3Fb"),
            (b"100%", "100%25"),
            (b"%41", "%2541"),
            (b"two words", "two%20words"),
            ("caf\u{e9}".as_bytes(), "caf%C3%A9"),
            (b"a+b&c;d=e", "a%2Bb%26c%3Bd%3De"),
            (b"plain-name_1.txt~", "plain-name_1.txt~"),
        ] {
            assert_eq!(href(name), expected);
        }
    }

    #[test]
    fn a_listing_that_is_cut_short_says_so() {
        let mut listing = listing("", &[]);
        listing.complete = false;
        assert!(body(&listing, "").contains("More than 10000 entries"));
    }
}
