//! What is written of checks: as text, or for a program that grades. Knows no clock, and no
//! stream but the one it writes to.

mod json;
mod junit;
mod said;
mod tap;
mod text;

use std::io::{self, Write};
use std::net::SocketAddr;

use super::run::{Made, Wanted};
use said::{Said, Summary};
pub use text::{explain, list};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For a person.
    #[default]
    Text,
    /// One object.
    Json,
    /// Test Anything Protocol, version 14.
    Tap,
    /// As JUnit writes it, in XML.
    Junit,
}

/// Writes what comes of checks.
#[derive(Debug)]
pub struct Report<W> {
    out: W,
    format: Format,
    /// Whether text has colours.
    colours: bool,
    url: String,
    server: Option<SocketAddr>,
    /// Whether it is said which connection of the recording a check is.
    recorded: bool,
    connections: usize,
    made: Vec<Made>,
}

impl<W: Write> Report<W> {
    /// Nothing was made yet of what is asked of this server.
    pub const fn new(
        out: W,
        format: Format,
        colours: bool,
        url: String,
        server: Option<SocketAddr>,
        recorded: bool,
    ) -> Self {
        Self {
            out,
            format,
            colours,
            url,
            server,
            recorded,
            connections: 0,
            made: Vec::new(),
        }
    }

    /// Before the first check.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(&mut self) -> io::Result<()> {
        match self.format {
            Format::Text => text::begin(&mut self.out, &self.url)?,
            Format::Tap => tap::begin(&mut self.out)?,
            Format::Json | Format::Junit => {}
        }
        self.out.flush()
    }

    /// One more was made.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn tell(&mut self, mut made: Made) -> io::Result<()> {
        let mut said = Said::new(&made, self.server);
        if self.recorded {
            said.connection = Some(self.connections + 1);
        }
        match self.format {
            Format::Text => {
                let before = self.made.last().map(|made| made.stage);
                text::one(&mut self.out, &said, before, self.colours)?;
            }
            Format::Tap => tap::one(&mut self.out, &said, self.made.len() + 1)?,
            Format::Json | Format::Junit => {}
        }
        let held = made.heard.iter().filter(|heard| heard.ends.is_some());
        self.connections += held.count();
        let is_needed = match self.format {
            Format::Text | Format::Tap => self.recorded,
            Format::Json | Format::Junit => true,
        };
        if !is_needed {
            // It is told whole already, and may be long.
            made.heard.clear();
        }
        self.made.push(made);
        self.out.flush()
    }

    /// All were made: whether all that was asked for holds.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(&mut self, wanted: &Wanted) -> io::Result<bool> {
        let made: Vec<_> = self
            .made
            .iter()
            .map(|made| Said::new(made, self.server))
            .collect();
        let summary = Summary::of(&self.made, wanted);
        let out = &mut self.out;
        match self.format {
            Format::Text => text::end(out, &summary, wanted, self.colours)?,
            Format::Json => json::all(out, &self.url, &summary, &made)?,
            Format::Tap => tap::end(out, made.len())?,
            Format::Junit => junit::all(out, &self.url, &made)?,
        }
        out.flush()?;
        Ok(summary.holds)
    }

    /// What was made.
    pub fn made(&self) -> &[Made] {
        &self.made
    }
}
