//! Everything that can reach the dashboard, and everything it can ask for.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::event::Record;
use crate::http::Status;
use crate::trace::{Found, Wanted};
use crate::tui::model::audience::Audience;
use crate::tui::model::followed::Followed;
use crate::tui::model::lesson::Strip;
use crate::tui::theme::Background;

/// What happened, as far as the dashboard is concerned.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// This was pasted: one line without control characters.
    Paste(String),
    /// What became of an job.
    Report(Report),
    /// The terminal has this size now.
    Resize {
        /// In cells.
        width: u16,
        /// In cells.
        height: u16,
    },
    /// The terminal said what is behind the text.
    Background(Background),
    /// The terminal takes long to draw on.
    Slow,
    /// Something happened in the server.
    Record(Record),
    /// What the user's own editor made of a request, or why nothing came of it.
    Edited(Result<Vec<u8>, String>),
    /// What a lesson shows now.
    Lesson(Box<Strip>),
    /// What came of a [`Drive`], in a few words.
    Drove(String),
    /// Recording was asked for, and it is this time.
    AskToRecord(Duration),
    /// A part of a session was read again.
    Found(Found),
    /// Time passed that [`Model::next_tick`](crate::tui::Model::next_tick) asked for.
    Tick {
        /// Now.
        at: Duration,
    },
}

/// What the runtime is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Give the terminal back until the process is continued.
    Suspend,
    /// Draw every cell again.
    Redraw,
    /// Write this to the terminal, which takes it for what it is: nothing of it is drawn.
    Tell(Vec<u8>),
    /// Have the mouse reported, or leave it to the terminal.
    Mouse(bool),
    /// Give the terminal to the user's own editor, with these octets.
    EditOutside(Vec<u8>),
    /// Have this done by whoever can.
    Start(Job),
    /// Hold, step, or slow down connections.
    Drive(Drive),
    /// The lesson may go on.
    Cue,
    /// Have this part of a session read again.
    ReadAgain(Wanted),
    /// Say what time it is: a recording is to begin.
    AskToRecord,
}

/// A change of how connections are driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// Hold the selected connection, or release it.
    Hold,
    /// Hold every connection that is accepted from now on, or none.
    HoldNew,
    /// One step of the selected connection; one that is not held is held.
    Step,
    /// Slow motion, slower: the selected connection and new ones.
    Slower,
    /// Slow motion, faster.
    Faster,
    /// Ask for fewer octets in one `recv`: the selected connection and new ones.
    Smaller,
    /// Ask for more.
    Larger,
    /// Ask for so many.
    RecvSize(usize),
}

/// What the dashboard cannot do itself, as it knows no file and no socket. Each is done on
/// a thread of its own, and answered with a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Write a file.
    Save {
        /// Where.
        path: PathBuf,
        /// What.
        octets: Vec<u8>,
        /// Whether a file of this name may be replaced.
        replace: bool,
    },
    /// Record everything that happens from now on.
    Record {
        /// Into this new file.
        path: PathBuf,
        /// Whether secrets are masked.
        redact: bool,
    },
    /// End the recording.
    StopRecording,
    /// Send octets to a server, and read what it answers.
    Resend {
        /// The server.
        to: SocketAddr,
        /// What to send: octets, each with how long to wait before them.
        sends: Vec<(Duration, Vec<u8>)>,
    },
}

/// What became of an [`Job`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The file was written.
    Saved {
        /// Where, as a person finds it.
        path: PathBuf,
        /// How many octets.
        octets: usize,
    },
    /// There is a file of this name already, and nothing was written.
    Exists {
        /// The name.
        path: PathBuf,
        /// What was to be written.
        octets: Vec<u8>,
    },
    /// The connection was made, from here.
    Connected {
        /// Our end.
        local: SocketAddr,
    },
    /// The server answered; `None` when it closed the connection without a status.
    Answered(Option<Status>),
    /// How a recording goes.
    Recording(Recorded),
    /// Who follows on the page.
    Audience(Audience),
    /// How what follows everything that happens is doing.
    Followed(Followed),
    /// Something is well again: one clause.
    Done(String),
    /// It could not be done: one clause.
    Failed(String),
}

/// How a recording goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It has begun.
    Begun {
        /// The file.
        path: PathBuf,
    },
    /// So many octets are written.
    Written(u64),
    /// It ended as it was asked to: what it came to, as a clause.
    Ended(String),
    /// It ended before it was asked to: why, as a clause.
    Failed(String),
}
