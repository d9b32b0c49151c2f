//! Remembers which octets each `recv` brought of the request that is being received.

use crate::http::Span;

/// How many calls of `recv` are told apart in one request.
const TOLD_APART: usize = 4096;

/// Where each `recv` ended that brought octets of the request that is being read.
#[derive(Debug, Default)]
pub(in crate::server) struct Arrivals {
    ends: Vec<u64>,
    /// Whether there were more of them.
    more: bool,
}

impl Arrivals {
    pub(in crate::server) fn note(&mut self, end: u64) {
        if self.ends.len() < TOLD_APART {
            self.ends.push(end);
        } else {
            self.more = true;
        }
    }

    /// Gives memory back that nothing is kept in.
    pub(in crate::server) fn give_back(&mut self) {
        if self.ends.is_empty() {
            self.ends = Vec::new();
        }
    }

    /// Leaves those that brought octets of the next request, which begins at `start`.
    pub(in crate::server) fn begin(&mut self, start: u64) {
        self.ends.retain(|&end| end > start);
        // An idle connection does not hold what a long request took.
        self.ends.shrink_to(TOLD_APART / 64);
        self.more = false;
    }

    /// The runs they cut `span` into.
    pub(super) fn runs(&self, span: Span) -> Vec<Span> {
        let inside = |end: &u64| span.start < *end && *end < span.end;
        let mut start = span.start;
        let mut runs = Vec::new();
        for end in self.ends.iter().copied().filter(inside).chain([span.end]) {
            runs.push(Span::new(start, end));
            start = end;
        }
        runs
    }

    /// Whether the last run is of more than one `recv`.
    pub(super) const fn more(&self) -> bool {
        self.more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_where_recv_cut_the_request() {
        let mut arrivals = Arrivals::default();
        for end in [3, 10, 12, 20] {
            arrivals.note(end);
        }
        let runs = |arrivals: &Arrivals, start, end| -> Vec<(u64, u64)> {
            let runs = arrivals.runs(Span::new(start, end));
            runs.iter().map(|run| (run.start, run.end)).collect()
        };
        assert_eq!(runs(&arrivals, 0, 11), [(0, 3), (3, 10), (10, 11)]);
        arrivals.begin(11);
        assert_eq!(runs(&arrivals, 11, 20), [(11, 12), (12, 20)]);
        assert_eq!(runs(&Arrivals::default(), 0, 5), [(0, 5)]);
    }
}
