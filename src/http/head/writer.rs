//! A response head, as octets.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::http::octet::{self, FIELD, TCHAR};
use crate::http::status::Status;

/// The interim response that asks for a body (RFC 9110 §15.2.1).
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Writes a response head: status-line, field lines, empty line (RFC 9112 §4).
///
/// Whatever a name or a value holds, it stays one field line: an octet that may not stand in
/// a field name is written as `-`, one that may not stand in a field value as `?`, so nothing
/// can be injected.
#[derive(Debug)]
pub struct HeadWriter<'a> {
    out: &'a mut Vec<u8>,
    /// Where the head begins.
    start: usize,
}

impl<'a> HeadWriter<'a> {
    /// Begins a head with `status` at the end of `out`.
    pub fn begin(out: &'a mut Vec<u8>, status: Status) -> Self {
        let start = out.len();
        let mut head = Self { out, start };
        head.out.extend_from_slice(b"HTTP/1.1 ");
        // Writing into memory does not fail.
        let _ = write!(head, "{:03} ", status.code());
        head.out.extend_from_slice(status.reason().as_bytes());
        head.line_end();
        head
    }

    /// What was written so far, from its status-line on.
    pub fn written(&self) -> &[u8] {
        self.out.get(self.start..).unwrap_or_default()
    }

    /// Adds field lines that were [written](Self::written) before.
    pub fn lines(&mut self, lines: &[u8]) -> &mut Self {
        self.out.extend_from_slice(lines);
        self
    }

    /// Adds a field line.
    pub fn field(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Self {
        self.name(name);
        self.clean(value.as_ref(), FIELD, b'?');
        self.line_end();
        self
    }

    /// Adds a field line whose value is formatted, such as a number or a date.
    pub fn field_fmt(&mut self, name: &str, value: fmt::Arguments<'_>) -> &mut Self {
        self.name(name);
        // Writing into memory does not fail.
        let _ = self.write_fmt(value);
        self.line_end();
        self
    }

    /// Adds Content-Length.
    pub fn content_length(&mut self, length: u64) -> &mut Self {
        self.field_fmt("Content-Length", format_args!("{length}"))
    }

    /// Ends the head with the empty line.
    pub fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }

    fn name(&mut self, name: &str) {
        self.clean(name.as_bytes(), TCHAR, b'-');
        self.out.extend_from_slice(b": ");
    }

    /// Adds octets, with `instead` in the place of those that are not of the class.
    fn clean(&mut self, octets: &[u8], class: u8, instead: u8) {
        if octets.iter().all(|&o| octet::is(o, class)) {
            self.out.extend_from_slice(octets);
            return;
        }
        let clean = |&o: &u8| if octet::is(o, class) { o } else { instead };
        self.out.extend(octets.iter().map(clean));
    }

    fn line_end(&mut self) {
        self.out.extend_from_slice(b"\r\n");
    }
}

impl Write for HeadWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.clean(text.as_bytes(), FIELD, b'?');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_status_line_field_lines_and_an_empty_line() {
        let mut out = b"before".to_vec();
        let mut head = HeadWriter::begin(&mut out, Status::NOT_FOUND);
        head.field("Content-Type", "text/plain").content_length(12);
        head.end();
        assert_eq!(out, b"beforeHTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n");
    }

    #[test]
    fn lines_that_were_written_can_be_written_again() {
        let mut out = b"before".to_vec();
        let mut head = HeadWriter::begin(&mut out, Status::OK);
        let from = head.written().len();
        head.field("A", "b").content_length(1);
        let lines = head.written()[from..].to_vec();
        assert_eq!(lines, b"A: b\r\nContent-Length: 1\r\n");
        let mut again = Vec::new();
        let mut head = HeadWriter::begin(&mut again, Status::OK);
        head.lines(&lines);
        head.end();
        assert_eq!(again, [&out[6..], b"\r\n"].concat());
    }

    #[test]
    fn nothing_can_be_injected_through_a_value() {
        let mut out = Vec::new();
        let mut head = HeadWriter::begin(&mut out, Status::OK);
        head.field("Location", "/a\r\nSet-Cookie: x\0")
            .field_fmt("X: y\r\nZ", format_args!("a\n{}", 1));
        head.end();
        assert_eq!(
            out,
            b"HTTP/1.1 200 OK\r\nLocation: /a??Set-Cookie: x?\r\nX--y--Z: a?1\r\n\r\n"
        );
    }
}
