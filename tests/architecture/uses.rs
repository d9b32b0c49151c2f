//! Which file uses which: read off the text of the sources, as paths and `use` lines have it.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of the crate but its tests, by their paths, and what stands in them.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
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
pub(crate) fn code(source: &str) -> String {
    let code = source
        .split("#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a file is as a module: `src/a/b.rs` is `["a", "b"]`.
pub(crate) fn module_of(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix("src").unwrap().with_extension("");
    inside
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect()
}

/// What makes a name of a file below known elsewhere: the file that says so uses nothing of it.
const HANDS_ON: [&str; 3] = ["pub use ", "pub(crate) use ", "pub(super) use "];

/// Every path that code names, absolute, with the groups of `use` lines taken apart. A file
/// names the files below it without a word before; what it merely hands on of them is left out.
fn paths(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let children = modules_below(code);
    let starts = ["crate", "super", "self"].into_iter();
    for start in starts.chain(children.iter().copied()) {
        let start = format!("{start}::");
        for (at, _) in code.match_indices(&start) {
            let before = &code[..at];
            // `super::super::` is one path, and so is `a::self::`; `pub(in super)` uses nothing.
            let goes_on = before.ends_with("::")
                || before.ends_with("(in ")
                || before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if goes_on {
                continue;
            }
            let path = code[at..].strip_prefix("self::").unwrap_or(&code[at..]);
            let first = path.split("::").next().unwrap_or_default();
            let handed_on = children.contains(&first)
                && HANDS_ON.iter().any(|visible| before.ends_with(visible));
            let mut named = Vec::new();
            expand(&code[at..], module, &mut named);
            // What is handed on may be used too.
            named.retain(|path| !handed_on || path.last().is_some_and(|name| is_used(name, code)));
            found.extend(named);
        }
    }
    found
}

/// Whether code names this elsewhere than where it declares files and hands on.
fn is_used(name: &str, code: &str) -> bool {
    let elsewhere = code.split(';').filter(|statement| {
        let mut statement = statement.trim_start();
        while let Some((_, rest)) = statement
            .strip_prefix("#[")
            .and_then(|it| it.split_once(']'))
        {
            statement = rest.trim_start();
        }
        let is_file = statement.split_whitespace().rev().nth(1) == Some("mod");
        !is_file
            && !HANDS_ON
                .iter()
                .any(|visible| statement.starts_with(visible))
    });
    let mut words = elsewhere.flat_map(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.any(|word| word == name)
}

/// The files that a file names as its own: `mod child;`.
fn modules_below(code: &str) -> Vec<&str> {
    let declared = code.lines().filter_map(|line| {
        let (before, name) = line.trim().strip_suffix(';')?.split_once("mod ")?;
        (before.is_empty() || before.starts_with("pub")).then_some(name)
    });
    declared.collect()
}

/// Follows one path, and each of its branches where it is a group.
fn expand(rest: &str, before: &[String], found: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        let (mut depth, mut from) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    expand(&group[from..at], before, found);
                    from = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    let mut path = before.to_vec();
    match name {
        "" if after.starts_with('*') => {}
        "" => return,
        "crate" => path.clear(),
        "super" => {
            path.pop();
        }
        "self" => {}
        _ => path.push(name.to_owned()),
    }
    match after.strip_prefix("::") {
        Some(after) if !after.starts_with('<') => expand(after, &path, found),
        _ => found.push(path),
    }
}

/// What a file hands on from the files below it, as the paths those have there.
fn handed_on(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for visible in HANDS_ON {
        for (at, _) in code.match_indices(visible) {
            let rest = &code[at + visible.len()..];
            let rest = rest.strip_prefix("self::").unwrap_or(rest);
            if !rest.starts_with("crate::") && !rest.starts_with("super::") {
                expand(rest, module, &mut found);
            }
        }
    }
    found
}

/// The files of each room that another file of it uses, by their module paths.
pub(crate) fn uses_within_rooms() -> Vec<(Vec<String>, Vec<Vec<String>>)> {
    let sources = sources();
    let files: Vec<_> = sources.iter().map(|(path, _)| module_of(path)).collect();
    let handed_on: Vec<_> = files
        .iter()
        .zip(&sources)
        .map(|(file, (_, source))| handed_on(&code(source), file))
        .collect();
    let file_of = |path: &Vec<String>| {
        // The longest beginning of it that is a file.
        let lengths = (1..=path.len()).rev();
        let mut beginnings = lengths.map(|length| path[..length].to_vec());
        beginnings.find(|path| files.contains(path))
    };
    // A name that a file hands on is used where it comes from.
    let source_of = |path: Vec<String>| {
        let file = file_of(&path)?;
        let name = path.get(file.len());
        let handed_on = &handed_on[files.iter().position(|it| *it == file)?];
        let origin = handed_on.iter().find(|origin| origin.last() == name);
        origin.and_then(file_of).or(Some(file))
    };
    let mut uses = Vec::new();
    for (file, (_, source)) in files.iter().zip(&sources) {
        let mut used: Vec<Vec<String>> = paths(&code(source), file)
            .into_iter()
            .filter_map(source_of)
            .filter(|used| used != file && used[0] == file[0])
            .collect();
        used.sort();
        used.dedup();
        uses.push((file.clone(), used));
    }
    uses
}

/// The files that can be reached from each other, in groups of more than one.
pub(crate) fn circles(uses: &[(Vec<String>, Vec<Vec<String>>)]) -> Vec<Vec<String>> {
    let index = |file: &Vec<String>| uses.iter().position(|(it, _)| it == file).unwrap();
    let mut reaches: Vec<Vec<bool>> = vec![vec![false; uses.len()]; uses.len()];
    for (from, (_, used)) in uses.iter().enumerate() {
        for file in used {
            reaches[from][index(file)] = true;
        }
    }
    for middle in 0..uses.len() {
        let through = reaches[middle].clone();
        for row in reaches.iter_mut().filter(|row| row[middle]) {
            for (reached, also) in row.iter_mut().zip(&through) {
                *reached |= also;
            }
        }
    }
    let mut seen = vec![false; uses.len()];
    let mut groups = Vec::new();
    for from in 0..uses.len() {
        if seen[from] || !reaches[from][from] {
            continue;
        }
        let both = |to: &usize| reaches[from][*to] && reaches[*to][from];
        let group: Vec<_> = (0..uses.len()).filter(both).collect();
        for &file in &group {
            seen[file] = true;
        }
        groups.push(group.iter().map(|&file| uses[file].0.join("::")).collect());
    }
    groups
}

#[test]
fn what_a_file_uses_is_found() {
    let module = ["tui".to_owned(), "view".to_owned()];
    let found = paths(
        "use super::{a::B, view::{self, c}};\nuse crate::trace::x::Y;\nself::d::e();",
        &module,
    );
    let found: Vec<_> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        [
            "trace::x::Y",
            "tui::a::B",
            "tui::view",
            "tui::view::c",
            "tui::view::d::e"
        ]
    );
    // A file that calls a file below it uses it, and one that hands a name on does only when
    // it says the name elsewhere too.
    let parent =
        "mod b;\nmod c;\npub use b::B;\npub use c::C;\npub(in super::x) fn d(c: C) { b::e() }";
    let found: Vec<_> = paths(parent, &module)
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(found, ["tui::view::b::e", "tui::view::c::C"]);
    let uses = |from: &str, to: &[&str]| {
        let to = to.iter().map(|file| vec![(*file).to_owned()]).collect();
        (vec![from.to_owned()], to)
    };
    let graph = [uses("a", &["b"]), uses("b", &["c"]), uses("c", &["b"])];
    assert_eq!(circles(&graph), [["b", "c"]]);
    assert_eq!(code("a // std::\n#[cfg(test)]\nmod tests { std:: }"), "a ");
}
