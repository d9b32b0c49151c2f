//! What the operator wants said in responses beside what is computed for each of them.

use crate::http::HeadWriter;

/// Fields that are computed for each response, or belong to the connection. A wrong one would
/// make a peer misread where a message ends, or what it is.
const COMPUTED: &[&str] = &[
    "accept-ranges",
    "allow",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "etag",
    "keep-alive",
    "last-modified",
    "location",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A field line that is added to every response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnField {
    name: String,
    value: String,
}

impl OwnField {
    /// Reads `Name: value`. The error is a clause that says what is wrong with it.
    pub fn parse(line: &str) -> Result<Self, String> {
        let (name, value) = line
            .split_once(':')
            .ok_or("a field is written as 'Name: value'")?;
        // token, RFC 9110 §5.6.2.
        let is_token = |o: u8| o.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&o);
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(format!("{name:?} is no field name"));
        }
        if COMPUTED.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(format!("{name} is computed for each response"));
        }
        let value = value.trim_matches([' ', '\t']);
        // field-value, RFC 9110 §5.5, without the octets beyond ASCII that no two programs
        // read alike.
        let is_value = |o: u8| o.is_ascii_graphic() || matches!(o, b' ' | b'\t');
        if !value.bytes().all(is_value) {
            return Err(format!(
                "the value of {name} is not printable ASCII on one line"
            ));
        }
        Ok(Self {
            name: name.into(),
            value: value.into(),
        })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// What is said in responses beside what is computed for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// Added to every response; one of these stands in the place of ours of that name.
    pub own: Vec<OwnField>,
    /// How many seconds a file may be used without asking again; without it, it is asked for
    /// each time, so that a 304 is there to be seen.
    pub cache: Option<u32>,
    /// Whether pages of any other origin may read what is served. Never with credentials.
    pub cors: bool,
}

impl Fields {
    /// Whether the operator says something else under this name.
    pub(super) fn replace(&self, name: &str) -> bool {
        self.own.iter().any(|field| field.is(name))
    }

    /// Writes the operator's own fields, but for those of the names `kept`.
    pub(super) fn write(&self, head: &mut HeadWriter<'_>, kept: &[&str]) {
        for field in &self.own {
            if !kept.iter().any(|name| field.is(name)) {
                head.field(&field.name, &field.value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_a_name_and_a_value() {
        let field = OwnField::parse("X-Robots-Tag:\t noindex, nofollow ").unwrap();
        assert_eq!(field.name, "X-Robots-Tag");
        assert_eq!(field.value, "noindex, nofollow");
        assert_eq!(OwnField::parse("X:").unwrap().value, "");
        assert_eq!(OwnField::parse("X: a:b").unwrap().value, "a:b");
    }

    #[test]
    fn what_would_break_or_contradict_a_response_is_refused() {
        for line in [
            "",
            "X",
            ": x",
            "X : x",
            " X: x",
            "X\r\nY: x",
            "X: a\r\nY: b",
            "X: a\nb",
            "X: \0",
            "X: \x1b[31m",
            "X: caf\u{e9}",
            "Content-Length: 5",
            "transfer-encoding: chunked",
            "CONNECTION: close",
            "Date: x",
            "ETag: \"x\"",
            "Last-Modified: x",
            "Content-Range: bytes 0-1/2",
            "Content-Type: text/html",
            "Location: /",
        ] {
            let sentence = OwnField::parse(line).unwrap_err();
            assert!(!sentence.contains(['\r', '\n', '\0', '\x1b']), "{sentence}");
        }
    }
}
