//! What a name says of a file, where mime_guess is not to be followed: entry by entry, against
//! the IANA registry and what browsers do with an answer.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// The type.
    Is(&'static str),
    /// The first where the octets are text, the second where they are not.
    IfText(&'static str, &'static str),
    /// This, of which no file is text; where one is, somebody else's table has the name for
    /// something it does not mean here.
    UnlessText(&'static str),
    /// This, which is written in angle brackets; text without is not of it either.
    UnlessPlain(&'static str),
}

/// Where mime_guess 2.0.5 has nothing, something outdated, or something that makes a browser
/// download what can be read.
#[rustfmt::skip]
pub(super) const CORRECTIONS: &[(&str, Guess)] = &[
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
    ("bin", Guess::Is("application/octet-stream")),
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
