//! Writes a session file: appends only, and whole chunks, so that whatever ends the program
//! ends the file at a place from which everything before can be read.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use mcap::records::MessageHeader;
use mcap::{Compression, McapError, WriteOptions, Writer};
use schemars::schema_for;

use super::header::Header;
use super::message::Message;
use super::redact::{Masker, Redaction};
use super::{PROFILE, wire};
use crate::event::Record;

/// A chunk is written when it has this many octets, or earlier.
const CHUNK: u64 = 1 << 20;

/// Why nothing more is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be written.
    #[error(transparent)]
    Io(io::Error),
    /// The container does not take it.
    #[error(transparent)]
    Container(McapError),
}

impl From<McapError> for RecordError {
    fn from(error: McapError) -> Self {
        if let McapError::Io(error) = error {
            return Self::Io(error);
        }
        Self::Container(error)
    }
}

/// Records a session into what it is given to write to.
pub struct Recorder<W: Write> {
    /// Gone after a failure: the container would try to end a file that takes nothing more.
    writer: Option<Writer<Forward<W>>>,
    channel: u16,
    started: Duration,
    masker: Option<Masker>,
    /// What was appended since the last message.
    message: Message,
    messages: u32,
    records: u64,
    /// How many octets were written.
    position: Arc<AtomicU64>,
}

impl<W: Write> fmt::Debug for Recorder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Recorder<W> {
    /// Begins a file. With a `redaction`, what it names is masked in everything written.
    ///
    /// # Errors
    /// What the system says in writing.
    pub fn new(to: W, header: &Header, redaction: Option<Redaction>) -> Result<Self, RecordError> {
        let position = Arc::<AtomicU64>::default();
        let to = Forward {
            to,
            position: Arc::clone(&position),
        };
        let mut writer = WriteOptions::new()
            .profile(PROFILE)
            .library(concat!("glassport ", env!("CARGO_PKG_VERSION")))
            .compression(Some(Compression::Zstd))
            .compression_level(1)
            // Chunks are compressed by the recorder's own thread.
            .compression_threads(0)
            .chunk_size(Some(CHUNK))
            .emit_message_indexes(false)
            .disable_seeking(true)
            .create(to)?;
        writer.write_metadata(&header.to_metadata())?;
        let schema = schema_for!(Vec<wire::Record<'static>>);
        let schema = schema.as_value().to_string();
        let schema = writer.add_schema("glassport.Records", "jsonschema", schema.as_bytes())?;
        let channel = writer.add_channel(schema, "records", "json", &BTreeMap::new())?;
        let started = header
            .started
            .duration_since(std::time::SystemTime::UNIX_EPOCH);
        let mut recorder = Self {
            writer: Some(writer),
            channel,
            started: started.unwrap_or_default(),
            masker: redaction.map(Masker::new),
            message: Message::default(),
            messages: 0,
            records: 0,
            position,
        };
        recorder.flush()?;
        Ok(recorder)
    }

    /// Appends one record.
    ///
    /// # Errors
    /// What the system says in writing.
    pub fn append(&mut self, record: &Record) -> Result<(), RecordError> {
        let masked;
        let record = match &mut self.masker {
            Some(masker) => {
                masked = masker.mask(record);
                &masked
            }
            None => record,
        };
        if self.writer.is_none() {
            return Err(McapError::Io(io::ErrorKind::BrokenPipe.into()).into());
        }
        self.message
            .push(record)
            .map_err(|error| McapError::Io(error.into()))?;
        self.records += 1;
        if self.message.is_long() {
            self.end_message()?;
        }
        Ok(())
    }

    /// Hands what was appended to the container.
    fn end_message(&mut self) -> Result<(), RecordError> {
        let mut message = std::mem::take(&mut self.message);
        let written = match message.end() {
            Some((at, octets)) => self.write_message(at, octets),
            None => Ok(()),
        };
        message.clear();
        self.message = message;
        written
    }

    fn write_message(&mut self, at: Duration, message: &[u8]) -> Result<(), RecordError> {
        let time = self.started.saturating_add(at).as_nanos();
        let time = u64::try_from(time).unwrap_or(u64::MAX);
        let header = MessageHeader {
            channel_id: self.channel,
            sequence: self.messages,
            log_time: time,
            publish_time: time,
        };
        self.messages = self.messages.wrapping_add(1);
        self.write(|writer| writer.write_to_known_channel(&header, message))
    }

    /// Appends what another version might write.
    #[cfg(test)]
    pub(super) fn append_raw(&mut self, message: &[u8]) {
        self.write_message(Duration::ZERO, message).unwrap();
    }

    /// What was appended since the last message.
    #[cfg(test)]
    pub(super) fn unwritten(&self) -> &[u8] {
        self.message.octets()
    }

    /// Writes what was appended: from here on it survives the end of the program.
    ///
    /// # Errors
    /// What the system says in writing.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.end_message()?;
        self.write(Writer::flush)
    }

    /// How many octets were written.
    pub fn octets(&self) -> u64 {
        self.position.load(Relaxed)
    }

    /// How many records were appended.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Ends the file with its summary, and says how many octets it has.
    ///
    /// # Errors
    /// What the system says in writing.
    pub fn finish(mut self) -> Result<u64, RecordError> {
        self.end_message()?;
        self.write(|writer| writer.finish().map(drop))?;
        self.abandon();
        Ok(self.octets())
    }

    /// After a failure nothing more is written: what came before it can be read.
    fn write(
        &mut self,
        write: impl FnOnce(&mut Writer<Forward<W>>) -> Result<(), McapError>,
    ) -> Result<(), RecordError> {
        let Some(writer) = &mut self.writer else {
            return Err(McapError::Io(io::ErrorKind::BrokenPipe.into()).into());
        };
        write(writer).map_err(|error| {
            self.abandon();
            error.into()
        })
    }

    fn abandon(&mut self) {
        // Taken out, it does not try to end the file when it is dropped.
        drop(self.writer.take().map(Writer::into_inner));
    }
}

impl<W: Write> Drop for Recorder<W> {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// A writer that knows where it is, and goes only forward: what the container asks of a file
/// that is appended to or piped.
struct Forward<W> {
    to: W,
    position: Arc<AtomicU64>,
}

impl<W: Write> Write for Forward<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let n = self.to.write(octets)?;
        self.position.fetch_add(n as u64, Relaxed);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl<W> Seek for Forward<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Current(0) => Ok(self.position.load(Relaxed)),
            SeekFrom::Start(_) | SeekFrom::End(_) | SeekFrom::Current(_) => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }
}
