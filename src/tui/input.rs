//! Keys, read on a thread of their own.
//!
//! crossterm reads and parses; when to read is decided here, because crossterm spins at full
//! speed when its terminal goes away (crossterm#793), and reads of a burst of more than
//! 1024 octets only the first until another comes (its poll is edge-triggered).

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::terminal::Tty;

/// How many keys may wait to be looked at; more than that wait in the kernel.
const WAITING_KEYS: usize = 256;
/// How long crossterm gets to notice octets that are known to be there.
const NOTICE: Duration = Duration::from_millis(2);

/// What comes from the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key was pressed (or repeats).
    Key(KeyEvent),
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
            let Err(Over) = read(&tty, &end, &sender);
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

/// There is nothing more to read, or nobody to read it for.
#[derive(Debug)]
struct Over;

/// Reads until it is over.
fn read(
    tty: &Tty,
    end: &UnixStream,
    keys: &Sender<Input>,
) -> Result<std::convert::Infallible, Over> {
    let gone = || {
        let _ = keys.send(Input::Gone);
        Over
    };
    loop {
        wait(tty, end).map_err(|why| match why {
            Wake::Gone => gone(),
            Wake::Ended => Over,
        })?;
        let mut patience = NOTICE;
        let mut noticed = false;
        while crossterm::event::poll(patience).map_err(|_| gone())? {
            patience = Duration::ZERO;
            noticed = true;
            let event = crossterm::event::read().map_err(|_| gone())?;
            send(keys, &event)?;
        }
        if !noticed && has_octets(tty) {
            read_forgotten(tty, keys)?;
        }
    }
}

/// Why there will be no more octets.
#[derive(Debug)]
enum Wake {
    Gone,
    Ended,
}

/// Waits for octets.
fn wait(tty: &Tty, end: &UnixStream) -> Result<(), Wake> {
    loop {
        let mut both = [
            PollFd::new(tty, PollFlags::IN),
            PollFd::new(end, PollFlags::IN),
        ];
        match poll(&mut both, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return Err(Wake::Gone),
        }
        let [keyboard, end] = both.map(|fd| fd.revents());
        if !end.is_empty() {
            return Err(Wake::Ended);
        }
        // Looked at before any octets: a terminal that is gone always has "octets".
        if keyboard.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(Wake::Gone);
        }
        if keyboard.contains(PollFlags::IN) {
            return Ok(());
        }
    }
}

fn has_octets(tty: &Tty) -> bool {
    let mut keyboard = [PollFd::new(tty, PollFlags::IN)];
    let now = rustix::event::Timespec::default();
    poll(&mut keyboard, Some(&now)).is_ok_and(|ready| ready > 0)
        && keyboard.iter().all(|fd| fd.revents() == PollFlags::IN)
}

fn send(keys: &Sender<Input>, event: &Event) -> Result<(), Over> {
    match event {
        // Some terminals report the release of a key too.
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            keys.send(Input::Key(*key)).map_err(|_| Over)
        }
        // The size is looked after elsewhere (crossterm hears of it only after the first
        // key), and no other event is ever asked for.
        Event::Key(_)
        | Event::Resize(..)
        | Event::FocusGained
        | Event::FocusLost
        | Event::Mouse(_)
        | Event::Paste(_) => Ok(()),
    }
}

/// The rest of a long paste: its plain characters count as typed, anything else is dropped.
fn read_forgotten(tty: &Tty, keys: &Sender<Input>) -> Result<(), Over> {
    let mut octets = [0; 1024];
    let Ok(count) = rustix::io::read(tty, &mut octets) else {
        return Ok(());
    };
    for octet in octets.iter().take(count).copied() {
        let code = match octet {
            b'\r' => KeyCode::Enter,
            b' '..=b'~' => KeyCode::Char(char::from(octet)),
            _ => continue,
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        keys.send(Input::Key(key)).map_err(|_| Over)?;
    }
    Ok(())
}
