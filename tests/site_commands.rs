//! Every command in the sample site is one that glassport takes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use glassport::cli::{Instead, Options};

fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_docroot")
}

/// Each page, by its path on the site.
fn pages() -> Vec<(String, String)> {
    fn walk(dir: &Path, pages: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, pages);
            } else if path.extension().is_some_and(|e| e == "html") {
                let name = path.strip_prefix(site()).unwrap().to_str().unwrap();
                pages.push((format!("/{name}"), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut pages = Vec::new();
    walk(&site(), &mut pages);
    pages.sort();
    assert!(pages.len() > 15, "the pages were not found");
    pages
}

/// What stands between the tags of an element, for each of its kind.
fn elements<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    html.split(&open)
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']))
        .map(|rest| {
            let inside = rest.split_once('>').unwrap().1;
            inside.split(&close).next().unwrap()
        })
        .collect()
}

/// Text without tags and character references.
fn text(html: &str) -> String {
    let mut text = String::new();
    for (i, part) in html.split('<').enumerate() {
        text.push_str(if i == 0 {
            part
        } else {
            part.split_once('>').map_or(part, |(_, after)| after)
        });
    }
    text.replace("&#8217;", "\u{2019}").replace("&amp;", "&")
}

#[test]
fn every_command_in_the_site_is_one_that_glassport_takes() {
    let mut seen = 0;
    for (page, html) in pages() {
        let blocks = elements(&html, "pre");
        for line in blocks
            .iter()
            .flat_map(|block| text(block).lines().map(str::to_owned).collect::<Vec<_>>())
        {
            let command = line.split(" # ").next().unwrap().trim();
            if !command.starts_with("glassport ") || command.contains('…') {
                continue;
            }
            let parsed = Options::parse(words(command));
            assert!(
                !matches!(parsed, Err(Instead::Usage(_))),
                "{page}: {command}: {parsed:?}"
            );
            seen += 1;
        }
    }
    assert!(seen >= 10, "the commands were not found: {seen}");
}

/// The words of a command, as a shell splits them: at spaces outside of single quotes.
fn words(command: &str) -> Vec<OsString> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in command.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words.into_iter().map(OsString::from).collect()
}
