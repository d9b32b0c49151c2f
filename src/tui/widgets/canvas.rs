//! A clipped piece of the screen: whatever is drawn outside it is not drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthChar;

/// Cells to draw on, counted from the upper left one.
#[derive(Debug)]
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
}

impl<'a> Canvas<'a> {
    pub(crate) fn new(buffer: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, area }
    }

    pub(crate) const fn width(&self) -> u16 {
        self.area.width
    }

    pub(crate) const fn height(&self) -> u16 {
        self.area.height
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.area.width == 0 || self.area.height == 0
    }

    /// The part of this canvas that begins at `x`, `y`.
    pub(crate) fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Canvas<'_> {
        let area = Rect {
            x: self.area.x.saturating_add(x),
            y: self.area.y.saturating_add(y),
            width,
            height,
        };
        let area = area.intersection(self.area);
        Canvas {
            buffer: self.buffer,
            area,
        }
    }

    /// Draws one character of one cell.
    pub(crate) fn cell(&mut self, x: u16, y: u16, character: char, style: Style) {
        if x < self.area.width && y < self.area.height {
            let place = (self.area.x + x, self.area.y + y);
            if let Some(cell) = self.buffer.cell_mut(place) {
                cell.set_char(character).set_style(style);
            }
        }
    }

    /// Draws one character in as many cells as it takes, if there are as many, and says where
    /// it ends.
    pub(crate) fn character(&mut self, x: u16, y: u16, character: char, style: Style) -> u16 {
        let end = x.saturating_add(cells(character.width().unwrap_or(0)));
        if end <= self.area.width {
            self.rule(x, end, y, ' ', style);
            self.cell(x, y, character, style);
        }
        end
    }

    /// Changes the style of a run of cells.
    pub(crate) fn tint(&mut self, x: u16, y: u16, width: u16, style: Style) {
        for x in x..x.saturating_add(width).min(self.area.width) {
            if y < self.area.height
                && let Some(cell) = self.buffer.cell_mut((self.area.x + x, self.area.y + y))
            {
                cell.set_style(style);
            }
        }
    }

    /// Draws a line of one character from `x` up to `end`.
    pub(crate) fn rule(&mut self, x: u16, end: u16, y: u16, character: char, style: Style) {
        for x in x..end.min(self.area.width) {
            self.cell(x, y, character, style);
        }
    }

    /// Draws text as far as there is room, and says where it ends.
    pub(crate) fn text(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let room = self.area.width.saturating_sub(x);
        self.text_in(x, y, room, text, style)
    }

    /// Draws text in at most `room` cells, with `…` for what does not fit.
    pub(crate) fn text_in(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let end = x.saturating_add(room).min(self.area.width);
        let mut at = x;
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            // Text is escaped where it enters; what has no width has no cell here.
            let width = cells(character.width().unwrap_or(0));
            if width == 0 {
                continue;
            }
            // A character may take the last cell only if none follows it.
            let needs = if rest.as_str().is_empty() {
                width
            } else {
                width + 1
            };
            if at + needs > end {
                if at < end {
                    self.cell(at, y, '…', style);
                    at += 1;
                }
                break;
            }
            self.cell(at, y, character, style);
            for shadow in 1..width {
                self.cell(at + shadow, y, ' ', style);
            }
            at += width;
        }
        at
    }

    /// Draws text that ends at `end`.
    pub(crate) fn text_to(&mut self, end: u16, y: u16, text: &str, style: Style) {
        let width = width(text);
        self.text_in(end.saturating_sub(width), y, width.min(end), text, style);
    }
}

/// How many cells a text takes.
pub(crate) fn width(text: &str) -> u16 {
    cells(text.chars().map(|c| c.width().unwrap_or(0)).sum())
}

/// A text, or as much of its end as there is room for, with `…` for what is before.
pub(crate) fn tail(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.into();
    }
    if room == 0 {
        return String::new();
    }
    let mut left = room - 1;
    let from_the_end = text.char_indices().rev().take_while(|(_, character)| {
        let needs = cells(character.width().unwrap_or(0));
        let fits = needs <= left;
        left = left.saturating_sub(needs);
        fits
    });
    let at = from_the_end.last().map_or(text.len(), |(at, _)| at);
    format!("…{}", text.get(at..).unwrap_or_default())
}

/// A text, or as much of its beginning and of its end as there is room for, with `…` between.
pub(crate) fn middle(text: &str, room: u16) -> String {
    if width(text) <= room || room == 0 {
        return text.into();
    }
    let mut used = 0;
    let begin = text.char_indices().find(|(_, character)| {
        let needs = cells(character.width().unwrap_or(0));
        let fits = used + needs <= (room - 1) / 2;
        used += if fits { needs } else { 0 };
        !fits
    });
    let begin = text.get(..begin.map_or(text.len(), |(at, _)| at));
    let end = tail(text, room - used);
    format!("{}{end}", begin.unwrap_or_default())
}

/// Cuts a text into lines of at most `room` cells, between words where there are any.
pub(crate) fn wrap(text: &str, room: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        if used > 0 && used + width(word.trim_end()) > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for character in word.chars() {
            let needs = cells(character.width().unwrap_or(0));
            if used > 0 && used + needs > room {
                if character == ' ' {
                    continue;
                }
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += needs;
        }
    }
    lines.push(line);
    lines
}

/// A width or height in cells.
pub(crate) fn cells(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(width: u16, text: &str) -> (String, u16) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buffer.area;
        let end = Canvas::new(&mut buffer, area).text(0, 0, text, Style::new());
        let row = buffer
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        (row, end)
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(draw(5, "abcde"), ("abcde".into(), 5));
        assert_eq!(draw(5, "abcdef"), ("abcd…".into(), 5));
        assert_eq!(draw(0, "abc"), (String::new(), 0));
        assert_eq!(draw(4, "東京"), ("東 京 ".into(), 4));
        assert_eq!(draw(4, "東京都"), ("東 … ".into(), 3));
    }

    #[test]
    fn of_what_does_not_fit_the_end_can_be_kept() {
        assert_eq!(tail("[::1]:80", 8), "[::1]:80");
        assert_eq!(tail("[::1]:80", 4), "…:80");
        assert_eq!(
            (tail("abc", 1), tail("abc", 0)),
            ("…".into(), String::new())
        );
        assert_eq!(tail("東京都", 4), "…都");
    }

    #[test]
    fn of_what_does_not_fit_both_ends_can_be_kept() {
        assert_eq!(middle("/a/b.png", 8), "/a/b.png");
        assert_eq!(middle("/pictures/of/cats.png", 9), "/pic….png");
        assert_eq!(middle("abc", 1), "…");
        assert_eq!(middle("東京都庁", 5), "東…庁");
    }

    #[test]
    fn outside_is_not_drawn() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        let mut canvas = Canvas::new(&mut buffer, Rect::new(1, 0, 9, 9));
        canvas.cell(2, 0, 'x', Style::new());
        canvas.cell(0, 1, 'x', Style::new());
        canvas.text(1, 0, "yz", Style::new());
        canvas.part(1, 0, 5, 5).text(0, 0, "w", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["  w"]));
    }

    #[test]
    fn long_text_is_wrapped() {
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("ab", 0), ["a", "b"]);
    }
}
