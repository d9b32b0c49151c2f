//! Directories that no index stands for.

use std::collections::BTreeSet;

use super::*;
use crate::http::decode_percent;

/// The listing of `path`, as JSON: the same data as the page, easier to read.
#[track_caller]
fn listed(docroot: &Docroot, path: &str) -> String {
    let Resolution::Listing(listing) = docroot.resolve(path.as_bytes(), None) else {
        panic!("{path} is not listed");
    };
    listing.json()
}

/// What stands between `"href": "` and the next quote, for every entry.
fn references(json: &str) -> BTreeSet<&str> {
    json.split("\"href\": \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_reference_in_a_listing_leads_to_its_file() {
    let site = Fixture::new();
    for name in [
        &b"a#b"[..],
        b"a?b",
        b"100%",
        b"%41",
        b"%2e%2e",
        b"two words",
        b"quotes\"'`",
        b"new\nline",
        b"\x1b[31m",
        b"<b>&amp;",
        b"\xff\xfe",
        b"a:b",
        b"javascript:alert(1)",
        b"-rf",
        b"a+b;c=d,e",
        "caf\u{e9}\u{202e}".as_bytes(),
    ] {
        let path = [b"odd dir#?%/", name].concat();
        site.file(OsStr::from_bytes(&path), "here");
    }
    for docroot in site.both() {
        let json = listed(&docroot, "/odd%20dir%23%3F%25/");
        let references = references(&json);
        assert_eq!(references.len(), 16, "{json}");
        for reference in references {
            let path = format!("/odd%20dir%23%3F%25/{reference}");
            assert_eq!(outcome(&docroot, path.as_bytes()), "here", "{path}");
            assert!(reference.bytes().all(|o| o.is_ascii_graphic()));
        }
    }
}

/// S4, S5 and S12 hold for entries too: what would not be served is not listed.
#[test]
fn s4_s12_what_is_not_served_is_not_listed() {
    let mut site = Fixture::new();
    site.file("dir/x", "x");
    site.file(".env", "secret");
    site.file(".git/config", "secret");
    site.file("back\\slash", "x");
    site.file(".well-known/x", "x");
    site.file("dir/.well-known/x", "x");
    site.link("to-dot", ".env");
    site.link("to-dots", ".git");
    site.link("in-file", "plain.txt");
    site.link("in-dir", "dir");
    site.link("absolute", site.root().join("plain.txt"));
    site.link("out-file", "../secret.txt");
    site.link("out-dir", "..");
    site.link("sibling", "../docroot-secret");
    site.link("dangling", "nothing");
    site.link("loop", "loop");
    site.link("device", "/dev/zero");
    mkfifoat(CWD, site.root().join("fifo"), Mode::RUSR).unwrap();
    let within = [
        ".well-known/",
        "absolute",
        "dir/",
        "in-dir/",
        "in-file",
        "plain.txt",
    ];
    for docroot in site.both() {
        assert_eq!(references(&listed(&docroot, "/")), BTreeSet::from(within));
    }
    site.options.all = true;
    for docroot in site.both() {
        let mut all = BTreeSet::from(within);
        all.extend([".env", ".git/", "to-dot", "to-dots/"]);
        assert_eq!(references(&listed(&docroot, "/")), all);
    }
    site.options.all = false;
    site.options.follow_links = true;
    let mut anywhere = BTreeSet::from(within);
    anywhere.extend(["out-file", "out-dir/", "sibling/"]);
    assert_eq!(references(&listed(&site.open(), "/")), anywhere);
}

#[test]
fn a_directory_that_leads_out_or_is_hidden_is_not_listed() {
    let site = Fixture::new();
    fs::create_dir(site.root().join(".git")).unwrap();
    site.link("out", "..");
    site.link("in", "deep");
    site.file("deep/inner.txt", "x");
    site.check("/out/", "404 a link leads out");
    site.check("/.git/", "404 a dotfile");
    site.check("/plain.txt/", "404 a file is asked for as a directory");
    for docroot in site.both() {
        assert_eq!(references(&listed(&docroot, "/in/")), ["inner.txt"].into());
    }
}

#[test]
fn a_listing_says_what_there_is_to_know() {
    let site = Fixture::new();
    site.file("dir/five", "12345");
    let json = listed(&site.open(), "/dir/");
    assert!(json.contains("\"path\": \"/dir\""), "{json}");
    assert!(
        json.contains("\"kind\": \"file\", \"size\": 5, \"modified\": \"20"),
        "{json}"
    );
}

/// `path`, with a query.
#[track_caller]
fn listed_from(docroot: &Docroot, path: &str, query: &str) -> String {
    let Resolution::Listing(listing) = docroot.resolve(path.as_bytes(), Some(query.as_bytes()))
    else {
        panic!("{path} is not listed");
    };
    listing.json()
}

#[test]
fn a_directory_of_any_size_is_listed_page_by_page_in_its_order() {
    let site = Fixture::new();
    fs::create_dir(site.root().join("many")).unwrap();
    let names: Vec<String> = (0..=listing::PAGE).map(|n| format!("{n:05}")).collect();
    for name in &names {
        File::create(site.root().join("many").join(name)).unwrap();
    }
    let docroot = site.open();
    let first = listed(&docroot, "/many/");
    assert!(first.contains("\"complete\": false") && first.contains("\"files\": 10001"));
    let next = first.split("\"next\": \"?").nth(1).unwrap();
    let second = listed_from(&docroot, "/many/", next.split('"').next().unwrap());
    assert!(!second.contains("\"next\""));
    let both = [references(&first), references(&second)];
    assert_eq!(both.each_ref().map(BTreeSet::len), [listing::PAGE, 1]);
    let both: Vec<&str> = both.into_iter().flatten().collect();
    assert_eq!(both, names);
}

#[test]
fn names_that_are_not_served_for_their_backslash_are_counted() {
    let mut site = Fixture::new();
    for name in ["back\\slash", "a\\b\\c", ".hidden\\x"] {
        site.file(name, "x");
    }
    let counted = |site: &Fixture| listed(&site.open(), "/");
    assert!(counted(&site).contains("\"names_with_backslash\": 2"));
    site.options.all = true;
    assert!(counted(&site).contains("\"names_with_backslash\": 3"));
}

#[test]
fn listings_can_be_turned_off() {
    let mut site = Fixture::new();
    site.options.listing = false;
    site.check("/", "404 directories are not listed");
    let sample = Docroot::embedded_with(site.options);
    assert!(outcome(&sample, b"/pictures/").starts_with("404 directories are not listed"));
}

#[test]
fn the_sample_site_is_listed_like_any_other() {
    let site = Docroot::embedded();
    let json = listed(&site, "/pictures/");
    let references = references(&json);
    assert!(references.len() > 3);
    for reference in references {
        let path = format!("/pictures/{reference}");
        let file = file(&site, &path);
        assert_eq!(&*file.path, &decode_percent(&path.as_bytes()[1..])[..]);
    }
}
