//! Writes a session file: appends only, and whole chunks, so that whatever ends the program
//! ends the file at a place from which everything before can be read.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Seek, SeekFrom, Write};
use std::time::Duration;

use mcap::records::MessageHeader;
use mcap::{Compression, McapError, WriteOptions, Writer};
use schemars::schema_for;

use super::header::Header;
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
            Self::Io(error)
        } else {
            Self::Container(error)
        }
    }
}

/// Records a session into what it is given to write to.
pub struct Recorder<W: Write> {
    /// Gone after a failure: the container would try to end a file that takes nothing more.
    writer: Option<Writer<Forward<W>>>,
    channel: u16,
    started: Duration,
    masker: Option<Masker>,
    line: Vec<u8>,
    records: u64,
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
            .create(Forward::new(to))?;
        writer.write_metadata(&header.to_metadata())?;
        let schema = schema_for!(wire::Record<'static>);
        let schema = schema.as_value().to_string();
        let schema = writer.add_schema("glassport.Record", "jsonschema", schema.as_bytes())?;
        let channel = writer.add_channel(schema, "records", "json", &BTreeMap::new())?;
        let started = header
            .started
            .duration_since(std::time::SystemTime::UNIX_EPOCH);
        let mut recorder = Self {
            writer: Some(writer),
            channel,
            started: started.unwrap_or_default(),
            masker: redaction.map(Masker::new),
            line: Vec::new(),
            records: 0,
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
        self.line.clear();
        serde_json::to_writer(&mut self.line, &wire::Record::from(record))
            .map_err(|error| McapError::Io(error.into()))?;
        let line = std::mem::take(&mut self.line);
        let written = self.append_message(record.seq, record.at, &line);
        self.line = line;
        written
    }

    fn append_message(
        &mut self,
        seq: u64,
        at: Duration,
        message: &[u8],
    ) -> Result<(), RecordError> {
        let time = self.started.saturating_add(at).as_nanos();
        let time = u64::try_from(time).unwrap_or(u64::MAX);
        let header = MessageHeader {
            channel_id: self.channel,
            // A message counts in 32 bits; `seq` in the record in 64.
            sequence: u32::try_from(seq & u64::from(u32::MAX)).unwrap_or_default(),
            log_time: time,
            publish_time: time,
        };
        self.write(|writer| writer.write_to_known_channel(&header, message))?;
        self.records += 1;
        Ok(())
    }

    /// Appends what another version might write.
    #[cfg(test)]
    pub(super) fn append_raw(&mut self, message: &[u8]) {
        self.append_message(0, Duration::ZERO, message).unwrap();
    }

    /// Writes what was appended: from here on it survives the end of the program.
    ///
    /// # Errors
    /// What the system says in writing.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.write(Writer::flush)
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
        self.write(|writer| writer.finish().map(drop))?;
        let to = self.writer.take().map(Writer::into_inner);
        Ok(to.map_or(0, |to| to.position))
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
    position: u64,
}

impl<W> Forward<W> {
    fn new(to: W) -> Self {
        Self { to, position: 0 }
    }
}

impl<W: Write> Write for Forward<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let n = self.to.write(octets)?;
        self.position += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl<W> Seek for Forward<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Current(0) => Ok(self.position),
            SeekFrom::Start(_) | SeekFrom::End(_) | SeekFrom::Current(_) => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }
}
