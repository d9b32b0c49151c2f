//! How often the server asks for memory while it answers requests and nobody watches.
//!
//! In a program of its own, as everything is counted that any thread asks for; the client asks
//! for nothing while it is counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use glassport::docroot::{Docroot, Options};
use glassport::event::{Detail, Sink};
use glassport::server::{Address, Config, Port, Server};

/// The system's allocator, counted.
struct Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is the system's own.
#[expect(
    unsafe_code,
    reason = "an allocator is asked for memory that nothing is in"
)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Relaxed);
        // SAFETY: as it was called.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, octets: *mut u8, layout: Layout) {
        // SAFETY: as it was called.
        unsafe { System.dealloc(octets, layout) }
    }

    unsafe fn realloc(&self, octets: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.fetch_add(1, Relaxed);
        // SAFETY: as it was called.
        unsafe { System.realloc(octets, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const REQUESTS: usize = 1000;

/// The octets of a file in the state in which it may be kept: written back, and left alone for
/// longer than the clock of the file system takes to tick.
fn write(path: &Path, length: usize) {
    fs::write(path, vec![b'x'; length]).unwrap();
    let file = fs::File::open(path).unwrap();
    file.sync_all().unwrap();
    while file
        .metadata()
        .unwrap()
        .modified()
        .unwrap()
        .elapsed()
        .unwrap()
        < Duration::from_millis(150)
    {
        std::thread::yield_now();
    }
}

/// Sends a request and receives its response, of which `room` gets to hold a part at a time.
fn exchange(mut stream: &TcpStream, request: &[u8], length: usize, room: &mut [u8]) {
    stream.write_all(request).unwrap();
    let mut received = 0;
    while received < length {
        let n = stream.read(room).unwrap();
        assert!(n > 0, "closed within a response");
        received += n;
    }
    assert_eq!(received, length);
}

/// How long the first response to the request is.
fn length(mut stream: &TcpStream, request: &[u8], content: usize, room: &mut [u8]) -> usize {
    stream.write_all(request).unwrap();
    let mut received = Vec::new();
    loop {
        let n = stream.read(room).unwrap();
        assert!(n > 0, "closed within a response");
        received.extend_from_slice(&room[..n]);
        let end = received.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end.filter(|end| received.len() >= end + 4 + content) {
            assert!(received.starts_with(b"HTTP/1.1 200 OK\r\n"));
            return end + 4 + content;
        }
    }
}

#[test]
fn a_request_that_nobody_watches_takes_two_allocations_at_most() {
    let folder = tempfile::tempdir().unwrap();
    for (name, length) in [("small", 1024), ("long", 60_000)] {
        write(&folder.path().join(name), length);
    }
    let docroot = Docroot::open(folder.path(), Options::default()).unwrap();
    let (sink, _inbox) = Sink::new(Detail::Totals);
    let config = Config {
        addresses: vec![Address::LOCALHOST[0]],
        port: Port::Exactly(0),
        ..Config::default()
    };
    let server = Server::start(config, Arc::new(docroot), sink).unwrap();
    let address: SocketAddr = server.local_addrs().next().unwrap();
    let mut room = vec![0; 65536];
    for (name, content, fields) in [
        ("small", 1024, ""),
        ("long", 60_000, ""),
        (
            "small",
            1024,
            "Accept-Encoding: gzip, br\r\nUser-Agent: test\r\nAccept: */*\r\n",
        ),
    ] {
        let request =
            format!("GET /{name} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").into_bytes();
        let stream = TcpStream::connect(address).unwrap();
        let length = length(&stream, &request, content, &mut room);
        // What is found out the first time is known from then on.
        exchange(&stream, &request, length, &mut room);
        let before = ASKED.load(Relaxed);
        for _ in 0..REQUESTS {
            exchange(&stream, &request, length, &mut room);
        }
        let asked = ASKED.load(Relaxed) - before;
        println!("{name}: {asked} allocations in {REQUESTS} requests");
        // What grows now and then, such as the list of those that rest, is no request's.
        let most = 2 * REQUESTS + REQUESTS / 50;
        assert!(asked <= most, "{name}: {asked} in {REQUESTS}");
    }
    server.stop();
}
