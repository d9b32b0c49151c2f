//! An echo as a page: octets, what each `recv` brought, the boundary, the fields, the body.
//!
//! Nothing of the request is written but through [`text`], so that it is seen and does nothing.

use std::fmt::Write as _;

use html_escape::encode_quoted_attribute as escape_html;

use super::received::Received;
use crate::event::{OctetKind, escape, glyph};
use crate::http::{BodyLength, Span};

const STYLE: &str = include_str!("echo.css");
/// How many octets stand in a row.
const ROW: usize = 16;

pub(super) fn write(request: &Received<'_>) -> String {
    let mut out = String::with_capacity(4096 + 16 * request.octets.len());
    // Writing into memory does not fail.
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>The request as it came</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>The request as it came</h1>\n<p class=\"line\">{}</p>\n",
        text(request.head.request_line())
    );
    recvs(&mut out, request);
    octets(&mut out, request);
    fields(&mut out, request);
    body(&mut out, request);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Octets of the request as text of a page.
fn text(octets: &[u8]) -> String {
    escape_html(&escape(octets)).into_owned()
}

fn recvs(out: &mut String, request: &Received<'_>) {
    let Span { start, .. } = request.head.span();
    let (octets, calls) = (request.octets.len(), request.runs.len());
    let _ = write!(
        out,
        "<h2>recv</h2>\n<p>{} came in {}{}, from octet {start} of the connection on.</p>\n<ol>\n",
        count(octets, "octet"),
        count(calls, "recv"),
        if request.more { " or more" } else { "" },
    );
    for (run, class) in request.runs.iter().zip(["a", "b"].iter().cycle()) {
        let _ = writeln!(
            out,
            "<li><span class=\"{class}\">{}</span> {} to {}</li>",
            count(usize::try_from(run.len()).unwrap_or(usize::MAX), "octet"),
            run.start - start,
            // The last octet, as everywhere, not the one behind it.
            (run.end - start).saturating_sub(1)
        );
    }
    out.push_str("</ol>\n");
}

fn octets(out: &mut String, request: &Received<'_>) {
    let head = request.head.octets();
    let end_of_line = |o: &&u8| matches!(**o, b'\r' | b'\n');
    let boundary = head.iter().rev().take(4).take_while(end_of_line).count();
    let boundary = head.len() - boundary..head.len();
    let mut classes: Vec<&str> = Vec::with_capacity(request.octets.len());
    for (run, class) in request.runs.iter().zip(["a", "b"].iter().cycle()) {
        classes.extend((run.start..run.end).map(|_| *class));
    }
    let class = |at: usize| {
        let run = classes.get(at).copied().unwrap_or("a");
        (run, boundary.contains(&at))
    };
    out.push_str(
        "<h2>Octets</h2>\n<p>What one <code>recv</code> brought is <span class=\"a\">of one</span> \
         <span class=\"b\">colour</span>; the <span class=\"a e\">boundary</span> is framed. <code>r</code>, <code>n</code> and \
         <code>·</code> in grey stand for CR, LF and SP.</p>\n<pre>",
    );
    for (row, octets) in request.octets.chunks(ROW).enumerate() {
        let first = row * ROW;
        let _ = write!(out, "<i>{first:06x}</i>  ");
        runs(
            out,
            octets.len(),
            |at| class(first + at),
            |out, at| {
                if let Some(octet) = octets.get(at) {
                    let _ = write!(out, "{octet:02x} ");
                }
            },
        );
        out.push_str(&"   ".repeat(ROW - octets.len()));
        out.push(' ');
        runs(
            out,
            octets.len(),
            |at| class(first + at),
            |out, at| {
                if let Some(&octet) = octets.get(at) {
                    character(out, octet);
                }
            },
        );
        out.push('\n');
    }
    out.push_str("</pre>\n");
}

/// Writes so many octets of a row, those of one class in one element.
fn runs<'c>(
    out: &mut String,
    length: usize,
    class: impl Fn(usize) -> (&'c str, bool),
    write_octet: impl Fn(&mut String, usize),
) {
    let mut open = None;
    for at in 0..length {
        let here = class(at);
        if open != Some(here) {
            if open.is_some() {
                out.push_str("</span>");
            }
            let (run, boundary) = here;
            let boundary = if boundary { " e" } else { "" };
            let _ = write!(out, "<span class=\"{run}{boundary}\">");
            open = Some(here);
        }
        write_octet(out, at);
    }
    if open.is_some() {
        out.push_str("</span>");
    }
}

/// One octet as a character, or two. What only stands for it is set apart.
fn character(out: &mut String, octet: u8) {
    let glyph = glyph(octet);
    let shown: String = glyph.characters().iter().collect();
    let shown = escape_html(&shown);
    match glyph.kind {
        OctetKind::Printable => out.push_str(&shown),
        OctetKind::Space | OctetKind::Cr | OctetKind::Lf | OctetKind::Control | OctetKind::High => {
            let _ = write!(out, "<i>{shown}</i>");
        }
    }
}

fn fields(out: &mut String, request: &Received<'_>) {
    let fields = request.head.fields();
    let _ = write!(
        out,
        "<h2>Fields</h2>\n<p>{}, in the order they came.{}</p>\n<table>\n",
        count(fields.len(), "field line"),
        if request.masked.is_empty() {
            ""
        } else {
            " What cookies and credentials hold is masked: a browser sends a cookie to every port \
             of its host, so these may be another server's."
        }
    );
    for line in fields {
        let shown = |part: crate::http::Part| {
            let octets = request.octets.get(part.start as usize..part.end as usize);
            text(octets.unwrap_or_default())
        };
        let _ = writeln!(
            out,
            "<tr><th>{}</th><td>{}</td></tr>",
            shown(line.name),
            shown(line.value)
        );
    }
    out.push_str("</table>\n");
}

fn body(out: &mut String, request: &Received<'_>) {
    let framing = match request.framing.body {
        BodyLength::None => {
            "None: neither Content-Length nor Transfer-Encoding announces one.".into()
        }
        BodyLength::Length(length) => format!("Content-Length announced {length} octets."),
        BodyLength::Chunked => {
            "Transfer-Encoding: chunked. The sizes and the end of each chunk are part of it.".into()
        }
    };
    let _ = write!(out, "<h2>Body</h2>\n<p>{framing}</p>\n");
    let octets = request.octets.get(request.head.octets().len()..);
    let octets = octets.unwrap_or_default();
    if !octets.is_empty() {
        let _ = writeln!(out, "<pre class=\"body\">{}</pre>", text(octets));
    }
}

/// `1 octet`, `2 octets`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
