//! The octets of one direction of a connection, run by run as calls returned them: an index
//! over its log, or a list.

use std::collections::VecDeque;
use std::time::Duration;

use super::entry::Moment;
use super::log::Log;
use crate::event::Activity;
use crate::http::Span;

/// Where the runs are in a log.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Index {
    runs: VecDeque<RunAt>,
}

/// One run that is in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RunAt {
    span: Span,
    /// Before its record.
    moment: Moment,
}

impl Index {
    pub(super) fn push(&mut self, span: Span, moment: Moment) {
        self.runs.push_back(RunAt { span, moment });
    }

    /// Forgets what is before `first`.
    pub(super) fn forget(&mut self, first: Moment) {
        while self.runs.front().is_some_and(|run| run.moment < first) {
            self.runs.pop_front();
        }
    }

    pub(super) fn cost(&self) -> usize {
        self.runs.capacity() * size_of::<RunAt>()
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// Gives back room that will not be needed.
    pub(super) fn shrink_to(&mut self, runs: usize) {
        self.runs.shrink_to(runs);
    }
}

/// What one call took or returned; where not all of its octets are kept in one place, a part of
/// it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run<'a> {
    /// Counts the calls of this direction that are known, from 1.
    pub(crate) number: u64,
    pub(crate) at: Duration,
    pub(crate) offset: u64,
    pub(crate) octets: &'a [u8],
    pub(crate) asked: usize,
    /// All the octets of the call.
    pub(crate) call: Span,
}

impl Run<'_> {
    pub(crate) fn span(&self) -> Span {
        Span::new(
            self.offset,
            self.offset.saturating_add(self.octets.len() as u64),
        )
    }

    /// Whether the call begins with it.
    pub(crate) const fn begins(&self) -> bool {
        self.offset == self.call.start
    }
}

/// The newest octets of one direction of a connection, in order; between two runs octets may be
/// missing.
#[derive(Debug, Clone, Copy)]
pub struct Octets<'a> {
    runs: Runs<'a>,
    /// How many calls are known of, and where the last one ended.
    count: u64,
    end: u64,
}

/// Where the runs are.
#[derive(Debug, Clone, Copy)]
enum Runs<'a> {
    /// In a log: what was received.
    Logged(&'a Log, &'a Index),
    /// In a list.
    Listed(&'a [Run<'a>]),
}

impl<'a> Octets<'a> {
    pub(super) const fn logged(log: &'a Log, index: &'a Index, count: u64, end: u64) -> Self {
        let runs = Runs::Logged(log, index);
        Self { runs, count, end }
    }

    /// What `count` calls took up to `end`, of which these are kept.
    pub(super) const fn listed(runs: &'a [Run<'a>], count: u64, end: u64) -> Self {
        let runs = Runs::Listed(runs);
        Self { runs, count, end }
    }

    /// From the first octet that is kept to one past the last.
    pub(crate) fn span(self) -> Span {
        let first = match self.runs {
            Runs::Logged(_, index) => index.runs.front().map(|run| run.span.start),
            Runs::Listed(runs) => runs.first().map(|run| run.offset),
        };
        Span::new(first.unwrap_or(self.end), self.end)
    }

    pub(crate) fn last(self) -> Option<Run<'a>> {
        self.nth(self.len().checked_sub(1)?)
    }

    /// How many calls are known of.
    pub(crate) const fn count(self) -> u64 {
        self.count
    }

    fn len(self) -> usize {
        match self.runs {
            Runs::Logged(_, index) => index.runs.len(),
            Runs::Listed(runs) => runs.len(),
        }
    }

    /// How many runs there are before the first that is not `before` something.
    fn partition(self, before: impl Fn(Span) -> bool) -> usize {
        match self.runs {
            Runs::Logged(_, index) => index.runs.partition_point(|run| before(run.span)),
            Runs::Listed(runs) => runs.partition_point(|run| before(run.span())),
        }
    }

    fn nth(self, at: usize) -> Option<Run<'a>> {
        let (log, index) = match self.runs {
            Runs::Logged(log, index) => (log, index),
            Runs::Listed(runs) => return runs.get(at).copied(),
        };
        let RunAt { span, moment } = *index.runs.get(at)?;
        let entry = log.after(moment)?;
        let Activity::Received { octets, asked, .. } = &entry.activity else {
            return None;
        };
        let forgotten = self.count.saturating_sub(index.runs.len() as u64);
        Some(Run {
            number: forgotten.saturating_add(at as u64).saturating_add(1),
            at: entry.at,
            offset: span.start,
            octets,
            asked: *asked,
            call: span,
        })
    }

    /// The runs that hold octets of `span`, in order.
    pub(crate) fn runs_in(self, span: Span) -> impl DoubleEndedIterator<Item = Run<'a>> {
        let first = self.partition(|run| run.end <= span.start);
        let last = self.partition(|run| run.start < span.end);
        (first..last).filter_map(move |index| self.nth(index))
    }

    /// The run that came before this one.
    pub(crate) fn before(self, run: &Run<'_>) -> Option<Run<'a>> {
        let at = self.partition(|other| other.start < run.offset);
        self.nth(at.checked_sub(1)?)
    }

    pub(crate) fn run_at(self, offset: u64) -> Option<Run<'a>> {
        self.runs_in(Span::new(offset, offset.saturating_add(1)))
            .next()
    }

    pub(crate) fn octet(self, offset: u64) -> Option<u8> {
        let run = self.run_at(offset)?;
        let index = usize::try_from(offset.checked_sub(run.offset)?).ok()?;
        run.octets.get(index).copied()
    }

    /// The octets of `span` that are kept, each with its offset.
    pub(crate) fn octets_in(self, span: Span) -> impl Iterator<Item = (u64, u8)> {
        self.runs_in(span).flat_map(move |run| {
            let index = |offset: u64| usize::try_from(offset.saturating_sub(run.offset));
            let first = index(span.start.max(run.offset)).unwrap_or(usize::MAX);
            let last = index(span.end).unwrap_or(usize::MAX);
            let octets = run.octets.get(first..last.min(run.octets.len()));
            let octets = octets.unwrap_or_default().iter().copied();
            (run.offset.saturating_add(first as u64)..).zip(octets)
        })
    }

    /// The spans without a gap that `span` holds, in order.
    pub(crate) fn pieces_in(self, span: Span) -> Vec<Span> {
        let mut pieces: Vec<Span> = Vec::new();
        for run in self.runs_in(span) {
            let here = run.span();
            let here = Span::new(here.start.max(span.start), here.end.min(span.end));
            match pieces.last_mut() {
                Some(piece) if piece.end == here.start => piece.end = here.end,
                Some(_) | None => pieces.push(here),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::Connection;
    use super::*;
    use crate::event::ConnectionId;

    fn received(connection: &mut Connection, offset: u64, octets: &[u8]) {
        let activity = Activity::Received {
            offset,
            octets: octets.into(),
            asked: 1024,
        };
        connection.fold(connection.moment.0, Duration::ZERO, activity);
    }

    fn connection(runs: &[(u64, &str)]) -> Connection {
        let mut connection = Connection::new(ConnectionId(1), Duration::ZERO);
        for (offset, octets) in runs {
            received(&mut connection, *offset, octets.as_bytes());
        }
        connection
    }

    #[test]
    fn runs_are_found_by_offset() {
        let connection = connection(&[(0, "abc"), (3, "de"), (9, "xyz")]);
        let o = connection.octets();
        assert_eq!(o.span(), Span::new(0, 12));
        assert_eq!(o.octet(4), Some(b'e'));
        assert_eq!(o.octet(5), None);
        assert_eq!(o.octet(11), Some(b'z'));
        assert_eq!(o.pieces_in(o.span()), [Span::new(0, 5), Span::new(9, 12)]);
        let octets: Vec<_> = o.octets_in(Span::new(2, 10)).collect();
        assert_eq!(octets, [(2, b'c'), (3, b'd'), (4, b'e'), (9, b'x')]);
        let last = o.last().unwrap();
        assert_eq!((last.number, o.before(&last).unwrap().number), (3, 2));
    }

    #[test]
    fn what_comes_again_or_too_late_is_left_away() {
        let connection = connection(&[(0, "abc"), (1, "zz"), (0, "abc"), (3, "d")]);
        let o = connection.octets();
        assert_eq!(o.count(), 2);
        assert_eq!(o.octet(1), Some(b'b'));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let mut connection = connection(&[]);
        for i in 0..10_000 {
            received(&mut connection, i, b"x");
        }
        let kept = connection.octets();
        assert_eq!(kept.span().end, 10_000);
        assert!((3_000..=4_096).contains(&kept.span().len()));
        assert_eq!(kept.last().unwrap().number, 10_000);
        received(&mut connection, 10_000, &vec![0; 4 << 20]);
        assert_eq!(connection.octets().span().start, 10_000);
    }
}
