//! How the octets of a connection fall into rows: a request that was cut off ends its row,
//! and what follows begins a new one.

use super::octet_flow::{self, Spelling};
use super::stream::{Message, Stream};
use crate::event::Refusal;
use crate::http::Span;

/// One row of the buffer pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    /// These octets.
    Octets(Span),
    /// These octets are not kept.
    Gap(Span),
    /// Here a message, or a part of it, ends: what was received is cut off the receive buffer.
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
    pub(crate) part: CutPart,
}

/// Which part of a message ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CutPart {
    Head,
    Body,
    /// All of an interim response.
    Interim,
}

/// How octets without a gap fall into rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// So many in each.
    Octets(u64),
    /// As lines, each of which ends after LF; a long one goes on below, so many in a row.
    Lines(u64),
    /// As many as have room in so many cells, as lines or not.
    Cells {
        cells: usize,
        spelling: Spelling,
        lines: bool,
    },
}

/// A long line may begin anew where an offset is a multiple of this, so that nobody has to go
/// back further to know where a row begins.
const ANEW: u64 = 8192;

/// One row, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: Row,
    /// Which chunk it belongs to.
    chunk: usize,
}

/// The rows of one connection at one width. They are not counted: where a row begins is
/// known from what is near it, however long the stream is.
#[derive(Debug)]
pub(crate) struct RowLayout<'a> {
    stream: &'a Stream<'a>,
    /// What stands below each other. Octets without a gap are one of them, in many rows.
    chunks: Vec<Row>,
    wrap: Wrap,
}

impl<'a> RowLayout<'a> {
    /// The rows of what is kept of the stream.
    pub(crate) fn new(stream: &'a Stream<'a>, wrap: Wrap) -> Self {
        let mut layout = Self {
            stream,
            chunks: Vec::new(),
            wrap,
        };
        let kept = stream.octets().span();
        let mut at = kept.start;
        for cut in stream.messages().iter().flat_map(cuts) {
            let span = Span::new(cut.span.start.max(at), cut.span.end.min(kept.end));
            if span.start >= span.end {
                continue;
            }
            // Octets of no message: empty lines before the request-line.
            layout.octets(Span::new(at, span.start));
            layout.octets(span);
            layout.chunks.push(Row::Cut(cut));
            at = span.end;
        }
        layout.octets(Span::new(at, kept.end));
        layout
    }

    fn octets(&mut self, span: Span) {
        let mut at = span.start;
        for piece in self.stream.octets().pieces_in(span) {
            self.gap(Span::new(at, piece.start));
            at = piece.end;
            self.piece(piece);
        }
        self.gap(Span::new(at, span.end));
    }

    fn gap(&mut self, span: Span) {
        if !span.is_empty() {
            self.chunks.push(Row::Gap(span));
        }
    }

    /// Octets without a gap, interrupted below each row in which something is wrong.
    fn piece(&mut self, mut piece: Span) {
        let stream = self.stream;
        for &refusal in stream.messages().iter().flat_map(|message| &message.wrong) {
            // Where something is missing at the end, the caret stands under the last octet.
            let at = refusal
                .span
                .start
                .min(stream.octets().span().end.saturating_sub(1));
            if !piece.contains(at) {
                continue;
            }
            let end = self.row_in(piece, at).end;
            self.run(Span::new(piece.start, end));
            let marked = Span::new(at, refusal.span.end.clamp(at + 1, end.max(at + 1)));
            self.chunks.push(Row::Caret(marked, refusal));
            self.chunks.push(Row::Wrong(refusal));
            piece.start = end;
        }
        self.run(piece);
    }

    fn run(&mut self, span: Span) {
        if !span.is_empty() {
            self.chunks.push(Row::Octets(span));
        }
    }

    /// The row that begins where `rest` does.
    fn first_row(&self, rest: Span) -> Span {
        let octets =
            |most: u64| Span::new(rest.start, rest.end.min(rest.start.saturating_add(most)));
        match self.wrap {
            Wrap::Octets(most) => octets(most.max(1)),
            Wrap::Lines(most) => {
                let near = octets(most.max(1).min(until_anew(rest.start)));
                let mut ends = self.stream.octets().octets_in(near);
                let lf = ends.find(|&(_, octet)| octet == b'\n');
                Span::new(near.start, lf.map_or(near.end, |(at, _)| at + 1))
            }
            Wrap::Cells {
                cells,
                spelling,
                lines,
            } => {
                let near = octets(until_anew(rest.start));
                let row = octet_flow::row(self.stream, near, cells, spelling, lines);
                let end = row.last().map_or(near.end, |last| last.span.end);
                Span::new(near.start, end)
            }
        }
    }

    /// An octet of `piece` that begins a row, at or before `offset`.
    fn anchor(&self, piece: Span, offset: u64) -> u64 {
        let lines = match self.wrap {
            Wrap::Octets(most) => {
                let most = most.max(1);
                return piece.start + (offset - piece.start) / most * most;
            }
            Wrap::Lines(_) => true,
            Wrap::Cells { lines, .. } => lines,
        };
        let from = piece.start.max(offset - offset % ANEW);
        if !lines {
            return from;
        }
        let before = Span::new(from, offset);
        let mut runs = self.stream.octets().runs_in(before).rev();
        let lf = runs.find_map(|run| {
            let index = |at: u64| usize::try_from(at.saturating_sub(run.offset)).ok();
            let here = run
                .octets
                .get(index(from)?..run.octets.len().min(index(offset)?))?;
            let lf = memchr::memrchr(b'\n', here)? as u64;
            Some(run.offset.max(from) + lf)
        });
        lf.map_or(from, |lf| lf + 1)
    }

    /// The rows of `piece` from an anchor on, up to the one that holds `offset`.
    fn rows_up_to(&self, piece: Span, offset: u64) -> Vec<Span> {
        let mut rows = Vec::new();
        let mut at = self.anchor(piece, offset);
        loop {
            let row = self.first_row(Span::new(at, piece.end));
            rows.push(row);
            if row.end > offset || row.end >= piece.end || row.is_empty() {
                return rows;
            }
            at = row.end;
        }
    }

    /// The row of `piece` that holds `offset`.
    fn row_in(&self, piece: Span, offset: u64) -> Span {
        let rows = self.rows_up_to(piece, offset);
        rows.last().copied().unwrap_or(piece)
    }

    /// The first row of a chunk.
    fn first_of(&self, chunk: usize) -> Option<Place> {
        let row = match *self.chunks.get(chunk)? {
            Row::Octets(piece) => Row::Octets(self.first_row(piece)),
            row @ (Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_)) => row,
        };
        Some(Place { row, chunk })
    }

    /// The row below.
    pub(crate) fn after(&self, place: &Place) -> Option<Place> {
        if let (Row::Octets(row), Some(Row::Octets(piece))) =
            (place.row, self.chunks.get(place.chunk))
            && row.end < piece.end
        {
            let row = Row::Octets(self.first_row(Span::new(row.end, piece.end)));
            return Some(Place { row, ..*place });
        }
        self.first_of(place.chunk + 1)
    }

    /// At most `count` rows above `place`, in order.
    pub(crate) fn before(&self, place: &Place, count: usize) -> Vec<Place> {
        let mut above: Vec<Place> = Vec::new();
        let mut chunk = place.chunk;
        let mut end = match place.row {
            Row::Octets(row) => Some(row.start),
            Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_) => None,
        };
        // From the nearest to the furthest.
        while above.len() < count {
            let within = self.chunks.get(chunk).zip(end);
            if let Some((Row::Octets(piece), before)) = within
                && before > piece.start
            {
                let rows = self.rows_up_to(*piece, before - 1);
                end = rows.first().map(|row| row.start);
                let places = rows.into_iter().rev().map(|row| Place {
                    row: Row::Octets(row),
                    chunk,
                });
                above.extend(places);
                continue;
            }
            let Some(up) = chunk.checked_sub(1) else {
                break;
            };
            chunk = up;
            end = match self.chunks.get(chunk) {
                Some(Row::Octets(piece)) => Some(piece.end),
                Some(&row) => {
                    above.push(Place { row, chunk });
                    None
                }
                None => None,
            };
        }
        above.truncate(count);
        above.reverse();
        above
    }

    /// The last `count` rows, in order.
    pub(crate) fn last(&self, count: usize) -> Vec<Place> {
        let end = Place {
            row: Row::Gap(Span::default()),
            chunk: self.chunks.len(),
        };
        self.before(&end, count)
    }

    /// The row that holds `offset`.
    pub(crate) fn at(&self, offset: u64) -> Option<Place> {
        let holds = |row: &Row| matches!(row, Row::Octets(span) if span.contains(offset));
        let chunk = self.chunks.iter().position(holds)?;
        let Some(Row::Octets(piece)) = self.chunks.get(chunk) else {
            return None;
        };
        Some(Place {
            row: Row::Octets(self.row_in(*piece, offset)),
            chunk,
        })
    }

    /// `count` rows: those from `above` rows above the one that holds `offset` on; the last
    /// where there is no such row, or nothing to fill the room below.
    pub(crate) fn page(&self, offset: Option<u64>, above: usize, count: usize) -> Vec<Place> {
        let Some(place) = offset.and_then(|offset| self.at(offset)) else {
            return self.last(count);
        };
        let mut page = self.before(&place, above);
        let mut next = Some(place);
        while let Some(place) = next.filter(|_| page.len() < count) {
            page.push(place);
            next = self.after(&place);
        }
        if page.len() < count {
            return self.last(count);
        }
        page
    }

    /// The octets of the row that holds `offset`.
    pub(crate) fn row_of(&self, offset: u64) -> Span {
        match self.at(offset).map(|place| place.row) {
            Some(Row::Octets(span)) => span,
            Some(Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_)) | None => {
                Span::octet(offset)
            }
        }
    }

    /// The octet `by` rows of octets below (or above) `offset`, in the same column where
    /// that row is long enough.
    pub(crate) fn rows_away(&self, offset: u64, by: isize) -> u64 {
        let Some(from) = self.at(offset) else {
            return offset;
        };
        let column = offset - self.row_of(offset).start;
        let mut left = by.unsigned_abs();
        let mut found = offset;
        let mut at = from;
        while left > 0 {
            let next = if by < 0 {
                self.before(&at, 1).pop()
            } else {
                self.after(&at)
            };
            let Some(next) = next else { break };
            at = next;
            if let Row::Octets(span) = next.row {
                found = (span.start + column).min(span.end - 1);
                left -= 1;
            }
        }
        found
    }
}

/// Where the parts of a message end.
fn cuts(message: &Message<'_>) -> impl Iterator<Item = Cut> {
    let head = if message.is_interim {
        CutPart::Interim
    } else {
        CutPart::Head
    };
    let n = message.n;
    let cut = move |span: Option<Span>, part| span.map(|span| Cut { n, span, part });
    let parts = [cut(message.head, head), cut(message.body, CutPart::Body)];
    parts.into_iter().flatten()
}

/// How many octets there are from `offset` to where a line may begin anew.
const fn until_anew(offset: u64) -> u64 {
    ANEW - offset % ANEW
}

#[cfg(test)]
mod tests {
    use super::super::connection::Connection;
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::http::Status;
    use proptest::prelude::*;

    fn connection(tell: impl FnOnce(&mut Script)) -> Connection {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        trace.connections[&id(1)].as_ref().clone()
    }

    fn shape(layout: &RowLayout<'_>) -> Vec<String> {
        let mut places: Vec<_> = layout.first_of(0).into_iter().collect();
        while let Some(next) = places.last().and_then(|last| layout.after(last)) {
            places.push(next);
        }
        assert_eq!(layout.last(usize::MAX), places, "up as down");
        places
            .into_iter()
            .map(|place| match place.row {
                Row::Octets(span) => format!("{}-{}", span.start, span.end),
                Row::Gap(span) => format!("gap {}", span.len()),
                Row::Cut(cut) => format!("cut {} {:?}", cut.n, cut.part).to_lowercase(),
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
        let stream = Stream::requests(&connection);
        let layout = RowLayout::new(&stream, Wrap::Octets(16));
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
        let stream = Stream::requests(&connection);
        let layout = RowLayout::new(&stream, Wrap::Octets(32));
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
            shape(&RowLayout::new(
                &Stream::requests(&connection),
                Wrap::Octets(8)
            )),
            ["0-4", "gap 6", "10-12"]
        );
    }

    #[test]
    fn lines_end_after_lf_whatever_their_length() {
        let body = [&[b'x'; 30][..], b"\ny\n"].concat();
        let connection = connection(|script| {
            script
                .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .answer(1, Status::OK, 3)
                .receive_octets(1, &body);
        });
        let stream = Stream::requests(&connection);
        let lines = RowLayout::new(&stream, Wrap::Lines(20));
        let shown = [
            "0-16",
            "16-25",
            "25-27",
            "cut 1 head",
            "27-47",
            "47-58",
            "58-60",
        ];
        assert_eq!(shape(&lines), shown);
        assert_eq!(lines.rows_away(17, 1), 26);
        assert_eq!(lines.rows_away(17, 3), 48);
        let cells = |lines| Wrap::Cells {
            cells: 20,
            spelling: Spelling::Full { characters: true },
            lines,
        };
        let flow = RowLayout::new(&stream, cells(true));
        // Tags and line ends take room of their own.
        let shown = [
            "0-16",
            "16-25",
            "25-27",
            "cut 1 head",
            "27-45",
            "45-58",
            "58-60",
        ];
        assert_eq!(shape(&flow), shown);
        let text = RowLayout::new(&stream, cells(false));
        assert_eq!(shape(&text).first().unwrap(), "0-16");
        assert_eq!(shape(&text).get(1).unwrap(), "16-27");
    }

    #[test]
    fn what_was_sent_falls_into_rows_and_what_is_not_kept_is_a_gap() {
        let connection = connection(|script| {
            script
                .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /fav")
                .answer(1, Status::OK, 3);
        });
        let stream = Stream::responses(&connection);
        let layout = RowLayout::new(&stream, Wrap::Lines(80));
        let rows = [
            "0-17",
            "17-57",
            "57-76",
            "76-78",
            "cut 1 head",
            "gap 3",
            "cut 1 body",
        ];
        assert_eq!(shape(&layout), rows);
        assert_eq!(
            layout.rows_away(70, -1),
            30,
            "the cursor goes from line to line"
        );
    }

    proptest! {
        /// Up and down give the same rows, each octet once, and no row is too wide.
        #[test]
        fn any_octets_fall_into_rows(
            recvs in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..20),
            cells in 1_u16..40,
            kind in 0..4,
        ) {
            let connection = connection(|script| {
                for octets in &recvs {
                    script.receive_octets(1, octets);
                }
            });
            let spelling = Spelling::Full { characters: kind % 2 == 0 };
            let wrap = match kind {
                0 => Wrap::Octets(cells.into()),
                1 => Wrap::Lines(cells.into()),
                lines => Wrap::Cells { cells: cells.into(), spelling, lines: lines == 2 },
            };
            let stream = Stream::requests(&connection);
            let layout = RowLayout::new(&stream, wrap);
            let rows = layout.last(usize::MAX);
            let mut at = 0;
            for place in &rows {
                let Row::Octets(span) = place.row else { continue };
                prop_assert_eq!(span.start, at);
                prop_assert!(!span.is_empty());
                for offset in span.start..span.end {
                    prop_assert_eq!(layout.at(offset), Some(*place));
                }
                at = span.end;
            }
            prop_assert_eq!(at, connection.octets().span().end);
            shape(&layout);
        }
    }
}
