//! Keys, the mouse and what is pasted, read on a thread of their own, which sleeps until there
//! are some, and ends when the terminal goes away.

use std::convert::Infallible;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::event::{Event, KeyEvent, MouseEvent};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::tui::terminal::keys::Parser;
use crate::tui::terminal::tty::Tty;
use crate::tui::theme::Background;

/// How many keys may wait to be looked at; more than that wait in the kernel.
const WAITING_KEYS: usize = 256;

/// What comes from the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key was pressed (or repeats).
    Key(KeyEvent),
    /// The terminal answered what is behind the text.
    Background(Background),
    /// Something was done with the mouse.
    Mouse(MouseEvent),
    /// This was pasted.
    Paste(String),
    /// There is no terminal any more.
    Gone,
}

/// The keyboard. Dropping it ends the reading, so that what is typed next is the shell's.
#[derive(Debug)]
pub(crate) struct Keyboard {
    keys: Receiver<Input>,
    _dropped_to_end: UnixStream,
}

impl Keyboard {
    pub(crate) fn open(tty: Arc<Tty>) -> io::Result<Self> {
        let (sender, keys) = bounded(WAITING_KEYS);
        let (end, dropped_to_end) = UnixStream::pair()?;
        thread::Builder::new().name("input".into()).spawn(move || {
            let Err(over) = read(&tty, &end, &sender);
            if over == Over::Gone {
                let _ = sender.send(Input::Gone);
            }
        })?;
        Ok(Self {
            keys,
            _dropped_to_end: dropped_to_end,
        })
    }

    pub(crate) fn receiver(&self) -> &Receiver<Input> {
        &self.keys
    }
}

/// Why there is nothing more to read.
#[derive(Debug, PartialEq, Eq)]
enum Over {
    /// The terminal went away.
    Gone,
    /// Nobody wants keys any more.
    Unwanted,
}

/// Reads until it is over.
fn read(tty: &Tty, end: &UnixStream, keys: &Sender<Input>) -> Result<Infallible, Over> {
    let mut parser = Parser::default();
    let mut octets = [0; 1024];
    loop {
        let mut complete = Vec::new();
        if !tty.is_taken() {
            // Somebody else has it, and what is typed is for them.
            parser = Parser::default();
            pause(end)?;
            continue;
        }
        if wait(tty, end, parser.patience())? == Wake::Octets {
            if !tty.is_taken() {
                continue;
            }
            match rustix::io::read(tty, &mut octets) {
                Ok(0) => return Err(Over::Gone),
                Ok(count) => parser.feed(octets.get(..count).unwrap_or_default(), |event| {
                    complete.extend(input(event));
                }),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return Err(Over::Gone),
            }
        } else {
            complete.extend(parser.nothing_follows().map(Input::Key));
        }
        if let Some(background) = parser.take_background() {
            complete.push(Input::Background(background));
        }
        if !tty.is_taken() {
            // It was meant for a screen that has been left: what is typed next is not.
            parser = Parser::default();
            continue;
        }
        for input in complete {
            keys.send(input).map_err(|_| Over::Unwanted)?;
        }
    }
}

fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => Some(Input::Key(key)),
        Event::Mouse(mouse) => Some(Input::Mouse(mouse)),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::FocusGained | Event::FocusLost | Event::Resize(..) => None,
    }
}

/// Why a wait ended.
#[derive(Debug, PartialEq, Eq)]
enum Wake {
    Octets,
    /// Nothing followed what is pending.
    Silence,
}

/// Lets a moment pass, unless nobody wants keys any more.
fn pause(end: &UnixStream) -> Result<(), Over> {
    const MOMENT: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 20_000_000,
    };
    match poll(&mut [PollFd::new(end, PollFlags::IN)], Some(&MOMENT)) {
        Ok(0) | Err(Errno::INTR) => Ok(()),
        Ok(_) | Err(_) => Err(Over::Unwanted),
    }
}

fn wait(tty: &Tty, end: &UnixStream, patience: Option<Duration>) -> Result<Wake, Over> {
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    loop {
        let mut both = [
            PollFd::new(tty, PollFlags::IN),
            PollFd::new(end, PollFlags::IN),
        ];
        match poll(&mut both, patience.as_ref()) {
            Ok(0) => return Ok(Wake::Silence),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return Err(Over::Gone),
        }
        let [keyboard, end] = both.map(|fd| fd.revents());
        if !end.is_empty() {
            return Err(Over::Unwanted);
        }
        // Looked at before any octets: a terminal that has gone can always be "read".
        if keyboard.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(Over::Gone);
        }
        if keyboard.contains(PollFlags::IN) {
            return Ok(Wake::Octets);
        }
    }
}
