//! The head of a response: HTTP-version, status code, reason phrase (RFC 9112 §4).

use super::ResponseHead;
use crate::http::span::Part;
use crate::http::status::Status;
use crate::http::version::Version;

impl ResponseHead {
    /// The status-line as it came, without its line end.
    pub fn status_line(&self) -> &[u8] {
        self.start_line()
    }

    /// The place of the HTTP-version.
    pub const fn version_part(&self) -> Part {
        self.line().version_part
    }

    /// The HTTP-version it is to be read as.
    pub const fn version(&self) -> Version {
        self.line().version
    }

    /// The place of the status code.
    pub const fn status_part(&self) -> Part {
        self.line().status_part
    }

    /// The status.
    pub const fn status(&self) -> Status {
        self.line().status
    }

    /// The place of the reason phrase, which may be empty; `None` when the space before it is
    /// missing too.
    pub const fn reason_part(&self) -> Option<Part> {
        self.line().reason
    }

    /// The reason phrase as it came.
    pub fn reason(&self) -> &[u8] {
        self.reason_part()
            .map(|part| self.text(part))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::diagnosis::{Fault, MessageKind};
    use crate::http::limits::LineEnds;
    use crate::http::span::Span;

    #[test]
    fn every_part_knows_its_place() {
        let octets = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        let head = ResponseHead::parse(octets, 100, LineEnds::CrLf).unwrap();
        assert_eq!(head.status_line(), b"HTTP/1.1 404 Not Found");
        assert_eq!(
            (head.status().code(), head.version()),
            (404, Version::Http11)
        );
        assert_eq!(head.reason(), b"Not Found");
        assert_eq!(head.span_of(head.status_part()), Span::new(109, 112));
        assert_eq!(head.span(), Span::new(100, 145));
        assert_eq!(head.value("content-length"), Some(&b"0"[..]));
    }

    #[test]
    fn a_fault_in_a_response_says_so() {
        let octets = b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n";
        let diagnosis = ResponseHead::parse(octets, 100, LineEnds::CrLf).unwrap_err();
        assert_eq!(diagnosis.fault, Fault::SpaceBeforeColon);
        assert_eq!(diagnosis.message, MessageKind::Response);
        assert_eq!(diagnosis.status(), Status::BAD_GATEWAY);
        assert_eq!(diagnosis.remedy(), "put the colon right behind the name");
        assert_eq!(
            diagnosis.to_string(),
            "white space stands between field name and colon (octet 118, 18 in this response, RFC 9112 §5.1)"
        );
    }
}
