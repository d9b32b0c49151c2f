//! HTTP clients that know just enough.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::SOON;

/// One exchange over a connection of its own: everything the server sends.
pub(crate) fn get(server: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream
        .set_read_timeout(Some(SOON))
        .expect("any time will do");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut answer = Vec::new();
    // A reset is an answer too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Clients that ask one thing after the other until this is dropped.
pub(crate) struct Flood {
    over: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    clients: Vec<JoinHandle<()>>,
    _alone: MutexGuard<'static, ()>,
}

/// Two floods at a time would only keep each other, and every other test, from running.
static ALONE: Mutex<()> = Mutex::new(());

impl Flood {
    pub(crate) fn start(server: SocketAddr, clients: usize) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let over = Arc::new(AtomicBool::new(false));
        let answers = Arc::new(AtomicU64::new(0));
        let clients = (0..clients)
            .map(|_| {
                let (over, answers) = (Arc::clone(&over), Arc::clone(&answers));
                thread::spawn(move || ask(server, &over, &answers))
            })
            .collect();
        Self {
            over,
            answers,
            clients,
            _alone: alone,
        }
    }

    /// How many answers came so far.
    pub(crate) fn answers(&self) -> u64 {
        self.answers.load(SeqCst)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.over.store(true, SeqCst);
        for client in self.clients.drain(..) {
            let _ = client.join();
        }
    }
}

/// Asks until it is over or the server has gone; a closed connection is opened again.
fn ask(server: SocketAddr, over: &AtomicBool, answers: &AtomicU64) {
    let mut number = 0_u64;
    while !over.load(SeqCst) {
        let Ok(mut stream) = TcpStream::connect(server) else {
            return;
        };
        let _ = stream.set_read_timeout(Some(SOON));
        while !over.load(SeqCst) {
            number += 1;
            let request = format!("GET /flood/{number} HTTP/1.1\r\nHost: {server}\r\n\r\n");
            if stream.write_all(request.as_bytes()).is_err() || skip_answer(&mut stream).is_none() {
                break;
            }
            answers.fetch_add(1, SeqCst);
        }
    }
}

/// Reads one answer that has a Content-Length.
fn skip_answer(stream: &mut TcpStream) -> Option<()> {
    let mut answer = Vec::new();
    let mut octets = [0; 16384];
    loop {
        let count = stream.read(&mut octets).ok().filter(|n| *n > 0)?;
        answer.extend_from_slice(&octets[..count]);
        let Some(head) = answer.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let fields = String::from_utf8_lossy(&answer[..head]).to_lowercase();
        let length = fields.split("content-length:").nth(1)?;
        let length: usize = length.split_whitespace().next()?.parse().ok()?;
        if answer.len() >= head + 4 + length {
            return Some(());
        }
    }
}
