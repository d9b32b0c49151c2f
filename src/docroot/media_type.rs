//! What `Content-Type` says of a file: by its name, and by its first octets where the name
//! does not settle it.
//!
//! mime_guess knows the names; the table here corrects it, entry by entry, against the IANA
//! registry and what browsers do with an answer.

use std::borrow::Cow;
use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// How much of a file is looked at. What follows is taken to be like it: to read a log of a
/// gigabyte whole before its first octet is sent would cost more than a wrong character.
const SAMPLE: usize = 64 * 1024;

/// What the first octets of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Whether they are valid UTF-8.
    utf8: bool,
    /// Whether there are control characters in them that no text has.
    binary: bool,
}

impl Sample {
    /// Looks at a whole file, or as much of it as is looked at.
    pub(super) fn of(octets: &[u8]) -> Self {
        let whole = octets.len() <= SAMPLE;
        let octets = octets.get(..SAMPLE).unwrap_or(octets);
        let utf8 = match std::str::from_utf8(octets) {
            Ok(_) => true,
            // The sample may end within a character.
            Err(error) => error.error_len().is_none() && !whole,
        };
        // "Binary data byte", WHATWG MIME Sniffing §3.
        let binary = octets
            .iter()
            .any(|o| matches!(o, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f));
        Self { utf8, binary }
    }
}

/// Looks at the first octets of `file`. What cannot be read is no text.
pub(super) fn sample_file(file: &File) -> Sample {
    match read_start(file, SAMPLE + 1) {
        Ok(octets) => Sample::of(&octets),
        Err(_) => Sample {
            utf8: false,
            binary: true,
        },
    }
}

/// Reads the first `length` octets of `file`, or as many as there are.
pub(super) fn read_start(file: &File, length: usize) -> std::io::Result<Vec<u8>> {
    let mut octets = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = octets.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    octets.truncate(filled);
    Ok(octets)
}

/// The media type of the file at `path`, with a charset where it is text and is UTF-8.
pub(super) fn of(path: &[u8], sample: impl FnOnce() -> Sample) -> Cow<'static, str> {
    match by_name(path) {
        Guess::Is(name) if !has_charset(name) => Cow::Borrowed(name),
        Guess::Is(name) => with_charset(name, sample()),
        Guess::IfText(text, otherwise) => {
            let sample = sample();
            match (sample.utf8 && !sample.binary, has_charset(text)) {
                (true, true) => with_charset(text, sample),
                (true, false) => Cow::Borrowed(text),
                (false, _) => Cow::Borrowed(otherwise),
            }
        }
    }
}

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guess {
    /// The type.
    Is(&'static str),
    /// The first where the octets are text, the second where they are not.
    IfText(&'static str, &'static str),
}

fn by_name(path: &[u8]) -> Guess {
    const UNKNOWN: Guess = Guess::IfText("text/plain", "application/octet-stream");
    let Some(extension) = extension(path) else {
        return UNKNOWN;
    };
    let corrected = CORRECTIONS
        .iter()
        .find(|(of, _)| of.split(' ').any(|e| e.eq_ignore_ascii_case(extension)));
    if let Some((_, guess)) = corrected {
        return *guess;
    }
    match mime_guess::from_ext(extension).first_raw() {
        // Nobody registered these: source code, which a browser offers for download unless
        // it is called plain text.
        Some(name) if name.starts_with("text/x-") => Guess::Is("text/plain"),
        Some(name) => Guess::Is(name),
        None => UNKNOWN,
    }
}

/// What follows the last dot of the name, if something stands before the dot.
fn extension(path: &[u8]) -> Option<&str> {
    let name = path.rsplit(|&o| o == b'/').next()?;
    let dot = name
        .iter()
        .rposition(|&o| o == b'.')
        .filter(|&dot| dot > 0)?;
    std::str::from_utf8(name.get(dot + 1..)?).ok()
}

/// Whether a charset parameter means something. XML says in its own first line how it is
/// encoded, and a charset would overrule it (RFC 7303 §3.2).
fn has_charset(name: &str) -> bool {
    name.starts_with("text/") && name != "text/xml"
}

fn with_charset(name: &'static str, sample: Sample) -> Cow<'static, str> {
    if !sample.utf8 {
        return Cow::Borrowed(name);
    }
    Cow::Borrowed(match name {
        "text/html" => "text/html; charset=utf-8",
        "text/css" => "text/css; charset=utf-8",
        "text/javascript" => "text/javascript; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        "text/markdown" => "text/markdown; charset=utf-8",
        other => return Cow::Owned(format!("{other}; charset=utf-8")),
    })
}

/// Where mime_guess 2.0.5 has nothing, something outdated, or something that makes a browser
/// download what can be read.
#[rustfmt::skip]
const CORRECTIONS: &[(&str, Guess)] = &[
    // RFC 9239: text/javascript for all of them.
    ("js mjs cjs", Guess::Is("text/javascript")),
    // TypeScript is text, an MPEG transport stream is not: the octets tell which it is.
    ("ts mts", Guess::IfText("text/plain", "video/mp2t")),
    // Source maps, notebooks and the rest that is JSON by another name.
    ("map ipynb topojson har", Guess::Is("application/json")),
    ("md markdown", Guess::Is("text/markdown")),
    // Sources and settings, which mime_guess gives types that are downloaded.
    ("sh bash csh tcsh zsh fish pl pm php sql tex latex bat cmd ps1 java dart yaml yml toml tcl \
      pem json5 srt rst", Guess::Is("text/plain")),
    ("vcf", Guess::Is("text/vcard")),
    // RFC 8081: fonts have a top-level type.
    ("woff", Guess::Is("font/woff")),
    ("otf", Guess::Is("font/otf")),
    ("m4a", Guess::Is("audio/mp4")),
    ("m4v", Guess::Is("video/mp4")),
    ("mid midi", Guess::Is("audio/midi")),
    ("m3u8", Guess::Is("application/vnd.apple.mpegurl")),
    ("psd", Guess::Is("image/vnd.adobe.photoshop")),
    ("ktx2", Guess::Is("image/ktx2")),
    // As image/svg+xml it would need Content-Encoding: gzip, and without it is unreadable.
    ("svgz", Guess::Is("application/gzip")),
    ("tgz", Guess::Is("application/gzip")),
    ("zst", Guess::Is("application/zstd")),
    ("rar", Guess::Is("application/vnd.rar")),
    ("deb", Guess::Is("application/vnd.debian.binary-package")),
    ("rpm", Guess::Is("application/x-rpm")),
    ("sqlite sqlite3", Guess::Is("application/vnd.sqlite3")),
    ("obj", Guess::IfText("model/obj", "application/octet-stream")),
    ("mtl", Guess::IfText("model/mtl", "application/octet-stream")),
    ("stl", Guess::Is("model/stl")),
    ("usdz", Guess::Is("model/vnd.usdz+zip")),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, octets: &[u8], expected: &str) {
        let got = of(path.as_bytes(), || Sample::of(octets));
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

    #[test]
    fn a_sample_may_end_within_a_character_and_a_file_may_not() {
        let mut octets = vec![b'a'; SAMPLE - 1];
        octets.push(0xc3);
        check("a.txt", &octets, "text/plain");
        octets.push(0xa9);
        check("a.txt", &octets, "text/plain; charset=utf-8");
    }
}
