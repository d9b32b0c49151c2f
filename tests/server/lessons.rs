//! The sample site as a whole: its links lead somewhere, its pages are complete, and the
//! lessons follow one another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::support::{Peer, Server, get};

/// Where a page leads on purpose to something else than a page.
const ON_PURPOSE: &[(&str, u16)] = &[("/no-such-page", 404), ("/notes", 308), ("/pictures", 308)];

/// Where a page may lead outside the site: to the rules it cites.
const RULES: &str = "https://www.rfc-editor.org/rfc/rfc";

/// All lesson pages are part of the binary.
const LESSONS_AT_MOST: u64 = 250 * 1024;

/// A start tag: its name and its attributes.
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// A page of the sample site.
struct Page {
    /// Its path in the docroot.
    path: String,
    html: String,
    tags: Vec<Tag>,
}

impl Page {
    fn read(root: &Path, file: &Path) -> Self {
        let html = std::fs::read_to_string(file).unwrap();
        let path = file.strip_prefix(root).unwrap().to_str().unwrap();
        Self {
            path: format!("/{path}"),
            tags: tags(&html),
            html,
        }
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }

    fn ids(&self) -> BTreeSet<&str> {
        self.tags.iter().filter_map(|t| t.attribute("id")).collect()
    }

    /// Everything it refers to.
    fn references(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().flat_map(|tag| {
            ["href", "src", "srcset"]
                .into_iter()
                .filter_map(|name| tag.attribute(name))
        })
    }

    /// The one link of this relation, if there is one.
    fn link(&self, rel: &str) -> Option<&str> {
        self.named("a")
            .find(|tag| tag.attribute("rel") == Some(rel))
            .and_then(|tag| tag.attribute("href"))
    }

    fn meta(&self, name: &str) -> Option<&str> {
        self.named("meta")
            .find(|tag| tag.attribute("name") == Some(name))
            .and_then(|tag| tag.attribute("content"))
    }

    /// What stands between the tags of the only element of this name.
    fn only(&self, name: &str) -> &str {
        assert_eq!(self.named(name).count(), 1, "{name} in {}", self.path);
        let (_, behind) = self.html.split_once(&format!("<{name}>")).unwrap();
        behind.split_once(&format!("</{name}>")).unwrap().0
    }
}

/// The start tags of a page whose attributes are all quoted.
fn tags(html: &str) -> Vec<Tag> {
    let starts = html.split('<').skip(1);
    starts
        .filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(|tag| {
            let inside = tag.split_once('>').expect("a tag ends").0;
            let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
            let mut attributes = BTreeMap::new();
            while let Some((before, behind)) = rest.split_once("=\"") {
                let (value, next) = behind.split_once('"').expect("a value ends");
                let key = before.split_whitespace().last().unwrap();
                attributes.insert(key.to_owned(), value.to_owned());
                rest = next;
            }
            Tag {
                name: name.to_owned(),
                attributes,
            }
        })
        .collect()
}

/// Every page there is.
fn pages() -> Vec<Page> {
    fn gather(root: &Path, folder: &Path, pages: &mut Vec<Page>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(root, &path, pages);
            } else if path.extension().is_some_and(|e| e == "html") {
                pages.push(Page::read(root, &path));
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample_docroot");
    let mut pages = Vec::new();
    gather(&root, &root, &mut pages);
    assert!(pages.len() > 10);
    pages
}

/// The lessons, by their numbers.
fn lessons() -> BTreeMap<usize, Page> {
    let mut lessons = BTreeMap::new();
    for page in pages() {
        if let Some(number) = page.meta("lesson") {
            let number = number.parse().unwrap();
            assert!(lessons.insert(number, page).is_none(), "{number} twice");
        }
    }
    lessons
}

#[test]
fn every_link_of_the_sample_site_leads_somewhere() {
    let server = Server::start(&[]);
    let pages = pages();
    let ids: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .flat_map(|page| {
            let folder = page.path.strip_suffix("index.html");
            [Some(page.path.as_str()), folder]
                .into_iter()
                .flatten()
                .map(|path| (path, page.ids()))
        })
        .collect();
    let mut peer = server.connect();
    let mut asked = BTreeSet::new();
    for page in &pages {
        for reference in page.references().filter(|r| !r.starts_with(RULES)) {
            let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
            let path = if path.is_empty() { &page.path } else { path };
            assert!(path.starts_with('/'), "{reference} in {}", page.path);
            if !fragment.is_empty() {
                assert!(ids[path].contains(fragment), "{reference} in {}", page.path);
            }
            if asked.insert(path.to_owned()) {
                let expected = ON_PURPOSE.iter().find(|(p, _)| *p == path);
                let status = status_of(&mut peer, path);
                assert_eq!(
                    status,
                    expected.map_or(200, |(_, status)| *status),
                    "{reference} in {}",
                    page.path
                );
            }
        }
    }
}

fn status_of(peer: &mut Peer, target: &str) -> u16 {
    peer.send(get(target));
    peer.response().status()
}

#[test]
fn every_page_of_the_sample_site_is_complete() {
    for page in pages() {
        let path = &page.path;
        let html = page.named("html").next().unwrap();
        assert_eq!(html.attribute("lang"), Some("en"), "{path}");
        assert_eq!(page.named("h1").count(), 1, "{path}");
        assert_eq!(page.named("main").count(), 1, "{path}");
        assert!(page.html.contains("<title>"), "{path}");
        assert_eq!(
            page.meta("viewport"),
            Some("width=device-width, initial-scale=1"),
            "{path}"
        );
        let ids = page.tags.iter().filter(|t| t.attribute("id").is_some());
        assert_eq!(ids.count(), page.ids().len(), "an id twice in {path}");
        for image in page.named("img") {
            assert!(image.attribute("alt").is_some(), "{path}");
        }
        let labels = page
            .tags
            .iter()
            .filter_map(|t| t.attribute("aria-labelledby"));
        for id in labels.flat_map(str::split_whitespace) {
            assert!(page.ids().contains(id), "{id} in {path}");
        }
    }
}

#[test]
fn no_page_runs_or_loads_what_a_strict_policy_would_forbid() {
    for page in pages() {
        for script in page.named("script") {
            assert!(script.attribute("src").is_some(), "inline in {}", page.path);
        }
        for tag in &page.tags {
            let handler = tag.attributes.keys().find(|name| name.starts_with("on"));
            assert_eq!(handler, None, "{}", page.path);
            assert_eq!(tag.attribute("style"), None, "{}", page.path);
            for name in ["src", "srcset", "href", "action"] {
                let Some(value) = tag.attribute(name) else {
                    continue;
                };
                let rule = tag.name == "a" && value.starts_with(RULES);
                let inside = !value.contains(':') && !value.starts_with("//");
                assert!(rule || inside, "{value} in {}", page.path);
            }
        }
    }
}

#[test]
fn the_lessons_follow_one_another() {
    let lessons = lessons();
    let count = lessons.len();
    assert!(count >= 12);
    let numbers: Vec<_> = lessons.keys().copied().collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    for (&number, page) in &lessons {
        let path_of = |n: usize| lessons.get(&n).map(|page| page.path.as_str());
        assert_eq!(page.link("prev"), path_of(number - 1), "{}", page.path);
        assert_eq!(page.link("next"), path_of(number + 1), "{}", page.path);
        let step = format!("Lesson {number} of {count}");
        assert!(page.html.contains(&step), "{}", page.path);
    }
    let index = pages()
        .into_iter()
        .find(|page| page.path == "/lessons/index.html")
        .unwrap();
    let (_, list) = index.html.split_once("<ol class=\"path\">").unwrap();
    let (list, _) = list.split_once("</ol>").unwrap();
    let listed: Vec<_> = tags(list)
        .into_iter()
        .filter_map(|tag| tag.attribute("href").map(str::to_owned))
        .collect();
    let paths: Vec<_> = lessons.values().map(|page| page.path.clone()).collect();
    assert_eq!(listed, paths);
}

#[test]
fn every_lesson_has_its_parts() {
    for (number, page) in lessons() {
        let path = &page.path;
        let title = format!("{number}. {} · glassport", page.only("h1"));
        assert!(
            page.html.contains(&format!("<title>{title}</title>")),
            "{path}"
        );
        for part in ["What to type", "What to watch", "Often said, and not so"] {
            assert!(page.html.contains(part), "{part} in {path}");
        }
        for element in ["svg", "figcaption", "details", "summary"] {
            assert_eq!(page.named(element).count(), 1, "{element} in {path}");
        }
        assert_eq!(page.named("style").count(), 0, "{path}");
        assert!(page.named("desc").next().is_some(), "{path}");
        assert!(page.html.contains(RULES), "{path}");
        let run = format!("Run this lesson by itself: <code>glassport lesson {number}</code>");
        assert!(page.html.contains(&run), "{path}");
    }
}

#[test]
fn the_index_names_everything_that_is_not_so() {
    let lessons = lessons();
    let index = pages()
        .into_iter()
        .find(|page| page.path == "/lessons/index.html")
        .unwrap();
    let listed: BTreeSet<_> = index.references().filter(|r| r.contains('#')).collect();
    let mut count = 0;
    for page in lessons.values() {
        let said = page
            .named("article")
            .filter(|tag| tag.attribute("class") == Some("myth"));
        for tag in said {
            let id = tag.attribute("id").unwrap();
            let target = format!("{}#{id}", page.path);
            assert!(listed.contains(target.as_str()), "{target}");
            count += 1;
        }
    }
    assert!(count >= lessons.len());
}

#[test]
fn the_lengths_that_the_lessons_name_are_true() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    for (target, length) in [("/hello.txt", "22"), ("/caf%C3%A9.txt", "410")] {
        peer.send(get(target));
        let response = peer.response();
        assert_eq!(response.field("Content-Length"), Some(length), "{target}");
    }
}

#[test]
fn the_lessons_are_small_enough_to_be_part_of_the_binary() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_docroot/lessons");
    let size: u64 = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!(size < LESSONS_AT_MOST, "{size} octets");
}
