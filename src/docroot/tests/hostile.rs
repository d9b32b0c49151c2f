//! Everything that has led a static server astray. A name that begins with `s` and a number
//! is a test for that line of the security checklist.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;

use rustix::process::geteuid;

use super::*;

#[test]
fn every_legal_name_is_served_by_its_octets() {
    let site = Fixture::new();
    for (name, path) in [
        (&b"two words"[..], "/two%20words"),
        (b"a#b", "/a%23b"),
        (b"a?b", "/a%3Fb"),
        (b"100%", "/100%25"),
        (b"%41", "/%2541"),
        (b"%2e%2e", "/%252e%252e"),
        (b"quotes\"'`", "/quotes%22%27%60"),
        (b"new\nline", "/new%0Aline"),
        (b"\x1b[31m", "/%1B%5B31m"),
        (b"<b>&amp;", "/%3Cb%3E%26amp;"),
        (b"\xff\xfe", "/%FF%FE"),
        ("caf\u{e9}".as_bytes(), "/caf%C3%A9"),
        (b"a:b", "/a:b"),
        (b"-rf", "/-rf"),
        (b"~", "/~"),
        (b"trailing.", "/trailing."),
        (b"a..b", "/a..b"),
    ] {
        site.file(OsStr::from_bytes(name), "here");
        site.check(path, "here");
    }
    site.file("back\\slash", "here");
    site.check("/back%5Cslash", "404");
}

#[test]
fn names_that_are_too_long_are_not_there() {
    let site = Fixture::new();
    site.check(&format!("/{}", "a".repeat(256)), "404 a name is too long");
    site.check(&format!("/{}x", "a/".repeat(3000)), "404 ");
    site.check(
        &format!("/{}", "a".repeat(70_000)),
        "404 a name is too long",
    );
}

#[test]
fn s4_links_that_stay_below_the_root_work() {
    let site = Fixture::new();
    site.file("dir/index.html", "in dir");
    site.file("dir/inner.txt", "inner");
    site.link("file", "plain.txt");
    site.link("dot", "./dir/../plain.txt");
    site.link("absolute", site.root().join("plain.txt"));
    site.link("back", "../docroot/plain.txt");
    site.link("dir/up", "../plain.txt");
    site.link("there", "dir");
    site.link("chain", "chain2");
    site.link("chain2", "there/up");
    site.check("/file", "plain");
    site.check("/dot", "plain");
    site.check("/absolute", "plain");
    site.check("/back", "plain");
    site.check("/dir/up", "plain");
    site.check("/there", "-> there/");
    site.check("/there/", "in dir");
    site.check("/there/inner.txt", "inner");
    site.check("/chain", "plain");
}

/// serve, miniserve, dufs, filebrowser: a link out was followed, by a file, a directory, an
/// index or an error page.
#[test]
fn s4_links_out_of_the_root_are_not_followed() {
    let mut site = Fixture::new();
    site.file("dir/x", "x");
    site.file("deep/x", "x");
    site.link("file", "../secret.txt");
    site.link("absolute", site.tmp.path().join("secret.txt"));
    site.link("parent", "..");
    site.link("sibling", "../docroot-secret");
    site.link("system", "/etc");
    site.link("dir/index.html", "../../secret.txt");
    site.link("404.html", "../secret.txt");
    site.link("chain", "chain2");
    site.link("chain2", "parent/secret.txt");
    site.link("fifo", "/dev/zero");
    let leads_out = "404 a link leads out of the document root (-L follows it)";
    for path in [
        "/file",
        "/absolute",
        "/parent",
        "/parent/",
        "/parent/secret.txt",
        "/parent/docroot/plain.txt",
        "/sibling",
        "/sibling/secret.txt",
        "/system",
        "/system/",
        "/system/passwd",
        // Nor does anyone learn what is there.
        "/parent/no-such-name",
        "/system/no/such/name",
        "/dir/",
        "/dir/index.html",
        "/chain",
    ] {
        // One that comes back in again is served: what counts is where it ends.
        let expected = if path.ends_with("plain.txt") {
            "plain"
        } else {
            leads_out
        };
        site.check(path, expected);
    }
    site.check("/fifo", "404 not a regular file");
    assert!(site.open().error_page(Status::NOT_FOUND).is_none());

    site.options.follow_links = true;
    site.check("/file", "secret");
    site.check("/sibling", "-> sibling/");
    site.check("/sibling/secret.txt", "secret");
    site.check("/dir/", "secret");
    let page = site.open().error_page(Status::NOT_FOUND);
    assert_eq!(page.as_ref().map(text).as_deref(), Some("secret"));
}

#[test]
fn s4_links_that_lead_nowhere_are_not_there() {
    let site = Fixture::new();
    site.link("dangling", "nothing");
    site.link("self", "self");
    site.link("a", "b");
    site.link("b", "a");
    site.link("proc", "/proc/self/root");
    site.check("/dangling", "404 no such file");
    site.check("/self", "404 a chain of links has no end");
    site.check("/a", "404 a chain of links has no end");
    site.check("/a/", "404 ");
    site.check("/proc/etc/passwd", "404 a link leads out");
}

/// dufs#725: a root compared as a string let its sibling in.
#[test]
fn s3_a_sibling_whose_name_begins_alike_is_outside() {
    let site = Fixture::new();
    site.link("sibling", site.tmp.path().join("docroot-secret/secret.txt"));
    site.check("/sibling", "404 a link leads out");
    site.check("/../docroot-secret/secret.txt", "404 the path climbs");
    site.check("/..%2fdocroot-secret/secret.txt", "404 an encoded slash");
}

#[test]
fn s5_only_regular_files_are_served_and_nothing_hangs() {
    let site = Fixture::new();
    let root = site.root();
    mkfifoat(CWD, root.join("fifo"), Mode::RUSR | Mode::WUSR).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    let device = rustix::fs::mknodat(
        CWD,
        root.join("device"),
        rustix::fs::FileType::CharacterDevice,
        Mode::RUSR,
        rustix::fs::makedev(1, 5),
    );
    fs::create_dir(root.join("dir")).unwrap();
    mkfifoat(CWD, root.join("dir/index.html"), Mode::RUSR).unwrap();
    mkfifoat(CWD, root.join("404.html"), Mode::RUSR).unwrap();
    site.link("link", "fifo");
    site.check("/fifo", "404 not a regular file");
    site.check("/socket", "404 not a regular file");
    site.check("/link", "404 not a regular file");
    site.check("/fifo/", "404 a file is asked for as a directory");
    site.check("/dir/", "a listing");
    assert!(site.open().error_page(Status::NOT_FOUND).is_none());
    if device.is_ok() {
        site.check("/device", "404 not a regular file");
    } else {
        eprintln!("skipped: only root makes a device");
    }
}

#[test]
fn what_may_not_be_read_is_forbidden() {
    if geteuid().is_root() {
        eprintln!("skipped: root reads everything");
        return;
    }
    let site = Fixture::new();
    let mode = |name: &str, mode| {
        fs::set_permissions(site.root().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    site.file("file", "x");
    site.file("closed/index.html", "x");
    site.file("passage/index.html", "through");
    site.file("unlisted/x", "x");
    mode("file", 0o000);
    mode("unlisted", 0o111);
    mode("closed", 0o000);
    mode("passage", 0o111);
    site.check("/file", "403 permission denied");
    site.check("/closed", "-> closed/");
    site.check("/closed/", "403 permission denied");
    site.check("/closed/index.html", "403 permission denied");
    site.check("/passage", "-> passage/");
    #[cfg(target_os = "linux")]
    site.check("/passage/", "through");
    site.check("/unlisted/", "403 permission denied");
    mode("unlisted", 0o755);
    mode("closed", 0o755);
    mode("passage", 0o755);
}

/// RUSTSEC-2022-0072 and its kin: `//host` in a Location leads to another host.
#[test]
fn s6_a_redirect_never_leads_to_another_host() {
    let site = Fixture::new();
    for name in ["host", "@host", "host:80", "a%b", "<x>"] {
        fs::create_dir(site.root().join(name)).unwrap();
    }
    for (path, expected) in [
        ("/host", "-> host/"),
        ("/./host", "-> host/"),
        ("/x/../host", "-> host/"),
        ("/@host", "-> %40host/"),
        ("/host:80", "-> host%3A80/"),
        ("/a%25b", "-> a%25b/"),
        ("/%3Cx%3E", "-> %3Cx%3E/"),
        ("//host", "404"),
        ("///host", "404"),
        ("/%2fhost", "404"),
        ("/%5chost", "404"),
        ("/\\host", "404"),
        ("//host/%2e%2e", "404"),
        ("/.//host", "404"),
    ] {
        site.check(path, expected);
    }
    let redirect = site.open().resolve(b"/host", Some(b"to=//x&y"));
    let Resolution::Redirect { location, path } = redirect else {
        panic!("no redirect");
    };
    assert_eq!(location, b"host/?to=//x&y");
    assert_eq!(&*path, b"host");
}

/// GHSA-8v2v-wjwg-vx6r: a root that was missing became the current directory.
#[test]
fn s11_a_root_that_is_missing_is_an_error_at_the_start() {
    let tmp = tempfile::tempdir().unwrap();
    for name in ["nothing", "nothing/at/all"] {
        let path = tmp.path().join(name);
        let error = Docroot::open(&path, Options::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(
            error.to_string(),
            format!("{}: no such file or directory", path.display())
        );
    }
    assert!(Docroot::open(Path::new(""), Options::default()).is_err());
    let fifo = tmp.path().join("fifo");
    mkfifoat(CWD, &fifo, Mode::RUSR).unwrap();
    let error = Docroot::open(&fifo, Options::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("neither a directory nor a regular file")
    );
}

/// A link is another name of the same file, and no way round what is hidden.
#[test]
fn s12_a_link_to_a_dotfile_is_as_hidden_as_the_dotfile() {
    let mut site = Fixture::new();
    site.file(".git/config", "dot");
    site.file("dir/.env", "dot");
    site.file("dir/.home.html", "dot");
    site.file(".well-known/x", "known");
    site.file("..data/conf", "mounted");
    site.link("file", ".git/config");
    site.link("chain", "file");
    site.link("git", ".git");
    site.link("absolute", site.root().join(".git"));
    site.link("env", "dir/../dir/.env");
    site.link("dir/index.html", ".home.html");
    site.link("404.html", ".git/config");
    site.file("page.html", "page");
    site.link("page.html.gz", ".git/config");
    site.link("known", ".well-known");
    // As Kubernetes mounts what a volume holds.
    site.link("conf", "..data/conf");
    let hidden = "404 a link leads to a dotfile, which is not served (-a serves it)";
    for follow_links in [false, true] {
        site.options.follow_links = follow_links;
        for path in [
            "/file",
            "/chain",
            "/git",
            "/git/",
            "/git/config",
            "/absolute/config",
            "/env",
            "/dir/index.html",
            "/dir/",
        ] {
            site.check(path, hidden);
        }
        site.check("/known/x", "known");
        site.check("/conf", "mounted");
        site.check("/.well-known/x", "known");
        for docroot in site.both() {
            assert!(docroot.error_page(Status::NOT_FOUND).is_none());
            let accept = || Some(&b"gzip"[..]).into_iter();
            let page = docroot.encode(file(&docroot, "/page.html"), accept);
            assert_eq!(text(&page), "page");
        }
    }
    // What the operator names is meant, whatever its name.
    site.options.index = vec![".home.html".into()];
    site.check("/dir/", "dot");
    site.options.index = vec![];
    site.options.all = true;
    site.check("/file", "dot");
    site.check("/git/config", "dot");
    site.check("/env", "dot");
}

/// Twelve of sixteen static servers gave out `/.env`.
#[test]
fn s12_dotfiles_are_not_served_in_any_place() {
    let mut site = Fixture::new();
    site.file(".env", "dot");
    site.file(".git/config", "dot");
    site.file("dir/.hidden/x", "dot");
    for path in [
        "/.env",
        "/%2Eenv",
        "/.git",
        "/.git/",
        "/.git/config",
        "/dir/.hidden/x",
    ] {
        site.check(path, "404 a dotfile is not served");
    }
    site.options.all = true;
    site.check("/.env", "dot");
    site.check("/.git/config", "dot");
    site.check("/dir/.hidden/x", "dot");
}
