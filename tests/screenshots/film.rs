//! A moving picture: one SVG that every browser plays by itself, without scripts.
//!
//! Of each row of the screen everything it ever shows stands there once, and CSS says when it
//! is to be seen. Whoever wants less motion sees one moment of it, which stands still.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Session;
use crate::svg::{self, Look};

/// How often the screen is looked at.
const TICK: Duration = Duration::from_millis(80);

/// What has been filmed so far.
pub(crate) struct Film {
    begun: Instant,
    look: Look,
    /// Of each frame when it began, and its rows.
    frames: Vec<(Duration, Vec<String>)>,
    /// The frame that stands for all.
    poster: usize,
}

impl Film {
    pub(crate) fn new(look: Look) -> Self {
        Self {
            begun: Instant::now(),
            look,
            frames: Vec::new(),
            poster: 0,
        }
    }

    /// Films for so long.
    pub(crate) fn hold(&mut self, session: &Session, millis: u64) {
        let until = Instant::now() + Duration::from_millis(millis);
        while Instant::now() < until {
            let rows = svg::rows(&session.screen(), self.look);
            if self.frames.last().is_none_or(|(_, last)| *last != rows) {
                self.frames.push((self.begun.elapsed(), rows));
            }
            thread::sleep(TICK);
        }
    }

    /// What is on the screen now stands for the whole film.
    pub(crate) fn poster(&mut self) {
        self.poster = self.frames.len().saturating_sub(1);
    }

    /// The whole film, which begins again when it is over.
    pub(crate) fn into_svg(self, size: (u16, u16)) -> String {
        let length = self.begun.elapsed().as_secs_f32();
        let begin = |index: usize| {
            let at = self.frames.get(index).map(|(at, _)| at.as_secs_f32());
            at.map_or(100.0, |at| 100.0 * at / length)
        };
        // What is to be seen at the same times goes by the same name.
        let mut times: BTreeMap<Vec<(usize, usize)>, usize> = BTreeMap::new();
        let mut body = String::new();
        let rows = self.frames.first().map_or(0, |(_, rows)| rows.len());
        for row in 0..rows {
            for (shown, content) in self.contents(row) {
                if content.is_empty() {
                    continue;
                }
                let always = shown == [(0, self.frames.len())];
                let is_poster = shown
                    .iter()
                    .any(|&(from, to)| (from..to).contains(&self.poster));
                let class = if always {
                    String::new()
                } else {
                    let known = times.len();
                    let name = times.entry(shown).or_insert(known);
                    let poster = if is_poster { " p" } else { "" };
                    format!(" class=\"f f{name}{poster}\"")
                };
                let _ = write!(body, "<g{class}>\n{content}</g>\n");
            }
        }
        let mut rules = String::from(".f{visibility:hidden}.p{visibility:visible}\n");
        rules.push_str("@media (prefers-reduced-motion:no-preference){\n");
        for (shown, name) in &times {
            let _ = write!(rules, "@keyframes k{name}{{0%{{visibility:hidden}}");
            for &(from, to) in shown {
                let (from, to) = (begin(from), begin(to));
                let _ = write!(rules, "{from:.2}%{{visibility:visible}}");
                if to < 100.0 {
                    let _ = write!(rules, "{to:.2}%{{visibility:hidden}}");
                }
            }
            let _ = writeln!(
                rules,
                "}}.f{name}{{animation:k{name} {length:.1}s step-end infinite}}"
            );
        }
        rules.push_str("}\n");
        svg::document(
            size,
            self.look,
            &format!("<style>\n{rules}</style>\n"),
            &body,
        )
    }

    /// What a row ever shows, and from which frame up to which.
    fn contents(&self, row: usize) -> Vec<(Vec<(usize, usize)>, &str)> {
        let mut contents: Vec<(Vec<(usize, usize)>, &str)> = Vec::new();
        let mut last = None;
        for (index, (_, rows)) in self.frames.iter().enumerate() {
            let content = rows[row].as_str();
            let known = contents.iter().position(|(_, known)| *known == content);
            let at = known.unwrap_or_else(|| {
                contents.push((Vec::new(), content));
                contents.len() - 1
            });
            let shown = &mut contents[at].0;
            match shown.last_mut() {
                Some((_, to)) if last == Some(at) => *to = index + 1,
                _ => shown.push((index, index + 1)),
            }
            last = Some(at);
        }
        contents
    }
}
