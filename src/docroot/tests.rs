//! A document root made by the test itself, and what is served of it.

mod hostile;
mod listings;
mod sidecars;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

use super::*;

/// `tmp/docroot` is served; what lies beside it never is.
struct Fixture {
    tmp: TempDir,
    options: Options,
}

impl Fixture {
    fn new() -> Self {
        let tmp = tempfile::tempdir().unwrap();
        let fixture = Self {
            tmp,
            options: Options::default(),
        };
        fs::create_dir(fixture.root()).unwrap();
        fixture.file("../secret.txt", "secret");
        fixture.file("../docroot-secret/secret.txt", "secret");
        fixture.file("plain.txt", "plain");
        fixture
    }

    fn root(&self) -> std::path::PathBuf {
        self.tmp.path().join("docroot")
    }

    fn file(&self, name: impl AsRef<OsStr>, text: &str) {
        let path = self.root().join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, name: &str, to: impl AsRef<Path>) {
        symlink(to, self.root().join(name)).unwrap();
    }

    fn open(&self) -> Docroot {
        Docroot::open(&self.root(), self.options.clone()).unwrap()
    }

    /// Once as the kernel does it, once without its help; each keeps every small file.
    fn both(&self) -> [Docroot; 2] {
        [Directory::remembering, |d: Directory| {
            d.remembering().walking()
        }]
        .map(|change| Docroot {
            site: Site::Directory(change(self.directory())),
            fallback: self.options.fallback.clone(),
        })
    }

    fn directory(&self) -> Directory {
        Directory::open(&self.root(), self.options.clone()).unwrap()
    }

    /// `expected` is the text of a file, `-> location`, or `status because…`.
    #[track_caller]
    fn check(&self, path: &str, expected: &str) {
        for docroot in self.both() {
            let got = outcome(&docroot, path.as_bytes());
            let again = outcome(&docroot, path.as_bytes());
            assert_eq!(got, again, "{path}: from memory");
            let met = if expected.starts_with(['4', '5']) {
                got.starts_with(expected)
            } else {
                got == expected
            };
            assert!(met, "{path}: {got:?}, not {expected:?}");
        }
    }
}

fn outcome(docroot: &Docroot, path: &[u8]) -> String {
    match docroot.resolve(path, None) {
        Resolution::File(file) => text(&file),
        Resolution::Redirect { location, .. } => {
            format!("-> {}", String::from_utf8(location).unwrap())
        }
        Resolution::Fallback(file) => format!("instead: {}", text(&file)),
        Resolution::Listing(_) => "a listing".into(),
        Resolution::Refused { status, because } => format!("{status} {because}"),
    }
}

fn file(docroot: &Docroot, path: &str) -> OpenFile {
    let Resolution::File(file) = docroot.resolve(path.as_bytes(), None) else {
        panic!("{path} is no file");
    };
    file
}

fn text(file: &OpenFile) -> String {
    let text = match &file.content {
        // One descriptor may be read from by many.
        Content::File(open) => {
            let length = usize::try_from(file.length).unwrap();
            String::from_utf8(sample::read_start(open, length).unwrap()).unwrap()
        }
        Content::Memory(octets) => String::from_utf8(octets.to_vec()).unwrap(),
        Content::Static(octets) => String::from_utf8_lossy(octets).into_owned(),
    };
    assert_eq!(file.length, text.len() as u64);
    text
}

#[test]
fn files_directories_and_indexes() {
    let site = Fixture::new();
    site.file("index.html", "home");
    site.file("dir/index.html", "in dir");
    site.file("dir/inner.txt", "inner");
    site.file("bare/x", "x");
    site.file("odd/index.html/x", "x");
    site.file("empty", "");
    for (path, expected) in [
        ("/", "home"),
        ("/index.html", "home"),
        ("/plain.txt", "plain"),
        ("/%70lain.txt", "plain"),
        ("/empty", ""),
        ("/dir", "-> dir/"),
        ("/dir/", "in dir"),
        ("/dir/inner.txt", "inner"),
        ("/dir/..", "home"),
        ("/dir/../plain.txt", "plain"),
        ("/nothing", "404 no such file"),
        ("/nothing/", "404 no such file"),
        ("/nothing/x", "404 no such file"),
        ("/PLAIN.TXT", "404 no such file"),
        ("/bare/", "a listing"),
        ("/odd/", "a listing"),
        ("/odd/index.html", "-> index.html/"),
        ("/plain.txt/", "404 a file is asked for as a directory"),
        ("/plain.txt/x", "404 a file is asked for as a directory"),
    ] {
        site.check(path, expected);
    }
}

#[test]
fn the_index_may_have_another_name_or_none() {
    let mut site = Fixture::new();
    site.file("index.html", "home");
    site.options.index = vec!["none.html".into(), "plain.txt".into(), "index.html".into()];
    site.check("/", "plain");
    site.options.index = vec![];
    site.check("/", "a listing");
}

#[test]
fn a_file_is_what_its_descriptor_says() {
    let site = Fixture::new();
    let [docroot, _] = site.both();
    let plain = file(&docroot, "/plain.txt");
    let metadata = fs::metadata(site.root().join("plain.txt")).unwrap();
    assert_eq!(&*plain.path, b"plain.txt");
    assert_eq!(plain.length, 5);
    assert_eq!(plain.modified, metadata.modified().ok());
    assert_eq!(plain.media_type, "text/plain; charset=utf-8");
    let etag = plain.etag.unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    assert_eq!(file(&docroot, "/plain.txt").etag.unwrap(), etag);
    site.file("plain.txt", "longer");
    assert_ne!(file(&docroot, "/plain.txt").etag.unwrap(), etag);
}

/// `cp -p` keeps the modification time, and what is built twice often has the same length.
#[test]
fn other_content_of_the_same_length_and_date_has_another_entity_tag() {
    let site = Fixture::new();
    let path = site.root().join("plain.txt");
    let before = fs::metadata(&path).unwrap();
    let [docroot, walking] = site.both();
    let tags = || [&docroot, &walking].map(|site| file(site, "/plain.txt").etag.unwrap());
    let first = tags();
    assert_eq!(first, tags());
    // The clock of some file systems ticks slowly.
    loop {
        fs::write(&path, "PLAIN").unwrap();
        let open = File::options().append(true).open(&path).unwrap();
        open.set_modified(before.modified().unwrap()).unwrap();
        let after = open.metadata().unwrap();
        assert_eq!((after.len(), after.ino()), (before.len(), before.ino()));
        assert_eq!(after.modified().unwrap(), before.modified().unwrap());
        if (after.ctime(), after.ctime_nsec()) != (before.ctime(), before.ctime_nsec()) {
            break;
        }
    }
    for (first, then) in first.into_iter().zip(tags()) {
        assert_ne!(first, then);
    }
}

/// RFC 9110 §8.8.1: what may change again within a tick of the clock has no strong validator.
#[test]
fn a_file_that_was_just_written_has_a_weak_entity_tag() {
    let site = Fixture::new();
    let tag = |docroot: &Docroot| file(docroot, "/plain.txt").etag.unwrap();
    let single = Docroot::open(&site.root().join("plain.txt"), Options::default()).unwrap();
    for docroot in [site.open(), single] {
        // On a busy machine the clock may have ticked by the time the file is asked for.
        let weak = std::iter::repeat_with(|| {
            site.file("plain.txt", "plain");
            tag(&docroot)
        });
        let first = weak.take(1000).find(|tag| tag.starts_with("W/")).unwrap();
        assert_ne!(tag(&docroot), first);
    }
}

#[test]
fn no_date_of_a_file_makes_serving_it_panic() {
    let site = Fixture::new();
    let path = site.root().join("plain.txt");
    let open = File::options().append(true).open(&path).unwrap();
    let epoch = SystemTime::UNIX_EPOCH;
    for seconds in [
        1,
        50_025_600,
        2_000_000_000,
        1 << 33,
        1 << 40,
        i64::MAX as u64,
    ] {
        for time in [
            epoch.checked_add(Duration::from_secs(seconds)),
            epoch.checked_sub(Duration::from_millis(seconds)),
        ] {
            // A file system keeps what it can of it.
            if time.is_some_and(|time| open.set_modified(time).is_ok()) {
                site.check("/plain.txt", "plain");
                site.check("/", "a listing");
            }
        }
    }
}

#[test]
fn a_file_of_five_gibibytes_has_its_length() {
    let site = Fixture::new();
    let sparse = File::create(site.root().join("sparse.bin")).unwrap();
    sparse.set_len(5 << 30).unwrap();
    let sparse = file(&site.open(), "/sparse.bin");
    assert_eq!(sparse.length, 5 << 30);
    assert_eq!(sparse.media_type, "application/octet-stream");
}

#[test]
fn a_root_that_is_made_anew_is_served_anew() {
    let site = Fixture::new();
    let docroot = site.open();
    assert_eq!(outcome(&docroot, b"/plain.txt"), "plain");
    fs::rename(site.root(), site.tmp.path().join("old")).unwrap();
    assert_eq!(
        outcome(&docroot, b"/plain.txt"),
        "404 the document root is gone"
    );
    site.file("plain.txt", "built again");
    assert_eq!(outcome(&docroot, b"/plain.txt"), "built again");
}

#[test]
fn a_single_file_is_served_at_the_root_and_at_its_name() {
    let site = Fixture::new();
    site.file(".page", "page");
    site.link("alias", ".page");
    let alias = Docroot::open(&site.root().join("alias"), Options::default()).unwrap();
    assert_eq!(outcome(&alias, b"/"), "page");
    assert_eq!(outcome(&alias, b"/alias"), "page");
    let label = alias.label();
    assert!(label.ends_with("docroot/.page"), "{label}");
    for path in [
        "/.page",
        "/plain.txt",
        "/alias/",
        "/../secret.txt",
        "/x/alias",
    ] {
        assert!(
            outcome(&alias, path.as_bytes()).starts_with("404"),
            "{path}"
        );
    }
    assert!(alias.error_page(Status::NOT_FOUND).is_none());
    site.file(".page", "edited");
    assert_eq!(outcome(&alias, b"/"), "edited");
    fs::remove_file(site.root().join("alias")).unwrap();
    assert_eq!(outcome(&alias, b"/"), "404 no such file");
}

#[test]
fn an_applications_page_stands_for_places_where_nothing_is() {
    let mut site = Fixture::new();
    site.options.fallback = Some("app.html".into());
    site.file("app.html", "app");
    site.file("dir/x", "x");
    site.file(".hidden/x", "x");
    site.link("out", "../secret.txt");
    site.link("outside", "..");
    mkfifoat(CWD, site.root().join("fifo"), Mode::RUSR).unwrap();
    for (path, expected) in [
        ("/users/7", "instead: app"),
        ("/users/7/", "instead: app"),
        ("/dir/nothing", "instead: app"),
        ("/plain.txt/x", "instead: app"),
        ("/plain.txt", "plain"),
        ("/dir/", "a listing"),
        ("/dir", "-> dir/"),
        ("/missing.js", "404 no such file"),
        ("/plain.txt/", "404 a file is asked for as a directory"),
        ("/.hidden/x", "404 a dotfile"),
        ("/.nothing", "404 a dotfile"),
        ("/dir/../users", "404 no such file"),
        ("/../users", "404 the path climbs"),
        ("/a%2fb", "404 an encoded slash"),
        ("/a%00", "400"),
        ("//users", "404 an empty name"),
        ("/out", "404 a link leads out"),
        ("/outside/secret", "404 a link leads out"),
        ("/fifo", "404 not a regular file"),
    ] {
        site.check(path, expected);
    }
    site.options.listing = false;
    site.check("/dir/", "404 directories are not listed");
    for missing in ["none.html", "../secret.txt", "out", "fifo", "dir"] {
        site.options.fallback = Some(missing.into());
        site.check("/users", "404 no such file");
    }
    let options = Options {
        fallback: Some("index.html".into()),
        ..Options::default()
    };
    let single = Docroot::open(&site.root().join("app.html"), options.clone()).unwrap();
    assert_eq!(outcome(&single, b"/users/7"), "instead: app");
    let sample = Docroot::embedded_with(options);
    assert!(outcome(&sample, b"/users/7").starts_with("instead: <!"));
    assert!(outcome(&sample, b"/users.js").starts_with("404"));
}

#[test]
fn error_pages_are_files_of_the_root_named_by_their_status() {
    let site = Fixture::new();
    site.file("404.html", "not here");
    let docroot = site.open();
    let page = docroot.error_page(Status::NOT_FOUND).unwrap();
    assert_eq!(page.media_type, "text/html; charset=utf-8");
    assert_eq!(text(&page), "not here");
    assert!(docroot.error_page(Status::BAD_REQUEST).is_none());
}

#[test]
fn the_sample_site_follows_the_same_rules() {
    let site = Docroot::embedded();
    assert_eq!(site.label(), "the sample site");
    for (path, expected) in [
        ("/notes", "-> notes/"),
        ("/nothing", "404"),
        ("/index.html/", "404"),
        ("/pictures/", "a listing"),
        ("/..", "404"),
        ("//notes", "404"),
        ("/.glassport", "404"),
    ] {
        assert!(
            outcome(&site, path.as_bytes()).starts_with(expected),
            "{path}"
        );
    }
    let home = file(&site, "/");
    assert_eq!(&*home.path, b"index.html");
    assert_eq!(home.media_type, "text/html; charset=utf-8");
    assert!(home.etag.is_some_and(|etag| etag.len() == 18));
    assert!(home.modified.is_some());
    assert!(text(&site.error_page(Status::NOT_FOUND).unwrap()).contains("404"));
}

/// What is kept in memory is not served once the file is another, in any way it can be.
#[test]
fn an_edit_is_never_answered_from_memory() {
    let site = Fixture::new();
    let path = site.root().join("plain.txt");
    for docroot in site.both() {
        site.file("plain.txt", "plain");
        let is = |expected: &str| {
            for _ in 0..3 {
                assert_eq!(outcome(&docroot, b"/plain.txt"), expected);
            }
        };
        is("plain");
        assert!(matches!(
            file(&docroot, "/plain.txt").content,
            Content::Memory(_)
        ));
        site.file("plain.txt", "written over");
        is("written over");
        fs::write(site.root().join("new"), "put in place").unwrap();
        fs::rename(site.root().join("new"), &path).unwrap();
        is("put in place");
        // The same length, and the modification time set back.
        let before = fs::metadata(&path).unwrap();
        site.file("plain.txt", "put in PLACE");
        let open = File::options().append(true).open(&path).unwrap();
        let change = |m: &fs::Metadata| (m.ctime(), m.ctime_nsec());
        // Some clocks tick slowly, which a file that is left alone for long does not notice.
        loop {
            open.set_modified(before.modified().unwrap()).unwrap();
            if change(&open.metadata().unwrap()) != change(&before) {
                break;
            }
        }
        is("put in PLACE");
        fs::rename(&path, site.root().join("moved")).unwrap();
        is("404 no such file");
        symlink("moved", &path).unwrap();
        is("put in PLACE");
        fs::rename(site.root().join("moved"), site.root().join("../moved")).unwrap();
        fs::remove_file(&path).unwrap();
        symlink("../moved", &path).unwrap();
        is("404 a link leads out of the document root (-L follows it)");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        is("-> plain.txt/");
        fs::remove_dir(&path).unwrap();
    }
}

#[test]
fn a_large_file_is_sent_from_its_descriptor() {
    let site = Fixture::new();
    let small = usize::try_from(cache::SMALL).unwrap();
    for docroot in site.both() {
        for (length, in_memory) in [(small, true), (small + 1, false)] {
            site.file("file", &"x".repeat(length));
            for _ in 0..2 {
                let file = file(&docroot, "/file");
                assert_eq!(matches!(file.content, Content::Memory(_)), in_memory);
                assert_eq!(file.media_type, "text/plain; charset=utf-8");
                assert_eq!(text(&file).len(), length);
            }
        }
    }
}

#[test]
fn a_file_that_was_just_written_is_not_kept() {
    let site = Fixture::new();
    let docroot = site.open();
    // On a busy machine the clock may have ticked by the time the file is asked for.
    let mut fresh = std::iter::repeat_with(|| {
        site.file("plain.txt", "plain");
        let file = file(&docroot, "/plain.txt");
        matches!(file.content, Content::File(_))
    });
    assert!(fresh.by_ref().take(1000).any(|from_file| from_file));
}

#[test]
fn names_near_to_one_that_is_missing_are_named_and_what_is_hidden_is_not() {
    let fixture = Fixture::new();
    for name in [
        "hello.txt",
        "hallo.txt",
        "hello.css",
        "hello.html",
        ".hello.txt",
        "docs/guide.html",
    ] {
        fixture.file(name, "");
    }
    for docroot in fixture.both() {
        let near = |path: &str| {
            docroot
                .near(path.as_bytes())
                .map(|near| (near.tried, near.names))
        };
        let (tried, names) = near("/hello.tx").unwrap();
        assert_eq!((tried.as_str(), names.len()), ("hello.tx", 3));
        assert_eq!(names.first().unwrap(), "hello.txt");
        assert!(!names.contains(&".hello.txt".into()), "{names:?}");
        assert_eq!(near("/doc/guide.html").unwrap().1, ["docs"]);
        assert_eq!(near("/docs/guid.html").unwrap().1, ["docs/guide.html"]);
        assert_eq!(near("/zzz").unwrap(), ("zzz".into(), vec![]));
        // What is there, what is hidden and what is no path have reasons of their own.
        for path in ["/hello.txt", "/.hello.txt", "/../secret.txt", "/a%2fb"] {
            assert_eq!(near(path), None, "{path}");
        }
    }
    let near = Docroot::embedded().near(b"/hello.tx").unwrap();
    assert_eq!(near.names.first().unwrap(), "hello.txt");
}
