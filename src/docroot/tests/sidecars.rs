//! Files that lie ready in a coding.

use std::time::Duration;

use super::*;
use crate::http::ContentCoding;

/// The coding, the text and whether it varies, of `/page.html`.
fn encoded(docroot: &Docroot, path: &str, accept: &str) -> (&'static str, String, bool) {
    let file = file(docroot, path);
    let media_type = file.media_type.clone();
    let file = docroot.encode(file, || Some(accept.as_bytes()).into_iter());
    assert_eq!(file.media_type, media_type);
    let coding = file.coding.map_or("none", ContentCoding::name);
    (coding, text(&file), file.varies)
}

/// Makes the file `seconds` older than it is.
fn age(site: &Fixture, name: &str, seconds: u64) {
    let path = site.root().join(name);
    let time = fs::metadata(&path).unwrap().modified().unwrap() - Duration::from_secs(seconds);
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

#[test]
fn a_fresh_sidecar_is_served_to_those_who_prefer_it() {
    let site = Fixture::new();
    for (name, text) in [
        ("page.html", "plain page"),
        ("page.html.br", "brotli"),
        ("page.html.gz", "gzip"),
        ("only.css", "plain style"),
        ("only.css.gz", "packed style"),
        ("dir/index.html", "plain index"),
        ("dir/index.html.gz", "packed index"),
    ] {
        site.file(name, text);
    }
    for docroot in site.both() {
        for (path, accept, coding, text, varies) in [
            ("/page.html", "gzip, br", "br", "brotli", true),
            ("/page.html", "gzip", "gzip", "gzip", true),
            ("/page.html", "br;q=0, gzip;q=0.1", "gzip", "gzip", true),
            // Who gets the plain file must be told apart too.
            ("/page.html", "", "none", "plain page", true),
            ("/page.html", "deflate", "none", "plain page", true),
            ("/only.css", "br, gzip", "gzip", "packed style", true),
            ("/only.css", "br", "none", "plain style", true),
            ("/dir/", "gzip", "gzip", "packed index", true),
            ("/plain.txt", "gzip, br", "none", "plain", false),
            // Asked for by its name, it is a file like any other.
            ("/page.html.gz", "gzip, br", "none", "gzip", false),
        ] {
            for _ in 0..2 {
                let expected = (coding, text.to_owned(), varies);
                assert_eq!(encoded(&docroot, path, accept), expected, "{path} {accept}");
            }
        }
    }
}

#[test]
fn each_coding_has_an_entity_tag_of_its_own() {
    let site = Fixture::new();
    for name in ["page.html", "page.html.br", "page.html.gz"] {
        site.file(name, "same");
    }
    let docroot = site.open();
    let tag = |accept: &'static [u8]| {
        docroot
            .encode(file(&docroot, "/page.html"), || Some(accept).into_iter())
            .etag
    };
    assert_ne!(tag(b"br"), tag(b"gzip"));
    assert_ne!(tag(b"br"), tag(b""));
    assert_ne!(tag(b"gzip"), tag(b""));
}

#[test]
fn a_stale_sidecar_is_left_alone() {
    let site = Fixture::new();
    site.file("page.html", "new");
    site.file("page.html.gz", "old");
    age(&site, "page.html.gz", 1);
    for docroot in site.both() {
        let plain = ("none", "new".to_owned(), false);
        assert_eq!(encoded(&docroot, "/page.html", "gzip"), plain);
    }
    age(&site, "page.html", 2);
    for docroot in site.both() {
        let packed = ("gzip", "old".to_owned(), true);
        assert_eq!(encoded(&docroot, "/page.html", "gzip"), packed);
    }
}

/// `gzip -k` on macOS gives the sidecar the time of the file in whole seconds.
#[test]
fn a_sidecar_whose_time_has_lost_its_fraction_is_not_stale() {
    let site = Fixture::new();
    site.file("page.html", "plain");
    site.file("page.html.gz", "packed");
    let set = |name: &str, nanos: u32| {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_795_000_000, nanos);
        let file = File::options().append(true).open(site.root().join(name));
        file.unwrap().set_modified(time).unwrap();
    };
    set("page.html", 123_456_789);
    for (nanos, coding) in [
        (0, "gzip"),
        (123_000_000, "gzip"),
        (123_456_000, "gzip"),
        (123_456_789, "gzip"),
        (123_456_788, "none"),
        (122_000_000, "none"),
    ] {
        set("page.html.gz", nanos);
        for docroot in site.both() {
            assert_eq!(encoded(&docroot, "/page.html", "gzip").0, coding, "{nanos}");
        }
    }
}

/// dufs#670: what is not served by its own name is not served as a sidecar.
#[test]
fn s4_a_sidecar_that_leads_out_or_is_no_file_is_left_alone() {
    let site = Fixture::new();
    site.file("page.html", "plain");
    age(&site, "page.html", 3600);
    site.link("page.html.br", "../secret.txt");
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        site.root().join("page.html.gz"),
        rustix::fs::Mode::RUSR,
    )
    .unwrap();
    for docroot in site.both() {
        for accept in ["br", "gzip", "br, gzip"] {
            let (coding, text, _) = encoded(&docroot, "/page.html", accept);
            assert_eq!((coding, &*text), ("none", "plain"), "{accept}");
        }
    }
}

#[test]
fn an_archive_beside_a_packed_one_is_not_taken_for_it() {
    let site = Fixture::new();
    site.file("data.tar", "archive");
    site.file("data.tar.gz", "another");
    let plain = ("none", "archive".to_owned(), false);
    assert_eq!(encoded(&site.open(), "/data.tar", "gzip"), plain);
}
