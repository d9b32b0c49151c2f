//! Writes the cases of `tests/http_corpus` as inputs of the fuzz targets, to the folder that
//! is named, a folder each. Run from the root of the repository:
//!
//! ```sh
//! cargo run --manifest-path fuzz/Cargo.toml --bin seeds -- seeds
//! for target in connection responses chunked target; do
//!     cargo +nightly fuzz cmin $target seeds/$target    # keeps what reaches something new
//! done
//! ```

#[path = "../../../tests/http_corpus/escape.rs"]
mod escape;

use std::error::Error;
use std::fs;
use std::path::Path;

/// Longer inputs take time and reach nothing that a short one does not.
const LONGEST: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let out = Path::new(&out);
    for entry in fs::read_dir("tests/http_corpus/responses")? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path)?;
        for (n, case) in text.split("\n== ").skip(1).enumerate() {
            let (flag, stream) = stream(case);
            let name = format!("{stem}-{n:02}");
            let input = [&[flag, asked(case)], &*stream].concat();
            write(out, "responses", &name, &input)?;
        }
    }
    for entry in fs::read_dir("tests/http_corpus")? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path)?;
        for (n, case) in text.split("\n== ").skip(1).enumerate() {
            let (flag, stream) = stream(case);
            let name = format!("{stem}-{n:02}");
            let head = stream.windows(4).position(|w| w == b"\r\n\r\n");
            match (&*stem, head) {
                ("chunked", Some(head)) => write(out, "chunked", &name, &stream[head + 4..])?,
                ("target", _) => {
                    let line = stream.split(|&o| o == b'\r').next().unwrap_or_default();
                    let target = line.strip_suffix(b" HTTP/1.1").unwrap_or(line);
                    write(out, "target", &name, target)?;
                }
                _ => {}
            }
            write(out, "connection", &name, &[&[flag], &*stream].concat())?;
        }
    }
    Ok(())
}

/// The octets of a case, and the flag that stands for its directives.
fn stream(case: &str) -> (u8, Vec<u8>) {
    let mut flag = b'a';
    let mut octets = Vec::new();
    for line in case.lines().skip(1).filter(|line| !line.is_empty()) {
        match line.split_once(' ') {
            Some(("->", _)) => {}
            Some(("!", directive)) if directive.starts_with("asked ") => {}
            Some(("!", "eof")) => flag += 1,
            Some(("!", "lf")) => flag += 2,
            _ => escape::unescape(line, &mut octets, &mut None),
        }
    }
    (flag, octets)
}

/// The octet that stands for what was asked.
fn asked(case: &str) -> u8 {
    let asked = case.lines().find_map(|line| line.strip_prefix("! asked "));
    match asked {
        Some("none") => b'a',
        None | Some("GET") => b'b',
        Some("CONNECT") => b'd',
        Some(methods) if methods.starts_with("HEAD") => b'c',
        Some(_) => b'e',
    }
}

fn write(out: &Path, target: &str, name: &str, input: &[u8]) -> std::io::Result<()> {
    if input.len() > LONGEST {
        return Ok(());
    }
    let folder = out.join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), input)
}
