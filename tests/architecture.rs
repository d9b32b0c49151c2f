//! The layers, held: which room may use which, where time may be read, how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// What each room may use of the crate beside itself. A room that is not named here may use
/// everything: `main` and `lib` wire the others together.
const ROOMS: &[(&str, &[&str])] = &[
    ("http", &[]),
    ("units", &[]),
    ("docroot", &["http", "units"]),
    ("event", &["http"]),
    ("lab", &[]),
    ("signals", &[]),
    ("export", &["http", "event", "units"]),
    ("server", &["http", "docroot", "event"]),
    ("plain", &["http", "docroot", "event", "units"]),
    (
        "tui",
        &[
            "http", "docroot", "event", "export", "lab", "signals", "units",
        ],
    ),
    ("client", &["http"]),
    ("errand", &[]),
    // Siblings that may use a sibling: drills and lessons have the client speak for them.
    ("poke", &["event", "client"]),
    ("lesson", &["event", "lab", "client"]),
    ("config", &["event", "tui"]),
    (
        "cli",
        &[
            "http", "docroot", "event", "server", "plain", "tui", "client", "poke", "lab", "lesson",
        ],
    ),
];

/// Files that may ask what time it is.
const CLOCKS: &[&str] = &[
    // Whether a file was changed just now decides whether its state can be trusted.
    "src/docroot/clock.rs",
    "src/event/sink.rs",
    // A client waits between its sends, and no longer than it is told.
    "src/client/conversation.rs",
    "src/client/script.rs",
    "src/client/socket.rs",
    "src/tui/runtime.rs",
];

/// The files that may make system calls no safe crate wraps.
const UNSAFE: &[&str] = &["src/server/kernel/raw.rs", "src/signals/raw.rs"];

/// Lines of one file, its unit tests not counted.
const LONGEST_FILE: usize = 420;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                into.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    assert!(paths.len() > 20, "the sources were not found");
    let relative = |path: &Path| path.strip_prefix(root).unwrap().to_path_buf();
    paths
        .iter()
        .map(|path| (relative(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The part of a file that is not its tests, without comments.
fn code(source: &str) -> String {
    let code = source
        .split("#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn room_of(path: &Path) -> String {
    let first = path
        .components()
        .nth(1)
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms named by `crate::room` paths, `use` lines with braces included.
fn rooms_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split_once("};").map_or(group, |(inside, _)| inside);
            used.extend(
                group
                    .split(',')
                    .map(|part| part.trim().split("::").next().unwrap().to_owned()),
            );
        } else {
            used.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    used
}

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    for (path, source) in sources() {
        let room = room_of(&path);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for used in rooms_used(&code(&source)) {
            assert!(
                used == room || allowed.contains(&used.as_str()),
                "{} uses {used}",
                path.display()
            );
        }
    }
}

#[test]
fn the_protocol_core_uses_core_and_alloc_alone() {
    for (path, source) in sources() {
        if room_of(&path) != "http" {
            continue;
        }
        let code = code(&source);
        assert!(!code.contains("std::"), "{} uses std", path.display());
        for line in code
            .lines()
            .map(str::trim)
            .filter_map(|l| l.strip_prefix("use "))
        {
            let root = line.split([':', ';', ' ']).next().unwrap();
            assert!(
                ["core", "alloc", "super", "crate", "self"].contains(&root),
                "{}: use {line}",
                path.display()
            );
        }
    }
}

#[test]
fn time_is_data_outside_of_a_few_files() {
    for (path, source) in sources() {
        let allowed =
            room_of(&path) == "server" || CLOCKS.iter().any(|clock| path == Path::new(clock));
        let code = code(&source);
        let asks = code.contains("Instant::now")
            || code.contains("SystemTime::now")
            || code.contains(".elapsed()");
        assert!(allowed || !asks, "{} asks what time it is", path.display());
    }
}

#[test]
fn unsafe_code_stays_in_its_room_and_no_file_is_too_long() {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"deny\""));
    for (path, source) in sources() {
        let expects = code(&source).contains("unsafe_code");
        assert!(
            !expects || UNSAFE.iter().any(|one| path == Path::new(one)),
            "{} has unsafe code",
            path.display()
        );
        let lines = code(&source).lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines",
            path.display()
        );
    }
}

#[test]
fn the_checks_see_what_they_look_for() {
    assert_eq!(
        rooms_used("use crate::{http::Span, event};\ncrate::server::x()"),
        ["http", "event", "server"]
    );
    assert_eq!(code("a // std::\n#[cfg(test)]\nmod tests { std:: }"), "a ");
}
