//! The messages of a session where they go elsewhere than into a file: the same records, in the
//! same words.

use std::time::Duration;

use super::message;
use super::redact::{Masker, Redaction};
use crate::event::Record;

/// Writes records as messages.
#[derive(Debug)]
pub struct Messages {
    masker: Option<Masker>,
    message: message::Message,
    records: u64,
}

/// Records, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When the first of them happened, since the session started.
    pub first: Duration,
    /// How many there are.
    pub records: u64,
    /// A JSON array of them, one a line.
    pub octets: Vec<u8>,
}

impl Messages {
    /// With a `redaction`, what it names is masked in everything written.
    pub fn new(redaction: Option<Redaction>) -> Self {
        Self {
            masker: redaction.map(Masker::new),
            message: message::Message::default(),
            records: 0,
        }
    }

    /// Appends a record to the message that is written.
    ///
    /// # Errors
    /// It cannot stand in JSON.
    pub fn push(&mut self, record: &Record) -> serde_json::Result<()> {
        match &mut self.masker {
            Some(masker) => self.message.push(&masker.mask(record))?,
            None => self.message.push(record)?,
        }
        self.records += 1;
        Ok(())
    }

    /// Whether the message is long enough.
    pub fn is_long(&self) -> bool {
        self.message.is_long()
    }

    /// The message, and the next begins; `None` where there is no record in it.
    pub fn end(&mut self) -> Option<Message> {
        let ended = self.message.end();
        let message = ended.map(|(first, octets)| Message {
            first,
            records: std::mem::take(&mut self.records),
            octets: octets.to_vec(),
        });
        self.message.clear();
        message
    }
}

/// Reads the records of a message, and says how many were not understood.
pub fn read_message(octets: &[u8], into: &mut Vec<Record>) -> u64 {
    message::read(octets, into)
}
