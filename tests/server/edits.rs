//! Files that are changed, each in some way and each asked for at once: what is answered is
//! what is there, though all of it was kept in memory a moment ago.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::support::{Peer, Response, Server};

const ROUNDS: usize = 12;
/// How many files there are of each kind.
const EACH: usize = 6;

/// A store into a file by way of memory, which no call is made for.
struct Mapping(*mut u8);

impl Mapping {
    #[expect(unsafe_code, reason = "no crate here maps files")]
    fn new(file: &File, length: usize) -> Self {
        // SAFETY: the kernel chooses a place where nothing is.
        let place = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                length,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        assert_ne!(place, libc::MAP_FAILED);
        Self(place.cast())
    }

    #[expect(unsafe_code, reason = "no crate here maps files")]
    fn store(&self, text: &str) {
        // SAFETY: as much is mapped, and nobody else in this process has a reference to it.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), self.0, text.len()) }
    }
}

struct Site {
    folder: tempfile::TempDir,
    server: Server,
    peer: Peer,
    /// How many texts were made: no two are the same, and all are as long as each other.
    texts: usize,
    asked: usize,
}

impl Site {
    /// Two roots, of which the first is the one that the served link leads to.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for root in ["a", "b"] {
            fs::create_dir(folder.path().join(root)).unwrap();
        }
        symlink("a", folder.path().join("site")).unwrap();
        let server = Server::start(&[folder.path().join("site").to_str().unwrap()]);
        let peer = server.connect();
        Self {
            folder,
            server,
            peer,
            texts: 0,
            asked: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("a").join(name)
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        format!("text number {:08}", self.texts)
    }

    fn ask(&mut self, name: &str) -> Response {
        self.asked += 1;
        self.peer.send(format!(
            "GET /{name} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
        ));
        self.peer.response()
    }

    #[track_caller]
    fn is(&mut self, name: &str, text: &str) {
        let response = self.ask(name);
        assert_eq!(
            (response.status(), &*response.text()),
            (200, text),
            "{name}"
        );
        assert_eq!(response.field("Content-Encoding"), None, "{name}");
    }

    /// Writes into the file that is there.
    fn write(&mut self, name: &str) -> String {
        let text = self.text();
        fs::write(self.path(name), &text).unwrap();
        text
    }

    fn write_over(&mut self, name: &str) {
        for _ in 0..3 {
            let text = self.write(name);
            self.is(name, &text);
        }
    }

    fn rename_over(&mut self, name: &str) {
        let text = self.text();
        let new = self.path("new");
        fs::write(&new, &text).unwrap();
        fs::rename(new, self.path(name)).unwrap();
        self.is(name, &text);
    }

    /// As long as before, and dated as before.
    fn touch(&mut self, name: &str) {
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        let text = self.write(name);
        set_modified(&self.path(name), date);
        self.is(name, &text);
    }

    fn remove(&mut self, name: &str) {
        let before = fs::read_to_string(self.path(name)).unwrap();
        fs::remove_file(self.path(name)).unwrap();
        assert_eq!(self.ask(name).status(), 404);
        fs::write(self.path(name), &before).unwrap();
        self.is(name, &before);
    }

    /// Of the stores into one page the first alone changes the stamp of the file.
    fn store(&mut self, name: &str, mapping: &Mapping) {
        for _ in 0..3 {
            let text = self.text();
            mapping.store(&text);
            self.is(name, &text);
        }
    }

    /// A sidecar may be noticed late, and is never served once it is gone or stale.
    fn sidecar(&mut self, name: &str) {
        let plain = fs::read_to_string(self.path(name)).unwrap();
        let sidecar = format!("{name}.gz");
        let packed = self.write(&sidecar);
        let response = self.ask(name);
        match response.field("Content-Encoding") {
            None => assert_eq!(response.text(), plain),
            Some(_) => assert_eq!(response.text(), packed),
        }
        let deadline = std::time::Instant::now() + super::support::DEADLINE;
        while self.ask(name).field("Content-Encoding") != Some("gzip") {
            assert!(std::time::Instant::now() < deadline, "it is never noticed");
        }
        let packed = self.write(&sidecar);
        assert_eq!(self.ask(name).text(), packed);
        let modified = fs::metadata(self.path(name)).unwrap().modified().unwrap();
        set_modified(&self.path(&sidecar), modified - Duration::from_secs(9));
        self.is(name, &plain);
        set_modified(&self.path(&sidecar), modified + Duration::from_secs(9));
        self.ask(name);
        fs::remove_file(self.path(&sidecar)).unwrap();
        self.is(name, &plain);
    }

    /// Every file is the other root's, and then it is not.
    fn swap_roots(&mut self, names: &[String]) {
        for root in ["b", "a"] {
            let link = self.folder.path().join("link");
            symlink(root, &link).unwrap();
            fs::rename(link, self.folder.path().join("site")).unwrap();
            for name in names {
                let there = self.folder.path().join(root).join(name);
                let text = fs::read_to_string(there).unwrap();
                self.is(name, &text);
            }
        }
    }

    /// Waits until everything can be kept, and has it kept: from memory where it is `synced`,
    /// and where it is not by its descriptor.
    fn settle(&mut self, names: &[String], synced: bool) {
        for name in names.iter().filter(|_| synced) {
            File::open(self.path(name)).unwrap().sync_all().unwrap();
        }
        for name in names {
            self.server.strong_tag(&format!("/{name}"));
            self.ask(name);
        }
    }
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

#[test]
fn an_edit_is_seen_by_the_request_that_follows_it() {
    const KINDS: [&str; 6] = ["write", "rename", "touch", "remove", "store", "sidecar"];
    let mut site = Site::new();
    let names: Vec<String> = KINDS
        .iter()
        .flat_map(|kind| (0..EACH).map(move |n| format!("{kind}{n}.txt")))
        .collect();
    for name in &names {
        site.write(name);
        let other = site.text();
        fs::write(site.folder.path().join("b").join(name), other).unwrap();
    }
    let map = |name: &String| {
        let file = File::options().read(true).write(true).open(site.path(name));
        Mapping::new(&file.unwrap(), "text number 00000000".len())
    };
    let stores = names.iter().filter(|name| name.starts_with("store"));
    let mappings: Vec<Mapping> = stores.map(map).collect();
    for round in 0..ROUNDS {
        site.settle(&names, round % 2 == 0);
        for (name, n) in names.iter().zip((0..EACH).cycle()) {
            let kind = name
                .trim_end_matches(".txt")
                .trim_end_matches(char::is_numeric);
            match kind {
                "write" => site.write_over(name),
                "rename" => site.rename_over(name),
                "touch" => site.touch(name),
                "remove" => site.remove(name),
                "store" => site.store(name, &mappings[n]),
                _ => site.sidecar(name),
            }
        }
        site.swap_roots(&names);
    }
    assert!(site.asked > 2000, "{}", site.asked);
}
