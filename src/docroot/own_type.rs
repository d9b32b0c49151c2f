//! Media types that the operator gives to names (`--mime`).

/// The media type of every file whose name ends in a dot and an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnType {
    /// Without the dot in front.
    extension: String,
    media_type: String,
}

impl OwnType {
    /// Reads `EXT=TYPE`. The error is a clause that says what is wrong with it.
    pub fn parse(rule: &str) -> Result<Self, String> {
        let (extension, media_type) = rule
            .split_once('=')
            .ok_or("a media type is given as EXT=TYPE, such as glsl=text/plain")?;
        let extension = extension.strip_prefix('.').unwrap_or(extension);
        if extension.is_empty() || extension.contains(['/', '\0']) {
            return Err(format!("{extension:?} is no end of a file name"));
        }
        let media_type = media_type.trim();
        if !is_media_type(media_type) {
            return Err(format!(
                "{media_type:?} is no media type, such as text/plain or text/html; charset=utf-8"
            ));
        }
        Ok(Self {
            extension: extension.into(),
            media_type: media_type.into(),
        })
    }

    pub(super) fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Whether a file of this name has the extension, and a name in front of it.
    pub(super) fn is_of(&self, name: &[u8]) -> bool {
        let end = self.extension.as_bytes();
        let start = name.len().checked_sub(end.len());
        start
            .and_then(|start| name.split_at_checked(start))
            .is_some_and(|(start, tail)| {
                start.len() > 1 && start.ends_with(b".") && tail.eq_ignore_ascii_case(end)
            })
    }
}

/// `media-type = type "/" subtype parameters` (RFC 9110 §8.3.1).
fn is_media_type(text: &str) -> bool {
    let mut parts = text.split(';');
    let named = parts
        .next()
        .and_then(|name| name.trim_end().split_once('/'))
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    named && parts.map(str::trim).all(is_parameter)
}

/// `parameter = parameter-name "=" parameter-value` (RFC 9110 §5.6.6), or nothing. A quoted
/// value has neither quotes nor semicolons in it here.
fn is_parameter(text: &str) -> bool {
    let value = |value: &str| {
        let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let is_text = |o: u8| (o.is_ascii_graphic() || o == b' ') && o != b'"' && o != b'\\';
        quoted.map_or_else(|| is_token(value), |inner| inner.bytes().all(is_text))
    };
    let pair = text.split_once('=');
    text.is_empty() || pair.is_some_and(|(name, v)| is_token(name) && value(v))
}

/// `token` (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let is_tchar = |o: u8| o.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&o);
    !text.is_empty() && text.bytes().all(is_tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_an_extension_and_a_media_type() {
        for (rule, extension, media_type) in [
            ("glsl=text/plain", "glsl", "text/plain"),
            (".glsl=text/plain", "glsl", "text/plain"),
            ("d.ts=text/plain", "d.ts", "text/plain"),
            (
                "a=text/html; charset=utf-8",
                "a",
                "text/html; charset=utf-8",
            ),
            (
                "a=text/html;charset=\"utf-8\"",
                "a",
                "text/html;charset=\"utf-8\"",
            ),
            ("a= application/vnd.x+json ", "a", "application/vnd.x+json"),
        ] {
            let own = OwnType::parse(rule).unwrap();
            assert_eq!((&*own.extension, own.media_type()), (extension, media_type));
        }
    }

    #[test]
    fn what_would_break_a_response_or_mean_nothing_is_refused() {
        for rule in [
            "",
            "glsl",
            "=text/plain",
            ".=text/plain",
            "a/b=text/plain",
            "a=",
            "a=text",
            "a=text/",
            "a=/plain",
            "a=text/plain/x",
            "a=text plain",
            "a=text/plain; charset",
            "a=text/plain; =x",
            "a=text/plain; a=\"x",
            "a=text/plain\r\nX: y",
            "a=text/pl\u{e9}in",
        ] {
            let sentence = OwnType::parse(rule).unwrap_err();
            assert!(!sentence.contains(['\r', '\n', '\x1b']), "{sentence}");
        }
    }
}
