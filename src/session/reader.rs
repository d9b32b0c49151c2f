//! Reads a session file from its beginning, record by record, whatever its end looks like.

use std::fmt;
use std::io::{self, Read};

use mcap::McapError;
use mcap::records::{Record as Entry, op};
use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReader, LinearReaderOptions};

use super::header::Header;
use super::input::Input;
use super::{PROFILE, message};
use crate::event::Record;

/// The longest entry of a file that is taken into memory, and the longest chunk, unpacked.
const ENTRY_LIMIT: usize = 64 << 20;
/// How much a file may unpack to, as a multiple of its octets; and what every file may.
const UNPACKED_TIMES: u64 = 400;
const UNPACKED_ALWAYS: u64 = 256 << 20;

/// Why a file is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no session file, or nothing of it is whole.
    #[error("this is no session recorded by glassport")]
    NoSession,
    /// It was written in a newer or older format than is read here.
    #[error("the session is in format {0}, and this glassport reads format {own}", own = super::FORMAT.0)]
    Version(String),
}

/// How what was read ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With the end of the session.
    Whole,
    /// In the middle: the recording was ended by force, or the file was cut off.
    CutOff,
    /// At something that cannot be read; what follows it is not.
    Damaged(String),
}

/// Where in a file a record is: where the chunk begins that holds it, and how many records of
/// that come before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    chunk: u64,
    taken: usize,
}

/// Reads records one after the other.
pub struct Reader<R> {
    source: Counted<R>,
    entries: Entries,
    header: Header,
    /// The records of the chunk that was unpacked last, the newest first.
    chunk: Vec<Record>,
    /// Where that chunk begins, and how many of its records were taken.
    at: At,
    unpacked: u64,
    skipped: u64,
    damaged_chunks: u64,
    end: Option<End>,
}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("header", &self.header)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Reader<R> {
    /// Opens a session.
    ///
    /// # Errors
    /// It is none, or one of another format, or cannot be read.
    pub fn open(source: R) -> Result<Self, OpenError> {
        let mut source = Counted { source, octets: 0 };
        let mut entries = Entries::new(LinearReaderOptions::default().with_emit_chunks(true));
        loop {
            let entry = match entries.next(&mut source) {
                Ok(Some(entry)) => entry,
                Err(McapError::Io(error)) => return Err(error.into()),
                Ok(None) | Err(_) => return Err(OpenError::NoSession),
            };
            match entry {
                Raw::Entry(Entry::Header(header)) if header.profile != PROFILE => {
                    return Err(OpenError::NoSession);
                }
                Raw::Entry(Entry::Metadata(metadata)) => {
                    if let Some(header) = Header::from_metadata(&metadata) {
                        return Ok(Self::with(source, entries, header?));
                    }
                }
                Raw::Chunk(_) => return Err(OpenError::NoSession),
                Raw::Entry(_) => {}
            }
        }
    }

    fn with(source: Counted<R>, entries: Entries, header: Header) -> Self {
        let chunk = entries.position;
        Self {
            source,
            entries,
            header,
            chunk: Vec::new(),
            at: At { chunk, taken: 0 },
            unpacked: 0,
            skipped: 0,
            damaged_chunks: 0,
            end: None,
        }
    }

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many records were not understood: a newer glassport wrote them.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// How many chunks could not be unpacked, or not to their end.
    pub fn damaged_chunks(&self) -> u64 {
        self.damaged_chunks
    }

    /// How it ended, once there are no more records.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Whether the next record was read already.
    pub(super) fn has_more_at_hand(&self) -> bool {
        !self.chunk.is_empty()
    }

    /// Where the record is that comes next.
    pub(super) fn at(&self) -> At {
        if self.chunk.is_empty() {
            let chunk = self.entries.position;
            return At { chunk, taken: 0 };
        }
        self.at
    }

    /// Where the record was that was taken last.
    pub(super) fn at_last(&self) -> At {
        let At { chunk, taken } = self.at;
        let taken = taken.saturating_sub(1);
        At { chunk, taken }
    }

    fn read_on(&mut self) {
        let chunk = self.entries.position;
        self.at = At { chunk, taken: 0 };
        match self.entries.next(&mut self.source) {
            Ok(Some(Raw::Chunk(chunk))) => self.unpack(&chunk),
            Ok(Some(Raw::Entry(Entry::DataEnd(_)))) => self.end = Some(End::Whole),
            Ok(Some(Raw::Entry(_))) => {}
            Ok(None) | Err(McapError::UnexpectedEof) => self.end = Some(End::CutOff),
            Err(error) => self.end = Some(End::Damaged(error.to_string())),
        }
    }

    /// Unpacks one chunk. One that is damaged is left out: the next is whole again.
    fn unpack(&mut self, chunk: &[u8]) {
        let options = LinearReaderOptions::default()
            .with_skip_start_magic(true)
            .with_skip_end_magic(true)
            .with_prevalidate_chunk_crcs(true);
        let mut entries = Entries::new(options);
        let allowed = self
            .source
            .octets
            .saturating_mul(UNPACKED_TIMES)
            .saturating_add(UNPACKED_ALWAYS);
        let mut source = chunk;
        loop {
            match entries.next(&mut source) {
                Ok(Some(Raw::Entry(Entry::Message { data, .. }))) => {
                    self.unpacked = self.unpacked.saturating_add(data.len() as u64);
                    if self.unpacked > allowed {
                        let why = "it unpacks to more than any recording does";
                        self.end = Some(End::Damaged(why.into()));
                        break;
                    }
                    self.skipped += message::read(&data, &mut self.chunk);
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    self.damaged_chunks += 1;
                    break;
                }
            }
        }
        self.chunk.reverse();
    }
}

impl Reader<Input> {
    /// Whether the file can be read again.
    pub(super) const fn is_kept(&self) -> bool {
        self.source.source.is_kept()
    }

    /// Another reading of the file, from a place on at which this one was. What it unpacks to
    /// is bounded anew.
    pub(super) fn again(&self, from: At) -> Option<Self> {
        let source = Counted {
            source: self.source.source.again(from.chunk)?,
            octets: from.chunk,
        };
        let options = LinearReaderOptions::default()
            .with_skip_start_magic(true)
            .with_emit_chunks(true);
        let mut entries = Entries::new(options);
        entries.position = from.chunk;
        let mut reader = Self::with(source, entries, self.header.clone());
        for _ in 0..from.taken {
            reader.next()?;
        }
        Some(reader)
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.chunk.pop() {
                self.at.taken += 1;
                return Some(record);
            }
            if self.end.is_some() {
                return None;
            }
            self.read_on();
        }
    }
}

/// One entry of the container, chunks as they are.
enum Raw {
    Chunk(Vec<u8>),
    Entry(Entry<'static>),
}

/// The entries of the container, one after the other.
struct Entries {
    reader: LinearReader,
    /// Where the next one begins.
    position: u64,
}

impl Entries {
    fn new(options: LinearReaderOptions) -> Self {
        let options = options.with_record_length_limit(ENTRY_LIMIT);
        Self {
            reader: LinearReader::new_with_options(options),
            position: mcap::MAGIC.len() as u64,
        }
    }

    fn next(&mut self, source: &mut impl Read) -> Result<Option<Raw>, McapError> {
        loop {
            let Some(event) = self.reader.next_event() else {
                return Ok(None);
            };
            let wanted = match event? {
                LinearReadEvent::Record {
                    data,
                    opcode: op::CHUNK,
                } => {
                    let chunk = framed(op::CHUNK, data);
                    self.position = self.position.saturating_add(chunk.len() as u64);
                    return Ok(Some(Raw::Chunk(chunk)));
                }
                LinearReadEvent::Record { data, opcode } => {
                    let length = FRAME.saturating_add(data.len() as u64);
                    self.position = self.position.saturating_add(length);
                    let entry = mcap::parse_record(opcode, data)?;
                    return Ok(Some(Raw::Entry(entry.into_owned())));
                }
                LinearReadEvent::ReadRequest(wanted) => wanted,
            };
            // Asked for in pieces: what a damaged file announces is not there.
            let room = self.reader.insert(wanted.min(1 << 20));
            let n = loop {
                match source.read(room) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read?,
                }
            };
            self.reader.notify_read(n);
        }
    }
}

/// What stands before an entry: its kind and its length.
const FRAME: u64 = 9;

/// An entry as it stands in a file: its kind, its length, itself.
fn framed(opcode: u8, data: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(data.len() + 9);
    framed.push(opcode);
    framed.extend((data.len() as u64).to_le_bytes());
    framed.extend(data);
    framed
}

/// Counts what was read.
struct Counted<R> {
    source: R,
    octets: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(room)?;
        self.octets += n as u64;
        Ok(n)
    }
}
