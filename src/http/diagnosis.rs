//! What is wrong with a message: where, by which rule, and what to do instead.
//!
//! A [`Fault`] is a row of one table; a [`Diagnosis`] is a fault at a place. The same
//! diagnosis becomes the response body, the log line and the caret on the screen, so all of
//! them say the same thing. It knows nothing of where it will be shown.

use core::fmt;

use super::span::Span;
use super::status::Status;

/// A fault found in what a peer sent, and the octets it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diagnosis {
    /// What is wrong.
    pub fault: Fault,
    /// The octets that are wrong, or the place where something is missing (then empty).
    pub span: Span,
    /// Where the message these octets belong to begins.
    pub message_at: u64,
    /// Which of the two kinds of message that is.
    pub message: MessageKind,
}

/// What a peer sends: a client requests, a server responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// From a client to a server.
    Request,
    /// From a server to a client.
    Response,
}

impl Diagnosis {
    /// `fault`, found at `span`, in the request that begins at `message_at`.
    pub const fn new(fault: Fault, span: Span, message_at: u64) -> Self {
        Self {
            fault,
            span,
            message_at,
            message: MessageKind::Request,
        }
    }

    /// The same, found in this kind of message.
    #[must_use]
    pub const fn in_a(self, message: MessageKind) -> Self {
        Self { message, ..self }
    }

    /// The status to answer a request with; for a response, the one with which whoever passes
    /// responses on says that this one cannot be (RFC 9110 §15.6.3).
    pub const fn status(self) -> Status {
        match self.message {
            MessageKind::Request => self.fault.row().0,
            MessageKind::Response => Status::BAD_GATEWAY,
        }
    }

    /// The clause that decides, e.g. `RFC 9112 §5.1`.
    pub const fn rule(self) -> &'static str {
        self.fault.row().1
    }

    /// What is wrong, as a clause without a full stop.
    pub const fn what(self) -> &'static str {
        self.fault.row().2
    }

    /// What to do instead, as an imperative without a full stop.
    pub const fn remedy(self) -> &'static str {
        match (self.message, self.fault) {
            // The table tells whoever types a request by hand how to do it.
            (MessageKind::Response, Fault::BareLf) => "end every line with CR LF",
            (MessageKind::Response, Fault::SpaceBeforeColon) => {
                "put the colon right behind the name"
            }
            (MessageKind::Request | MessageKind::Response, fault) => fault.row().3,
        }
    }
}

/// `what (octet N, rule)`: one line, without the remedy.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = (self.span.start, self.message_at, self.message);
        one_line(f, self.what(), at, self.rule())
    }
}

/// What is wrong, at which octet, of a message of which kind that begins where, by which rule.
pub(crate) fn one_line(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    (octet, message_at, message): (u64, u64, MessageKind),
    rule: &str,
) -> fmt::Result {
    write!(f, "{what} (octet {octet}")?;
    if message_at > 0 {
        let within = octet.saturating_sub(message_at);
        let message = match message {
            MessageKind::Request => "request",
            MessageKind::Response => "response",
        };
        write!(f, ", {within} in this {message}")?;
    }
    write!(f, ", {rule})")
}

/// A list of what can be wrong: status, clause, what, and remedy of each, in one table.
macro_rules! faults {
    (#[doc = $doc:literal] $list:ident: $($name:ident => $status:ident, $rule:literal, $what:literal, $remedy:literal;)*) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $list {
            $(#[doc = $what] #[doc = concat!("(", $rule, ")")] $name,)*
        }

        impl $list {
            /// Every one there is, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub(crate) const fn row(self) -> (Status, &'static str, &'static str, &'static str) {
                match self {
                    $(Self::$name => (Status::$status, $rule, $what, $remedy),)*
                }
            }
        }
    };
}

pub(crate) use faults;

faults! {
    #[doc = "Everything that can be wrong with a message. The table in the source is the whole list."]
    Fault:

    // What it looks like when it is no HTTP/1.1 at all.
    LooksLikeTls => BAD_REQUEST, "RFC 9112 §3", "this looks like a TLS ClientHello, not a request-line",
        "this port speaks plain HTTP: use http:// instead of https://";
    LooksLikeHttp2 => VERSION_NOT_SUPPORTED, "RFC 9113 §3.4", "this is the HTTP/2 connection preface",
        "this port speaks HTTP/1.1: turn prior-knowledge HTTP/2 off (curl --http1.1)";
    NotARequest => BAD_REQUEST, "RFC 9112 §3", "no request begins with this octet",
        "begin with a method, for example: GET / HTTP/1.1";

    // Lines.
    BareLf => BAD_REQUEST, "RFC 9112 §2.2", "a line ends in LF without CR before it",
        "end every line with CR LF: netcat does with -C (nc -C), printf with \\r\\n";
    BareCr => BAD_REQUEST, "RFC 9112 §2.2", "a CR is not followed by LF",
        "send CR only as part of CR LF";
    EmptyLines => BAD_REQUEST, "RFC 9112 §2.2", "too many empty lines before the request-line",
        "begin with the request-line, for example: GET / HTTP/1.1";

    // Request-line.
    MethodInvalid => BAD_REQUEST, "RFC 9112 §3.1", "the method is not a token",
        "write the method in letters, for example: GET / HTTP/1.1";
    MethodTooLong => NOT_IMPLEMENTED, "RFC 9112 §3", "the method is longer than any that is known",
        "use GET or HEAD";
    RequestLineShape => BAD_REQUEST, "RFC 9112 §3", "the request-line is not: method SP request-target SP HTTP-version",
        "write three parts with one space between them, for example: GET / HTTP/1.1";
    RequestLineSpace => BAD_REQUEST, "RFC 9112 §3", "there must be exactly one space here",
        "separate the parts of the request-line with one SP and nothing else";
    RequestLineControl => BAD_REQUEST, "RFC 9112 §3", "a control octet stands in the request-line",
        "send only visible characters and single spaces in the request-line";
    VersionMalformed => BAD_REQUEST, "RFC 9112 §2.3", "this is not an HTTP-version",
        "write HTTP/1.1: the name in capitals, one digit, a dot, one digit";
    VersionUnsupported => VERSION_NOT_SUPPORTED, "RFC 9110 §15.6.6", "only HTTP/1.0 and HTTP/1.1 are spoken here",
        "write HTTP/1.1 at the end of the request-line";
    TargetTooLong => URI_TOO_LONG, "RFC 9110 §15.5.15", "the request-target is longer than 8000 octets",
        "shorten the request-target";

    // Status-line.
    NotAResponse => BAD_GATEWAY, "RFC 9112 §4", "no response begins like this",
        "begin with a status-line, for example: HTTP/1.1 200 OK";
    StatusVersion => BAD_GATEWAY, "RFC 9112 §2.3", "the status-line does not begin with HTTP/1.0 or HTTP/1.1",
        "begin the status-line with HTTP/1.1";
    StatusSpace => BAD_GATEWAY, "RFC 9112 §4", "one space must stand between HTTP-version and status code",
        "separate the parts of the status-line with one SP: HTTP/1.1 200 OK";
    StatusCode => BAD_GATEWAY, "RFC 9110 §15", "a status code is three digits, the first of them 1 to 5",
        "write the status code in three digits, for example: HTTP/1.1 200 OK";
    ReasonOctet => BAD_GATEWAY, "RFC 9112 §4", "a control octet stands in the reason phrase",
        "send only visible characters, spaces and tabs in the reason phrase";
    ReasonSpaceMissing => BAD_GATEWAY, "RFC 9112 §4", "no space stands behind the status code",
        "send the space even when no reason phrase follows it";
    StatusLineTooLong => BAD_GATEWAY, "RFC 9112 §4", "the status-line is longer than 8000 octets",
        "shorten the reason phrase";

    // Request-target.
    TargetOctet => BAD_REQUEST, "RFC 3986 §3.3", "this octet may not stand in a request-target",
        "percent-encode it as % and two hexadecimal digits";
    TargetSpace => BAD_REQUEST, "RFC 9112 §3.2", "a space stands in the request-target",
        "percent-encode it as %20";
    TargetFragment => BAD_REQUEST, "RFC 9112 §3.2.1", "a request-target has no fragment",
        "leave out # and what follows; clients keep the fragment to themselves";
    PercentEscape => BAD_REQUEST, "RFC 3986 §2.1", "% must be followed by two hexadecimal digits",
        "write a percent sign itself as %25";
    PercentNul => BAD_REQUEST, "RFC 3986 §7.3", "%00 names no file",
        "leave out %00";
    TargetForm => BAD_REQUEST, "RFC 9112 §3.2", "the request-target has none of the four forms",
        "begin it with / (origin-form) or with http:// (absolute-form)";
    AsteriskForm => BAD_REQUEST, "RFC 9112 §3.2.4", "the asterisk-form is only for OPTIONS",
        "name a resource, for example: GET / HTTP/1.1";
    AuthorityForm => BAD_REQUEST, "RFC 9112 §3.2.3", "CONNECT takes a host and a port, and only CONNECT does",
        "write host:port for CONNECT, and a path for every other method";
    TargetUserinfo => BAD_REQUEST, "RFC 9110 §4.2.4", "userinfo (name@) may not stand in an http URI",
        "leave out the part before @";
    TargetAuthority => BAD_REQUEST, "RFC 9110 §4.2.1", "the authority of the request-target is not: host [ : port ]",
        "write it as http://localhost:8080/";
    TargetScheme => MISDIRECTED_REQUEST, "RFC 9110 §7.4", "only the http scheme is served here",
        "write http://, or send the path alone";

    // Field lines.
    FieldColon => BAD_REQUEST, "RFC 9112 §5", "this field line has no colon",
        "write it as: Name: value";
    FieldNameEmpty => BAD_REQUEST, "RFC 9112 §5", "this field line has no name before the colon",
        "write it as: Name: value";
    FieldName => BAD_REQUEST, "RFC 9110 §5.1", "this octet may not stand in a field name",
        "use letters, digits and hyphens for the name";
    SpaceBeforeColon => BAD_REQUEST, "RFC 9112 §5.1", "white space stands between field name and colon",
        "put the colon right behind the name: Host: localhost";
    FieldLeadingSpace => BAD_REQUEST, "RFC 9112 §2.2", "white space stands before the first field line",
        "begin every field line with its name";
    ObsFold => BAD_REQUEST, "RFC 9112 §5.2", "this line begins with white space: line folding is obsolete",
        "write the field on one line";
    FieldValue => BAD_REQUEST, "RFC 9110 §5.5", "a control octet stands in a field value",
        "send only visible characters, spaces and tabs in a field value";
    TooManyFields => FIELDS_TOO_LARGE, "RFC 6585 §5", "there are more than 128 field lines",
        "send fewer field lines";
    HeadTooLarge => FIELDS_TOO_LARGE, "RFC 6585 §5", "the head is longer than 64 KiB",
        "send fewer or shorter fields";

    // Host.
    HostMissing => BAD_REQUEST, "RFC 9112 §3.2", "an HTTP/1.1 request needs a Host field, and this one has none",
        "add a line, for example: Host: localhost";
    HostRepeated => BAD_REQUEST, "RFC 9112 §3.2", "there is more than one Host field",
        "send one Host field";
    HostInvalid => BAD_REQUEST, "RFC 9110 §7.2", "the Host field is not: host [ : port ]",
        "write it as: Host: localhost:8080";

    // Framing.
    ContentLengthInvalid => BAD_REQUEST, "RFC 9110 §8.6", "Content-Length is not a decimal number that fits 64 bits",
        "send the number of octets in the body, in digits alone";
    ContentLengthRepeated => BAD_REQUEST, "RFC 9112 §6.3", "Content-Length says more than one number",
        "send one Content-Length with one number";
    LengthAndCoding => BAD_REQUEST, "RFC 9112 §6.3", "Transfer-Encoding and Content-Length stand in one message: it may be an attempt at request smuggling",
        "send one of the two";
    CodingIn10 => BAD_REQUEST, "RFC 9112 §6.1", "HTTP/1.0 has no Transfer-Encoding",
        "send Content-Length, or HTTP/1.1";
    CodingUnknown => NOT_IMPLEMENTED, "RFC 9112 §6.1", "this transfer coding is not known here",
        "send Transfer-Encoding: chunked, or Content-Length";
    CodingNotChunked => BAD_REQUEST, "RFC 9112 §6.3", "the final transfer coding is not chunked, so the end of the body cannot be known",
        "send Transfer-Encoding: chunked, or Content-Length";
    CodingRepeated => BAD_REQUEST, "RFC 9112 §6.1", "chunked is applied more than once",
        "send Transfer-Encoding: chunked once";
    ExpectationUnknown => EXPECTATION_FAILED, "RFC 9110 §10.1.1", "the only expectation known here is 100-continue",
        "leave the Expect field out";

    LengthDoubled => BAD_GATEWAY, "RFC 9110 §8.6", "Content-Length says its number more than once",
        "send one Content-Length with one number";
    LengthForbidden => BAD_GATEWAY, "RFC 9110 §8.6", "a response with status 1xx or 204, or one that lets a CONNECT through, has no Content-Length",
        "leave Content-Length out";
    CodingForbidden => BAD_GATEWAY, "RFC 9112 §6.1", "a response with status 1xx or 204, or one that lets a CONNECT through, has no Transfer-Encoding",
        "leave Transfer-Encoding out";

    // Which response answers which request.
    ResponseUnasked => BAD_GATEWAY, "RFC 9112 §9.2", "octets came that no request waits for",
        "send one final response for each request, as long as its framing says";
    ResponseMissing => BAD_GATEWAY, "RFC 9112 §8", "the peer finished sending before its response began",
        "answer every request before closing the connection";

    // Chunked coding.
    ChunkSize => BAD_REQUEST, "RFC 9112 §7.1", "a chunk size is one or more hexadecimal digits",
        "begin each chunk with its size in hexadecimal and CR LF";
    ChunkSizeOverflow => BAD_REQUEST, "RFC 9112 §7.1", "the chunk size has more than 16 digits",
        "send smaller chunks";
    ChunkExtension => BAD_REQUEST, "RFC 9112 §7.1.1", "the chunk extension is malformed, or there are more than 8 KiB of them",
        "leave chunk extensions out";
    ChunkLineEnd => BAD_REQUEST, "RFC 9112 §7.1", "CR LF must stand here in the chunked coding",
        "end the chunk size, the chunk data and the trailer lines with CR LF";
    ChunkDataLonger => BAD_REQUEST, "RFC 9112 §7.1", "the chunk is longer than its size said",
        "make the chunk size the number of octets in the chunk";
    TrailerField => BAD_REQUEST, "RFC 9112 §7.1.2", "a trailer line is not a field line",
        "write trailer fields as: Name: value";
    TrailerTooLarge => FIELDS_TOO_LARGE, "RFC 6585 §5", "the trailer section is longer than 8 KiB",
        "send fewer trailer fields";

    // What ran out.
    HeadIncomplete => BAD_REQUEST, "RFC 9112 §8", "the peer finished sending before CR LF CR LF came",
        "end the head with an empty line: CR LF CR LF";
    BodyIncomplete => BAD_REQUEST, "RFC 9112 §8", "the peer finished sending before the body was complete",
        "send as many octets as the framing announced";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_an_error_status_a_clause_and_a_remedy() {
        for &fault in Fault::ALL {
            let diagnosis = Diagnosis::new(fault, Span::octet(15), 0);
            assert!(matches!(diagnosis.status().class(), 4 | 5), "{fault:?}");
            assert!(diagnosis.rule().starts_with("RFC "), "{fault:?}");
            assert!(diagnosis.rule().contains('§'), "{fault:?}");
            for text in [diagnosis.what(), diagnosis.remedy()] {
                assert!(
                    !text.is_empty() && !text.ends_with('.'),
                    "{fault:?}: {text}"
                );
            }
        }
    }

    #[test]
    fn a_diagnosis_reads_as_one_line() {
        let first = Diagnosis::new(Fault::SpaceBeforeColon, Span::octet(20), 0);
        assert_eq!(
            first.to_string(),
            "white space stands between field name and colon (octet 20, RFC 9112 §5.1)"
        );
        let second = Diagnosis {
            span: Span::octet(120),
            message_at: 100,
            ..first
        };
        assert_eq!(
            second.to_string(),
            "white space stands between field name and colon (octet 120, 20 in this request, RFC 9112 §5.1)"
        );
    }
}
