//! The sample site: every link leads somewhere, every page has what a page needs, and every
//! command in it is one that glassport takes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use glassport::cli::{Instead, Options};

/// Links that lead nowhere on purpose: the site shows what a 404 is.
const NOWHERE: &[&str] = &["/no-such-page"];

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

/// The values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let before = format!(" {attribute}=\"");
    html.split(&before)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
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

/// Where a link leads, as a path on the site.
fn resolve(page: &str, link: &str) -> String {
    if link.starts_with('/') {
        return link.to_owned();
    }
    let folder = page.rsplit_once('/').unwrap().0;
    format!("{folder}/{link}")
}

#[test]
fn every_link_within_the_site_leads_somewhere() {
    let pages = pages();
    for (page, html) in &pages {
        for link in [values(html, "href"), values(html, "src")].concat() {
            assert!(!link.contains("//"), "{page} links to {link} elsewhere");
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                page.clone()
            } else {
                resolve(page, path)
            };
            if NOWHERE.contains(&target.as_str()) {
                continue;
            }
            let decoded = target.replace("%20", " ").replace("%C3%A9", "é");
            let file = site().join(decoded.trim_start_matches('/'));
            assert!(file.exists(), "{page} links to {link}");
            if !fragment.is_empty() {
                let there = &pages.iter().find(|(name, _)| *name == target).unwrap().1;
                let id = format!(" id=\"{fragment}\"");
                assert!(there.contains(&id), "{page} links to {link}");
            }
        }
    }
}

#[test]
fn every_page_has_what_a_page_needs() {
    for (page, html) in pages() {
        assert!(
            html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"),
            "{page}"
        );
        assert_eq!(elements(&html, "h1").len(), 1, "{page}: h1");
        // The first title is the page's, others are those of pictures.
        assert!(!elements(&html, "title")[0].is_empty(), "{page}: title");
        assert!(html.contains("<meta name=\"viewport\""), "{page}");
        let mut ids = values(&html, "id");
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{page} has an id twice");
        for labels in values(&html, "aria-labelledby") {
            for label in labels.split(' ') {
                assert!(ids.contains(&label), "{page}: no {label}");
            }
        }
        for name in [
            "p", "li", "ul", "ol", "section", "svg", "code", "pre", "a", "details",
        ] {
            let opened = html.matches(&format!("<{name}>")).count()
                + html.matches(&format!("<{name} ")).count();
            let closed = html.matches(&format!("</{name}>")).count();
            assert_eq!(opened, closed, "{page}: <{name}>");
        }
    }
}

/// The lessons in the order in which the index lists them.
fn lessons() -> Vec<(String, String)> {
    let pages = pages();
    let find = |path: &str| pages.iter().find(|(name, _)| name == path).unwrap().clone();
    let index = find("/lessons/index.html").1;
    let lessons = values(elements(&index, "main")[0], "href");
    lessons.into_iter().map(find).collect()
}

#[test]
fn the_lessons_are_a_chain_that_the_index_lists_in_order() {
    let lessons = lessons();
    assert_eq!(lessons.len(), 13);
    let in_folder = pages()
        .iter()
        .filter(|(p, _)| p.starts_with("/lessons/"))
        .count();
    assert_eq!(in_folder, lessons.len() + 1, "a lesson is not listed");
    let link = |html: &str, rel: &str| {
        let after = html.split(&format!("rel=\"{rel}\" href=\"")).nth(1)?;
        Some(after.split('"').next().unwrap().to_owned())
    };
    for (i, (page, html)) in lessons.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| lessons[i].0.clone());
        let after = lessons.get(i + 1).map(|lesson| lesson.0.clone());
        assert_eq!(link(html, "prev"), before, "{page}");
        assert_eq!(link(html, "next"), after, "{page}");
    }
}

#[test]
fn each_lesson_has_a_picture_something_to_type_and_watch_and_an_answer() {
    for (page, html) in lessons() {
        for element in ["svg", "pre", "details", "summary", "figcaption"] {
            assert!(!elements(&html, element).is_empty(), "{page}: no {element}");
        }
        assert!(html.contains("id=\"watch\""), "{page}");
        assert!(html.contains("class=\"belief\""), "{page}");
    }
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
    assert!(seen > 20, "the commands were not found: {seen}");
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
