//! What somebody asks for, from octets.

use std::str::FromStr;
use std::sync::Arc;

use super::scene::Wish;
use super::token::Token;
use crate::http::{BodyLength, Connection, Limits, Method, RequestHead, Step};

/// Below this there is the page, and behind it the token.
pub const PATH: &str = "/.glassport/watch/";
/// The field no page of another origin can send without being asked whether it may.
const OWN_FIELD: &str = "x-glassport";
/// The longest head, in octets: browsers send less.
const LONGEST_HEAD: usize = 16 << 10;
/// How long the name may be that a viewer gives itself.
const LONGEST_NAME: usize = 40;

/// A request that is coming.
#[derive(Debug)]
pub(super) struct Asking(Connection);

/// What has come of it.
#[derive(Debug)]
pub(super) enum Heard {
    /// Not all.
    Part,
    /// All.
    Head(Arc<RequestHead>),
    /// It is none that is answered.
    Faulty,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Page,
    Script,
    Style,
    /// The stream of frames, for this viewer, in a size if one is named.
    Watch {
        viewer: String,
        size: Option<(u16, u16)>,
    },
    /// The viewer wants to see something else.
    Look {
        viewer: String,
        wish: Wish,
    },
    /// The viewer follows again.
    Follow {
        viewer: String,
    },
    /// An answer to the question of this number.
    Answer {
        browser: String,
        number: u64,
        answer: usize,
    },
    /// There is nothing here.
    NotFound,
    /// It is here, and is asked for in another way.
    Method(&'static str),
    /// It comes from a page of another origin.
    Foreign,
    /// It says what it wants in a way that is none.
    Unclear,
}

impl Default for Asking {
    fn default() -> Self {
        Self(Connection::new(Limits {
            head: LONGEST_HEAD,
            ..Limits::default()
        }))
    }
}

impl Asking {
    /// Takes what has come.
    pub(super) fn hear(&mut self, octets: &[u8]) -> Heard {
        self.0.receive(octets);
        loop {
            match self.0.step() {
                Step::NeedData => return Heard::Part,
                Step::Scanned { .. } | Step::BoundaryFound { .. } => {}
                Step::Parsed { head, framing } => {
                    // All there is to say stands in the target.
                    return match framing.body {
                        BodyLength::None | BodyLength::Length(0) => Heard::Head(head),
                        BodyLength::Length(_) | BodyLength::Chunked => Heard::Faulty,
                    };
                }
                Step::BodyReceived(_)
                | Step::MessageComplete { .. }
                | Step::Opaque { .. }
                | Step::Rejected { .. }
                | Step::Finished => return Heard::Faulty,
            }
        }
    }
}

impl Request {
    /// What this head asks for.
    pub(super) fn from_head(head: &RequestHead, token: &Token) -> Self {
        let Some(rest) = head.path().strip_prefix(PATH.as_bytes()) else {
            return Self::NotFound;
        };
        let mut parts = rest.splitn(2, |&octet| octet == b'/');
        let given = parts.next().unwrap_or_default();
        // Compared first, and whatever follows it, so that nothing is told to whoever guesses.
        if !token.is(given) {
            return Self::NotFound;
        }
        let query = Query(head.query().unwrap_or_default());
        let reads = matches!(head.method(), Method::Get | Method::Head);
        let posts = head.method_octets() == b"POST";
        let what = parts.next().unwrap_or_default();
        match what {
            b"" | b"watch.js" | b"watch.css" | b"events" if !reads => Self::Method("GET, HEAD"),
            b"look" | b"follow" | b"answer" if !posts => Self::Method("POST"),
            b"look" | b"follow" | b"answer" if !is_own(head) => Self::Foreign,
            b"" => Self::Page,
            b"watch.js" => Self::Script,
            b"watch.css" => Self::Style,
            b"events" => query.watch().unwrap_or(Self::Unclear),
            b"look" => query.look().unwrap_or(Self::Unclear),
            b"follow" => query.follow().unwrap_or(Self::Unclear),
            b"answer" => query.answer().unwrap_or(Self::Unclear),
            _ => Self::NotFound,
        }
    }
}

/// Whether the page itself asks. A page of another origin cannot send the field, as nobody lets
/// it; and a browser says where a request comes from.
fn is_own(head: &RequestHead) -> bool {
    let same = |site: &[u8]| site == b"same-origin";
    head.value(OWN_FIELD).is_some() && head.value("sec-fetch-site").is_none_or(same)
}

/// The part of a target behind `?`. Nothing that is taken from it needs an escape.
struct Query<'a>(&'a [u8]);

impl<'a> Query<'a> {
    fn value(&self, name: &str) -> Option<&'a str> {
        let mut pairs = self.0.split(|&octet| octet == b'&');
        let value = pairs.find_map(|pair| {
            let rest = pair.strip_prefix(name.as_bytes())?;
            rest.strip_prefix(b"=")
        })?;
        std::str::from_utf8(value).ok()
    }

    fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        self.value(name)?.parse().ok()
    }

    /// A name that somebody gave itself.
    fn name(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        let plain = value.bytes().all(|octet| octet.is_ascii_alphanumeric());
        let fits = !value.is_empty() && value.len() <= LONGEST_NAME;
        (plain && fits).then(|| value.into())
    }

    /// Columns and rows: `80x24`.
    fn pair(&self, name: &str) -> Option<(u16, u16)> {
        let (one, other) = self.value(name)?.split_once('x')?;
        Some((one.parse().ok()?, other.parse().ok()?))
    }

    fn watch(&self) -> Option<Request> {
        Some(Request::Watch {
            viewer: self.name("viewer")?,
            size: self.pair("size"),
        })
    }

    fn look(&self) -> Option<Request> {
        let wish = match self.pair("cell") {
            Some((column, row)) => Wish::Cell { column, row },
            None => Wish::Command(self.value("do")?.into()),
        };
        Some(Request::Look {
            viewer: self.name("viewer")?,
            wish,
        })
    }

    fn follow(&self) -> Option<Request> {
        Some(Request::Follow {
            viewer: self.name("viewer")?,
        })
    }

    fn answer(&self) -> Option<Request> {
        Some(Request::Answer {
            browser: self.name("browser")?,
            number: self.number("question")?,
            answer: self.number("answer")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn ask(line: &str, fields: &str) -> Request {
        let octets = format!("{line} HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
        let mut asking = Asking::default();
        let (begin, end) = octets.as_bytes().split_at(octets.len() / 2);
        assert!(matches!(asking.hear(begin), Heard::Part));
        match asking.hear(end) {
            Heard::Head(head) => Request::from_head(&head, &TOKEN.parse().unwrap()),
            other @ (Heard::Part | Heard::Faulty) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_there_is_found_behind_the_token_alone() {
        let page = format!("/.glassport/watch/{TOKEN}");
        assert_eq!(ask(&format!("GET {page}"), ""), Request::Page);
        assert_eq!(ask(&format!("HEAD {page}/"), ""), Request::Page);
        assert_eq!(ask(&format!("GET {page}/watch.js"), ""), Request::Script);
        for other in [
            "/",
            "/.glassport/watch/",
            "/.glassport/watch/0123456789abcdeF",
            "/.glassport/watch/0123456789abcde",
            "/.glassport/watch//watch.js",
            "/.glassport/watch/0123456789abcdef/other",
        ] {
            assert_eq!(
                ask(&format!("GET {other}"), ""),
                Request::NotFound,
                "{other}"
            );
        }
    }

    #[test]
    fn who_watches_says_its_name_and_maybe_its_size() {
        let events = format!("GET /.glassport/watch/{TOKEN}/events");
        let watch = |size| Request::Watch {
            viewer: "ab1".into(),
            size,
        };
        let named = format!("{events}?viewer=ab1&size=96x40");
        assert_eq!(ask(&named, ""), watch(Some((96, 40))));
        assert_eq!(ask(&format!("{events}?viewer=ab1"), ""), watch(None));
        for unclear in ["", "?viewer=", "?viewer=a%20b", "?viewer=a/b"] {
            assert_eq!(ask(&format!("{events}{unclear}"), ""), Request::Unclear);
        }
    }

    #[test]
    fn what_changes_something_comes_from_the_page_itself() {
        let look = format!("/.glassport/watch/{TOKEN}/look?viewer=a&do=down");
        let own = "X-Glassport: 1\r\n";
        let wish = Request::Look {
            viewer: "a".into(),
            wish: Wish::Command("down".into()),
        };
        assert_eq!(ask(&format!("POST {look}"), own), wish);
        assert_eq!(ask(&format!("POST {look}"), ""), Request::Foreign);
        let elsewhere = format!("{own}Sec-Fetch-Site: cross-site\r\n");
        assert_eq!(ask(&format!("POST {look}"), &elsewhere), Request::Foreign);
        assert_eq!(ask(&format!("GET {look}"), own), Request::Method("POST"));
        let cell = format!("POST /.glassport/watch/{TOKEN}/look?viewer=a&cell=9x3");
        let wish = Wish::Cell { column: 9, row: 3 };
        let viewer = "a".into();
        assert_eq!(ask(&cell, own), Request::Look { viewer, wish });
        let answer = format!("/.glassport/watch/{TOKEN}/answer?browser=b&question=3&answer=1");
        let given = Request::Answer {
            browser: "b".into(),
            number: 3,
            answer: 1,
        };
        assert_eq!(ask(&format!("POST {answer}"), own), given);
    }

    #[test]
    fn a_body_and_what_is_no_http_are_not_heard() {
        for octets in [
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx",
            "GET / HTTP/1.1\nHost: x\n\n",
            "\u{16}\u{3}\u{1}\r\n\r\n",
        ] {
            let heard = Asking::default().hear(octets.as_bytes());
            assert!(matches!(heard, Heard::Faulty), "{octets:?}");
        }
    }
}
