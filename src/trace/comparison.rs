//! Two exchanges side by side: what each has of the same.

use super::cause;
use super::connection::Connection;
use super::exchange::Exchange;
use super::format;
use crate::event::escape;

/// One thing that both may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Pair {
    /// Whether that is a difference which says something.
    pub(crate) fn differs(&self) -> bool {
        self.before != self.after && !self.must_differ()
    }

    /// Whether it differs by time alone, and so of any two answers.
    pub(crate) fn must_differ(&self) -> bool {
        self.before != self.after && (self.name == TOOK || self.name.eq_ignore_ascii_case(DATE))
    }
}

const TOOK: &str = "took";
const DATE: &str = "Date";

/// Everything that both or one of them has, in the order it has it.
pub(crate) fn pairs(
    before: (&Connection, &Exchange),
    after: (&Connection, &Exchange),
) -> Vec<Pair> {
    let (ours, theirs) = (told(before), told(after));
    let mut left = theirs.clone();
    let mut pairs: Vec<Pair> = Vec::new();
    for (name, value) in ours {
        let at = left.iter().position(|(other, _)| *other == name);
        let after = at.map(|at| left.remove(at).1);
        pairs.push(Pair {
            name,
            before: Some(value),
            after,
        });
    }
    // What only the other has stands where the other has it.
    for (index, (name, value)) in theirs.into_iter().enumerate() {
        if let Some(at) = left
            .iter()
            .position(|it| *it == (name.clone(), value.clone()))
        {
            left.remove(at);
            pairs.insert(
                index.min(pairs.len()),
                Pair {
                    name,
                    before: None,
                    after: Some(value),
                },
            );
        }
    }
    pairs
}

/// What an exchange has, by name.
fn told((connection, exchange): (&Connection, &Exchange)) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let mut say = |name: &str, value: String| told.push((name.to_owned(), value));
    if let Some(line) = connection.first_line(exchange) {
        say("request", escape(line.strip_suffix(b"\r").unwrap_or(&line)));
    }
    if let Some(response) = &exchange.response {
        let mut rows = response.head.split(|&octet| octet == b'\n');
        let first = rows.next().unwrap_or_default();
        say("answer", escape(first.trim_ascii_end()));
        if let Some(why) = cause::reason(exchange) {
            say("because", why);
        }
        for row in rows
            .map(<[u8]>::trim_ascii_end)
            .filter(|row| !row.is_empty())
        {
            let mut parts = row.splitn(2, |&octet| octet == b':');
            let name = escape(parts.next().unwrap_or_default());
            say(&name, escape(parts.next().unwrap_or_default().trim_ascii()));
        }
        let sent = match connection.cut_off_answer(exchange) {
            Some(cut_off) => format!("{}, cut off {}", cut_off.part(), cut_off.by),
            None => format::plural(exchange.content_sent(), "octet"),
        };
        say("content", sent);
    }
    if let Some(done) = exchange.done {
        say(TOOK, format::took(done.took));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::http::Status;

    #[test]
    fn what_both_have_stands_together_and_what_differs_is_known() {
        let mut script = Script::new();
        script
            .accept(1)
            .receive(1, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        script.answer(1, Status::OK, 5);
        script
            .accept(2)
            .receive(2, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        script.answer(2, Status::NOT_FOUND, 5);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let of = |n| {
            let connection = &*trace.connections[&id(n)];
            (connection, connection.exchanges.back().unwrap())
        };
        let pairs = pairs(of(1), of(2));
        let told: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.name.as_str(), pair.differs()))
            .collect();
        assert_eq!(
            told,
            [
                ("request", true),
                ("answer", true),
                ("because", true),
                ("Content-Type", false),
                ("Content-Length", false),
                ("content", false),
                ("took", false),
            ]
        );
        assert_eq!(pairs[2].before, None);
    }

    #[test]
    fn when_an_answer_was_made_is_no_difference() {
        let pair = |name: &str, after: &str| Pair {
            name: name.into(),
            before: Some("Thu, 01 Jan 1970 00:00:00 GMT".into()),
            after: Some(after.into()),
        };
        let later = "Thu, 01 Jan 1970 00:00:01 GMT";
        let date = pair("date", later);
        assert_eq!((date.differs(), date.must_differ()), (false, true));
        let other = pair("Last-Modified", later);
        assert_eq!((other.differs(), other.must_differ()), (true, false));
        let same = pair("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!((same.differs(), same.must_differ()), (false, false));
    }
}
