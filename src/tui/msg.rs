//! Everything that can reach the dashboard, and everything it can ask for. It does not know
//! where messages come from.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEvent;

use super::background::Background;
use crate::event::{Ledger, Record, Totals};

/// What happened, as far as the dashboard is concerned.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// The terminal has this size now.
    Resize {
        /// In cells.
        width: u16,
        /// In cells.
        height: u16,
    },
    /// The terminal said what is behind the text.
    Background(Background),
    /// Something happened in the server.
    Record(Record),
    /// The exact counts, whenever they may have changed.
    Counts {
        /// Of everything since the start.
        totals: Totals,
        /// Of each open connection; empty when nothing was left out since the last time.
        ledgers: Vec<Arc<Ledger>>,
        /// When they were read.
        at: Duration,
    },
    /// Time passed that [`Model::next_tick`](super::Model::next_tick) asked for.
    Tick {
        /// Now.
        at: Duration,
    },
}

/// What the runtime is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Give the terminal back until the process is continued.
    Suspend,
    /// Draw every cell again.
    Redraw,
}
