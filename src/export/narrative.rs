//! A sentence on each thing that happened, with its time and its connection.

use std::fmt::Write as _;
use std::time::SystemTime;

use super::{Cannot, Written};
use crate::event::{Event, Record, escape};
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
            let sentence = escape(sentence.as_bytes());
            // Writing into memory does not fail.
            let _ = writeln!(text, "{at:>12.6}  {id}  {sentence}");
        }
    }
    if text == head {
        return Err(Cannot("nothing happened on any connection"));
    }
    Ok(Written::whole(text))
}
