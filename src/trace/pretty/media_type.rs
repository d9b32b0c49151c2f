//! What a Content-Type says (RFC 9110 §8.3.1).

/// A media type and its charset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MediaType {
    /// Type and subtype, in small letters.
    essence: String,
    charset: Option<String>,
}

impl MediaType {
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            let is_it = name.trim().eq_ignore_ascii_case("charset");
            is_it.then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        Self { essence, charset }
    }

    pub(super) fn charset(&self) -> Option<&str> {
        self.charset.as_deref()
    }

    pub(super) fn is_form(&self) -> bool {
        self.essence == "application/x-www-form-urlencoded"
    }

    pub(super) fn is_json(&self) -> bool {
        self.essence == "application/json"
            || self.essence.ends_with("+json")
            || self.essence.ends_with("ndjson")
    }

    pub(super) fn is_text(&self) -> bool {
        self.essence.starts_with("text/")
            || self.essence.ends_with("+xml")
            || matches!(
                self.essence.as_str(),
                "application/xml" | "application/javascript"
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charset_may_be_quoted_and_names_have_no_case() {
        let parsed = MediaType::parse("Text/HTML ; x=1; Charset=\"UTF-8\"");
        assert_eq!(parsed.charset(), Some("utf-8"));
        assert!(parsed.is_text() && !parsed.is_json());
        assert_eq!(MediaType::parse("").charset(), None);
    }
}
