//! Layer 2: a drill, in which a client does on purpose what clients should not.
//!
//! A [`Drill`] is planned first, without a socket or a clock: [`Plan`] is the list of sends
//! that will be made. Then it is performed, and each call is printed with its return value,
//! octet for octet. It knows nothing of the server it talks to.

mod drill;
mod plan;
mod report;

pub use drill::{Content, Drill, LineEnd, Message, Request, Split};
pub use plan::{Plan, PlanError};

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use report::Report;

use crate::client::{self, End, PeerError};

/// A file to send is read up to this many octets; a longer one is refused.
const LONGEST_FILE: u64 = 4 << 20;

/// Why a drill did not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file with the octets cannot be read.
    #[error("{path}: {1}", path = .0.display())]
    File(PathBuf, #[source] io::Error),
    /// The drill would go out of bounds.
    #[error(transparent)]
    Plan(PlanError),
    /// There is no such peer, or it may not be drilled.
    #[error(transparent)]
    Peer(PeerError),
    /// What happened cannot be printed.
    #[error("output: {0}")]
    Output(#[source] io::Error),
}

impl Error {
    /// Whether it is the command line that has to change.
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Plan(_) | Self::Peer(PeerError::Remote(..)))
    }
}

/// Whether the drill went as it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every connection ended in order, or the way it was asked to.
    AsPlanned,
    /// One could not be made, was reset by the peer, or did not end in time.
    Otherwise,
}

/// Performs a drill, `repeat` times, and prints what happens.
pub fn run(drill: &Drill, out: &mut impl Write) -> Result<Outcome, Error> {
    let octets = match &drill.message {
        Message::Request(request) => request.pipelined(drill.pipeline),
        Message::File(path) => read(path)
            .map_err(|error| Error::File(path.clone(), error))?
            .repeat(drill.pipeline),
    };
    let plan = Plan::new(&octets, drill.split, drill.delay, drill.ending).map_err(Error::Plan)?;
    let addresses = drill.peer.addresses(drill.remote).map_err(Error::Peer)?;
    let mut outcome = Outcome::AsPlanned;
    for number in 1..=drill.repeat {
        let mut report = Report::new(&mut *out);
        if drill.repeat > 1 {
            report
                .connection(number, drill.repeat)
                .map_err(Error::Output)?;
        }
        let script = plan.script(drill.wait);
        let end = client::perform(&addresses, &script, &mut |at, did| report.tell(at, did))
            .map_err(Error::Output)?;
        if !matches!(end, End::PeerFinished | End::WeReset) {
            outcome = Outcome::Otherwise;
        }
    }
    Ok(outcome)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(path)?
        .take(LONGEST_FILE + 1)
        .read_to_end(&mut octets)?;
    if octets.len() as u64 > LONGEST_FILE {
        let text = "longer than the 4 MiB a drill sends";
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(octets)
}
