//! How the octets of a connection fall into rows: a request that was cut off ends its row,
//! and what follows begins a new one.

use super::connection::Connection;
use crate::event::Refusal;
use crate::http::Span;

/// One row of the buffer pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    /// These octets.
    Octets(Span),
    /// This many octets are not known.
    Gap(u64),
    /// Here something was cut off the receive buffer.
    Cut(Cut),
    /// What is wrong stands in the row above.
    Caret(Span, Refusal),
    /// What is wrong, in words.
    Wrong(Refusal),
}

/// What was cut off above a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The exchange it belongs to.
    pub(crate) n: u64,
    pub(crate) span: Span,
    pub(crate) is_body: bool,
}

/// A run of rows of one kind.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    first: usize,
    rows: usize,
    row: Row,
}

/// The rows of one connection at one width.
#[derive(Debug)]
pub(crate) struct RowLayout {
    chunks: Vec<Chunk>,
    width: u64,
    rows: usize,
}

impl RowLayout {
    /// The rows of what is kept of the stream, `width` octets in each.
    pub(crate) fn new(connection: &Connection, width: u16) -> Self {
        let mut layout = Self {
            chunks: Vec::new(),
            width: u64::from(width.max(1)),
            rows: 0,
        };
        let kept = connection.octets().span();
        let mut at = kept.start;
        for exchange in &connection.exchanges {
            let cut = |span, is_body| Cut {
                n: exchange.n,
                span,
                is_body,
            };
            let head = exchange.head_span.map(|span| cut(span, false));
            let body = exchange.body.map(|span| cut(span, true));
            for cut in head.into_iter().chain(body) {
                let span = Span::new(cut.span.start.max(at), cut.span.end.min(kept.end));
                if span.is_empty() {
                    continue;
                }
                // Octets of no request: empty lines before the request-line.
                layout.octets(connection, Span::new(at, span.start));
                layout.octets(connection, span);
                layout.push(Row::Cut(cut), 1);
                at = span.end;
            }
        }
        layout.octets(connection, Span::new(at, kept.end));
        layout
    }

    fn octets(&mut self, connection: &Connection, span: Span) {
        let mut at = span.start;
        for piece in connection.octets().pieces_in(span) {
            self.gap(Span::new(at, piece.start));
            at = piece.end;
            self.piece(connection, piece);
        }
        self.gap(Span::new(at, span.end));
    }

    fn gap(&mut self, span: Span) {
        if !span.is_empty() {
            self.push(Row::Gap(span.len()), 1);
        }
    }

    /// Octets without a gap, interrupted below each row in which something is wrong.
    fn piece(&mut self, connection: &Connection, mut piece: Span) {
        for refusal in connection.exchanges.iter().filter_map(|e| e.refusal) {
            // Where something is missing at the end, the caret stands under the last octet.
            let at = refusal
                .span
                .start
                .min(connection.octets().span().end.saturating_sub(1));
            if !piece.contains(at) {
                continue;
            }
            let row = (at - piece.start) / self.width;
            let end = piece
                .start
                .saturating_add((row + 1).saturating_mul(self.width))
                .min(piece.end);
            self.run(Span::new(piece.start, end));
            let marked = Span::new(at, refusal.span.end.clamp(at + 1, end.max(at + 1)));
            self.push(Row::Caret(marked, refusal), 1);
            self.push(Row::Wrong(refusal), 1);
            piece.start = end;
        }
        self.run(piece);
    }

    fn run(&mut self, span: Span) {
        let rows = span.len().div_ceil(self.width);
        self.push(
            Row::Octets(span),
            usize::try_from(rows).unwrap_or(usize::MAX),
        );
    }

    fn push(&mut self, row: Row, rows: usize) {
        if rows > 0 {
            self.chunks.push(Chunk {
                first: self.rows,
                rows,
                row,
            });
            self.rows = self.rows.saturating_add(rows);
        }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The row at `index`.
    pub(crate) fn row(&self, index: usize) -> Option<Row> {
        let after = self.chunks.partition_point(|chunk| chunk.first <= index);
        let chunk = self.chunks.get(after.checked_sub(1)?)?;
        let within = index - chunk.first;
        if within >= chunk.rows {
            return None;
        }
        Some(match chunk.row {
            Row::Octets(span) => {
                let start = span.start + within as u64 * self.width;
                Row::Octets(Span::new(start, (start + self.width).min(span.end)))
            }
            row @ (Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_)) => row,
        })
    }

    /// The index of the row that holds `offset`.
    pub(crate) fn index_of(&self, offset: u64) -> Option<usize> {
        self.chunks.iter().find_map(|chunk| match chunk.row {
            Row::Octets(span) if span.contains(offset) => {
                let within = (offset - span.start) / self.width;
                Some(chunk.first + usize::try_from(within).unwrap_or(0))
            }
            Row::Octets(_) | Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_) => None,
        })
    }

    /// The octets of the row that holds `offset`.
    pub(crate) fn row_of(&self, offset: u64) -> Span {
        match self.index_of(offset).and_then(|index| self.row(index)) {
            Some(Row::Octets(span)) => span,
            Some(Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_)) | None => {
                Span::octet(offset)
            }
        }
    }

    /// The octet `by` rows of octets below (or above) `offset`, in the same column where
    /// that row is long enough.
    pub(crate) fn rows_away(&self, offset: u64, by: isize) -> u64 {
        let Some(index) = self.index_of(offset) else {
            return offset;
        };
        let column = offset - self.row_of(offset).start;
        let mut left = by.unsigned_abs();
        let mut found = offset;
        let mut at = index;
        while left > 0 {
            let next = if by < 0 {
                at.checked_sub(1)
            } else {
                Some(at + 1)
            };
            let Some(row) = next.and_then(|next| self.row(next)) else {
                break;
            };
            at = next.unwrap_or(at);
            if let Row::Octets(span) = row {
                found = (span.start + column).min(span.end - 1);
                left -= 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::http::Status;

    fn connection(tell: impl FnOnce(&mut Script)) -> Connection {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        trace.connections[&id(1)].as_ref().clone()
    }

    fn shape(layout: &RowLayout) -> Vec<String> {
        (0..layout.rows())
            .map(|index| match layout.row(index).unwrap() {
                Row::Octets(span) => format!("{}-{}", span.start, span.end),
                Row::Gap(n) => format!("gap {n}"),
                Row::Cut(cut) => format!(
                    "cut {} {}",
                    cut.n,
                    if cut.is_body { "body" } else { "head" }
                ),
                Row::Caret(span, _) => format!("caret {}-{}", span.start, span.end),
                Row::Wrong(_) => "wrong".into(),
            })
            .collect()
    }

    #[test]
    fn a_request_that_is_cut_off_ends_its_row() {
        let connection = connection(|script| {
            script
                .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /fav")
                .answer(1, Status::OK, 3);
        });
        let layout = RowLayout::new(&connection, 16);
        assert_eq!(shape(&layout), ["0-16", "16-27", "cut 1 head", "27-35"]);
        assert_eq!(layout.rows_away(20, 1), 31);
        assert_eq!(layout.rows_away(34, -1), 23);
        assert_eq!(layout.rows_away(30, isize::MIN), 3);
        assert_eq!(layout.row_of(30), Span::new(27, 35));
    }

    #[test]
    fn a_body_is_cut_off_on_its_own_and_something_wrong_has_a_caret() {
        let connection = connection(|script| {
            script
                .receive(
                    1,
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd",
                )
                .answer(1, Status::METHOD_NOT_ALLOWED, 3)
                .receive(1, "GET / HTTP/1.1\r\nHost : x\r\n\r\n");
        });
        let layout = RowLayout::new(&connection, 32);
        assert_eq!(
            shape(&layout),
            [
                "0-32",
                "32-47",
                "cut 1 head",
                "47-51",
                "cut 1 body",
                "51-79",
                "caret 71-72",
                "wrong",
                "cut 2 head"
            ]
        );
    }

    #[test]
    fn octets_that_are_not_known_are_a_gap() {
        let connection = connection(|script| {
            script.receive(1, "GET ").note(
                1,
                crate::event::Activity::Received {
                    offset: 10,
                    octets: b"xy"[..].into(),
                    asked: 4,
                },
            );
        });
        assert_eq!(
            shape(&RowLayout::new(&connection, 8)),
            ["0-4", "gap 6", "10-12"]
        );
    }
}
