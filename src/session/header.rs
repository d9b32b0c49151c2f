//! What a session file says of itself before its first record.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use mcap::records::Metadata;

use super::{FORMAT, OpenError};

/// The name of the metadata record that holds it.
const NAME: &str = "glassport.session";

/// What one `recv` asks for where nothing was said.
const RECV_SIZE: usize = 16_384;

/// What a session file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// When the session started, on the wall clock: what the times of records count from.
    pub started: SystemTime,
    /// The program that wrote it, with its version.
    pub program: String,
    /// What was served, as the dashboard's header says it.
    pub serving: String,
    /// Whether secrets were masked.
    pub redacted: bool,
    /// How many octets of the content of each response were recorded at most.
    pub bodies: u64,
    /// How many octets one `recv` asked for.
    pub recv_size: usize,
    /// How long a head might take; `None` for any time.
    pub head_timeout: Option<Duration>,
    /// How long a connection might stay without a request; `None` for any time.
    pub idle_timeout: Option<Duration>,
    /// Whether a bare LF ended a line.
    pub accept_lf: bool,
    /// Whether a connection that waited for octets rested without a thread.
    pub rests: bool,
}

impl Header {
    /// What is said, as JSON.
    pub fn to_json(&self) -> String {
        // A map of texts is always JSON.
        serde_json::to_string(&self.to_pairs()).unwrap_or_default()
    }

    /// What was said as JSON.
    ///
    /// # Errors
    /// It says nothing of a session, or of one in a major version that is not read here.
    pub fn from_json(json: &[u8]) -> Result<Self, OpenError> {
        let pairs = serde_json::from_slice(json).map_err(|_| OpenError::NoSession)?;
        Self::from_pairs(&pairs)
    }

    /// The metadata record that is written.
    pub(super) fn to_metadata(&self) -> Metadata {
        Metadata {
            name: NAME.into(),
            metadata: self.to_pairs(),
        }
    }

    fn to_pairs(&self) -> BTreeMap<String, String> {
        let started = self.started.duration_since(SystemTime::UNIX_EPOCH);
        let (major, minor) = FORMAT;
        let seconds = |time: Option<Duration>| time.map_or(0, |time| time.as_secs()).to_string();
        let pairs = [
            ("format", format!("{major}.{minor}")),
            (
                "started",
                started.unwrap_or_default().as_nanos().to_string(),
            ),
            ("program", self.program.clone()),
            ("serving", self.serving.clone()),
            ("redacted", self.redacted.to_string()),
            ("record_bodies", self.bodies.to_string()),
            ("recv_size", self.recv_size.to_string()),
            ("head_timeout", seconds(self.head_timeout)),
            ("idle_timeout", seconds(self.idle_timeout)),
            ("accept_lf", self.accept_lf.to_string()),
            ("rests", self.rests.to_string()),
        ];
        pairs.map(|(key, value)| (key.into(), value)).into()
    }

    /// What a metadata record says; `None` where it is another one.
    ///
    /// # Errors
    /// The file is of a major version that is not read here.
    pub(super) fn from_metadata(metadata: &Metadata) -> Option<Result<Self, OpenError>> {
        (metadata.name == NAME).then(|| Self::from_pairs(&metadata.metadata))
    }

    fn from_pairs(pairs: &BTreeMap<String, String>) -> Result<Self, OpenError> {
        let text = |key: &str| pairs.get(key).cloned().unwrap_or_default();
        let format = text("format");
        let major = format.split('.').next().unwrap_or_default();
        match major.parse::<u32>() {
            Ok(major) if major == FORMAT.0 => {}
            Ok(_) => return Err(OpenError::Version(format)),
            Err(_) => return Err(OpenError::NoSession),
        }
        let seconds = |key: &str| match text(key).parse() {
            Ok(0) | Err(_) => None,
            Ok(seconds) => Some(Duration::from_secs(seconds)),
        };
        let started = Duration::from_nanos(text("started").parse().unwrap_or_default());
        Ok(Self {
            started: SystemTime::UNIX_EPOCH
                .checked_add(started)
                .unwrap_or(SystemTime::UNIX_EPOCH),
            program: text("program"),
            serving: text("serving"),
            redacted: text("redacted") == "true",
            bodies: text("record_bodies").parse().unwrap_or_default(),
            recv_size: text("recv_size").parse().unwrap_or(RECV_SIZE),
            head_timeout: seconds("head_timeout"),
            idle_timeout: seconds("idle_timeout"),
            accept_lf: text("accept_lf") == "true",
            rests: text("rests") == "true",
        })
    }
}
