//! A lesson as text, and the list of all of them.

use std::io::{self, Write};

use super::driver::Stop;
use super::script::Lesson;
use super::scripts::ALL;
use super::told::Told;
use crate::event::escape;
use crate::trace::Narrator;

/// Room for text on a line.
const WIDTH: usize = 78;

/// Writes the numbers and titles of all lessons, and how to run one.
///
/// The error is that of `out`.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Lessons that run by themselves:\n")?;
    for lesson in ALL {
        writeln!(out, "{:>4}  {}", lesson.number, lesson.title)?;
    }
    writeln!(
        out,
        "\nglassport lesson N runs one; --plain prints it as text."
    )
}

/// Writes what a lesson tells.
pub struct Plain<'a> {
    out: &'a mut dyn Write,
    narrator: Narrator,
}

impl std::fmt::Debug for Plain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}

impl<'a> Plain<'a> {
    /// Writes to `out`.
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            narrator: Narrator::default(),
        }
    }

    /// Writes which lesson it is.
    pub fn begin(&mut self, lesson: &Lesson) -> Result<(), Stop> {
        let Lesson { number, title, .. } = lesson;
        let of = ALL.len();
        self.wrote(|out| writeln!(out, "Lesson {number} of {of}: {title}"))
    }

    /// Writes that it is over.
    pub fn end(&mut self, lesson: &Lesson) -> Result<(), Stop> {
        let Lesson { number, page, .. } = lesson;
        self.wrote(|out| {
            writeln!(
                out,
                "\nThat was lesson {number}: it all happened as told. More on its page, /lessons/{page}."
            )
        })
    }

    /// Writes one thing that is told.
    pub fn tell(&mut self, told: Told<'_>) -> Result<(), Stop> {
        match told {
            Told::Say { number, of, step } => self.wrote(|out| {
                writeln!(out, "\nStep {number} of {of}")?;
                paragraph(out, "  ", "  ", step.say)?;
                step.ask.map_or(Ok(()), |ask| {
                    paragraph(out, "  Predict: ", "           ", ask.question)
                })
            }),
            Told::See(step) => self.wrote(|out| {
                step.ask.map_or(Ok(()), |ask| {
                    paragraph(out, "  Answer:  ", "           ", ask.answer)
                })?;
                paragraph(out, "  ", "  ", step.see)
            }),
            Told::Doing | Told::Follow(_) => Ok(()),
            Told::Client(line) => self.line("client", line),
            Told::Call(line) => self.line("server", line),
            Told::Kernel(line) | Told::Measured(line) => self.line("kernel", line),
            Told::Network(line) => self.line("network", line),
            Told::Octets(octets) => octets
                .split_inclusive(|octet| *octet == b'\n')
                .try_for_each(|line| self.line("", &format!("  {}", escape(line)))),
            Told::Server { record, aloud } => match self.narrator.tell(record) {
                Some(sentence) if aloud => self.line("server", &sentence),
                Some(_) | None => Ok(()),
            },
        }
    }

    fn line(&mut self, who: &str, text: &str) -> Result<(), Stop> {
        self.wrote(|out| paragraph(out, &format!("    {who:8} "), "             ", text))
    }

    fn wrote(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
        write(self.out)
            .and_then(|()| self.out.flush())
            .map_err(Stop::Output)
    }
}

/// Writes a text in lines of a bearable length, the first behind `first`, the others behind
/// `other`.
fn paragraph(out: &mut dyn Write, first: &str, other: &str, text: &str) -> io::Result<()> {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split_inclusive(' ') {
        if !is_empty && line.chars().count() + word.trim_end().chars().count() > WIDTH {
            writeln!(out, "{}", line.trim_end())?;
            other.clone_into(&mut line);
        }
        line.push_str(word);
        is_empty = false;
    }
    writeln!(out, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_go_on_in_the_next_line() {
        let mut out = Vec::new();
        let text = "word ".repeat(20);
        paragraph(&mut out, "  Ask: ", "       ", &text).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(
            out.lines().all(|line| line.chars().count() <= WIDTH),
            "{out}"
        );
        assert_eq!(out.lines().count(), 2);
        assert!(out.lines().nth(1).unwrap().starts_with("       word"));
        assert_eq!(out.matches("word").count(), 20);
    }
}
