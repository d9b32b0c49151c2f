//! The terminal is borrowed, and given back exactly once for every time it was taken.
//!
//! Knows no model, no server and no widget. Everything here may be called from any thread and
//! holds no lock while it waits, so a panic hook or a watchdog can use it.

use std::env;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::termios::{
    Action, OptionalActions, QueueSelector, Termios, tcflow, tcflush, tcgetattr, tcgetwinsize,
    tcsetattr,
};

use crate::tui::terminal::mouse;

/// Alternate screen, cleared, no cursor; what is pasted stands between two sequences.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l\x1b[?2004h";

/// End of a synchronised update that may be open, plain attributes, main screen, cursor, and
/// whatever of mouse and paste reporting may be on.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[m\x1b[?1049l\x1b[?25h\
\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l";

/// What a terminal that does not know its size is taken to be.
const USUAL_SIZE: Size = Size::new(80, 24);

/// The most columns, and the most rows, that are drawn on. A terminal may report any size up
/// to 65535 × 65535 (`stty cols 65535 rows 65535`, an expect script), and a grid of that size
/// would take 200 GB. A screen of 7680 × 4320 pixels holds 1920 × 720 of the smallest
/// characters there are.
const MOST_SIDE: u16 = 2000;
/// The most cells: two grids of them take 100 MB.
const MOST_CELLS: u32 = 1_000_000;

/// How long what the terminal was still sending is taken for ours after the screen was left:
/// an answer, a report of the mouse, a key that repeats. The shell would take it for commands.
const STRAGGLERS: Duration = Duration::from_millis(200);

/// Whether a dashboard can be drawn: standard output is a terminal that understands cursor
/// addressing, and keys can be read. Where it is not, the caller logs plain lines.
pub fn usable() -> bool {
    let addressable = env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    addressable && io::stdout().is_terminal() && keyboard().is_ok()
}

/// Where keys come from: standard input, or the controlling terminal when standard input is
/// something else.
fn keyboard() -> io::Result<OwnedFd> {
    if io::stdin().is_terminal() {
        return rustix::stdio::stdin().try_clone_to_owned();
    }
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open("/dev/tty", flags, Mode::empty())?)
}

/// The terminal this process was started on.
#[derive(Debug)]
pub(crate) struct Tty {
    keyboard: OwnedFd,
    /// The settings the terminal had before it was last taken. Locked for what never waits.
    cooked: Mutex<Termios>,
    taken: AtomicBool,
    mouse: AtomicBool,
}

impl Tty {
    /// Finds the terminal and changes nothing.
    pub(crate) fn open() -> io::Result<Self> {
        let keyboard = keyboard()?;
        let cooked = Mutex::new(tcgetattr(&keyboard)?);
        Ok(Self {
            keyboard,
            cooked,
            taken: AtomicBool::new(false),
            mouse: AtomicBool::new(false),
        })
    }

    /// Raw mode and the alternate screen. When this fails half-way, nothing stays changed.
    pub(crate) fn take(&self) -> io::Result<()> {
        let cooked = tcgetattr(&self.keyboard)?;
        let mut raw = cooked.clone();
        raw.make_raw();
        *self.cooked.lock().unwrap_or_else(PoisonError::into_inner) = cooked;
        // Said first: what follows can only fail with the terminal changed.
        self.taken.store(true, SeqCst);
        let taken = tcsetattr(&self.keyboard, OptionalActions::Now, &raw)
            .map_err(io::Error::from)
            .and_then(|()| write_all(rustix::stdio::stdout(), ENTER))
            .and_then(|()| {
                let wanted = self.mouse.load(SeqCst);
                let sequence = if wanted { mouse::ON } else { b"" };
                write_all(rustix::stdio::stdout(), sequence)
            });
        if taken.is_err() {
            self.give_back();
        }
        taken
    }

    /// Has the mouse reported while the terminal is ours, or leaves it alone. To be called
    /// by the thread that draws.
    pub(crate) fn report_mouse(&self, wanted: bool) -> io::Result<()> {
        self.mouse.store(wanted, SeqCst);
        if !self.is_taken() {
            return Ok(());
        }
        let sequence = if wanted { mouse::ON } else { mouse::OFF };
        write_all(rustix::stdio::stdout(), sequence)
    }

    /// The screen and the settings of before; nothing at all if they are back already.
    ///
    /// Errors are not reported: the only one there is means that the terminal has gone.
    pub(crate) fn give_back(&self) {
        self.restore(Duration::ZERO);
    }

    /// The same where somebody else reads from the terminal next: what it sends for a moment
    /// is thrown away.
    pub(crate) fn leave(&self) {
        self.restore(STRAGGLERS);
    }

    fn restore(&self, stragglers: Duration) {
        if self.taken.swap(false, SeqCst) {
            let _ = write_all(rustix::stdio::stdout(), LEAVE);
            if !stragglers.is_zero() {
                // Still raw, so that nothing of it is echoed.
                thread::sleep(stragglers);
                self.discard_input();
            }
            self.cook();
        }
    }

    fn discard_input(&self) {
        let _ = tcflush(&self.keyboard, QueueSelector::IFlush);
    }

    /// The settings of before.
    fn cook(&self) {
        let cooked = self.cooked.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = tcsetattr(&self.keyboard, OptionalActions::Now, &cooked);
    }

    /// Gives back what can be given back without waiting, from another thread while the one
    /// that draws is stuck in a write. The process must end after this.
    pub(crate) fn abandon(&self) {
        if self.leave_at_once() {
            self.discard_input();
            self.cook();
        }
    }

    /// The same in a handler of a signal, where no lock may be waited for.
    pub(crate) fn abandon_in_handler(&self) {
        if !self.leave_at_once() {
            return;
        }
        let cooked = match self.cooked.try_lock() {
            Ok(cooked) => cooked,
            Err(TryLockError::Poisoned(cooked)) => cooked.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let _ = tcsetattr(&self.keyboard, OptionalActions::Now, &cooked);
    }

    /// Leaves the screen as far as that needs no waiting, and says whether it was ours.
    fn leave_at_once(&self) -> bool {
        if !self.taken.swap(false, SeqCst) {
            return false;
        }
        let out = rustix::stdio::stdout();
        // The flag belongs to the open file, which the shell has too: it is put back.
        if let Ok(flags) = fcntl_getfl(out) {
            let _ = fcntl_setfl(out, flags | OFlags::NONBLOCK);
            let _ = rustix::io::write(out, LEAVE);
            let _ = fcntl_setfl(out, flags);
        }
        true
    }

    /// Throws away what was written and the terminal has not taken, which frees a writer
    /// that waits for it. Output that was stopped (XOFF, TCOOFF) is started again: what
    /// leaves the screen cannot be left behind in a terminal that is stopped.
    pub(crate) fn discard_output(&self) {
        let out = rustix::stdio::stdout();
        let _ = tcflush(out, QueueSelector::OFlush);
        // Starting undoes what TCOOFF did and no more (termios(3)), and so TCOOFF comes first.
        for action in [Action::OOff, Action::OOn] {
            let _ = tcflow(out, action);
        }
        // Linux wakes no writer for that; it does for settings, even for the same ones. The
        // lock, because what is read here must not be written after those of before.
        let _cooked = self.cooked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(same) = tcgetattr(&self.keyboard) {
            let _ = tcsetattr(&self.keyboard, OptionalActions::Now, &same);
        }
    }

    /// Whether the screen is ours, so that nothing else may be written to it.
    pub(crate) fn is_taken(&self) -> bool {
        self.taken.load(SeqCst)
    }

    /// The columns and rows that are drawn on.
    pub(crate) fn size(&self) -> Size {
        drawable(self.reported_size())
    }

    fn reported_size(&self) -> Size {
        match tcgetwinsize(rustix::stdio::stdout()).or_else(|_| tcgetwinsize(&self.keyboard)) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(size.ws_col, size.ws_row),
            Ok(_) | Err(_) => USUAL_SIZE,
        }
    }
}

/// The upper left part of a terminal of this size that there is memory for.
fn drawable(reported: Size) -> Size {
    let width = reported.width.min(MOST_SIDE);
    let rows = MOST_CELLS / u32::from(width.max(1));
    let rows = u16::try_from(rows).unwrap_or(MOST_SIDE).min(MOST_SIDE);
    Size::new(width, reported.height.min(rows))
}

impl AsFd for Tty {
    /// The end keys are read from.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.keyboard.as_fd()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Leaves the screen once more: the first time may have been lost on the way.
pub(crate) fn leave_again() {
    let _ = write_all(rustix::stdio::stdout(), LEAVE);
}

/// Standard output without a buffer, and without the lock of std's.
#[derive(Debug)]
pub(crate) struct Output;

impl io::Write for Output {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        write_all(rustix::stdio::stdout(), octets).map(|()| octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes everything, in one call where the terminal takes it in one.
///
/// Whoever started this process may have left the terminal in non-blocking mode: then there
/// is waiting to be done here.
pub(crate) fn write_all(out: BorrowedFd<'_>, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        match rustix::io::write(out, octets) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => octets = octets.get(taken..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                match poll(&mut [PollFd::from_borrowed_fd(out, PollFlags::OUT)], None) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_no_screen_has_is_clamped_and_one_that_a_screen_has_is_not() {
        for (reported, drawn) in [
            ((80, 24), (80, 24)),
            ((1, 1), (1, 1)),
            ((500, 200), (500, 200)),
            // 7680 × 4320 pixels, characters of 5 × 9.
            ((1536, 480), (1536, 480)),
            ((65535, 65535), (2000, 500)),
            ((65535, 1), (2000, 1)),
            ((1, 65535), (1, 2000)),
            ((1000, 65535), (1000, 1000)),
        ] {
            let (width, height) = reported;
            let size = drawable(Size::new(width, height));
            assert_eq!((size.width, size.height), drawn, "{reported:?}");
        }
    }
}
