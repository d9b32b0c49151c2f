//! Servers to be measured: each in a process of its own, ended when it is dropped.

use std::io::Read;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// A server that takes connections.
pub(crate) struct Server {
    pub(crate) port: u16,
    child: Running,
}

enum Running {
    Plain(Child),
    OnTerminal(
        Box<dyn portable_pty::Child + Send + Sync>,
        #[expect(dead_code, reason = "held open")] Box<dyn MasterPty + Send>,
    ),
}

impl Server {
    /// Runs `command`, which is to listen on `port`, with nobody listening to it.
    pub(crate) fn plain(mut command: Command, port: u16) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(port);
        Self {
            port,
            child: Running::Plain(child),
        }
    }

    /// glassport with these arguments, its dashboard on a pseudo-terminal of 160x48 that is read
    /// as fast as it is drawn.
    pub(crate) fn dashboard(arguments: &[&str]) -> Self {
        Self::dashboard_of(env!("CARGO_BIN_EXE_glassport"), arguments)
    }

    /// The same of this program, with these arguments.
    pub(crate) fn dashboard_of(program: &str, arguments: &[&str]) -> Self {
        let port = free_port();
        let size = PtySize {
            rows: 48,
            cols: 160,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(["-p", &port.to_string()]);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let mut screen = pty.master.try_clone_reader().unwrap();
        thread::spawn(move || {
            let mut waste = vec![0; 65536];
            while screen.read(&mut waste).is_ok_and(|n| n > 0) {}
        });
        wait_for(port);
        Self {
            port,
            child: Running::OnTerminal(child, pty.master),
        }
    }

    /// User and system time of the process and its children so far. Linux counts in
    /// hundredths of a second.
    pub(crate) fn cpu_time(&self) -> Duration {
        let ticks: u64 = self.pids().map(cpu_ticks).sum();
        Duration::from_millis(10 * ticks)
    }

    /// The process and its children.
    pub(crate) fn pids(&self) -> impl Iterator<Item = u32> {
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        let children: Vec<u32> = children
            .unwrap_or_default()
            .split_whitespace()
            .filter_map(|child| child.parse().ok())
            .collect();
        children.into_iter().chain([pid])
    }

    pub(crate) fn pid(&self) -> u32 {
        match &self.child {
            Running::Plain(child) => child.id(),
            Running::OnTerminal(child, _) => child.process_id().unwrap(),
        }
    }
}

impl Drop for Server {
    /// Asks it to stop: one that is killed could leave its children behind.
    fn drop(&mut self) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        match &mut self.child {
            Running::Plain(child) => drop(child.wait()),
            Running::OnTerminal(child, _) => drop(child.wait()),
        }
    }
}

/// User and system time of one process.
pub(crate) fn cpu_ticks(pid: u32) -> u64 {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return 0;
    };
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum()
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

pub(crate) fn wait_for(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the server does not come up"
        );
        thread::sleep(Duration::from_millis(10));
    }
}
