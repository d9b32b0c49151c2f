//! A sentence on each thing that happened, with its time and its connection.

use std::fmt::Write as _;
use std::time::SystemTime;

use super::{Cannot, Written};
use crate::event::{Event, Record, escape, shows_itself};
use crate::trace::Narrator;
use crate::units;

/// Tells these records, which are in the order of their times. What a peer sent is made
/// visible and harmless. No value of a field is in it.
///
/// # Errors
/// Nothing happened on any connection.
pub fn narrative(
    records: impl IntoIterator<Item = Record>,
    started: SystemTime,
) -> Result<Written, Cannot> {
    let mut narrator = Narrator::default();
    let started = units::exact_timestamp(started).unwrap_or_default();
    let head = format!("# times count from {started}\n");
    let mut text = head.clone();
    for record in records {
        let Event::Connection(id, _) = record.event else {
            continue;
        };
        if let Some(sentence) = narrator.tell(&record) {
            let at = record.at.as_secs_f64();
            let sentence = inert(&sentence);
            // Writing into memory does not fail.
            let _ = writeln!(text, "{at:>12.6}  {id}  {sentence}");
        }
    }
    if text == head {
        return Err(Cannot("nothing happened on any connection"));
    }
    Ok(Written::whole(text))
}

/// A sentence in which nothing acts on a terminal. What a peer sent was escaped in it already:
/// a backslash is one.
fn inert(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for character in sentence.chars() {
        if shows_itself(character) || character == '\\' {
            out.push(character);
        } else {
            out.push_str(&escape(character.encode_utf8(&mut [0; 4]).as_bytes()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::{Activity, Sampled};
    use crate::trace::script::Script;

    #[test]
    fn each_thing_is_told_once_and_escaped_once() {
        let mut script = Script::new();
        script.accept(1);
        let octets = b"a\\b\x1b".as_slice().into();
        script.note(1, Activity::Content { octets });
        let told = |records: &[Record]| {
            let records = records.iter().cloned();
            let written = narrative(records, SystemTime::UNIX_EPOCH).unwrap();
            String::from_utf8(written.octets).unwrap()
        };
        let before = told(&script.records);
        assert!(before.contains("a\\b·"), "{before}");
        assert!(!before.contains('\u{1b}'));
        // That the kernel was asked is no second time that something happened.
        script.note(1, Activity::Sampled(Sampled::default().into()));
        script.note(1, Activity::Sampled(Sampled::default().into()));
        assert_eq!(told(&script.records), before);
        assert_eq!(script.now, Duration::ZERO);
    }
}
