//! The least a socket server can do: one thread in an epoll loop, one `recv` and one `send` a
//! request. It reads nothing of what came, and answers what it was started with.
//!
//! And the least that a server which works as glassport does can do: it also asks by its path,
//! for each request, what state a file is in, and has a thread for each processor.

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Command;
use std::thread;

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::servers::{Server, free_port};

/// Tells a benchmark that it is to be the floor: the port, how long the content is, and the
/// file that is asked about, where one is.
const TOLD: &str = "GLASSPORT_BENCH_FLOOR";
/// What an event of the listening socket is marked with.
const LISTENER: u64 = u64::MAX;

/// The floor in a process of its own, answering with content of this length.
pub(crate) fn start(content: usize) -> Server {
    start_as(&format!("{content}"))
}

/// The floor of glassport's way to work, which asks for each request about this file.
pub(crate) fn start_asking(content: usize, file: &Path) -> Server {
    start_as(&format!("{content} {}", file.display()))
}

fn start_as(what: &str) -> Server {
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(TOLD, format!("{port} {what}"));
    Server::plain(command, port)
}

/// Is the floor for good, if this process was started as it.
pub(crate) fn be_if_told() {
    let Ok(told) = std::env::var(TOLD) else {
        return;
    };
    let mut told = told.splitn(3, ' ');
    let port = told.next().unwrap().parse().unwrap();
    let content = told.next().unwrap().parse().unwrap();
    run(port, content, told.next().map(Path::new));
}

fn run(port: u16, content: usize, file: Option<&Path>) -> ! {
    let head = format!(
        "HTTP/1.1 200 OK\r\nDate: Thu, 26 Nov 2026 12:00:00 GMT\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Length: {content}\r\n\
         ETag: \"6a76e7c0.1f2e3d4c-6a76e7c0.1f2e3d4c-400-1a2b3c-fe01\"\r\n\
         Last-Modified: Thu, 26 Nov 2026 11:00:00 GMT\r\nAccept-Ranges: bytes\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    );
    let response = [head.into_bytes(), vec![b'x'; content]].concat();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let threads = file.map_or(1, |_| thread::available_parallelism().unwrap().get());
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| serve(&listener, &response, file));
        }
        serve(&listener, &response, file)
    })
}

fn serve(listener: &TcpListener, response: &[u8], file: Option<&Path>) -> ! {
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
    let readable = epoll::EventFlags::IN;
    let mark = epoll::EventData::new_u64;
    let one_is_woken = readable | epoll::EventFlags::EXCLUSIVE;
    epoll::add(&epoll, listener, mark(LISTENER), one_is_woken).unwrap();
    // Where glassport's way is followed, what is there is told of once.
    let told = file.map_or(readable, |_| readable | epoll::EventFlags::ET);
    let mut connections: HashMap<u64, TcpStream> = HashMap::new();
    let mut events = Vec::with_capacity(256);
    let mut request = vec![0; 16384];
    loop {
        events.clear();
        epoll::wait(&epoll, spare_capacity(&mut events), None).unwrap();
        for event in &events {
            let of = event.data.u64();
            if of == LISTENER {
                // Another thread may have it.
                let Ok((connection, _)) = listener.accept() else {
                    continue;
                };
                connection.set_nodelay(true).unwrap();
                let of = u64::try_from(connection.as_raw_fd()).unwrap();
                epoll::add(&epoll, &connection, mark(of), told).unwrap();
                connections.insert(of, connection);
                continue;
            }
            let connection = &connections[&of];
            match recv(connection, &mut request, RecvFlags::empty()) {
                Ok((n, _)) if n > 0 => {
                    if let Some(file) = file {
                        rustix::fs::stat(file).unwrap();
                    }
                    // Whoever does not take it whole has broken off.
                    let _ = send(connection, response, SendFlags::NOSIGNAL);
                }
                Ok(_) | Err(_) => drop(connections.remove(&of)),
            }
        }
    }
}
