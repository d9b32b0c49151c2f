//! How one exchange is written as one line.
//!
//! Nothing from the wire can forge a line or an escape sequence: every octet of it goes through
//! [`escape`] or [`escape_ascii`].

use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::event::{Activity, ConnectionId, escape, escape_ascii};
use crate::http::{RequestHead, Status};
use crate::trace::cut_off::CutOff;
use crate::trace::{Entry, Exchange, State};
use crate::units::exact_timestamp;

/// How a line of the access log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Apache's Common Log Format, `%h %l %u %t "%r" %>s %b`, in UTC.
    Common,
    /// The same with referer and user agent.
    #[default]
    Combined,
    /// One JSON object a line.
    ///
    /// Its keys are always there, `null` where there is nothing to say: `time` (RFC 3339, UTC,
    /// when the head had come), `connection` (counted from 1), `peer` and `port`,
    /// `request_line`, `method`, `target`, `host`, `referer`, `user_agent`, `status`,
    /// `content_octets`, `duration_ms` (from the last octet of the request to the last of the
    /// response), `complete` (whether all of the response was sent), `cut_off` (how much of it
    /// was, where it was not all, and why), `diagnosis` (what was wrong with the request). What a peer sent stands in them as on the dashboard: `\`, and
    /// what is not printable, escaped.
    Json,
}

/// An exchange that is over.
pub(super) struct Finished<'a> {
    connection: ConnectionId,
    peer: SocketAddr,
    /// When the head had come, or else when it was over.
    at: Duration,
    status: Status,
    exchange: &'a Exchange,
    cut_off: Option<CutOff>,
}

impl<'a> Finished<'a> {
    /// The exchange that finished with this record, if one did: it was answered, or its answer
    /// was cut off when the connection was closed.
    pub(super) fn by(state: &'a State, entry: &Entry) -> Option<Self> {
        let exchange = state.exchanges.back()?;
        let is_answered = matches!(entry.activity, Activity::Responded { .. });
        let is_cut_off = matches!(entry.activity, Activity::Closed { .. })
            && exchange.response.is_some()
            && exchange.done.is_none();
        if !is_answered && !is_cut_off {
            return None;
        }
        Some(Self {
            connection: state.id,
            peer: state.peer?,
            at: exchange.times.head.unwrap_or(entry.at),
            status: exchange.status()?,
            exchange,
            cut_off: state.cut_off_answer(exchange),
        })
    }

    /// The line on stderr that an answer was cut off: no format of Apache's says so.
    pub(super) fn complaint(&self) -> Option<String> {
        let cut_off = self.cut_off.as_ref()?;
        let line = escape(self.request_line());
        let (peer, words) = (self.peer.ip().to_canonical(), cut_off.words());
        Some(format!("glassport: {peer}: {line}: {words}\n"))
    }

    fn head(&self) -> Option<&RequestHead> {
        self.exchange.head.as_deref()
    }

    fn field(&self, name: &str) -> Option<&[u8]> {
        self.head().and_then(|head| head.value(name))
    }

    fn request_line(&self) -> &[u8] {
        self.exchange.request_line().unwrap_or_default()
    }
}

impl LogFormat {
    /// Writes the line of one exchange, its end included, on the clock of a server that
    /// started then.
    pub(super) fn write(self, finished: &Finished<'_>, started: SystemTime, lines: &mut String) {
        let at = started + finished.at;
        // Writing into memory does not fail.
        let _ = match self {
            Self::Common => common(finished, at, lines),
            Self::Combined => common(finished, at, lines).and_then(|()| {
                let referer = Quoted(finished.field("referer"));
                let user_agent = Quoted(finished.field("user-agent"));
                write!(lines, " {referer} {user_agent}")
            }),
            Self::Json => json(finished, at, lines),
        };
        lines.push('\n');
    }

    /// A sentence of our own among the lines, such that a reader of JSON can still read it.
    pub(super) fn remark(self, sentence: &str) -> String {
        match self {
            Self::Common | Self::Combined => sentence.to_owned(),
            Self::Json => {
                let sentence = Text(Some(sentence.trim_end().to_owned()));
                format!("{{\"remark\":{sentence}}}\n")
            }
        }
    }
}

fn common(finished: &Finished<'_>, at: SystemTime, line: &mut String) -> fmt::Result {
    let peer = finished.peer.ip().to_canonical();
    let at = clf_date(at);
    let request_line = Some(finished.request_line()).filter(|line| !line.is_empty());
    let (request_line, status) = (Quoted(request_line), finished.status);
    write!(line, "{peer} - - [{at}] {request_line} {status} ")?;
    match finished.exchange.content_sent() {
        // %b: a response without content has a dash here.
        0 => line.write_char('-'),
        octets => write!(line, "{octets}"),
    }
}

fn json(finished: &Finished<'_>, at: SystemTime, line: &mut String) -> fmt::Result {
    let head = finished.head();
    let text = |octets: Option<&[u8]>| Text(octets.map(escape));
    write!(
        line,
        "{{\"time\":{},\"connection\":{},\"peer\":\"{}\",\"port\":{},\"request_line\":{},\
         \"method\":{},\"target\":{},\"host\":{},\"referer\":{},\"user_agent\":{},\"status\":{}",
        Text(exact_timestamp(at)),
        finished.connection.0,
        finished.peer.ip().to_canonical(),
        finished.peer.port(),
        text(Some(finished.request_line())),
        text(head.map(RequestHead::method_octets)),
        text(head.map(RequestHead::target_octets)),
        text(finished.field("host")),
        text(finished.field("referer")),
        text(finished.field("user-agent")),
        finished.status,
    )?;
    write!(
        line,
        ",\"content_octets\":{}",
        finished.exchange.content_sent()
    )?;
    match finished.exchange.done {
        Some(done) => write!(
            line,
            ",\"duration_ms\":{}.{:03},\"complete\":true",
            done.took.as_millis(),
            done.took.subsec_micros() % 1000
        )?,
        None => {
            line.write_str(",\"duration_ms\":null,\"complete\":false")?;
        }
    }
    let cut_off = finished.cut_off.as_ref().map(CutOff::words);
    write!(line, ",\"cut_off\":{}", Text(cut_off))?;
    let refusal = finished.exchange.refusal.map(|refusal| refusal.to_string());
    write!(line, ",\"diagnosis\":{}}}", Text(refusal))
}

/// What a peer sent between two quotes, as Apache escapes it; a dash when it sent nothing.
struct Quoted<'a>(Option<&'a [u8]>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(octets) => write!(f, "\"{}\"", escape_ascii(octets)),
            None => f.write_str("\"-\""),
        }
    }
}

/// A JSON string of escaped text, or `null`.
struct Text(Option<String>);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = &self.0 else {
            return f.write_str("null");
        };
        f.write_char('"')?;
        for character in text.chars() {
            // Escaped text has no control characters: this is all that JSON wants escaped.
            if matches!(character, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(character)?;
        }
        f.write_char('"')
    }
}

/// Day, month, year and time of day in UTC, the second being the one that has begun, as in
/// dates of responses.
fn parts(at: SystemTime) -> [String; 4] {
    // httpdate panics outside of these; a clock may say anything.
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    let date = httpdate::fmt_http_date(at.clamp(UNIX_EPOCH, last));
    let mut parts = date.split(' ').skip(1).map(str::to_owned);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// `10/Oct/2000:13:55:36 +0000`.
fn clf_date(at: SystemTime) -> String {
    let [day, month, year, time] = parts(at);
    format!("{day}/{month}/{year}:{time} +0000")
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::event::Refusal;
    use crate::http::LineEnds;
    use crate::trace::exchange::Done;

    const HEAD: &str =
        "GET /a?b HTTP/1.1\r\nHost: x:80\r\nReferer: http://x/\r\nUser-Agent: UA\r\n\r\n";

    fn with(head: &[u8], format: LogFormat, change: impl FnOnce(&mut Exchange)) -> String {
        let head = RequestHead::parse(head, 0, LineEnds::CrLf).unwrap();
        let mut exchange = Exchange::new(1);
        exchange.head = Some(head.into());
        exchange.done = Some(Done {
            status: Status::OK,
            body: 12,
            took: Duration::from_micros(1_002_003),
        });
        change(&mut exchange);
        let finished = Finished {
            connection: ConnectionId(7),
            peer: "[::ffff:192.0.2.1]:5000".parse().unwrap(),
            at: Duration::from_millis(781_999),
            status: Status::OK,
            exchange: &exchange,
            cut_off: exchange.done.is_none().then(|| CutOff {
                status: Status::OK,
                sent: 3_900_000,
                of: 5_000_000,
                by: "by RST".into(),
            }),
        };
        // Tue, 24 Nov 2026 11:00:00 GMT
        let started = UNIX_EPOCH + Duration::from_secs(1_795_518_000);
        let mut lines = String::new();
        format.write(&finished, started, &mut lines);
        lines
    }

    fn check(head: &str, format: LogFormat, expected: &str) {
        assert_eq!(
            with(head.as_bytes(), format, |_| {}),
            format!("{expected}\n")
        );
    }

    #[test]
    fn no_clock_makes_the_writing_of_a_time_panic() {
        let day = Duration::from_secs(86_400);
        for at in [UNIX_EPOCH - day, UNIX_EPOCH + day * 10_000_000] {
            assert!(clf_date(at).ends_with(" +0000"));
        }
    }

    #[test]
    fn common_and_combined_are_what_apache_writes() {
        let common = "192.0.2.1 - - [24/Nov/2026:11:13:01 +0000] \"GET /a?b HTTP/1.1\" 200 12";
        check(HEAD, LogFormat::Common, common);
        check(
            HEAD,
            LogFormat::Combined,
            &format!("{common} \"http://x/\" \"UA\""),
        );
        let bare = "GET / HTTP/1.0\r\nReferer:\r\n\r\n";
        let line = with(bare.as_bytes(), LogFormat::Combined, |_| {});
        assert!(
            line.ends_with("\"GET / HTTP/1.0\" 200 12 \"\" \"-\"\n"),
            "{line}"
        );
    }

    #[test]
    fn no_content_is_a_dash_and_so_is_no_request_line() {
        let line = with(HEAD.as_bytes(), LogFormat::Common, |exchange| {
            exchange.head = None;
            exchange.done = None;
        });
        assert!(line.ends_with(" \"-\" 200 -\n"), "{line}");
    }

    #[test]
    fn every_octet_is_escaped_as_apache_does() {
        let head = b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\"b\\c\td\xc3\xa9\xff\r\n\r\n";
        let line = with(head, LogFormat::Combined, |_| {});
        let expected = r#""a\"b\\c\td\xc3\xa9\xff""#;
        assert!(line.ends_with(&format!("{expected}\n")), "{line}");
    }

    #[test]
    fn json_has_every_key_in_every_line() {
        check(
            HEAD,
            LogFormat::Json,
            "{\"time\":\"2026-11-24T11:13:01.999Z\",\"connection\":7,\"peer\":\"192.0.2.1\",\
             \"port\":5000,\"request_line\":\"GET /a?b HTTP/1.1\",\"method\":\"GET\",\
             \"target\":\"/a?b\",\"host\":\"x:80\",\"referer\":\"http://x/\",\
             \"user_agent\":\"UA\",\"status\":200,\"content_octets\":12,\"duration_ms\":1002.003,\
             \"complete\":true,\"cut_off\":null,\"diagnosis\":null}",
        );
        let refused = with(HEAD.as_bytes(), LogFormat::Json, |exchange| {
            exchange.head = None;
            exchange.done = None;
            exchange.request_line = Some(b"GET \"\\\x1b\r\n\xff"[..].into());
            exchange.refusal = Some(Refusal {
                reason: crate::event::Reason::Fault(crate::http::Fault::BareLf),
                span: crate::http::Span::octet(14),
                request_at: 0,
            });
        });
        let line: serde_json::Value = serde_json::from_str(&refused).unwrap();
        assert_eq!(line["request_line"], r#"GET "\\\x1b\r\n\xff"#);
        assert_eq!(line["method"], serde_json::Value::Null);
        assert_eq!(line["complete"], false);
        assert_eq!(line["cut_off"], "200, 3.7 of 4.8 MiB, cut off by RST");
        assert!(line["diagnosis"].as_str().unwrap().contains("octet 14"));
        assert_eq!(line.as_object().unwrap().len(), 16);
    }
}
