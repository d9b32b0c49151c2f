use super::*;
use crate::docroot::sample::SAMPLE;

fn check(path: &str, octets: &[u8], expected: &str) {
    let got = for_path(path.as_bytes(), &[], || Sample::from_octets(octets));
    assert_eq!(got, expected, "{path}");
}

#[test]
fn what_a_site_is_made_of() {
    for (name, expected) in [
        ("index.html", "text/html; charset=utf-8"),
        ("INDEX.HTM", "text/html; charset=utf-8"),
        ("a.xhtml", "application/xhtml+xml"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.cjs", "text/javascript; charset=utf-8"),
        ("a.jsx", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.js.map", "application/json"),
        ("a.jsonld", "application/ld+json"),
        ("a.geojson", "application/geo+json"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.wasm", "application/wasm"),
        ("a.xml", "text/xml"),
        ("a.rss", "application/rss+xml"),
        ("a.atom", "application/atom+xml"),
        ("a.svg", "image/svg+xml"),
        ("favicon.ico", "image/x-icon"),
        ("a.png", "image/png"),
        ("a.JPG", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.gif", "image/gif"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.jxl", "image/jxl"),
        ("a.heic", "image/heic"),
        ("a.apng", "image/apng"),
        ("a.bmp", "image/bmp"),
        ("a.tiff", "image/tiff"),
        ("a.woff", "font/woff"),
        ("a.woff2", "font/woff2"),
        ("a.ttf", "font/ttf"),
        ("a.otf", "font/otf"),
        ("a.mp4", "video/mp4"),
        ("a.m4v", "video/mp4"),
        ("a.webm", "video/webm"),
        ("a.ogv", "video/ogg"),
        ("a.mov", "video/quicktime"),
        ("a.mp3", "audio/mpeg"),
        ("a.m4a", "audio/mp4"),
        ("a.aac", "audio/aac"),
        ("a.ogg", "audio/ogg"),
        ("a.opus", "audio/ogg"),
        ("a.flac", "audio/flac"),
        ("a.wav", "audio/wav"),
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.mpd", "application/dash+xml"),
        ("a.vtt", "text/vtt; charset=utf-8"),
        ("a.ics", "text/calendar; charset=utf-8"),
        ("a.vcf", "text/vcard; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.log", "text/plain; charset=utf-8"),
        ("a.pdf", "application/pdf"),
        ("a.epub", "application/epub+zip"),
        ("a.zip", "application/zip"),
        ("a.tar", "application/x-tar"),
        ("a.tar.gz", "application/gzip"),
        ("a.tgz", "application/gzip"),
        ("a.tar.zst", "application/zstd"),
        ("a.7z", "application/x-7z-compressed"),
        ("a.gltf", "model/gltf+json"),
        ("a.glb", "model/gltf-binary"),
        ("a.stl", "model/stl"),
        ("a.obj", "model/obj"),
    ] {
        check(name, b"octets", expected);
    }
}

#[test]
fn sources_and_settings_are_plain_text_to_read() {
    for name in [
        "a.rs",
        "a.py",
        "a.c",
        "a.h",
        "a.go",
        "a.zig",
        "a.rb",
        "a.java",
        "a.sh",
        "a.lua",
        "a.pl",
        "a.php",
        "a.sql",
        "a.toml",
        "a.yaml",
        "a.yml",
        "a.ini",
        "a.ts",
        "a.tsx",
        "a.vue",
        "a.scss",
        "a.diff",
        "a.lock",
        "README",
        "LICENSE",
        "Makefile",
        ".env",
        "dir.d/README",
        "a.glass",
        "a.jsonl",
        "a.srt",
    ] {
        check(name, b"words\n\tand more\n", "text/plain; charset=utf-8");
    }
}

#[test]
fn where_the_name_does_not_tell_the_octets_do() {
    check("a.ts", b"let x = 1;\n", "text/plain; charset=utf-8");
    check("a.ts", b"G\x40\0\x10\0\xff", "video/mp2t");
    check(
        "unknown",
        b"\x7fELF\x02\x01\x01\0",
        "application/octet-stream",
    );
    check("unknown", b"", "text/plain; charset=utf-8");
    check("a.bin", b"words", "application/octet-stream");
    check("a.\u{ff}", b"words", "text/plain; charset=utf-8");
}

#[test]
fn a_charset_is_said_only_where_it_is_true() {
    check("a.txt", b"caf\xe9", "text/plain");
    check("a.html", b"\xff\xfeh\0i\0", "text/html");
    check("a.xml", b"<a/>", "text/xml");
    check("a.svg", b"<svg/>", "image/svg+xml");
}

/// Names that developers give to text, of which mime_guess makes pictures, films and
/// documents.
#[test]
fn text_is_text_whatever_a_table_takes_its_name_for() {
    for name in [
        "go.mod",
        "id_ed25519.pub",
        "notes.dot",
        "app.pot",
        "todo.org",
        "init.scm",
        "page.tpl",
        "basic.t",
        "phpunit.dist",
        "schema.dump",
        "service.msg",
        "setup.inf",
        "points.dat",
        "figure.pic",
        "key.asc",
        "Program.fsx",
        "Object.st",
        "parser.rl",
        "Main.res",
        "project.settings",
        "web.config",
        "release.manifest",
        "trace.raw",
        "install.run",
        "readme.me",
    ] {
        check(
            name,
            b"words: 1\n\tcaf\xc3\xa9\n",
            "text/plain; charset=utf-8",
        );
    }
}

#[test]
fn what_the_table_means_is_what_it_says() {
    for (name, octets, expected) in [
        ("film.mod", &b"\0\0\x01\xba\x21"[..], "video/mpeg"),
        (
            "flyer.pub",
            b"\xd0\xcf\x11\xe0",
            "application/x-mspublisher",
        ),
        ("letter.dot", b"\xd0\xcf\x11\xe0", "application/msword"),
        // Too short to tell, and not text by its octets.
        ("film.mod", b"\0", "video/mpeg"),
        ("film.mod", b"\xff", "video/mpeg"),
        // Nothing speaks against it.
        ("film.mod", b"", "video/mpeg"),
        ("web.config", b"", "application/xml"),
        ("web.config", b"\xef\xbb\xbf\r\n <a/>", "application/xml"),
        ("world.wrl", b"#VRML V2.0 utf8\n", "x-world/x-vrml"),
        ("list.m3u", b"#EXTM3U\n", "audio/x-mpegurl"),
        (
            "proxy.pac",
            b"function f() {}\n",
            "application/x-ns-proxy-autoconfig",
        ),
        (
            "ca.crt",
            b"-----BEGIN CERTIFICATE-----\n",
            "application/x-x509-ca-cert",
        ),
        ("a.eml", b"From: a\n", "message/rfc822"),
        ("a.ps", b"%!PS\n", "application/postscript"),
        ("a.rtf", b"{\\rtf1}", "application/rtf"),
        ("a.nt", b"<a> <b> <c> .\n", "application/n-triples"),
        ("a.kml", b"<kml/>", "application/vnd.google-earth.kml+xml"),
        (
            "a.docx",
            b"words",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("a.xbm", b"#define w 1\n", "image/x-xbitmap"),
    ] {
        check(name, octets, expected);
    }
}

/// The whole of the table: text is plain text, but for the names that were looked at.
#[test]
fn no_entry_of_the_table_makes_text_something_else() {
    let all = mime_guess::get_mime_extensions_str("*/*").unwrap();
    assert!(all.len() > 1000);
    for extension in all {
        let corrected = CORRECTIONS
            .iter()
            .any(|(names, _)| names.split(' ').any(|name| name == *extension));
        let name = format!("name.{extension}");
        let certain = matches!(by_name(name.as_bytes()), Guess::Is(_));
        if !corrected && !certain {
            check(&name, b"words\n", "text/plain; charset=utf-8");
        }
    }
}

#[test]
fn what_apple_asks_for_without_an_extension_is_json() {
    let name = ".well-known/apple-app-site-association";
    check(name, b"{\"applinks\":{}}", "application/json");
    check("apple-app-site-association", b"", "application/json");
    check(
        "apple-app-site-association.txt",
        b"",
        "text/plain; charset=utf-8",
    );
}

#[test]
fn what_the_operator_says_goes_before_every_table() {
    let own = [
        "js=text/x-own",
        "JS=application/own",
        ".d.ts=text/typed",
        "foo=text/html; charset=x",
        "bar=text/html",
    ]
    .map(|rule| OwnType::parse(rule).unwrap());
    for (name, octets, expected) in [
        // The last one said.
        ("a.js", &b"words"[..], "application/own"),
        ("dir.js/A.Js", b"words", "application/own"),
        ("a.ts", b"words", "text/plain; charset=utf-8"),
        ("a.d.ts", b"words", "text/typed; charset=utf-8"),
        ("a.d.ts", b"\xff", "text/typed"),
        ("a.foo", b"words", "text/html; charset=x"),
        ("a.bar", b"words", "text/html; charset=utf-8"),
        (".js", b"words", "text/plain; charset=utf-8"),
        ("js", b"words", "text/plain; charset=utf-8"),
    ] {
        let got = for_path(name.as_bytes(), &own, || Sample::from_octets(octets));
        assert_eq!(got, expected, "{name}");
    }
}

#[test]
fn a_sample_may_end_within_a_character_and_a_file_may_not() {
    let mut octets = vec![b'a'; SAMPLE - 1];
    octets.push(0xc3);
    check("a.txt", &octets, "text/plain");
    octets.push(0xa9);
    check("a.txt", &octets, "text/plain; charset=utf-8");
}
