//! What is answered once: the page, its script and its style, which are built in, and what
//! there is to say to whoever asks for something else.

use std::sync::Arc;
use std::time::SystemTime;

use super::asking::PATH;
use super::token::Token;

const HTML: &str = include_str!("page/watch.html");
const SCRIPT: &str = include_str!("page/watch.js");
const STYLE: &str = include_str!("page/watch.css");

/// Nothing but what comes from here, nothing that stands in the page itself, and no text is
/// ever made markup of.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      trusted-types 'none'";

/// What is answered once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Page,
    Script,
    Style,
    /// It was done.
    Done,
    NotFound,
    /// So it is asked for.
    Method(&'static str),
    Foreign,
    Unclear,
    /// There are no such commands for whoever only watches.
    NotAllowed,
    /// The question is no longer open.
    TooLate,
    /// As many watch as may.
    Full,
    /// As many look around as may.
    OwnFull,
}

impl Answer {
    const fn status(self) -> &'static str {
        match self {
            Self::Page | Self::Script | Self::Style => "200 OK",
            Self::Done => "204 No Content",
            Self::Unclear => "400 Bad Request",
            Self::Foreign | Self::NotAllowed => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::Method(_) => "405 Method Not Allowed",
            Self::TooLate => "409 Conflict",
            Self::Full | Self::OwnFull => "503 Service Unavailable",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Style => "text/css; charset=utf-8",
            Self::Done
            | Self::NotFound
            | Self::Method(_)
            | Self::Foreign
            | Self::Unclear
            | Self::NotAllowed
            | Self::TooLate
            | Self::Full
            | Self::OwnFull => "text/plain; charset=utf-8",
        }
    }

    fn content(self, token: &Token) -> String {
        match self {
            Self::Page => HTML.replace("{base}", &format!("{PATH}{}", token.as_str())),
            Self::Script => SCRIPT.into(),
            Self::Style => STYLE.into(),
            Self::Done => String::new(),
            Self::NotFound => "There is nothing here.\n".into(),
            Self::Method(methods) => format!("This is asked for with {methods}.\n"),
            Self::Foreign => "Only the page itself may ask for this.\n".into(),
            Self::Unclear => "This cannot be read.\n".into(),
            Self::NotAllowed => "Whoever watches may look, and no more.\n".into(),
            Self::TooLate => "The question is no longer open.\n".into(),
            Self::Full => format!(
                "{} watch already, and there is no room for more. Try again when somebody has left.\n",
                super::MOST_VIEWERS
            ),
            Self::OwnFull => format!(
                "{} look around already, and there is no room for more: follow until one of them does again.\n",
                super::MOST_OWN
            ),
        }
    }

    /// The whole response; only its head where that is all that was asked for.
    pub(super) fn octets(self, token: &Token, head_only: bool, now: SystemTime) -> Arc<[u8]> {
        let content = self.content(token);
        let (status, media_type) = (self.status(), self.media_type());
        let length = content.len();
        let framing = if self == Self::Done {
            String::new()
        } else {
            format!("Content-Type: {media_type}\r\nContent-Length: {length}\r\n")
        };
        let more = if let Self::Method(methods) = self {
            format!("Allow: {methods}\r\n")
        } else if matches!(self, Self::Full | Self::OwnFull) {
            "Retry-After: 10\r\n".into()
        } else {
            String::new()
        };
        let common = common(now);
        let mut text =
            format!("HTTP/1.1 {status}\r\n{common}{framing}{more}Connection: close\r\n\r\n");
        if !head_only {
            text.push_str(&content);
        }
        text.into_bytes().into()
    }
}

/// What the stream of events begins with. A browser that loses it asks again after a second.
pub(super) fn stream(now: SystemTime) -> String {
    format!(
        "HTTP/1.1 200 OK\r\n{}Content-Type: text/event-stream\r\nConnection: close\r\n\r\n\
         retry: 1000\n\n",
        common(now)
    )
}

/// What stands in every response. The token is in the address: that goes nowhere.
fn common(now: SystemTime) -> String {
    format!(
        "Date: {}\r\nCache-Control: no-store\r\nContent-Security-Policy: {POLICY}\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n",
        httpdate::fmt_http_date(now)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(answer: Answer, head_only: bool) -> String {
        let token = "0123456789abcdef".parse().unwrap();
        let octets = answer.octets(&token, head_only, SystemTime::UNIX_EPOCH);
        String::from_utf8(octets.to_vec()).unwrap()
    }

    #[test]
    fn the_page_names_its_parts_and_nothing_stands_in_it_itself() {
        let page = answer(Answer::Page, false);
        assert!(page.contains("src=\"/.glassport/watch/0123456789abcdef/watch.js\""));
        assert!(!page.contains("{base}"));
        let (head, html) = page.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", html.len())));
        assert!(!POLICY.contains("unsafe"));
        // No style attribute, no handler, no script but the one from here.
        let named = |attribute: &str| html.contains(&format!(" {attribute}"));
        assert!(!named("style=") && !named("onclick=") && !named("onload="));
        assert_eq!(html.matches("<script").count(), 1);
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!SCRIPT.contains(sink), "{sink}");
        }
    }

    #[test]
    fn a_head_alone_is_the_same_head() {
        let (whole, head) = (answer(Answer::Style, false), answer(Answer::Style, true));
        assert!(whole.starts_with(&head) && head.ends_with("\r\n\r\n"));
        assert!(!answer(Answer::Done, false).contains("Content-Length"));
        assert!(answer(Answer::Method("POST"), false).contains("\r\nAllow: POST\r\n"));
    }
}
