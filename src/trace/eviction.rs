//! What is forgotten when the history has no more room: the oldest closed connections, and
//! where there is none left, the older half of what is known of the others.

use std::sync::Arc;

use super::store::Trace;
use crate::event::ConnectionId;

/// Less than this is not worth shedding anything of.
const LITTLE: usize = 4 << 10;

impl Trace {
    /// Keeps the history within the budget.
    pub(super) fn evict(&mut self) {
        if !self.whole && self.taken() > self.budget.0.max(self.stuck) {
            self.drop_closed();
            let mut before = usize::MAX;
            while self.taken() > self.budget.0 && self.cost < before {
                before = self.cost;
                self.shed();
            }
            // What cannot be forgotten is not gone through again for each record.
            self.stuck = if self.taken() > self.budget.0 {
                self.taken().saturating_add(self.budget.0 / 8)
            } else {
                0
            };
        }
        while let Some(&first) = self.exchanges.front() {
            if self.exchange(first).is_some() {
                break;
            }
            self.exchanges.pop_front();
        }
    }

    /// What is held against the budget.
    const fn taken(&self) -> usize {
        self.cost.saturating_add(self.kept)
    }

    /// Drops the oldest closed connections, except marked ones.
    fn drop_closed(&mut self) {
        let closed = self
            .connections
            .values()
            .filter(|connection| connection.closed.is_some());
        let mut over = self.taken().saturating_sub(self.budget.0);
        let mut dropped = Vec::new();
        for connection in closed.filter(|connection| !self.marks.keep(connection.id)) {
            dropped.push(connection.id);
            over = over.saturating_sub(connection.cost());
            if over == 0 {
                break;
            }
        }
        self.forget(&dropped);
        self.dropped.extend(dropped);
    }

    /// The connections that were dropped since this was last asked.
    pub(crate) fn take_dropped(&mut self) -> Vec<ConnectionId> {
        std::mem::take(&mut self.dropped)
    }

    /// Drops these connections.
    pub(crate) fn forget(&mut self, dropped: &[ConnectionId]) {
        for id in dropped {
            if let Some(connection) = self.connections.remove(id) {
                self.cost = self.cost.saturating_sub(connection.cost());
                self.evicted += 1;
            }
        }
    }

    /// Halves what is known of each connection that is left, the largest first, until there
    /// is room for some time: each time all of them are examined.
    fn shed(&mut self) {
        let enough = self.budget.0 / 8 * 7;
        let mut by_cost: Vec<(usize, ConnectionId)> = self
            .connections
            .values()
            // To halve what a view that stands still shows too would be to copy it.
            .filter(|connection| Arc::strong_count(connection) == 1)
            .map(|connection| (connection.cost(), connection.id))
            .filter(|&(cost, _)| cost > LITTLE)
            .collect();
        by_cost.sort_unstable_by(|a, b| b.cmp(a));
        for (before, id) in by_cost {
            if self.taken() <= enough {
                return;
            }
            if let Some(shared) = self.connections.get_mut(&id) {
                let connection = Arc::make_mut(shared);
                connection.shed();
                self.cost = self.cost.saturating_sub(before) + connection.cost();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;
    use crate::event::Activity;
    use crate::http::Status;
    use crate::trace::Entry;
    use crate::trace::script::{Script, id};

    fn left(trace: &Trace) -> Vec<u64> {
        trace.connections.keys().map(|id| id.0).collect()
    }

    fn check_account(trace: &Trace) {
        let exact: usize = trace
            .connections
            .values()
            .map(|connection| connection.cost())
            .sum();
        assert_eq!(trace.cost, exact);
    }

    fn evict(trace: &mut Trace, budget: usize) {
        trace.budget = Budget(budget);
        trace.stuck = 0;
        trace.evict();
        check_account(trace);
    }

    #[test]
    fn the_oldest_closed_connections_go_first_and_marked_ones_stay() {
        let mut trace = Trace::default();
        let mut script = Script::new();
        for n in 1..=6 {
            script
                .accept(n)
                .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            script.answer(n, Status::OK, 5);
        }
        script.close(2).close(3).close(4).close(5);
        script.fold_into(&mut trace);
        trace.marks.toggle_connection(id(3));
        let cost = trace.cost;
        evict(&mut trace, cost - 1);
        assert_eq!(left(&trace), [1, 3, 4, 5, 6]);
        evict(&mut trace, 0);
        assert_eq!(left(&trace), [1, 3, 6]);
        assert_eq!(trace.evicted, 3);
        let listed: Vec<_> = trace.exchanges.iter().map(|e| e.connection.0).collect();
        assert_eq!(listed.first(), Some(&1));
    }

    #[test]
    fn what_a_view_that_stands_still_keeps_counts_against_the_budget() {
        const BUDGET: usize = 2 << 20;
        let mut trace = Trace::default();
        trace.budget = Budget::from_memory(BUDGET);
        let mut script = Script::new();
        let tell = |trace: &mut Trace, script: &mut Script| {
            for _ in 0..200 {
                for n in 1..=8 {
                    script.receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                    script.answer(n, Status::OK, 5);
                }
            }
            script.fold_into(trace);
        };
        for n in 1..=8 {
            script.accept(n);
        }
        tell(&mut trace, &mut script);
        let frozen = trace.stand_still();
        let (before, frozen_cost) = (trace.cost, frozen.cost);
        tell(&mut trace, &mut script);
        assert_eq!(trace.kept, frozen_cost, "each of them has changed");
        let both = trace.cost + frozen_cost;
        assert!(both <= BUDGET, "{before} before, {both} now");
        drop(frozen);
        trace.move_on();
        tell(&mut trace, &mut script);
        assert!(trace.cost > frozen_cost / 2, "there is room again");
    }

    #[test]
    fn the_content_of_responses_is_held_against_the_budget() {
        const BUDGET: usize = 4 << 20;
        const CONTENT: usize = 64 << 10;
        let mut trace = Trace::within(BUDGET);
        let mut script = Script::new();
        for n in 1..=40 {
            script.accept(n);
            for _ in 0..20 {
                let octets = vec![b'x'; CONTENT].into();
                script.note(n, Activity::Content { octets });
                script.fold_into(&mut trace);
                let connections = trace.connections.values();
                let entries = connections.flat_map(|connection| connection.log().iter());
                let held: usize = entries.map(Entry::octets).sum();
                assert!(
                    held <= trace.cost && trace.cost <= BUDGET,
                    "{held}, {}",
                    trace.cost
                );
            }
        }
        check_account(&trace);
        assert!(trace.cost > BUDGET / 2, "what there is room for is kept");
    }

    #[test]
    fn where_none_is_closed_the_older_half_of_what_is_known_goes() {
        let mut trace = Trace::default();
        let mut script = Script::new();
        for n in 1..=4 {
            script.accept(n);
            for _ in 0..100 {
                script.receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                script.answer(n, Status::OK, 5);
            }
        }
        script.fold_into(&mut trace);
        let before = trace.cost;
        evict(&mut trace, before / 2);
        assert!(trace.cost <= before / 2, "{} of {before}", trace.cost);
        for connection in trace.connections.values() {
            let newest = connection.exchanges.back().map(|exchange| exchange.n);
            assert_eq!(newest, Some(100), "the newest stays");
        }
        for _ in 0..20 {
            evict(&mut trace, 0);
        }
        assert_eq!(left(&trace), [1, 2, 3, 4], "open connections stay");
        assert_eq!(trace.evicted, 0);
    }
}
