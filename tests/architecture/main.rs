//! The layers, held: which room may use which, where time may be read, how long a file may be.

mod uses;

use std::fs;
use std::path::Path;

use uses::{circles, code, module_of, sources, uses_within_rooms};

/// What each room may use of the crate beside itself. A room that is not named here may use
/// everything: `main` and `app` wire the others together.
const ROOMS: &[(&str, &[&str])] = &[
    ("http", &[]),
    ("units", &[]),
    ("spread", &[]),
    ("docroot", &["http", "units", "spread"]),
    ("event", &["http", "spread"]),
    ("lab", &[]),
    ("metrics", &["http", "event"]),
    ("signals", &[]),
    ("session", &["http", "event"]),
    ("trace", &["http", "event", "units"]),
    ("replay", &["event", "session", "trace"]),
    ("export", &["http", "event", "trace", "units"]),
    ("server", &["http", "docroot", "event", "metrics"]),
    // Knows the cells of a screen, and nothing of what they show.
    ("share", &["http"]),
    ("plain", &["http", "docroot", "event", "trace", "units"]),
    (
        "tui",
        &[
            "http", "docroot", "event", "trace", "export", "lab", "signals", "units",
        ],
    ),
    ("fleet", &["http", "event", "session"]),
    ("otlp", &["http", "event", "trace"]),
    ("client", &["http"]),
    // Siblings that may use a sibling: checks, drills and lessons have the client speak for them.
    ("check", &["http", "event", "export", "client"]),
    ("poke", &["event", "client"]),
    ("lesson", &["event", "trace", "lab", "client"]),
    ("config", &["event", "tui"]),
    (
        "cli",
        &[
            "http", "docroot", "event", "session", "server", "share", "plain", "tui", "client",
            "poke", "lab", "lesson", "check", "fleet", "otlp",
        ],
    ),
];

/// Rooms in which files may still use each other in a circle. None is to be added.
const CIRCLES: &[&str] = &[];

/// What each part of the dashboard may use of the others. Nobody but the runtime uses the
/// update, so that what is drawn follows from the model alone; widgets know no model.
const PARTS: &[(&str, &[&str])] = &[
    ("keymap", &[]),
    ("theme", &[]),
    ("terminal", &["theme"]),
    ("widgets", &["theme"]),
    ("layout", &["model", "widgets"]),
    ("model", &["keymap", "layout", "terminal", "theme"]),
    ("message", &["model", "theme"]),
    ("view", &["keymap", "layout", "model", "theme", "widgets"]),
    (
        "update",
        &[
            "keymap", "layout", "message", "model", "terminal", "theme", "view",
        ],
    ),
    (
        "runtime",
        &["message", "model", "terminal", "update", "view"],
    ),
    (
        "lab",
        &["keymap", "model", "terminal", "theme", "view", "widgets"],
    ),
];

/// Files and folders directly in `src/tui`, at most.
const MOST_PARTS: usize = 12;

/// Libraries of the screen, which the trace does without: it is read by a log and by exports.
const SCREEN: &[&str] = &["ratatui", "crossterm"];

/// Files that may ask what time it is.
const CLOCKS: &[&str] = &[
    // Whether a file was changed just now decides whether its state can be trusted.
    "src/docroot/clock.rs",
    "src/event/sink.rs",
    // A session that grows is shown as of now.
    "src/replay/stored.rs",
    // So is a server that is watched.
    "src/fleet/watched.rs",
    // A client waits between its sends, and no longer than it is told.
    "src/client/conversation.rs",
    "src/client/script.rs",
    "src/client/socket.rs",
    "src/check/caller.rs",
    // A page sends frames at a pace, and lets those go who take nothing.
    "src/share/hall.rs",
    "src/tui/runtime.rs",
    "src/tui/runtime/due.rs",
];

/// The files that may make system calls no safe crate wraps.
const UNSAFE: &[&str] = &[
    "src/docroot/written_back.rs",
    "src/server/kernel/raw.rs",
    "src/signals/raw.rs",
];

/// Lines of one file, its unit tests not counted.
const LONGEST_FILE: usize = 420;

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
fn the_trace_knows_no_screen() {
    for (path, source) in sources() {
        if room_of(&path) == "trace" {
            for library in SCREEN {
                assert!(
                    !code(&source).contains(library),
                    "{} uses {library}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let mut rooms = Vec::new();
    for circle in circles(&uses_within_rooms()) {
        let room = circle[0].split("::").next().unwrap().to_owned();
        assert!(CIRCLES.contains(&room.as_str()), "a circle: {circle:?}");
        rooms.push(room);
    }
    for room in CIRCLES {
        let still = rooms.iter().any(|found| found == room);
        assert!(
            still,
            "{room} has no circles any more: take it off the list"
        );
    }
}

/// Files of tests, and the dashboard they have in common.
fn is_for_tests(file: &[String]) -> bool {
    file.iter().any(|part| part == "tests" || part == "fixture")
}

#[test]
fn each_part_of_the_dashboard_uses_what_it_may() {
    let uses = uses_within_rooms();
    let of_dashboard = uses.iter().filter(|(file, _)| file[0] == "tui");
    let mut parts = Vec::new();
    for (file, used) in of_dashboard.filter(|(file, _)| file.len() > 1) {
        let part = file[1].as_str();
        parts.push(part);
        if is_for_tests(file) {
            continue;
        }
        let allowed = PARTS.iter().find(|(name, _)| *name == part);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{part} is no part"));
        for other in used.iter().filter_map(|used| used.get(1)) {
            let is_allowed = other == part || allowed.contains(&other.as_str());
            assert!(is_allowed, "{} uses {other}", file.join("::"));
        }
    }
    parts.sort_unstable();
    parts.dedup();
    assert!(parts.len() <= MOST_PARTS, "{parts:?}");
}

#[test]
fn only_the_update_writes_to_the_model() {
    // The field in which a dashboard keeps its model is private to `update`; nobody else can
    // have a way to write handed on.
    let ways = ["&mut Model", "&mut Ui", "&mut Dashboard"];
    for (path, source) in sources() {
        let file = module_of(&path);
        let may = file.starts_with(&["tui".into(), "update".into()]) || is_for_tests(&file);
        let code = code(&source);
        let writes = ways.iter().any(|way| code.contains(way));
        assert!(may || !writes, "{} writes to the model", path.display());
    }
    let update = fs::read_to_string("src/tui/update.rs").unwrap();
    assert!(update.contains("pub struct Dashboard(Model);"));
    assert!(!update.contains("DerefMut"));
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
fn rooms_are_found_in_groups_too() {
    assert_eq!(
        rooms_used("use crate::{http::Span, event};\ncrate::server::x()"),
        ["http", "event", "server"]
    );
}
