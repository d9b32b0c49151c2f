//! Which exchanges belong together: a page, and what it had the browser fetch, as the fields
//! Sec-Fetch-* and Referer tell (fetch.spec.whatwg.org; RFC 9110 §10.1.3).

use std::time::Duration;

use super::exchange::{Exchange, ExchangeId};
use super::store::Trace;
use crate::http::RequestHead;

/// How many exchanges before one are looked through for what has referred to it.
const BEFORE: usize = 256;
/// A style sheet refers to its font, and the page to the style sheet.
const STEPS: usize = 4;

/// A page and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageLoad {
    pub(crate) requests: u64,
    pub(crate) octets: u64,
    /// From the first octet of its request to the last of what it had fetched.
    pub(crate) begin: Duration,
    pub(crate) end: Duration,
}

impl Trace {
    /// The page that an exchange was made for; itself, if it is one.
    pub(crate) fn page_of(&self, id: ExchangeId) -> Option<ExchangeId> {
        let mut at = self.exchanges.iter().rposition(|&known| known == id)?;
        for _ in 0..STEPS {
            let here = *self.exchanges.get(at)?;
            let head = self.exchange(here)?.head.as_deref()?;
            if is_page(head) {
                return Some(here);
            }
            at = self.referrer(at, head)?;
        }
        None
    }

    /// Where the exchange stands that an exchange at `at` names in its Referer.
    fn referrer(&self, at: usize, head: &RequestHead) -> Option<usize> {
        let (authority, target) = parts(head.value("referer")?)?;
        let before = self
            .exchanges
            .iter()
            .enumerate()
            .take(at)
            .rev()
            .take(BEFORE);
        let mut found = before.filter(|&(_, &id)| {
            let head = self.exchange(id).and_then(|it| it.head.as_deref());
            head.is_some_and(|head| {
                head.target_octets() == target && head.value("host") == Some(authority)
            })
        });
        found.next().map(|(at, _)| at)
    }

    /// What a page came to; `None` where it had nothing fetched.
    pub(crate) fn page_load(&self, page: ExchangeId) -> Option<PageLoad> {
        let at = self.exchanges.iter().rposition(|&known| known == page)?;
        let mut load: Option<PageLoad> = None;
        for &id in self.exchanges.iter().skip(at).take(BEFORE) {
            if id != page && self.page_of(id) != Some(page) {
                continue;
            }
            let Some(exchange) = self.exchange(id) else {
                continue;
            };
            let (begin, end) = exchange.extent()?;
            let load = load.get_or_insert(PageLoad {
                requests: 0,
                octets: 0,
                begin,
                end,
            });
            load.requests += 1;
            load.octets = load.octets.saturating_add(exchange.content_sent());
            load.begin = load.begin.min(begin);
            load.end = load.end.max(end);
        }
        load.filter(|load| load.requests > 1)
    }
}

impl Exchange {
    /// From its first octet to its last, as far as is known.
    pub(crate) fn extent(&self) -> Option<(Duration, Duration)> {
        let times = self.times;
        let begin = times.first.or(times.head)?;
        let end = [times.done, times.responding, times.complete, times.head];
        let end = end.into_iter().flatten().max().unwrap_or(begin);
        Some((begin, end.max(begin)))
    }

    /// The media type of its content, without parameters.
    pub(crate) fn media_type(&self) -> Option<&[u8]> {
        let head = &self.response.as_ref()?.head;
        let mut lines = head.split(|&octet| octet == b'\n');
        let value = lines.find_map(|line| {
            let (name, value) = line.split_at_checked(b"content-type:".len())?;
            name.eq_ignore_ascii_case(b"content-type:").then_some(value)
        })?;
        let essence = value.split(|&octet| octet == b';').next()?;
        Some(essence.trim_ascii())
    }
}

/// Whether somebody went there: by what the browser says, and else by what it asks for.
fn is_page(head: &RequestHead) -> bool {
    match (head.value("sec-fetch-mode"), head.value("sec-fetch-dest")) {
        (Some(mode), _) if mode != b"navigate" => false,
        (_, Some(dest)) => dest == b"document",
        (Some(_), None) => true,
        (None, None) => {
            let accept = head.value("accept").unwrap_or_default();
            accept.starts_with(b"text/html")
        }
    }
}

/// The authority of an absolute URL, and what follows it.
fn parts(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = url
        .strip_prefix(b"http://")
        .or_else(|| url.strip_prefix(b"https://"))?;
    let slash = rest.iter().position(|&octet| octet == b'/')?;
    rest.split_at_checked(slash)
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::*;
    use crate::http::Status;

    #[test]
    fn a_page_and_what_it_had_fetched_belong_together() {
        let mut script = Script::new();
        script.accept(1).accept(2);
        let ask = |script: &mut Script, n, target: &str, more: &str| {
            let head = format!("GET {target} HTTP/1.1\r\nHost: x:1\r\n{more}\r\n");
            script.receive(n, &head).answer(n, Status::OK, 100);
        };
        ask(
            &mut script,
            1,
            "/p",
            "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
        );
        ask(
            &mut script,
            2,
            "/a.css",
            "Sec-Fetch-Mode: no-cors\r\nReferer: http://x:1/p\r\n",
        );
        ask(&mut script, 1, "/f.woff", "Referer: http://x:1/a.css\r\n");
        ask(&mut script, 1, "/other", "Referer: http://y/p\r\n");
        ask(
            &mut script,
            1,
            "/q",
            "Accept: text/html,*/*\r\nReferer: http://x:1/p\r\n",
        );
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let exchange = |connection, n| ExchangeId {
            connection: id(connection),
            n,
        };
        let page = exchange(1, 1);
        assert_eq!(trace.page_of(page), Some(page));
        assert_eq!(trace.page_of(exchange(2, 1)), Some(page));
        assert_eq!(trace.page_of(exchange(1, 2)), Some(page));
        assert_eq!(trace.page_of(exchange(1, 3)), None);
        assert_eq!(
            trace.page_of(exchange(1, 4)),
            Some(exchange(1, 4)),
            "a page of its own"
        );
        let load = trace.page_load(page).unwrap();
        assert_eq!((load.requests, load.octets), (3, 300));
        assert_eq!(
            load.end.saturating_sub(load.begin),
            Duration::from_millis(3)
        );
        assert_eq!(trace.page_load(exchange(1, 4)), None);
        assert_eq!(
            trace.exchange(page).unwrap().media_type(),
            Some(&b"text/html"[..])
        );
    }
}
