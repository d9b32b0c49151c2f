//! The real binary on a real pseudo-terminal, watched through a terminal emulator.
//!
//! Nothing here sleeps to wait for something: each wait is for a condition, has a deadline,
//! and says what was on the screen when it was missed. Dropping a [`Session`] kills its process.

mod browser;
mod client;

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub(crate) use browser::Browser;
pub(crate) use client::{Flood, get};
use crossbeam_channel::{Receiver, bounded};
use portable_pty::{
    ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system,
};
use rustix::fs::{Mode, OFlags};
pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};
pub(crate) use rustix::termios::Action;
use rustix::termios::tcflow;

/// How long anything may take that takes no time on an idle machine.
pub(crate) const SOON: Duration = Duration::from_secs(10);

const PROGRAM: &str = env!("CARGO_BIN_EXE_glassport");

/// What the terminal has received so far.
struct Terminal {
    emulator: vt100::Parser,
    /// Every octet, as it came.
    octets: Vec<u8>,
    /// The user looks away: nothing is read.
    held: bool,
    /// The terminal is to go away.
    closing: bool,
}

#[derive(Clone)]
struct Shared(Arc<(Mutex<Terminal>, Condvar)>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Terminal> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a condition holds, and says whether it did in time.
    fn wait(&self, mut holds: impl FnMut(&Terminal) -> bool) -> bool {
        let changed = &self.0.1;
        let result = changed.wait_timeout_while(self.lock(), SOON, |now| !holds(now));
        !result.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn read(&self, mut pty: Box<dyn Read + Send>) {
        let mut octets = vec![0; 65536];
        loop {
            let guard = self.lock();
            let held = self.0.1.wait_while(guard, |now| now.held && !now.closing);
            if held.unwrap_or_else(PoisonError::into_inner).closing {
                return;
            }
            let Ok(count @ 1..) = pty.read(&mut octets) else {
                return;
            };
            let mut terminal = self.lock();
            terminal.emulator.process(&octets[..count]);
            terminal.octets.extend_from_slice(&octets[..count]);
            self.0.1.notify_all();
        }
    }
}

/// One run of the program.
pub(crate) struct Session {
    shared: Shared,
    reader: Option<JoinHandle<()>>,
    keyboard: Option<Box<dyn Write + Send>>,
    /// Dropped after everything else that is open on it.
    master: Option<Box<dyn MasterPty + Send>>,
    /// Held so that the settings can be read when the program has gone.
    slave: Option<Box<dyn SlavePty + Send>>,
    before: String,
    pid: Pid,
    killer: Box<dyn ChildKiller + Send + Sync>,
    exit: Receiver<ExitStatus>,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

/// The process of the program that another one has started, or one that that has started.
fn program_below(pid: Pid) -> Option<Pid> {
    let pid = pid.as_raw_nonzero();
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    let children = children.split_whitespace().filter_map(|n| n.parse().ok());
    children.filter_map(Pid::from_raw).find_map(|child| {
        let exe = fs::read_link(format!("/proc/{}/exe", child.as_raw_nonzero()));
        if exe.is_ok_and(|exe| exe == Path::new(PROGRAM)) {
            return Some(child);
        }
        program_below(child)
    })
}

fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a pty has settings"))
}

impl Session {
    /// Starts `glassport` with these arguments on a terminal of this size.
    pub(crate) fn start(args: &[&str], cols: u16, rows: u16) -> Self {
        Self::start_with(args, &[], cols, rows)
    }

    /// The same with more in its environment.
    pub(crate) fn start_with(args: &[&str], env: &[(&str, &str)], cols: u16, rows: u16) -> Self {
        Self::run(
            &[&[PROGRAM], args].concat(),
            env,
            (cols, rows),
            (cols, rows),
        )
    }

    /// The same on a terminal that reports another size than it has.
    pub(crate) fn start_reporting(
        args: &[&str],
        cols: u16,
        rows: u16,
        reported: (u16, u16),
    ) -> Self {
        Self::run(&[&[PROGRAM], args].concat(), &[], (cols, rows), reported)
    }

    /// Starts `glassport` as the job of a shell, which takes the terminal when it is stopped,
    /// and continues it for a line: see [`go_on`](Self::go_on).
    pub(crate) fn in_shell(args: &[&str], cols: u16, rows: u16) -> Self {
        // 148 is 128 and the number of TSTP. (A bash gives up when `fg` is stopped again.)
        let shell = "set -m; \"$0\" \"$@\"; code=$?; while [ $code = 148 ]; do \
                     read -r _; fg >/dev/null; code=$?; done; exit $code";
        Self::below(
            &[&["dash", "-c", shell, PROGRAM], args].concat(),
            cols,
            rows,
        )
    }

    /// Starts a command that starts `glassport`, whose process is the one that is meant from
    /// then on.
    pub(crate) fn below(command: &[&str], cols: u16, rows: u16) -> Self {
        let mut session = Self::run(command, &[], (cols, rows), (cols, rows));
        let mut found = None;
        eventually("the program", || {
            found = program_below(session.pid);
            found.is_some()
        });
        session.pid = found.expect("it was found");
        session
    }

    /// Has the shell continue what was stopped.
    pub(crate) fn go_on(&mut self) {
        self.send("\n");
    }

    fn run(
        command: &[&str],
        env: &[(&str, &str)],
        (cols, rows): (u16, u16),
        reported: (u16, u16),
    ) -> Self {
        let pty = native_pty_system()
            .openpty(size(reported.0, reported.1))
            .expect("a pseudo-terminal");
        let before = settings(&*pty.master);
        let (program, args) = command.split_first().expect("a command has a name");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8");
        // Whoever runs the tests may have settings of their own.
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        // A backtrace would push the message it is about off the screen.
        command.env("RUST_BACKTRACE", "0");
        for (name, value) in env {
            command.env(name, value);
        }
        let mut child = pty.slave.spawn_command(command).expect("it starts");
        let pid = child.process_id().expect("it has an id");
        let killer = child.clone_killer();
        let (ended, exit) = bounded(1);
        thread::spawn(move || ended.send(child.wait().expect("it ends")));

        let shared = Shared(Arc::new((
            Mutex::new(Terminal {
                emulator: vt100::Parser::new(nonzero(rows), nonzero(cols), 0),
                octets: Vec::new(),
                held: false,
                closing: false,
            }),
            Condvar::new(),
        )));
        let end = pty.master.try_clone_reader().expect("it can be read");
        let reads = shared.clone();
        Self {
            shared,
            reader: Some(thread::spawn(move || reads.read(end))),
            keyboard: Some(pty.master.take_writer().expect("it can be written")),
            master: Some(pty.master),
            slave: Some(pty.slave),
            before,
            pid: Pid::from_raw(i32::try_from(pid).expect("an id is small")).expect("and not 0"),
            killer,
            exit,
        }
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn eventually(&self, what: &str, mut holds: impl FnMut(&vt100::Screen) -> bool) {
        let held = self.shared.wait(|now| holds(now.emulator.screen()));
        assert!(held, "never: {what}; on the screen:\n{}", self.text());
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub(crate) fn eventually_shows(&self, text: &str) {
        self.eventually(text, |screen| screen.contents().contains(text));
    }

    /// What is on the screen.
    pub(crate) fn text(&self) -> String {
        self.shared.lock().emulator.screen().contents()
    }

    /// The screen itself, as it is now.
    pub(crate) fn screen(&self) -> vt100::Screen {
        self.shared.lock().emulator.screen().clone()
    }

    /// Every octet the program wrote so far.
    pub(crate) fn octets(&self) -> Vec<u8> {
        self.shared.lock().octets.clone()
    }

    /// How many frames were drawn so far.
    pub(crate) fn frames(&self) -> usize {
        count(&self.octets(), b"\x1b[?2026h")
    }

    /// Where the server listens, read from the screen.
    #[track_caller]
    pub(crate) fn address(&self) -> SocketAddr {
        let mut found = None;
        self.eventually("an address", |screen| {
            let text = screen.contents();
            let rest = text.split("http://").nth(1).unwrap_or_default();
            let end = rest.find(|c: char| c.is_whitespace() || c == '/');
            found = end.and_then(|end| rest.get(..end)?.parse().ok());
            found.is_some()
        });
        found.expect("it was found")
    }

    /// Types.
    pub(crate) fn send(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().expect("it did not go away");
        keyboard.write_all(keys.as_bytes()).expect("it takes keys");
        keyboard.flush().expect("it takes keys");
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        let mut terminal = self.shared.lock();
        terminal
            .emulator
            .screen_mut()
            .set_size(nonzero(rows), nonzero(cols));
        let master = self.master.as_ref().expect("it did not go away");
        master.resize(size(cols, rows)).expect("any size will do");
    }

    /// Has the terminal say that it has a size, which the emulator takes where it is one that
    /// a screen can have.
    pub(crate) fn report_size(&self, cols: u16, rows: u16) {
        if (1..1000).contains(&cols) && (1..1000).contains(&rows) {
            return self.resize(cols, rows);
        }
        let master = self.master.as_ref().expect("it did not go away");
        master.resize(size(cols, rows)).expect("any size will do");
    }

    /// How many octets wait to be read from the terminal.
    pub(crate) fn unread(&self) -> u64 {
        let master = self.master.as_ref().expect("it did not go away");
        let name = master.tty_name().expect("it has a name");
        let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK;
        let terminal = rustix::fs::open(name, flags, Mode::empty()).expect("it can be opened");
        rustix::io::ioctl_fionread(terminal).expect("a terminal counts")
    }

    /// The most memory it has had so far, in octets.
    pub(crate) fn peak_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let status = fs::read_to_string(path).expect("it is there");
        let peak = status.split("VmHWM:").nth(1).expect("a figure");
        let kib = peak.split_whitespace().next().expect("a figure");
        kib.parse::<u64>().expect("a number") * 1024
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("it is still there");
    }

    /// Stops reading what the program writes, as a terminal does that is stalled.
    pub(crate) fn hold(&self) {
        self.shared.lock().held = true;
    }

    /// Reads on.
    pub(crate) fn release(&self) {
        self.shared.lock().held = false;
        self.shared.0.1.notify_all();
    }

    /// Stops the terminal's output (XOFF), or starts it again.
    pub(crate) fn flow(&self, action: Action) {
        let name = self.master.as_ref().and_then(|master| master.tty_name());
        let tty = fs::File::open(name.expect("a pty has a name")).expect("it can be opened");
        tcflow(tty, action).expect("it is a terminal");
    }

    /// Takes the terminal away from the program.
    pub(crate) fn hang_up(&mut self) {
        self.shared.lock().closing = true;
        self.shared.0.1.notify_all();
        // The reader holds the terminal too, and leaves only when something comes.
        self.resize(41, 11);
        self.reader
            .take()
            .expect("it hangs up once")
            .join()
            .expect("the reader does not panic");
        self.keyboard = None;
        self.slave = None;
        self.master = None;
    }

    /// Waits for the end of the process.
    #[track_caller]
    pub(crate) fn wait_exit(&self) -> ExitStatus {
        self.wait_exit_within(SOON)
    }

    /// Waits for the end of the process, and not for long.
    #[track_caller]
    pub(crate) fn wait_exit_within(&self, limit: Duration) -> ExitStatus {
        let status = self.exit.recv_timeout(limit).ok();
        status.unwrap_or_else(|| {
            let threads = self.threads();
            panic!("still running: {threads}; on the screen:\n{}", self.text())
        })
    }

    /// Whether the terminal's settings are those it had before.
    #[track_caller]
    pub(crate) fn assert_settings_restored(&self) {
        assert_eq!(self.settings(), self.before);
    }

    /// Whether keys are echoed and lines can be edited.
    pub(crate) fn is_cooked(&self) -> bool {
        self.settings() == self.before
    }

    fn settings(&self) -> String {
        settings(&**self.master.as_ref().expect("it did not go away"))
    }

    /// The main screen is back, with its cursor, and nothing else is left switched on.
    #[track_caller]
    pub(crate) fn assert_screen_left(&self) {
        self.eventually("the main screen", |screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                && screen.mouse_protocol_encoding() == vt100::MouseProtocolEncoding::Default
        });
    }

    /// The letter the kernel has for the state of the process: `T` is stopped.
    pub(crate) fn state(&self) -> Option<char> {
        self.stat().first()?.chars().next()
    }

    /// The CPU time used so far, in ticks (of 10 ms).
    pub(crate) fn cpu_ticks(&self) -> u64 {
        let stat = self.stat();
        let ticks = stat.get(11..13).expect("utime and stime");
        ticks
            .iter()
            .map(|n| n.parse::<u64>().expect("a number"))
            .sum()
    }

    /// /proc/PID/stat from the third field on.
    fn stat(&self) -> Vec<String> {
        let path = format!("/proc/{}/stat", self.pid.as_raw_nonzero());
        let stat = fs::read_to_string(path).unwrap_or_default();
        let rest = stat.rsplit(')').next().unwrap_or_default();
        rest.split_whitespace().map(str::to_owned).collect()
    }

    /// What each thread is doing: its name, its state, and the system call it is in.
    fn threads(&self) -> String {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid.as_raw_nonzero()));
        let of = |task: fs::DirEntry| {
            let read = |what| fs::read_to_string(task.path().join(what)).unwrap_or_default();
            let (name, stat, call) = (read("comm"), read("stat"), read("syscall"));
            let state = stat
                .rsplit(')')
                .next()?
                .split_whitespace()
                .next()?
                .to_owned();
            Some(format!("{} {state} {}", name.trim(), call.trim()))
        };
        let tasks = tasks.into_iter().flatten().flatten().filter_map(of);
        tasks.collect::<Vec<_>>().join("; ")
    }

    /// How often threads of the process have gone to sleep so far: all, or the main one.
    pub(crate) fn sleeps(&self, which: Threads) -> u64 {
        let pid = self.pid.as_raw_nonzero();
        let tasks = match which {
            Threads::All => fs::read_dir(format!("/proc/{pid}/task"))
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .collect(),
            Threads::Main => vec![format!("/proc/{pid}/task/{pid}").into()],
        };
        let of = |task: &std::path::PathBuf| {
            let status = fs::read_to_string(task.join("status")).ok()?;
            let line = status.split("\nvoluntary_ctxt_switches:").nth(1)?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        tasks.iter().filter_map(of).sum()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = kill_process(self.pid, Signal::KILL);
        let _ = self.killer.kill();
        let mut terminal = self.shared.lock();
        terminal.closing = true;
        drop(terminal);
        self.shared.0.1.notify_all();
    }
}

/// Which threads of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Threads {
    All,
    Main,
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a terminal has a size")
}

pub(crate) fn count(octets: &[u8], what: &[u8]) -> usize {
    octets.windows(what.len()).filter(|w| *w == what).count()
}

/// Waits for something that cannot be waited for in any other way than by looking again.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
