//! What a terminal shows over time, as an asciicast
//! ([version 2](https://docs.asciinema.org/manual/asciicast/v2/)): a header, then an event a
//! line, all JSON. asciinema, its player for web pages and agg read it.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::Written;

/// Hides the cursor.
const BEGIN: &str = "\x1b[?25l";

#[derive(Serialize)]
struct Header<'a> {
    version: u8,
    width: u16,
    height: u16,
    timestamp: u64,
    title: &'a str,
    env: Env,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Env {
    term: &'static str,
}

/// A film, of which frame after frame is written.
#[derive(Debug)]
pub struct Asciicast {
    octets: Vec<u8>,
}

impl Asciicast {
    /// One of this size, in columns and rows.
    pub fn new((width, height): (u16, u16), started: SystemTime, title: &str) -> Self {
        let timestamp = started.duration_since(SystemTime::UNIX_EPOCH);
        let header = Header {
            version: 2,
            width,
            height,
            timestamp: timestamp.unwrap_or_default().as_secs(),
            title,
            env: Env {
                term: "xterm-256color",
            },
        };
        let mut cast = Self { octets: Vec::new() };
        cast.line(&header);
        cast.frame(Duration::ZERO, BEGIN);
        cast
    }

    /// What is written to the terminal at this time.
    pub fn frame(&mut self, at: Duration, output: &str) {
        self.line(&(at.as_secs_f64(), "o", output));
    }

    /// All of it.
    pub fn into_written(self) -> Written {
        Written::whole(self.octets)
    }

    fn line(&mut self, of: &impl Serialize) {
        // Text and numbers are always JSON, and memory takes all that is written.
        let _ = serde_json::to_writer(&mut self.octets, of);
        self.octets.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_and_an_event_a_line() {
        let started = SystemTime::UNIX_EPOCH + Duration::from_millis(1_504_467_315_900);
        let mut cast = Asciicast::new((80, 24), started, "a \"demo\"");
        cast.frame(Duration::from_millis(1500), "\x1b[1mé\r\n");
        let text = String::from_utf8(cast.into_written().octets).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"version":2,"width":80,"height":24,"timestamp":1504467315,"title":"a \"demo\"","env":{"TERM":"xterm-256color"}}"#,
                r#"[0.0,"o","\u001b[?25l"]"#,
                r#"[1.5,"o","\u001b[1mé\r\n"]"#,
            ]
        );
    }
}
