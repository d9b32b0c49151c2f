//! The bodies of answers that are not files: a refusal says what, where, which rule and
//! what to do instead.

use std::fmt::Write;

use html_escape::encode_quoted_attribute as escape;

use crate::event::{Reason, Refusal};
use crate::http::{Begins, Fault, Status, mask_received};

/// The place in a site's own error page that a refusal's text is put in.
const PLACE: &str = "<!--diagnosis-->";
/// How many octets of the request are shown around the place that is wrong.
const SHOWN: usize = 40;

/// The text of a refusal. `received` are the octets of the request that are at hand; the
/// first of them stands at `offset`.
pub(crate) fn refusal(refusal: Refusal, received: &[u8], offset: u64) -> String {
    let status = refusal.status();
    let mut text = format!("{} {}\n\n{refusal}.\n", status.code(), status.reason());
    if let Some(Excerpt {
        line,
        caret,
        masked,
    }) = excerpt(refusal, received, offset)
    {
        let _ = write!(
            text,
            "\n    {line}\n    {:>caret$}\n",
            "^",
            caret = caret + 1
        );
        if masked {
            text.push_str("\nWhat is secret is shown as *: it is not sent back.\n");
        }
    }
    let _ = write!(text, "\nWhat to do: {}.\n", refusal.remedy());
    text
}

/// The line that holds the octet at fault.
struct Excerpt {
    /// Made visible.
    line: String,
    /// How far in the octet at fault stands.
    caret: usize,
    /// Whether a part of it is masked.
    masked: bool,
}

fn excerpt(refusal: Refusal, received: &[u8], offset: u64) -> Option<Excerpt> {
    let at = usize::try_from(refusal.span.start.checked_sub(offset)?).ok()?;
    let before = received.get(..at)?;
    let start = before
        .iter()
        .rposition(|&o| o == b'\n')
        .map_or(0, |lf| lf + 1)
        .max(at.saturating_sub(SHOWN));
    let rest = received.get(at..)?;
    let len = rest
        .iter()
        .position(|&o| o == b'\n')
        .map_or(rest.len(), |lf| lf + 1)
        .min(SHOWN);
    // What makes something secret may stand far before what is shown, or behind it.
    let mut shown = received.to_vec();
    mask_received(&mut shown, begins(refusal, offset));
    let visible = |octets: &[u8]| octets.escape_ascii().to_string();
    let caret = visible(shown.get(start..at)?).len();
    let shown = shown.get(start..at + len)?;
    let line = visible(shown);
    let masked = received.get(start..at + len)? != shown;
    (!line.is_empty()).then_some(Excerpt {
        line,
        caret,
        masked,
    })
}

/// What the octets at hand begin with. The octets of a body are taken from the buffer as they
/// come, so they may begin within a trailer, unless the fault is one that no trailer has.
fn begins(refusal: Refusal, offset: u64) -> Begins {
    let no_trailer = matches!(
        refusal.reason,
        Reason::Fault(
            Fault::ChunkSize
                | Fault::ChunkSizeOverflow
                | Fault::ChunkExtension
                | Fault::ChunkDataLonger
        )
    );
    if offset == refusal.request_at {
        Begins::Request
    } else if no_trailer {
        Begins::Field
    } else {
        Begins::Within
    }
}

/// A site's own error page with the text of the refusal in its place, if it has one.
pub(crate) fn with_diagnosis(page: &[u8], text: &str) -> Option<Vec<u8>> {
    let at = page
        .windows(PLACE.len())
        .position(|w| w == PLACE.as_bytes())?;
    let mut filled = page.get(..at)?.to_vec();
    filled.extend_from_slice(escape(text).as_bytes());
    filled.extend_from_slice(page.get(at + PLACE.len()..)?);
    Some(filled)
}

/// A page that says no more than a status and a reason.
pub(crate) fn plain(status: Status, because: &str) -> String {
    format!("{} {}\n\n{because}.\n", status.code(), status.reason())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Diagnosis, Span};

    #[test]
    fn a_refusal_says_what_where_which_rule_and_what_to_do() {
        let received = b"GET / HTTP/1.1\r\nHost : x\r\n\r\n";
        let diagnosis = Diagnosis::new(Fault::SpaceBeforeColon, Span::octet(20), 0);
        assert_eq!(
            refusal(diagnosis.into(), received, 0),
            "400 Bad Request\n\n\
             white space stands between field name and colon (octet 20, RFC 9112 §5.1).\n\n    \
             Host : x\\r\\n\n       \x20^\n\n\
             What to do: put the colon right behind the name: Host: localhost.\n"
        );
    }

    #[test]
    fn a_bare_lf_is_answered_with_the_remedy_for_netcat() {
        let diagnosis = Diagnosis::new(Fault::BareLf, Span::octet(14), 0);
        let text = refusal(diagnosis.into(), b"GET / HTTP/1.1\nHost: x\n\n", 0);
        assert!(
            text.contains("nc -C") && text.contains("octet 14"),
            "{text}"
        );
        assert!(
            text.contains("    GET / HTTP/1.1\\n\n                  ^\n"),
            "{text}"
        );
    }

    #[test]
    fn octets_from_the_wire_are_made_visible() {
        let diagnosis = Diagnosis::new(Fault::RequestLineControl, Span::octet(5), 0);
        let text = refusal(diagnosis.into(), b"GET /\x1b[31m HTTP/1.1\r\n", 0);
        assert!(
            text.contains("\\x1b[31m") && !text.contains('\x1b'),
            "{text}"
        );
    }

    #[test]
    fn a_site_page_takes_the_text_escaped() {
        let page = with_diagnosis(b"<pre><!--diagnosis--></pre>", "a < \"b\" & c");
        assert_eq!(
            page.as_deref(),
            Some(&b"<pre>a &lt; &quot;b&quot; &amp; c</pre>"[..])
        );
        assert_eq!(with_diagnosis(b"<p>no place</p>", "x"), None);
    }
}
