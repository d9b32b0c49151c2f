//! What ratatui draws on: one write a frame, and none for a frame in which nothing changed.
//!
//! ratatui's own backend writes the reset of all attributes and hides the cursor in every
//! frame, flushes at the end of each command, and asks the terminal where its cursor is.
//! Nothing here waits for an answer from the terminal: not every one gives it.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType as Cleared};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// Between these two a terminal that knows them shows the old frame (DEC private mode 2026).
const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

/// Gathers a frame and hands it on in one piece.
#[derive(Debug)]
pub(crate) struct FrameWriter<W> {
    out: W,
    frame: Vec<u8>,
}

impl<W> FrameWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        let frame = Vec::new();
        Self { out, frame }
    }
}

impl<W: Write> Write for FrameWriter<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.frame.is_empty() && !octets.is_empty() {
            self.frame.extend_from_slice(BEGIN_UPDATE);
        }
        self.frame.extend_from_slice(octets);
        Ok(octets.len())
    }

    /// The frame is complete.
    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend_from_slice(END_UPDATE);
        let result = self.out.write_all(&self.frame);
        self.frame.clear();
        result
    }
}

/// A backend that knows its own size and cursor.
#[derive(Debug)]
pub(crate) struct Screen<W: Write> {
    inner: CrosstermBackend<FrameWriter<W>>,
    size: Size,
    /// Where the cursor is shown, if it is.
    cursor: Option<Position>,
    /// Where it is in fact, unless something was drawn since.
    at: Option<Position>,
}

impl<W: Write> Screen<W> {
    /// A screen just entered: of this size, its cursor hidden.
    pub(crate) fn new(out: W, size: Size) -> Self {
        Self {
            inner: CrosstermBackend::new(FrameWriter::new(out)),
            size,
            cursor: None,
            at: None,
        }
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.at = None;
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        match self.cursor.take() {
            Some(_) => queue!(self.inner, Hide),
            None => Ok(()),
        }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor.is_none() {
            self.cursor = Some(self.at.unwrap_or_default());
            queue!(self.inner, Show)?;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at == Some(position) {
            return Ok(());
        }
        self.at = Some(position);
        queue!(self.inner, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        let region = match region {
            ClearType::All => Cleared::All,
            ClearType::AfterCursor => Cleared::FromCursorDown,
            ClearType::BeforeCursor => Cleared::FromCursorUp,
            ClearType::CurrentLine => Cleared::CurrentLine,
            ClearType::UntilNewLine => Cleared::UntilNewLine,
        };
        queue!(self.inner, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::layout::Rect;

    use super::*;

    /// Keeps each write apart.
    #[derive(Debug, Default)]
    struct Writes(std::rc::Rc<std::cell::RefCell<Vec<String>>>);

    impl Write for Writes {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(octets.to_vec()).unwrap();
            self.0.borrow_mut().push(text);
            Ok(octets.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_write_and_one_without_changes_is_none() {
        let writes = Writes::default();
        let seen = std::rc::Rc::clone(&writes.0);
        let screen = Screen::new(writes, Size::new(10, 2));
        let mut terminal = Terminal::new(screen).unwrap();
        let mut draw = |text: &str, cursor: Option<(u16, u16)>| {
            terminal
                .draw(|frame| {
                    frame.render_widget(text, Rect::new(0, 0, 10, 1));
                    if let Some(cursor) = cursor {
                        frame.set_cursor_position(cursor);
                    }
                })
                .unwrap();
            std::mem::take(&mut *seen.borrow_mut())
        };
        let first = draw("hello", None);
        assert_eq!(first.len(), 1);
        assert!(first[0].starts_with("\x1b[?2026h") && first[0].ends_with("\x1b[?2026l"));
        assert!(first[0].contains("hello"));
        assert_eq!(draw("hello", None), [""; 0], "nothing changed");

        // A cursor that comes, stays, moves and goes.
        let sync = |inner: &str| vec![format!("\x1b[?2026h{inner}\x1b[?2026l")];
        assert_eq!(draw("hello", Some((3, 0))), sync("\x1b[?25h\x1b[1;4H"));
        assert_eq!(draw("hello", Some((3, 0))), [""; 0]);
        assert_eq!(draw("hello", Some((4, 0))), sync("\x1b[1;5H"));
        assert_eq!(draw("hello", None), sync("\x1b[?25l"));
        assert_eq!(draw("hello", None), [""; 0]);
        assert_eq!(draw("help!", None).len(), 1);
    }
}
