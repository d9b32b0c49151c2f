//! Cookies as the archive lists them (RFC 6265 §4). Knows no exchange.

use super::format::Cookie;
use super::text::text;
use crate::units;

/// The cookies of one Cookie field.
pub(super) fn of_request(value: &[u8]) -> impl Iterator<Item = Cookie> {
    value
        .split(|&octet| octet == b';')
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = halves(pair);
            Cookie {
                name: text(name),
                value: text(value),
                ..Cookie::default()
            }
        })
}

/// The cookie of one Set-Cookie field.
pub(super) fn of_response(value: &str) -> Option<Cookie> {
    let mut parts = value.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        ..Cookie::default()
    };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "path" => cookie.path = Some(value.to_owned()),
            "domain" => cookie.domain = Some(value.to_owned()),
            "expires" => cookie.expires = date(value),
            "httponly" => cookie.http_only = Some(true),
            "secure" => cookie.secure = Some(true),
            "samesite" => cookie.same_site = Some(value.to_owned()),
            _ => {}
        }
    }
    Some(cookie)
}

/// A date of HTTP as one of the archive; nothing where it is neither.
fn date(value: &str) -> Option<String> {
    units::exact_timestamp(httpdate::parse_http_date(value).ok()?)
}

/// A pair at its first `=`; a pair without one is a value without a name.
fn halves(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|&octet| octet == b'=') {
        Some(equals) => {
            let (name, value) = pair.split_at_checked(equals).unwrap_or((pair, b""));
            (name, value.get(1..).unwrap_or_default())
        }
        None => (b"", pair),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_of_a_request_are_pairs() {
        let cookies: Vec<_> = of_request(b"sid=a=b; theme=dark;; alone; \xff=\x9b").collect();
        let pairs: Vec<_> = cookies
            .iter()
            .map(|c| (&c.name[..], &c.value[..]))
            .collect();
        let expected = [
            ("sid", "a=b"),
            ("theme", "dark"),
            ("", "alone"),
            ("\u{ff}", "\u{9b}"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_cookie_of_a_response_has_attributes() {
        let cookie = of_response(
            "sid=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; HttpOnly; SameSite=Lax",
        );
        let expected = Cookie {
            name: "sid".into(),
            value: "1".into(),
            path: Some("/".into()),
            expires: Some("2015-10-21T07:28:00.000Z".into()),
            http_only: Some(true),
            same_site: Some("Lax".into()),
            ..Cookie::default()
        };
        assert_eq!(cookie, Some(expected));
        assert_eq!(of_response("a=b; Expires=never").unwrap().expires, None);
        assert_eq!(of_response("no pair"), None);
    }
}
