//! The octets one connection received, run by run as `recv` returned them. Knows no HTTP,
//! and keeps the newest octets only.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::conn::release;
use super::exchange::shared;
use crate::http::Span;

/// How many octets of one connection are kept.
const OCTETS: usize = 256 << 10;
/// How many runs of one connection are kept: they may be one octet long.
const RUNS: usize = 4096;

/// What one `recv` returned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// Counts the calls of `recv` on this connection that are known, from 1.
    pub(crate) number: u64,
    pub(crate) at: Duration,
    pub(crate) offset: u64,
    pub(crate) octets: Arc<[u8]>,
    pub(crate) asked: usize,
}

impl Run {
    pub(crate) fn span(&self) -> Span {
        Span::new(
            self.offset,
            self.offset.saturating_add(self.octets.len() as u64),
        )
    }
}

/// The newest runs of one connection, in order; between two of them octets may be missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    runs: VecDeque<Run>,
    octets: usize,
    /// What they have allocated.
    heap: usize,
    count: u64,
}

impl Stream {
    /// Adds a run. One that is not behind all others is a record seen twice: left away.
    pub(crate) fn push(&mut self, at: Duration, offset: u64, octets: Arc<[u8]>, asked: usize) {
        if octets.is_empty() || offset < self.span().end {
            return;
        }
        self.count += 1;
        self.octets += octets.len();
        self.heap += shared(octets.len());
        self.runs.push_back(Run {
            number: self.count,
            at,
            offset,
            octets,
            asked,
        });
        while self.runs.len() > 1 && (self.octets > OCTETS || self.runs.len() > RUNS) {
            if let Some(oldest) = self.runs.pop_front() {
                self.leave(&oldest);
            }
        }
    }

    fn leave(&mut self, run: &Run) {
        self.octets = self.octets.saturating_sub(run.octets.len());
        self.heap = self.heap.saturating_sub(shared(run.octets.len()));
    }

    /// Forgets the older half; the newest run stays.
    pub(crate) fn shed(&mut self) {
        for _ in 0..self.runs.len() / 2 {
            if let Some(oldest) = self.runs.pop_front() {
                self.leave(&oldest);
            }
        }
        release(&mut self.runs);
    }

    /// Gives back what is allocated and not used.
    pub(crate) fn shrink(&mut self) {
        self.runs.shrink_to_fit();
    }

    /// From the first octet that is kept to one past the last.
    pub(crate) fn span(&self) -> Span {
        match (self.runs.front(), self.runs.back()) {
            (Some(first), Some(last)) => Span::new(first.offset, last.span().end),
            _ => Span::default(),
        }
    }

    pub(crate) fn last(&self) -> Option<&Run> {
        self.runs.back()
    }

    /// How many calls of `recv` are known to have returned octets.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The runs that hold octets of `span`, in order.
    pub(crate) fn runs_in(&self, span: Span) -> impl DoubleEndedIterator<Item = &Run> {
        let first = self
            .runs
            .partition_point(|run| run.span().end <= span.start);
        let last = self.runs.partition_point(|run| run.offset < span.end);
        self.runs.range(first..last.max(first))
    }

    /// The run that came before `run`.
    pub(crate) fn before(&self, run: &Run) -> Option<&Run> {
        let at = self.runs.partition_point(|other| other.offset < run.offset);
        self.runs.get(at.checked_sub(1)?)
    }

    pub(crate) fn run_at(&self, offset: u64) -> Option<&Run> {
        self.runs_in(Span::new(offset, offset.saturating_add(1)))
            .next()
    }

    pub(crate) fn octet(&self, offset: u64) -> Option<u8> {
        let run = self.run_at(offset)?;
        let index = usize::try_from(offset.checked_sub(run.offset)?).ok()?;
        run.octets.get(index).copied()
    }

    /// The octets of `span` that are kept, each with its offset.
    pub(crate) fn octets_in(&self, span: Span) -> impl Iterator<Item = (u64, u8)> {
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
    pub(crate) fn pieces_in(&self, span: Span) -> Vec<Span> {
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

    /// What this costs in memory.
    pub(crate) fn cost(&self) -> usize {
        self.heap + self.runs.capacity() * size_of::<Run>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(runs: &[(u64, &str)]) -> Stream {
        let mut stream = Stream::default();
        for (offset, octets) in runs {
            stream.push(Duration::ZERO, *offset, octets.as_bytes().into(), 1024);
        }
        stream
    }

    #[test]
    fn runs_are_found_by_offset() {
        let s = stream(&[(0, "abc"), (3, "de"), (9, "xyz")]);
        assert_eq!(s.span(), Span::new(0, 12));
        assert_eq!(s.octet(4), Some(b'e'));
        assert_eq!(s.octet(5), None);
        assert_eq!(s.octet(11), Some(b'z'));
        assert_eq!(s.pieces_in(s.span()), [Span::new(0, 5), Span::new(9, 12)]);
        let octets: Vec<_> = s.octets_in(Span::new(2, 10)).collect();
        assert_eq!(octets, [(2, b'c'), (3, b'd'), (4, b'e'), (9, b'x')]);
    }

    #[test]
    fn what_comes_again_or_too_late_is_left_away() {
        let s = stream(&[(0, "abc"), (1, "zz"), (0, "abc"), (3, "d")]);
        assert_eq!(s.count(), 2);
        assert_eq!(s.octet(1), Some(b'b'));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let mut s = Stream::default();
        for i in 0..10_000 {
            s.push(Duration::ZERO, i, b"x"[..].into(), 1);
        }
        assert_eq!(s.span(), Span::new(10_000 - RUNS as u64, 10_000));
        s.push(Duration::ZERO, 10_000, vec![0; OCTETS * 2].into(), 1);
        assert_eq!(s.span().start, 10_000);
    }
}
