//! A small server that is right, and in each of many ways wrong on purpose. Three files, no
//! folder: what a path leads to is decided by name.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Fault;

/// A head may be so long.
const LONGEST_HEAD: usize = 64 << 10;
/// Nobody waits longer for octets that do not come.
const PATIENCE: Duration = Duration::from_secs(20);
const TAG: &str = "\"v1\"";
const CHANGED: &str = "Tue, 03 Nov 2026 10:00:00 GMT";
const PASSWD: &[u8] = b"root:x:0:0:root:/root:/bin/sh\n";
const PAGE: &str = "<!doctype html><title>caf\u{e9}</title><a href=\"other.txt\">other</a> <img src=\"/picture.png\"> \u{e9}\u{e9}";
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\xff\xfe\xe9\xe8\r\n\0\0\0\0IEND\xaeB`\x82";

/// A running server. It ends when it is dropped.
pub(crate) struct Tiny {
    shared: Arc<Shared>,
}

struct Shared {
    fault: Fault,
    address: SocketAddr,
    over: AtomicBool,
    open: AtomicUsize,
    lock: Mutex<()>,
}

impl Tiny {
    pub(crate) fn start(fault: Fault) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), fault)
    }

    /// Another one at the same address, once that is free.
    pub(crate) fn restart(self, fault: Fault) -> Self {
        let address = self.address();
        drop(self);
        loop {
            if let Ok(listener) = TcpListener::bind(address) {
                return Self::on(listener, fault);
            }
            thread::yield_now();
        }
    }

    fn on(listener: TcpListener, fault: Fault) -> Self {
        let shared = Arc::new(Shared {
            fault,
            address: listener.local_addr().unwrap(),
            over: AtomicBool::new(fault == Fault::Deaf),
            open: AtomicUsize::new(0),
            lock: Mutex::new(()),
        });
        let of_thread = Arc::clone(&shared);
        if fault == Fault::Deaf {
            drop(listener);
        } else {
            thread::spawn(move || accept(&listener, &of_thread));
        }
        Self { shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.shared.address
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        self.shared.over.store(true, SeqCst);
        drop(TcpStream::connect(self.shared.address));
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut unserved = Vec::new();
    while let Ok((stream, _)) = listener.accept() {
        if shared.over.load(SeqCst) {
            return;
        }
        if shared.fault == Fault::MostTwenty && shared.open.load(SeqCst) >= 20 {
            // Nobody looks after it, and nobody closes it before all is over.
            unserved.push(stream);
            continue;
        }
        shared.open.fetch_add(1, SeqCst);
        let of_thread = Arc::clone(shared);
        let work = move || {
            Connection::new(stream, &of_thread).serve();
            of_thread.open.fetch_sub(1, SeqCst);
        };
        if shared.fault == Fault::Serial {
            work();
        } else {
            thread::spawn(work);
        }
    }
}

impl Shared {
    /// The whole server ends, as a program does whose error nobody catches.
    fn die(&self) {
        self.over.store(true, SeqCst);
        while TcpStream::connect(self.address).is_ok() {}
    }
}

struct Connection<'a> {
    stream: TcpStream,
    buffer: Vec<u8>,
    shared: &'a Shared,
    fault: Fault,
    recvs: usize,
    /// Where what the last recv brought begins.
    last: usize,
    held: Option<MutexGuard<'a, ()>>,
}

/// A request, cut up.
#[derive(Default, Clone)]
struct Request {
    method: String,
    target: String,
    old: bool,
    fields: Vec<(String, String)>,
    wrong: bool,
}

impl Request {
    fn all(&self, name: &str) -> Vec<&str> {
        let of_name = self.fields.iter().filter(|(field, _)| field == name);
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }
}

/// What goes on behind a request.
enum Goes {
    On,
    Ends,
}

impl<'a> Connection<'a> {
    fn new(stream: TcpStream, shared: &'a Shared) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
            shared,
            fault: shared.fault,
            recvs: 0,
            last: 0,
            held: None,
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn recv(&mut self) -> usize {
        let mut room = [0; 16 << 10];
        self.recvs += 1;
        match self.stream.read(&mut room) {
            Ok(count) => {
                self.buffer.extend_from_slice(&room[..count]);
                count
            }
            Err(error) => {
                if self.is(Fault::DiesOfReset)
                    && error.kind() == std::io::ErrorKind::ConnectionReset
                {
                    self.shared.die();
                }
                0
            }
        }
    }

    fn serve(&mut self) {
        while let Some(head) = self.head() {
            if self.is(Fault::Mute) {
                break;
            }
            let request = self.parse(&head);
            if let Goes::Ends = self.answer(&request) {
                break;
            }
            if self.is(Fault::ThrowsLeftOver)
                || self.is(Fault::ThrowsHalf) && find(&self.buffer, b"\r\n\r\n").is_none()
            {
                self.buffer.clear();
            }
            if self.is(Fault::ClosesSilently) && self.buffer.is_empty() {
                break;
            }
        }
        let _ = self.stream.shutdown(Shutdown::Write);
        // What still comes is taken, so that the answer is not lost to a reset.
        self.stream
            .set_read_timeout(Some(Duration::from_secs(1)))
            .unwrap();
        let mut rest = [0; 16 << 10];
        let mut taken = 0;
        while taken < (4 << 20)
            && let Ok(count @ 1..) = self.stream.read(&mut rest)
        {
            taken += count;
        }
    }

    /// The octets of the next head, without its empty line.
    fn head(&mut self) -> Option<Vec<u8>> {
        loop {
            let mut empty_lines = 0;
            while self.buffer.starts_with(b"\r\n") {
                if self.is(Fault::EmptyLineHangs) && self.buffer.len() > 2 {
                    thread::sleep(PATIENCE / 4);
                    return None;
                }
                self.buffer.drain(..2);
                empty_lines += 1;
            }
            if self.is(Fault::DiesOfEmptyLines) && empty_lines > 2 {
                self.shared.die();
                return None;
            }
            let from = if self.is(Fault::SearchesEachRecv) {
                self.last.min(self.buffer.len())
            } else {
                0
            };
            let end = find(&self.buffer[from..], b"\r\n\r\n").map(|end| from + end);
            let most = if self.is(Fault::TwoKibibytes) {
                2048
            } else {
                LONGEST_HEAD
            };
            if end.unwrap_or(self.buffer.len()) > most && !self.is(Fault::TakesAll) {
                if self.is(Fault::LongTargetHangs) {
                    thread::sleep(PATIENCE / 4);
                } else if !self.is(Fault::TwoKibibytes) {
                    self.send(b"HTTP/1.1 431 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                }
                return None;
            }
            if let Some(end) = end {
                let head = self.buffer[..end].to_vec();
                self.buffer.drain(..end + 4);
                return Some(head);
            }
            if self.is(Fault::AnswersFirstLine)
                && let Some(end) = find(&self.buffer, b"\r\n")
            {
                let line = self.buffer.drain(..end + 2).collect::<Vec<_>>();
                return Some([&line[..], b"Host: x\r\nConnection: close"].concat());
            }
            if self.is(Fault::OneRecv) && !self.buffer.is_empty() {
                return Some(std::mem::take(&mut self.buffer));
            }
            let before = self.buffer.len();
            if self.recv() == 0 {
                if before == 0 && self.is(Fault::DiesOfSilence) && self.recvs == 1 {
                    self.shared.die();
                }
                return None;
            }
            self.last = before;
            if self.is(Fault::EightRecvs) && self.recvs > 8 {
                return None;
            }
        }
    }

    fn parse(&self, head: &[u8]) -> Request {
        let own = self.fault;
        let is = |fault| own == fault;
        let text: String = head.iter().map(|octet| char::from(*octet)).collect();
        let mut lines = text.split("\r\n");
        let line = lines.next().unwrap_or_default();
        let words: Vec<_> = line.split(' ').collect();
        let mut request = Request::default();
        let [method, target, version] = words[..] else {
            request.wrong = !is(Fault::Garbage200);
            request.method = "GET".into();
            request.target = "/".into();
            request.fields.push(("host".into(), "x".into()));
            return request;
        };
        method.clone_into(&mut request.method);
        if is(Fault::UppercasesMethod) {
            request.method = method.to_uppercase();
        }
        target.clone_into(&mut request.target);
        request.old = version == "HTTP/1.0";
        request.wrong = !matches!(version, "HTTP/1.0" | "HTTP/1.1");
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                request.wrong = true;
                request.fields.push(("x-no-colon".into(), String::new()));
                continue;
            };
            if is(Fault::EveryColon) && line.matches(':').count() > 2 {
                request.wrong = true;
            }
            if name.trim() != name && !is(Fault::TrimsName) {
                request.wrong = true;
            }
            let name = if is(Fault::NamesHaveCase) && name.starts_with('h') {
                name.to_owned()
            } else {
                name.trim().to_lowercase()
            };
            request.fields.push((name, value.trim().to_owned()));
        }
        let hosts = request.all("host").len();
        let needed = !request.old && !is(Fault::NoHostNeeded) || is(Fault::HostForOld);
        if hosts == 0 && needed || hosts > 1 && !is(Fault::FirstHost) {
            request.wrong = true;
        }
        request
    }

    fn answer(&mut self, request: &Request) -> Goes {
        let own = self.fault;
        let is = |fault| own == fault;
        if is(Fault::NoColonHangs) && request.one("x-no-colon").is_some() {
            thread::sleep(PATIENCE / 4);
            return Goes::Ends;
        }
        if is(Fault::Utf8Only) && request.one("x-name").is_some_and(|value| !value.is_ascii()) {
            return Goes::Ends;
        }
        if request.wrong {
            self.respond(request, "400 Bad Request", b"no\n", "", true);
            return Goes::Ends;
        }
        let mut ends = false;
        match self.body(request) {
            Ok(stays) => ends |= !stays,
            Err(status) => {
                self.respond(request, status, b"no\n", "", true);
                return Goes::Ends;
            }
        }
        if is(Fault::Reverse)
            && let Some(end) = find(&self.buffer, b"\r\n\r\n")
        {
            let head = self.buffer[..end].to_vec();
            self.buffer.drain(..end + 4);
            let next = self.parse(&head);
            self.resource(&next, false);
        }
        let close = request
            .one("connection")
            .is_some_and(|it| it.eq_ignore_ascii_case("close"));
        ends |= close && !is(Fault::IgnoresClose);
        ends |= request.old && !is(Fault::OldStays);
        if is(Fault::LockFromAnswer) && self.held.is_none() {
            self.held = Some(
                self.shared
                    .lock
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
        let missing = self.resource(request, ends);
        if missing && is(Fault::MissingCloses) {
            ends = true;
        }
        if ends { Goes::Ends } else { Goes::On }
    }

    /// Takes the body; whether the connection can go on behind it.
    fn body(&mut self, request: &Request) -> Result<bool, &'static str> {
        let own = self.fault;
        let is = |fault| own == fault;
        let lengths = request.all("content-length");
        let coding = request.one("transfer-encoding");
        if is(Fault::NoBodies) && request.method == "POST" && coding.is_none()
            || is(Fault::NoBodyOfGet) && request.method == "GET"
        {
            return Ok(true);
        }
        let differ = lengths.windows(2).any(|two| two[0] != two[1]);
        if differ && !is(Fault::FirstLength) {
            return Err("400 Bad Request");
        }
        let expects = request.one("expect").is_some();
        if let Some(coding) = coding {
            if coding != "chunked" {
                return if is(Fault::AnyCoding) {
                    Ok(true)
                } else {
                    Err("501 Not Implemented")
                };
            }
            if is(Fault::NoChunks) {
                return Ok(true);
            }
            let whole = self.until(b"0\r\n\r\n");
            self.buffer.drain(..whole);
            return Ok(lengths.is_empty() || is(Fault::GoesOnAfterBoth));
        }
        let Some(length) = lengths.first() else {
            return Ok(true);
        };
        let digits = length.bytes().all(|octet| octet.is_ascii_digit());
        if !digits && !is(Fault::TakesPlus) {
            return Err("400 Bad Request");
        }
        let length: usize = length.trim_start_matches('+').parse().unwrap_or(0);
        if expects && self.buffer.len() < length && !is(Fault::WaitsForBody) {
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        while self.buffer.len() < length && !is(Fault::BodyIsThere) {
            if self.recv() == 0 {
                return Ok(false);
            }
        }
        self.buffer.drain(..length.min(self.buffer.len()));
        Ok(true)
    }

    fn until(&mut self, end: &[u8]) -> usize {
        loop {
            if let Some(at) = find(&self.buffer, end) {
                return at + end.len();
            }
            if self.recv() == 0 {
                return self.buffer.len();
            }
        }
    }

    /// Answers with what the target names; whether nothing is there.
    fn resource(&mut self, request: &Request, ends: bool) -> bool {
        let own = self.fault;
        let is = |fault| own == fault;
        if is(Fault::Always500) {
            self.respond(request, "500 Oh", b"oh\n", "", ends);
            return false;
        }
        let method = request.method.as_str();
        if !matches!(method, "GET" | "HEAD") && !is(Fault::AnyMethod) {
            let status = if method == "POST" { "405 No" } else { "501 No" };
            let allow = if is(Fault::NoAllow) {
                ""
            } else {
                "Allow: GET, HEAD\r\n"
            };
            self.respond(request, status, b"no\n", allow, ends);
            return false;
        }
        let Some((content, kind)) = self.find(&request.target) else {
            if is(Fault::DiesOf404) {
                self.shared.die();
            }
            let status = if is(Fault::Missing200) {
                "200 OK"
            } else {
                "404 Not Found"
            };
            self.respond(request, status, b"nothing here\n", "", ends);
            return true;
        };
        let none_match = request.one("if-none-match");
        let since = request.one("if-modified-since");
        let same_tag = none_match == Some(TAG) && !is(Fault::IgnoresTag);
        let same_date = since == Some(CHANGED) || since.is_some() && is(Fault::AnyDate);
        if same_tag || same_date && (none_match.is_none() || is(Fault::DateWins)) {
            self.respond(request, "304 Not Modified", b"", "", ends);
            if is(Fault::FullOf304) && !same_tag {
                self.send(b"content");
            }
            return false;
        }
        if let Some(range) = request.one("range")
            && (request.one("if-range").is_none_or(|tag| tag == TAG) || is(Fault::IgnoresIfRange))
        {
            let Some(range) = range.strip_prefix("bytes=") else {
                if is(Fault::UnitIs416) {
                    self.respond(request, "416 No", b"", "", ends);
                } else {
                    self.file(request, &content, kind, ends);
                }
                return false;
            };
            let whole = content.len();
            let (from, to) = range.split_once('-').unwrap_or_default();
            let number = |text: &str| text.parse::<usize>().unwrap_or(whole);
            let (from, to) = match (from, to) {
                ("", last) if is(Fault::SuffixFromStart) => (0, number(last)),
                ("", last) => (whole - number(last).min(whole), whole),
                (from, to) if is(Fault::OffByOne) => (number(from), number(to).min(whole)),
                (from, to) => (number(from), (number(to).saturating_add(1)).min(whole)),
            };
            if from >= whole {
                if is(Fault::EmptyPart) {
                    self.respond(
                        request,
                        "206 Part",
                        b"",
                        "Content-Range: bytes 0-0/1\r\n",
                        ends,
                    );
                } else {
                    let of = format!("Content-Range: bytes */{whole}\r\n");
                    self.respond(request, "416 No", b"", &of, ends);
                }
                return false;
            }
            let of = format!("Content-Range: bytes {from}-{}/{whole}\r\n", to - 1);
            self.respond(request, "206 Part", &content[from..to], &of, ends);
            return false;
        }
        self.file(request, &content, kind, ends);
        false
    }

    fn file(&mut self, request: &Request, content: &[u8], kind: &str, ends: bool) {
        let fields = format!(
            "Content-Type: {}\r\nETag: {TAG}\r\nLast-Modified: {CHANGED}\r\nAccept-Ranges: bytes\r\n",
            if self.is(Fault::NoSubtype) {
                "text"
            } else {
                kind
            }
        );
        self.respond(request, "200 OK", content, &fields, ends);
    }

    fn find(&self, target: &str) -> Option<(Vec<u8>, &'static str)> {
        let own = self.fault;
        let is = |fault| own == fault;
        let path = match target.strip_prefix("http://") {
            Some(rest) if !is(Fault::OriginFormOnly) => {
                rest.split_once('/').map(|(_, path)| format!("/{path}"))?
            }
            _ => target.to_owned(),
        };
        // Where a path leads out is told by how it is written.
        let leads_out = is(Fault::DotDot) && path.contains("/../")
            || is(Fault::DotDotEncoded) && path.contains("/%2e%2e/")
            || is(Fault::SlashEncoded) && path.contains("..%2f")
            || is(Fault::Absolute) && path.starts_with("//etc")
            || is(Fault::DecodesTwice) && path.contains("%252e");
        if leads_out {
            return Some((PASSWD.to_vec(), "text/plain"));
        }
        let mut decoded = Vec::new();
        let mut octets = path.bytes();
        while let Some(octet) = octets.next() {
            if octet != b'%' || is(Fault::DecodesNothing) {
                decoded.push(octet);
                continue;
            }
            let digits = [octets.next()?, octets.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
        }
        let Ok(name) = String::from_utf8(decoded) else {
            if is(Fault::DiesOfNoText) {
                self.shared.die();
            }
            return None;
        };
        match name.as_str() {
            "/" => Some((PAGE.as_bytes().to_vec(), "text/html; charset=utf-8")),
            "/other.txt" => Some((b"another file\n".to_vec(), "text/plain")),
            "/picture.png" => {
                let content = if is(Fault::Decodes) {
                    String::from_utf8_lossy(PICTURE).into_owned().into_bytes()
                } else if is(Fault::TextMode) {
                    without_cr(PICTURE)
                } else if is(Fault::StopsAtNul) {
                    PICTURE[..8].to_vec()
                } else {
                    PICTURE.to_vec()
                };
                Some((content, "image/png"))
            }
            _ => None,
        }
    }

    fn respond(
        &mut self,
        request: &Request,
        status: &str,
        content: &[u8],
        fields: &str,
        ends: bool,
    ) {
        let own = self.fault;
        let is = |fault| own == fault;
        let is_missing = status.starts_with("404");
        let is_other = content.starts_with(b"another");
        let mut length = content.len();
        if is(Fault::CountsCharacters)
            && let Ok(text) = std::str::from_utf8(content)
        {
            length = text.chars().count();
        }
        if is(Fault::SaysOneMore) && is_other {
            length += 1;
        }
        if is(Fault::HeadSaysNothing) && request.method == "HEAD" {
            length = 0;
        }
        let mut head = format!("HTTP/1.1 {status}\r\n{fields}");
        if is(Fault::NoReasonSpace) {
            head = format!("HTTP/1.1 {}\r\n{fields}", &status[..3]);
        }
        head += if is(Fault::LocalDate) {
            "Date: 2026-11-26 12:00\r\n"
        } else {
            "Date: Thu, 26 Nov 2026 12:00:00 GMT\r\n"
        };
        if is(Fault::SpaceInField) {
            head += "Server : tiny\r\n";
        }
        let chunked = is(Fault::ChunksForOld) && request.old;
        let no_length =
            is(Fault::NoLength) && is_other || is(Fault::MissingHasNoLength) && is_missing;
        let said = format!("Content-Length: {length}\r\n");
        if chunked {
            head += "Transfer-Encoding: chunked\r\n";
        } else if !no_length && !status.starts_with("304") {
            head += &said;
        }
        if is(Fault::TwoLengths) {
            head += &said;
        }
        if ends {
            head += "Connection: close\r\n";
        }
        if !is(Fault::NoEmptyLine) {
            head += "\r\n";
        }
        if is(Fault::LfOnly) {
            head = head.replace("\r\n", "\n");
        }
        let mut all = head.into_bytes();
        if is(Fault::ContentAlone) {
            all.clear();
        }
        if chunked {
            all.extend(format!("{:x}\r\n", content.len()).bytes());
            all.extend(content);
            all.extend(b"\r\n0\r\n\r\n");
        } else if request.method != "HEAD" || is(Fault::HeadHasContent) {
            all.extend(content);
        }
        self.send(&all);
        if no_length {
            // Until the client has had enough.
            while self.recv() > 0 {}
        }
    }

    fn send(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets);
    }
}

fn find(octets: &[u8], what: &[u8]) -> Option<usize> {
    octets.windows(what.len()).position(|here| here == what)
}

fn without_cr(octets: &[u8]) -> Vec<u8> {
    let text = octets.iter().copied();
    text.filter(|octet| *octet != b'\r').collect()
}
