//! What `Content-Type` says of a file: by its name, and by its first octets where the name
//! does not settle it.
//!
//! mime_guess knows the names; the table in `names` corrects it against the IANA registry
//! and what browsers do with an answer.

mod names;

use std::borrow::Cow;

use names::{CORRECTIONS, Guess};

use super::own_type::OwnType;
use super::sample::Sample;

/// The media type of the file at `path`, with a charset where it is text and is UTF-8. What
/// the operator says goes before what is known here.
pub(super) fn for_path(
    path: &[u8],
    own: &[OwnType],
    sample: impl FnOnce() -> Sample,
) -> Cow<'static, str> {
    let name = path.rsplit(|&o| o == b'/').next().unwrap_or_default();
    if let Some(own) = own.iter().rfind(|own| own.is_of(name)) {
        let name = own.media_type();
        let with_charset = has_charset(name) && !name.contains(';') && sample().is_utf8();
        let charset = if with_charset { CHARSET } else { "" };
        return Cow::Owned(format!("{name}{charset}"));
    }
    let plain = |sample| with_charset(PLAIN, sample);
    match by_name(name) {
        Guess::Is(name) if !has_charset(name) => Cow::Borrowed(name),
        Guess::Is(name) => with_charset(name, sample()),
        Guess::IfText(text, otherwise) => {
            let sample = sample();
            match (sample.is_text(), has_charset(text)) {
                (true, true) => with_charset(text, sample),
                (true, false) => Cow::Borrowed(text),
                (false, _) => Cow::Borrowed(otherwise),
            }
        }
        Guess::UnlessText(name) => match sample() {
            sample if sample.is_text() && !sample.is_empty() => plain(sample),
            _ => Cow::Borrowed(name),
        },
        Guess::UnlessPlain(name) => match sample() {
            sample if sample.is_text() && !sample.is_empty() && !sample.is_markup() => {
                plain(sample)
            }
            _ => Cow::Borrowed(name),
        },
    }
}

const PLAIN: &str = "text/plain";
const CHARSET: &str = "; charset=utf-8";

fn by_name(name: &[u8]) -> Guess {
    const UNKNOWN: Guess = Guess::IfText(PLAIN, "application/octet-stream");
    // Asked for by Apple's systems under this very name, and to be JSON.
    if name == b"apple-app-site-association" {
        return Guess::Is("application/json");
    }
    let Some(extension) = extension(name) else {
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
        Some(name) if name.starts_with("text/x-") => Guess::Is(PLAIN),
        Some(name) if is_certain(name) => Guess::Is(name),
        Some(name) if name.ends_with("+xml") || name == "application/xml" => {
            Guess::UnlessPlain(name)
        }
        Some(name) => Guess::UnlessText(name),
        None => UNKNOWN,
    }
}

/// Whether the table is right about a name whatever the octets look like: it is in wide use
/// for this alone, or files of this type are text themselves.
fn is_certain(name: &str) -> bool {
    let whole = [
        "text/",
        "font/",
        "model/",
        "message/",
        "chemical/",
        "x-world/",
    ]
    .iter()
    .any(|kind| name.starts_with(kind));
    whole
        || name.ends_with("+json")
        || name.starts_with("application/vnd.openxmlformats-officedocument.")
        || name.starts_with("application/vnd.oasis.opendocument.")
        || CERTAIN
            .iter()
            .any(|types| types.split(' ').any(|t| t == name))
}

/// What follows the last dot of the name, if something stands before the dot.
fn extension(name: &[u8]) -> Option<&str> {
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
    if !sample.is_utf8() {
        return Cow::Borrowed(name);
    }
    Cow::Borrowed(match name {
        "text/html" => "text/html; charset=utf-8",
        "text/css" => "text/css; charset=utf-8",
        "text/javascript" => "text/javascript; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        "text/markdown" => "text/markdown; charset=utf-8",
        other => return Cow::Owned(format!("{other}{CHARSET}")),
    })
}

/// Types that are taken from the name alone.
const CERTAIN: &[&str] = &[
    // Pictures, sounds, films and archives of the web.
    "image/apng image/avif image/bmp image/gif image/heic image/heif image/jpeg image/jxl image/png",
    "image/svg+xml image/tiff image/webp image/x-icon",
    "audio/aac audio/aiff audio/flac audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm",
    "video/mp4 video/ogg video/quicktime video/webm video/x-matroska video/x-msvideo",
    "application/epub+zip application/gzip application/java-archive application/pdf application/wasm",
    "application/x-7z-compressed application/x-bzip2 application/x-tar application/x-xz application/zip",
    // Text, of a type that somebody asks for by this name.
    "application/xhtml+xml application/rss+xml application/atom+xml application/dash+xml",
    "application/javascript application/json application/json5 application/hjson",
    "application/mbox application/n-quads application/n-triples application/pkix-crl",
    "application/postscript application/relax-ng-compact-syntax application/rtf application/sdp",
    "application/sparql-query application/step application/trig application/x-java-jnlp-file",
    "application/x-ns-proxy-autoconfig application/x-x509-ca-cert application/yang",
    "audio/scpls audio/x-mpegurl video/vnd.mpegurl",
    "image/x-portable-anymap image/x-portable-bitmap image/x-portable-graymap",
    "image/x-portable-pixmap image/x-xbitmap image/x-xpixmap",
];

#[cfg(test)]
mod tests;
