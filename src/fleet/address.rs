//! Where a stream is: `redis://[USER[:PASSWORD]@]HOST[:PORT]/STREAM`.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// Where a stream of Redis is. It is shown without the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// All that stands before the stream.
    server: String,
    /// The same, as it can be shown.
    shown: String,
    stream: String,
}

impl Address {
    /// The server, as a URL, with the password.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// What the stream is called.
    pub(super) fn stream(&self) -> &str {
        &self.stream
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shown, self.stream)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("rediss://") {
            return Err("TLS is not built in: redis:// through a tunnel, such as stunnel or ssh -L, is as safe".into());
        }
        let Some(rest) = text.strip_prefix("redis://") else {
            return Err("an address is redis://HOST/STREAM".into());
        };
        let (server, stream) = rest.split_once('/').unwrap_or((rest, ""));
        let stream = percent_decode_str(stream).decode_utf8();
        let stream = stream.map_err(|_| "the stream's name is no text")?;
        if stream.is_empty() {
            return Err("name the stream behind the host: redis://HOST/STREAM".into());
        }
        let server = format!("redis://{server}");
        ::redis::Client::open(server.as_str()).map_err(|_| "HOST is no host, or PORT no port")?;
        let host = rest.split('/').next().unwrap_or_default();
        let shown = match host.rsplit_once('@') {
            None => server.clone(),
            Some((who, host)) => match who.split_once(':') {
                Some((user, _)) => format!("redis://{user}:***@{host}"),
                None => format!("redis://{who}@{host}"),
            },
        };
        Ok(Self {
            server,
            shown,
            stream: stream.into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_server_and_a_stream_and_hides_the_password() {
        for (text, server, stream, shown) in [
            ("redis://h/class", "redis://h", "class", "redis://h/class"),
            (
                "redis://u:p@h:1/a%2Fb",
                "redis://u:p@h:1",
                "a/b",
                "redis://u:***@h:1/a/b",
            ),
            (
                "redis://:p@[::1]:1/a",
                "redis://:p@[::1]:1",
                "a",
                "redis://:***@[::1]:1/a",
            ),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(
                (address.server(), address.stream()),
                (server, stream),
                "{text}"
            );
            assert_eq!(format!("{address} {address:?}"), format!("{shown} {shown}"));
        }
    }

    #[test]
    fn what_is_none_is_refused_in_a_clause() {
        for (text, clause) in [
            ("rediss://h/a", "TLS"),
            ("http://h/a", "redis://HOST/STREAM"),
            ("h", "redis://HOST/STREAM"),
            ("redis://h", "name the stream"),
            ("redis://h/", "name the stream"),
            ("redis://h:x/a", "PORT"),
            ("redis://h/%ff", "no text"),
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.contains(clause), "{text}: {error}");
        }
    }
}
