//! The protocol core beside httparse, on heads that are valid and on changes to them.
//!
//! Where both take a head they must read the same out of it. Where only one takes it, the
//! difference must be one of [`DIFFERENCES`], with the clause that decides it; any other
//! fails the test. What looks at more than the syntax of a head (Host, framing) is left
//! out: httparse does not look at it.

#[path = "http_corpus/driver.rs"]
mod driver;
#[path = "http_differential/responses.rs"]
mod responses;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write as _;

use driver::Said;
use glassport::http::{Limits, RequestHead, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A difference that is meant.
struct Difference {
    what: &'static str,
    example: &'static [u8],
    /// `taken`, or the fault; so for httparse and its error.
    ours: &'static str,
    httparse: &'static str,
    /// The clause that decides, and what it leaves open.
    rule: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        what: "LF without CR ends a line",
        example: b"GET / HTTP/1.1\nHost: x\r\n\r\n",
        ours: "BareLf",
        httparse: "taken",
        rule: "RFC 9112 §2.2: a recipient MAY take it; it is refused, with the remedy",
    },
    Difference {
        what: "five empty lines before the request-line",
        example: b"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ours: "EmptyLines",
        httparse: "taken",
        rule: "RFC 9112 §2.2: at least one SHOULD be ignored; four are",
    },
    Difference {
        what: "a method of 65 letters",
        example:
            b"ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHA / HTTP/1.1\r\n\r\n",
        ours: "MethodTooLong",
        httparse: "taken",
        rule: "RFC 9112 §3: a method longer than any implemented is answered 501",
    },
    Difference {
        what: "an octet that no URI holds",
        example: b"GET /<x> HTTP/1.1\r\n\r\n",
        ours: "TargetOctet",
        httparse: "taken",
        rule: "RFC 3986 §3.3: such an octet is percent-encoded",
    },
    Difference {
        what: "octets of UTF-8 in the target",
        example: b"GET /caf\xc3\xa9 HTTP/1.1\r\n\r\n",
        ours: "TargetOctet",
        httparse: "taken",
        rule: "RFC 3986 §2.1: such an octet is percent-encoded",
    },
    Difference {
        what: "percent without two hexadecimal digits",
        example: b"GET /100% HTTP/1.1\r\n\r\n",
        ours: "PercentEscape",
        httparse: "taken",
        rule: "RFC 3986 §2.1: pct-encoded = \"%\" HEXDIG HEXDIG",
    },
    Difference {
        what: "an encoded NUL in the path",
        example: b"GET /a%00 HTTP/1.1\r\n\r\n",
        ours: "PercentNul",
        httparse: "taken",
        rule: "RFC 3986 §7.3: an application may refuse it; it names no file",
    },
    Difference {
        what: "a fragment",
        example: b"GET /#x HTTP/1.1\r\n\r\n",
        ours: "TargetFragment",
        httparse: "taken",
        rule: "RFC 9112 §3.2.1: origin-form = absolute-path [ \"?\" query ]",
    },
    Difference {
        what: "a target of no form",
        example: b"GET x HTTP/1.1\r\n\r\n",
        ours: "TargetForm",
        httparse: "taken",
        rule: "RFC 9112 §3.2: one of four forms",
    },
    Difference {
        what: "authority-form for GET",
        example: b"GET x:80 HTTP/1.1\r\n\r\n",
        ours: "AuthorityForm",
        httparse: "taken",
        rule: "RFC 9112 §3.2.3: only for CONNECT",
    },
    Difference {
        what: "asterisk-form for GET",
        example: b"GET * HTTP/1.1\r\n\r\n",
        ours: "AsteriskForm",
        httparse: "taken",
        rule: "RFC 9112 §3.2.4: only for OPTIONS",
    },
    Difference {
        what: "another scheme",
        example: b"GET https://x/ HTTP/1.1\r\n\r\n",
        ours: "TargetScheme",
        httparse: "taken",
        rule: "RFC 9110 §7.4: a request for another origin is answered 421",
    },
    Difference {
        what: "an empty host",
        example: b"GET http:///x HTTP/1.1\r\n\r\n",
        ours: "TargetAuthority",
        httparse: "taken",
        rule: "RFC 9110 §4.2.1: an http URI with an empty host MUST be refused",
    },
    Difference {
        what: "userinfo",
        example: b"GET http://u@x/ HTTP/1.1\r\n\r\n",
        ours: "TargetUserinfo",
        httparse: "taken",
        rule: "RFC 9110 §4.2.4: to be treated as an error",
    },
    Difference {
        what: "a later minor version",
        example: b"GET / HTTP/1.2\r\n\r\n",
        ours: "taken",
        httparse: "Version",
        rule: "RFC 9110 §2.5: a higher minor version is to be read as the highest known",
    },
];

/// What a parser made of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict<H = Head> {
    Taken(H),
    Refused(String),
    Waits,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    method: Vec<u8>,
    target: Vec<u8>,
    minor: u8,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// Empty lines before it included.
    len: usize,
}

impl<H> Verdict<H> {
    fn word(&self) -> &str {
        match self {
            Self::Taken(_) => "taken",
            Self::Refused(why) => why,
            Self::Waits => "waits",
        }
    }
}

fn ours(octets: &[u8]) -> Verdict {
    let outcome = driver::requests(Limits::default(), [octets], false);
    verdict(&outcome.said, read)
}

/// What became of the first head.
fn verdict<H, F, R>(said: &[Said<H, F>], read: impl Fn(&H) -> R) -> Verdict<R> {
    said.iter()
        .find_map(|step| match step {
            Said::Parsed { head, .. }
            | Said::Rejected {
                head: Some(head), ..
            } => Some(Verdict::Taken(read(head))),
            Said::Rejected { diagnosis, .. } => {
                Some(Verdict::Refused(format!("{:?}", diagnosis.fault)))
            }
            Said::BoundaryFound { .. }
            | Said::BodyReceived { .. }
            | Said::MessageComplete { .. }
            | Said::Opaque { .. }
            | Said::Finished => None,
        })
        .unwrap_or(Verdict::Waits)
}

fn read(head: &RequestHead) -> Head {
    let text = |part| head.text(part).to_vec();
    Head {
        method: head.method_octets().to_vec(),
        target: head.target_octets().to_vec(),
        minor: match head.version() {
            Version::Http10 => 0,
            Version::Http11 => 1,
        },
        fields: head
            .fields()
            .iter()
            .map(|field| (text(field.name), text(field.value)))
            .collect(),
        len: usize::try_from(head.span().end).unwrap(),
    }
}

fn httparse(octets: &[u8]) -> Verdict {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(octets) {
        Ok(httparse::Status::Complete(len)) => Verdict::Taken(Head {
            method: request.method.unwrap().into(),
            target: request.path.unwrap().into(),
            minor: request.version.unwrap(),
            fields: request
                .headers
                .iter()
                .map(|header| (header.name.into(), header.value.into()))
                .collect(),
            len,
        }),
        Ok(httparse::Status::Partial) => Verdict::Waits,
        Err(error) => Verdict::Refused(format!("{error:?}")),
    }
}

#[test]
fn every_example_is_the_difference_it_stands_for() {
    examples(DIFFERENCES, ours, httparse);
}

#[test]
fn no_head_is_read_differently_but_for_the_differences_that_are_listed() {
    compare(DIFFERENCES, head(), ours, httparse);
}

/// Sees to it that every example is the difference it stands for.
fn examples<H: Debug>(
    differences: &[Difference],
    ours: fn(&[u8]) -> Verdict<H>,
    httparse: fn(&[u8]) -> Verdict<H>,
) {
    for row in differences {
        let (ours, httparse) = (ours(row.example), httparse(row.example));
        let text = row.example.escape_ascii();
        assert_eq!(ours.word(), row.ours, "{}: {text}", row.what);
        assert_eq!(httparse.word(), row.httparse, "{}: {text}", row.what);
        assert!(row.rule.contains('§'), "{}", row.what);
    }
}

/// Compares the two on changes to heads. A difference that is none of those listed fails.
fn compare<H: Debug + PartialEq>(
    differences: &[Difference],
    heads: impl Strategy<Value = Vec<u8>>,
    ours: fn(&[u8]) -> Verdict<H>,
    httparse: fn(&[u8]) -> Verdict<H>,
) {
    // The same heads in every run.
    let config = Config {
        cases: 10_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let seen = RefCell::new(BTreeMap::<String, u32>::new());
    let result = runner.run(&(heads, changes()), |(head, changes)| {
        let octets = change(head, changes);
        let (ours, httparse) = (ours(&octets), httparse(&octets));
        let class = match (&ours, &httparse) {
            (Verdict::Taken(a), Verdict::Taken(b)) => {
                prop_assert_eq!(a, b);
                "both take it".to_owned()
            }
            (Verdict::Refused(_), Verdict::Refused(_)) => "both refuse it".to_owned(),
            (Verdict::Waits, Verdict::Waits) => "both wait".to_owned(),
            (a, b) => {
                let row = differences
                    .iter()
                    .find(|row| (row.ours, row.httparse) == (a.word(), b.word()));
                let text = octets.escape_ascii();
                prop_assert!(
                    row.is_some(),
                    "ours: {}, httparse: {}: {text}",
                    a.word(),
                    b.word()
                );
                format!("{} / {}", a.word(), b.word())
            }
        };
        *seen.borrow_mut().entry(class).or_default() += 1;
        Ok(())
    });
    for (class, heads) in seen.into_inner() {
        // Past the capture that hides what `println!` says.
        let _ = writeln!(std::io::stdout(), "{heads:>6} heads: {class}");
    }
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The lines of a head, each well-formed, without the empty line.
fn head() -> impl Strategy<Value = Vec<u8>> {
    let method = prop_oneof![
        8 => select(&["GET", "HEAD", "POST", "OPTIONS"][..]).prop_map(str::to_owned),
        1 => Just("CONNECT".to_owned()),
        3 => "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}",
    ];
    let target = prop_oneof![
        4 => "/[a-zA-Z0-9._~!$&'()*+,;=:@/-]{0,40}",
        2 => "/[a-z/]{0,9}(%[0-9a-fA-F]{2}){0,3}\\?[a-z0-9=&?/]{0,20}",
        1 => "http://[a-z0-9.-]{1,12}(:[0-9]{1,4})?/[a-z]{0,9}",
        1 => select(&["*", "x:80", "[::1]:80"][..]).prop_map(str::to_owned),
    ];
    let version = select(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"][..]);
    (method, target, version, vec(field_line(), 0..8)).prop_map(
        |(method, target, version, lines)| {
            let line = format!("{method} {target} {version}\r\n");
            [line.as_bytes(), &lines.concat()].concat()
        },
    )
}

/// A well-formed field line.
fn field_line() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        2 => select(&["Host", "Accept", "Connection", "Content-Length", "Cookie"][..])
            .prop_map(str::to_owned),
        1 => "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,24}",
    ];
    let blank = "[ \t]{0,2}";
    let value = prop_oneof![
        3 => "[!-~]([ -~\t]{0,60}[!-~])?".prop_map(String::into_bytes),
        1 => vec(prop_oneof![33..=126_u8, 128..=255_u8], 0..20),
    ];
    (name, blank, value, blank).prop_map(|(name, before, value, behind)| {
        [
            name.as_bytes(),
            b":",
            before.as_bytes(),
            &value,
            behind.as_bytes(),
            b"\r\n",
        ]
        .concat()
    })
}

/// What is changed, where, and the octet it is changed to.
fn changes() -> impl Strategy<Value = Vec<(u8, Index, u8)>> {
    const LIKELY: &[u8] =
        b"\r\n\r\n \t:/%?#,;\"\\<>{}[]@*^|`HTP/1.02a\0\x01\x0b\x0c\x1f\x7f\x80\xa0\xff";
    let octet = prop_oneof![4 => select(LIKELY), 1 => any::<u8>()];
    vec((0..5_u8, any::<Index>(), octet), 0..4)
}

fn change(mut head: Vec<u8>, changes: Vec<(u8, Index, u8)>) -> Vec<u8> {
    for (kind, at, octet) in changes {
        let at = at.index(head.len() + 1);
        match (kind, head.get(at).copied()) {
            (0, Some(_)) => head[at] = octet,
            (1, Some(_)) => drop(head.remove(at)),
            (2, Some(again)) => head.insert(at, again),
            _ => head.insert(at, octet),
        }
    }
    head.extend(b"\r\n\r\n");
    head
}
