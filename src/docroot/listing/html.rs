//! A listing as a page: no script, nothing loaded, dark and light, and fit for a phone.

use std::fmt::Write;

use html_escape::encode_quoted_attribute as escape;

use super::order::{Key, Order};
use super::text::{href, visible};
use super::{Entry, EntryKind, Listing};
use crate::units::{size, timestamp};

const STYLE: &str = include_str!("listing.css");

impl Listing {
    /// As a page.
    pub fn html(&self) -> String {
        write(self)
    }
}

fn write(listing: &Listing) -> String {
    let order = listing.wanted.order;
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
    let _ = writeln!(out, "<p>{}</p>", summary(listing));
    pages(&mut out, listing);
    out.push_str("<table>\n<thead><tr>");
    for (key, word) in [
        (Key::Name, "Name"),
        (Key::Size, "Size"),
        (Key::Time, "Modified, UTC"),
    ] {
        column(&mut out, order, key, word);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    if !names.is_empty() {
        out.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for entry in &listing.entries {
        row(&mut out, entry);
    }
    out.push_str("</tbody>\n</table>\n");
    pages(&mut out, listing);
    out.push_str("</main>\n</body>\n</html>\n");
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
    let counts = listing.counts;
    let count =
        |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut summary = format!(
        "{}, {}",
        count(counts.directories, "directory", "directories"),
        count(counts.files, "file", "files")
    );
    // Writing into memory does not fail.
    if !listing.is_whole() {
        let _ = write!(summary, "; {} of them here", listing.entries.len());
    }
    if counts.backslashes > 0 {
        let names = count(counts.backslashes, "name", "names");
        let _ = write!(summary, "; {names} with a backslash, not served");
    }
    summary
}

/// References to the other pages of a directory that does not go on one.
fn pages(out: &mut String, listing: &Listing) {
    let link = |(reference, word): (String, &str)| {
        format!("<a href=\"{}\">{word}</a>", escape(&reference))
    };
    let first = listing.first().map(|first| link((first, "First page")));
    let next = listing.next.clone().map(|next| link((next, "Next page")));
    let links: Vec<String> = first.into_iter().chain(next).collect();
    if !links.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", links.join(" "));
    }
}

/// A column's head: a link that sorts by it, or turns the order round.
fn column(out: &mut String, order: Order, key: Key, word: &str) {
    let (state, arrow, descending) = match (order.key == key, order.descending) {
        (true, false) => (" aria-sort=\"ascending\"", " \u{2191}", true),
        (true, true) => (" aria-sort=\"descending\"", " \u{2193}", false),
        (false, _) => ("", "", false),
    };
    let reference = Order::new(key, descending).reference(None);
    let _ = write!(
        out,
        "<th scope=\"col\"{state}><a href=\"{reference}\">{word}{arrow}</a></th>"
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
    use crate::docroot::listing::PAGE;
    use crate::docroot::listing::tests::{listing, listing_of};

    fn body(listing: &Listing) -> String {
        let page = write(listing);
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
            body(&listing),
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
        let page = body(&listing_of("", &[], "sort=-size", PAGE));
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
        let entries: [(&[u8], _, _); 2] =
            [(hostile, Some(1), 0), (b"javascript:alert(1)", None, 0)];
        let query = "sort=\"><script>&after=d.\"><script>";
        let page = write(&listing_of(&path, &entries, "sort=\"><script>", PAGE))
            + &write(&listing_of(&path, &entries, query, 1));
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
    fn a_directory_that_does_not_go_on_one_page_leads_on() {
        let entries: [(&[u8], _, _); 3] =
            [(b"a&b", Some(1), 0), (b"c", Some(1), 0), (b"d", Some(1), 0)];
        let page = body(&listing_of("", &entries, "", 1));
        let next = "<p><a href=\"?sort=name&amp;after=f.a%26b\">Next page</a></p>\n";
        assert!(
            page.contains("<p>0 directories, 3 files; 1 of them here</p>\n"),
            "{page}"
        );
        assert_eq!(page.matches(next).count(), 2, "{page}");
        let last = body(&listing_of("", &entries, "after=f.c", 1));
        assert!(
            last.contains("<p><a href=\"?sort=name\">First page</a></p>"),
            "{last}"
        );
    }

    #[test]
    fn names_that_are_not_served_are_counted() {
        let mut listing = listing("", &[]);
        listing.counts.backslashes = 1;
        assert!(
            body(&listing)
                .contains("<p>0 directories, 0 files; 1 name with a backslash, not served</p>")
        );
    }
}
