//! What the term before the cursor can become: keys, and the values that have been seen.

use std::collections::BTreeSet;

use crate::event::escape;
use crate::trace::Trace;
use crate::trace::labels;
use crate::tui::model::filter::{Key, quoted};

/// How many values are offered.
const OFFERED: usize = 24;
/// How many exchanges are examined for values, from the newest.
const EXAMINED: usize = 4096;

/// Where the term before the cursor begins.
fn term_begin(before: &str) -> usize {
    let ends_term = |c: char| c.is_whitespace() || matches!(c, '|' | '(' | ')' | '!');
    let end = before.char_indices().rev().find(|&(_, c)| ends_term(c));
    end.map_or(0, |(at, c)| at + c.len_utf8())
}

/// Whether the word before the cursor is the beginning of a key.
pub(crate) fn may_become_key(before: &str) -> bool {
    let word = before.get(term_begin(before)..).unwrap_or_default();
    let word = word.to_ascii_lowercase();
    !word.is_empty() && Key::ALL.iter().any(|key| key.name().starts_with(&word))
}

/// Where the term before the cursor begins, and what may stand there instead.
pub(crate) fn candidates(before: &str, trace: &Trace) -> (usize, Vec<String>) {
    let begin = term_begin(before);
    let term = before.get(begin..).unwrap_or_default();
    let Some((name, value)) = term.split_once(':') else {
        let term = term.to_ascii_lowercase();
        let keys = Key::ALL.map(|key| format!("{}:", key.name()));
        return (
            begin,
            keys.into_iter()
                .filter(|key| key.starts_with(&term))
                .collect(),
        );
    };
    let wanted = Key::ALL.into_iter().find(|key| key.name() == name);
    let mut values = wanted.map(|key| seen(key, trace)).unwrap_or_default();
    let value = value.trim_start_matches('"').to_lowercase();
    values.retain(|seen| seen.to_lowercase().contains(&value));
    // What begins so comes first.
    values.sort_by_key(|seen| !seen.to_lowercase().starts_with(&value));
    let terms = values.into_iter().take(OFFERED);
    (
        begin,
        terms
            .map(|value| format!("{name}:{}", quoted(&value)))
            .collect(),
    )
}

/// The values of `key` that have been seen, in order.
fn seen(key: Key, trace: &Trace) -> Vec<String> {
    let exchanges = || {
        let newest = trace.exchanges.iter().rev().take(EXAMINED);
        newest.filter_map(|&id| trace.exchange(id))
    };
    let connections = || trace.connections.values().rev().take(EXAMINED);
    let mut values = BTreeSet::new();
    match key {
        Key::Method => {
            let heads = exchanges().filter_map(|exchange| exchange.head.as_ref());
            values.extend(heads.map(|head| escape(head.method_octets())));
        }
        Key::Path => {
            let heads = exchanges().filter_map(|exchange| exchange.head.as_ref());
            values.extend(heads.map(|head| escape(head.target_octets())));
        }
        Key::Status => {
            for status in exchanges().filter_map(crate::trace::Exchange::status) {
                values.insert(status.to_string());
                values.insert(format!("{}xx", status.class()));
            }
        }
        Key::Peer => {
            let peers = connections().filter_map(|connection| connection.peer);
            values.extend(peers.map(|peer| peer.to_string()));
        }
        Key::Source => {
            let sources = connections().filter_map(|connection| connection.source.as_deref());
            values.extend(sources.map(|source| escape(source.as_bytes())));
        }
        Key::State => values.extend(connections().map(|connection| labels::state_name(connection))),
        Key::Advice => values.extend(ADVICE.map(String::from)),
        Key::Text => {}
    }
    values.into_iter().collect()
}

/// Words that advice is likely to hold.
const ADVICE: [&str; 6] = [
    "no CR",
    "waiting",
    "pipelined",
    "closed",
    "refused",
    "left out",
];
