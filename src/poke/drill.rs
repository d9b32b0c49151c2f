//! What a drill is, and the octets of its request. Knows no socket.

use std::path::PathBuf;
use std::time::Duration;

use crate::client::{Ending, Peer, Remote};

/// How many octets one chunk carries.
const CHUNK: usize = 8;
/// How many octets of content a wrong Content-Length promises and does not send.
const MISSING: usize = 10;

/// Everything that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Whom to connect to.
    pub peer: Peer,
    /// What to send.
    pub message: Message,
    /// How it is cut into sends.
    pub split: Split,
    /// How long to wait between two sends.
    pub delay: Duration,
    /// How many times the message is sent on one connection without waiting for an answer.
    pub pipeline: usize,
    /// What follows the last send.
    pub ending: Ending,
    /// On how many connections, one after the other.
    pub repeat: u32,
    /// How long after the last send the peer may take to answer and close.
    pub wait: Duration,
    /// Whether the peer may be on another machine.
    pub remote: Remote,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A request, made here.
    Request(Request),
    /// The octets of this file as they are.
    File(PathBuf),
}

/// How octets are cut into sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// All in one.
    Whole,
    /// One for each line.
    Lines,
    /// One for this many octets; 0 counts as 1.
    Every(usize),
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// As RFC 9112 §2.1 wants it.
    CrLf,
    /// As `nc` without `-C` sends it.
    Lf,
}

impl LineEnd {
    const fn octets(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
        }
    }
}

/// The content, and how its length is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// None at all.
    None,
    /// With the right Content-Length.
    Length(Vec<u8>),
    /// With a Content-Length that is ten octets too large.
    BadLength(Vec<u8>),
    /// In chunks of eight octets.
    Chunked(Vec<u8>),
}

/// A request. Nothing in it is checked: a drill may be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The request-target.
    pub target: String,
    /// The value of the Host field, or none.
    pub host: Option<String>,
    /// More field lines, without their line ends.
    pub fields: Vec<String>,
    /// The content.
    pub content: Content,
    /// What ends each line of the head.
    pub line_end: LineEnd,
}

impl Request {
    /// `count` of them in a row; the last one asks the peer to close, unless a Connection
    /// field was given.
    pub fn pipelined(&self, count: usize) -> Vec<u8> {
        let mut octets = self.octets(false).repeat(count.saturating_sub(1));
        octets.extend(self.octets(!self.has_field("connection")));
        octets
    }

    fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|line| {
            line.split_once(':')
                .is_some_and(|(field, _)| field.trim().eq_ignore_ascii_case(name))
        })
    }

    fn octets(&self, close: bool) -> Vec<u8> {
        let mut lines = vec![format!("{} {} HTTP/1.1", self.method, self.target)];
        if let Some(host) = &self.host
            && !self.has_field("host")
        {
            lines.push(format!("Host: {host}"));
        }
        lines.extend(self.fields.iter().cloned());
        match &self.content {
            Content::None => {}
            Content::Length(content) => lines.push(format!("Content-Length: {}", content.len())),
            Content::BadLength(content) => {
                lines.push(format!("Content-Length: {}", content.len() + MISSING));
            }
            Content::Chunked(_) => lines.push("Transfer-Encoding: chunked".into()),
        }
        if close {
            lines.push("Connection: close".into());
        }
        lines.push(String::new());
        let mut octets = Vec::new();
        for line in lines {
            self.push_line(&mut octets, line.as_bytes());
        }
        match &self.content {
            Content::None => {}
            Content::Length(content) | Content::BadLength(content) => octets.extend(content),
            Content::Chunked(content) => self.push_chunks(&mut octets, content),
        }
        octets
    }

    /// RFC 9112 §7.1: chunk = chunk-size CRLF chunk-data CRLF; the last has the size 0.
    fn push_chunks(&self, octets: &mut Vec<u8>, content: &[u8]) {
        for chunk in content.chunks(CHUNK) {
            self.push_line(octets, format!("{:x}", chunk.len()).as_bytes());
            self.push_line(octets, chunk);
        }
        self.push_line(octets, b"0");
        self.push_line(octets, b"");
    }

    fn push_line(&self, octets: &mut Vec<u8>, line: &[u8]) {
        octets.extend_from_slice(line);
        octets.extend_from_slice(self.line_end.octets());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get() -> Request {
        Request {
            method: "GET".into(),
            target: "/".into(),
            host: Some("localhost".into()),
            fields: vec![],
            content: Content::None,
            line_end: LineEnd::CrLf,
        }
    }

    #[track_caller]
    fn check(request: &Request, count: usize, expected: &str) {
        let octets = request.pipelined(count);
        assert_eq!(String::from_utf8_lossy(&octets), expected);
    }

    #[test]
    fn a_request_asks_the_peer_to_close_unless_told_otherwise() {
        let end = "Host: localhost\r\nConnection: close\r\n\r\n";
        check(&get(), 1, &format!("GET / HTTP/1.1\r\n{end}"));
        let mut kept = get();
        kept.fields = vec!["connection: keep-alive".into()];
        check(
            &kept,
            1,
            "GET / HTTP/1.1\r\nHost: localhost\r\nconnection: keep-alive\r\n\r\n",
        );
    }

    #[test]
    fn of_pipelined_requests_only_the_last_does() {
        let one = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let last = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        check(&get(), 3, &format!("{one}{one}{last}"));
    }

    #[test]
    fn what_should_be_wrong_is_wrong() {
        let lf = Request {
            line_end: LineEnd::Lf,
            host: None,
            ..get()
        };
        check(&lf, 1, "GET / HTTP/1.1\nConnection: close\n\n");
        let other_host = Request {
            fields: vec!["HOST: elsewhere".into()],
            ..get()
        };
        check(
            &other_host,
            1,
            "GET / HTTP/1.1\r\nHOST: elsewhere\r\nConnection: close\r\n\r\n",
        );
    }

    #[test]
    fn the_length_of_the_content_is_told_in_each_way() {
        let head = "GET / HTTP/1.1\r\nHost: localhost\r\n";
        let close = "Connection: close\r\n\r\n";
        for (content, field, body) in [
            (Content::Length(b"abc".into()), "Content-Length: 3", "abc"),
            (
                Content::BadLength(b"abc".into()),
                "Content-Length: 13",
                "abc",
            ),
            (
                Content::Chunked(b"ten octets".into()),
                "Transfer-Encoding: chunked",
                "8\r\nten octe\r\n2\r\nts\r\n0\r\n\r\n",
            ),
        ] {
            let request = Request { content, ..get() };
            check(&request, 1, &format!("{head}{field}\r\n{close}{body}"));
        }
    }
}
