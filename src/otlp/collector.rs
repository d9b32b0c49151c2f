//! Where spans and counts go: a collector that is reached by HTTP.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ureq::Agent;
use ureq::http::HeaderMap;

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, and the longest wait it may ask for.
const ANSWER: u64 = 64 << 10;
const LONGEST: Duration = Duration::from_secs(300);

/// Where a collector is: `http://HOST[:PORT][/PATH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("https://") {
            return Err("TLS is not built in: a collector on this machine, reached by http://, can send on over TLS".into());
        }
        let uri: ureq::http::Uri = text.parse().map_err(|_| "this is no URL")?;
        let is_one = uri.scheme_str() == Some("http") && uri.host().is_some_and(|h| !h.is_empty());
        if !is_one || uri.query().is_some() {
            return Err("a collector is at http://HOST:PORT, port 4318 as a rule".into());
        }
        if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err("a collector is named without a user or a password".into());
        }
        Ok(Self(text.trim_end_matches('/').into()))
    }
}

/// What a collector says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is taken, but for so many.
    Taken { rejected: u64 },
    /// Not now: perhaps later, and not before so much time.
    Later(String, Option<Duration>),
    /// Never.
    Never(String),
}

/// Takes what is exported.
pub(super) trait Collector {
    /// Hands over the body of a request to one of the two paths.
    fn post(&mut self, path: &str, body: &[u8]) -> Answer;
}

/// A collector that is reached by HTTP.
#[derive(Debug)]
pub struct Http {
    base: String,
    agent: Agent,
}

impl Http {
    /// Nothing is connected yet.
    pub fn new(endpoint: &Endpoint) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("glassport/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            base: endpoint.0.clone(),
            agent: config.into(),
        }
    }
}

impl Collector for Http {
    fn post(&mut self, path: &str, body: &[u8]) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.base));
        let response = request
            .header("Content-Type", "application/json")
            .send(body);
        let mut response = match response {
            Ok(response) => response,
            Err(error) => return Answer::Later(format!("it is not there: {error}"), None),
        };
        let status = response.status().as_u16();
        let after = retry_after(response.headers());
        let body = response.body_mut().with_config().limit(ANSWER);
        answer(status, after, &body.read_to_vec().unwrap_or_default())
    }
}

/// What a status means (OTLP specification, "OTLP/HTTP Response").
fn answer(status: u16, after: Option<Duration>, body: &[u8]) -> Answer {
    match status {
        200..=299 => Answer::Taken {
            rejected: rejected(body),
        },
        429 | 502 | 503 | 504 => Answer::Later(format!("it answers {status}"), after),
        _ => Answer::Never(format!("it refuses what is sent: {status}")),
    }
}

/// How many it did not take (`partialSuccess`), where it says so.
fn rejected(body: &[u8]) -> u64 {
    let said: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let partial = said.get("partialSuccess");
    let fields = ["rejectedSpans", "rejectedDataPoints"];
    let mut counts = fields.iter().filter_map(|field| partial?.get(field));
    counts.next().map_or(0, |count| {
        let text = count.as_str().and_then(|text| text.parse().ok());
        text.or_else(|| count.as_u64()).unwrap_or(0)
    })
}

/// How long it asks to be left alone, in seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("retry-after")?.to_str().ok()?;
    let seconds = value.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_an_address_of_http() {
        for (text, base) in [
            ("http://localhost:4318", "http://localhost:4318"),
            ("http://localhost:4318/", "http://localhost:4318"),
            ("http://[::1]:1/otlp", "http://[::1]:1/otlp"),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), base);
        }
        for (text, clause) in [
            ("https://h:4318", "TLS"),
            ("localhost:4318", "http://HOST:PORT"),
            ("ftp://h", "http://HOST:PORT"),
            ("http://h?a", "http://HOST:PORT"),
            ("http://u:p@h", "password"),
            ("http://", "URL"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(error.contains(clause), "{text}: {error}");
        }
    }

    #[test]
    fn what_an_answer_means_follows_from_its_status() {
        let after = Some(Duration::from_secs(7));
        assert_eq!(answer(200, None, b"{}"), Answer::Taken { rejected: 0 });
        assert_eq!(
            answer(200, None, br#"{"partialSuccess":{"rejectedSpans":"3"}}"#),
            Answer::Taken { rejected: 3 }
        );
        for status in [429, 502, 503, 504] {
            assert!(matches!(answer(status, after, b""), Answer::Later(_, a) if a == after));
        }
        for status in [301, 400, 404, 500] {
            assert!(matches!(answer(status, after, b""), Answer::Never(_)));
        }
    }

    #[test]
    fn it_is_left_alone_for_as_long_as_it_asks_up_to_a_limit() {
        let wait = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", ureq::http::HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("99999999999"), Some(LONGEST));
        assert_eq!(wait("soon"), None);
    }
}
