//! What a whole run came to, for the terminal that is left behind.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::format;
use super::store::Trace;
use crate::event::escape;

impl Trace {
    /// What the whole run came to: a few lines of text.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = self.summarise(&mut text);
        text
    }

    fn summarise(&self, text: &mut String) -> fmt::Result {
        let totals = self.totals;
        writeln!(
            text,
            "{}, {}, {} in, {} out",
            format::plural(totals.connections, "connection"),
            format::plural(totals.requests(), "request"),
            format::size(totals.received),
            format::size(totals.sent),
        )?;
        let mut classes = Vec::new();
        for (class, &n) in totals.statuses.iter().enumerate() {
            if n > 0 {
                classes.push(format!("{class}xx {}", format::count(n)));
            }
        }
        if !classes.is_empty() {
            writeln!(text, "answered {}", classes.join(", "))?;
        }
        self.slowest(text)?;
        if totals.refused > 0 {
            writeln!(
                text,
                "{} refused",
                format::plural(totals.refused, "request")
            )?;
            let mut known = 0;
            for (what, times) in self.refusals() {
                writeln!(text, "  {} × {what}", format::count(times))?;
                known += times;
            }
            let unknown = totals.refused.saturating_sub(known);
            if unknown > 0 {
                writeln!(text, "  {} × why is not kept", format::count(unknown))?;
            }
        }
        self.cut_off(text)?;
        if totals.left_out > 0 {
            let records = format::plural(totals.left_out, "record");
            writeln!(text, "{records} counted and not shown")?;
        }
        if self.evicted > 0 {
            let connections = format::plural(self.evicted, "connection");
            writeln!(text, "{connections} no longer kept, to save memory")?;
        }
        Ok(())
    }

    /// The answers that did not go out whole, by what cut them off.
    fn cut_off(&self, text: &mut String) -> fmt::Result {
        let mut by: BTreeMap<_, (u64, _)> = BTreeMap::new();
        for connection in self.connections.values() {
            let Some(cut_off) = connection.cut_off_last() else {
                continue;
            };
            let words = cut_off.words();
            by.entry(cut_off.by).or_insert((0, words)).0 += 1;
        }
        let all: u64 = by.values().map(|(n, _)| n).sum();
        if all == 0 {
            return Ok(());
        }
        writeln!(text, "{} cut off", format::plural(all, "answer"))?;
        for (by, (n, first)) in by {
            let such = if n == 1 { "" } else { "such as " };
            writeln!(text, "  {} × {by} ({such}{first})", format::count(n))?;
        }
        Ok(())
    }

    fn slowest(&self, text: &mut String) -> fmt::Result {
        let exchanges = self.connections.values().flat_map(|connection| {
            connection
                .exchanges
                .iter()
                .map(move |exchange| (connection, exchange))
        });
        let done = exchanges.filter_map(|(connection, e)| Some((e.done?.took, connection.id, e)));
        let Some((took, id, exchange)) = done.max_by_key(|(took, ..)| *took) else {
            return Ok(());
        };
        let request = match (&exchange.head, exchange.refusal) {
            (Some(head), _) => escape(head.request_line()),
            (None, Some(_)) => "refused".into(),
            (None, None) => "detail left out".into(),
        };
        let all = self.totals.left_out == 0 && self.evicted == 0;
        let seen = if all { "" } else { " seen" };
        let took = format::took(took);
        writeln!(
            text,
            "slowest answer{seen} {took}: {id}.{}, {request}",
            exchange.n
        )
    }

    /// Why requests were refused, the most frequent reason first.
    fn refusals(&self) -> Vec<(&'static str, u64)> {
        let mut reasons = BTreeMap::new();
        for connection in self.connections.values() {
            for refusal in connection.exchanges.iter().filter_map(|e| e.refusal) {
                *reasons.entry(refusal.what()).or_insert(0) += 1;
            }
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|&(_, times)| Reverse(times));
        reasons
    }
}
