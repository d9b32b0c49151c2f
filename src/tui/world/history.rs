//! What is forgotten when the history has no more room: the oldest closed connections, and
//! where there is none left, the older half of what is known of the others.

use std::sync::Arc;

use super::World;
use crate::event::ConnectionId;

/// How much the history may have allocated, in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget(usize);

impl Budget {
    /// For a history that takes so much memory. A heap from which pieces of many sizes come
    /// and go has holes: up to a quarter was measured (`benches/history.rs`), and half of
    /// that is allowed for.
    pub(crate) const fn of_memory(octets: usize) -> Self {
        Self(octets / 8 * 7)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of_memory(256 << 20)
    }
}

/// Less than this is not worth shedding anything of.
const LITTLE: usize = 4 << 10;

impl World {
    /// Keeps the history within the budget.
    pub(super) fn evict(&mut self) {
        if self.taken() > self.budget.0.max(self.stuck) {
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
            .filter(|conn| conn.closed.is_some());
        let mut over = self.taken().saturating_sub(self.budget.0);
        let mut dropped = Vec::new();
        for conn in closed.filter(|conn| !self.marks.keep(conn.id)) {
            dropped.push(conn.id);
            over = over.saturating_sub(conn.cost());
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
            if let Some(conn) = self.connections.remove(id) {
                self.cost = self.cost.saturating_sub(conn.cost());
                self.evicted += 1;
            }
        }
    }

    /// Halves what is known of each connection that is left, the largest first, until there
    /// is room for some time: each time all of them are looked at.
    fn shed(&mut self) {
        let enough = self.budget.0 / 8 * 7;
        let mut by_cost: Vec<(usize, ConnectionId)> = self
            .connections
            .values()
            // To halve what a view that stands still shows too would be to copy it.
            .filter(|conn| Arc::strong_count(conn) == 1)
            .map(|conn| (conn.cost(), conn.id))
            .filter(|&(cost, _)| cost > LITTLE)
            .collect();
        by_cost.sort_unstable_by(|a, b| b.cmp(a));
        for (before, id) in by_cost {
            if self.taken() <= enough {
                return;
            }
            if let Some(shared) = self.connections.get_mut(&id) {
                let conn = Arc::make_mut(shared);
                conn.shed();
                self.cost = self.cost.saturating_sub(before) + conn.cost();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Status;
    use crate::tui::model::Model;
    use crate::tui::records::{Script, about, id};

    fn left(world: &World) -> Vec<u64> {
        world.connections.keys().map(|id| id.0).collect()
    }

    fn check_account(world: &World) {
        let exact: usize = world.connections.values().map(|conn| conn.cost()).sum();
        assert_eq!(world.cost, exact);
    }

    fn evict(world: &mut World, budget: usize) {
        world.budget = Budget(budget);
        world.stuck = 0;
        world.evict();
        check_account(world);
    }

    #[test]
    fn the_oldest_closed_connections_go_first_and_marked_ones_stay() {
        let mut world = World::default();
        let mut script = Script::new();
        for n in 1..=6 {
            script
                .accept(n)
                .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            script.answer(n, Status::OK, 5);
        }
        script.close(2).close(3).close(4).close(5);
        script.fold_into(&mut world);
        world.marks.toggle_connection(id(3));
        let cost = world.cost;
        evict(&mut world, cost - 1);
        assert_eq!(left(&world), [1, 3, 4, 5, 6]);
        evict(&mut world, 0);
        assert_eq!(left(&world), [1, 3, 6]);
        assert_eq!(world.evicted, 3);
        let listed: Vec<_> = world.exchanges.iter().map(|e| e.connection.0).collect();
        assert_eq!(listed.first(), Some(&1));
    }

    #[test]
    fn a_view_that_stands_still_does_not_hold_on_to_what_is_dropped() {
        let mut model = Model::new(about()).with_history(60_000);
        let mut script = Script::new();
        let tell = |model: &mut Model, script: &mut Script, from: u64, to: u64| {
            for n in from..to {
                script
                    .accept(n)
                    .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                script.answer(n, Status::OK, 5).close(n);
            }
            script.tell(model);
        };
        tell(&mut model, &mut script, 1, 10);
        model.frozen = Some(model.live.clone());
        let kept = model.live.connections.len();
        tell(&mut model, &mut script, 10, 1000);
        assert!(model.live.evicted > 900);
        let frozen = model.frozen.as_ref().unwrap();
        assert!(kept > 0 && frozen.connections.is_empty(), "{kept}");
    }

    #[test]
    fn what_a_view_that_stands_still_keeps_counts_against_the_budget() {
        const BUDGET: usize = 2 << 20;
        let mut model = Model::new(about()).with_history(BUDGET);
        let mut script = Script::new();
        let tell = |model: &mut Model, script: &mut Script| {
            for _ in 0..200 {
                for n in 1..=8 {
                    script.receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                    script.answer(n, Status::OK, 5);
                }
            }
            script.tell(model);
        };
        for n in 1..=8 {
            script.accept(n);
        }
        tell(&mut model, &mut script);
        let frozen = model.live.stand_still();
        let (before, frozen_cost) = (model.live.cost, frozen.cost);
        model.frozen = Some(frozen);
        tell(&mut model, &mut script);
        assert_eq!(model.live.kept, frozen_cost, "each of them has changed");
        let both = model.live.cost + frozen_cost;
        assert!(both <= BUDGET, "{before} before, {both} now");
        model.frozen = None;
        model.live.move_on();
        tell(&mut model, &mut script);
        assert!(model.live.cost > frozen_cost / 2, "there is room again");
    }

    #[test]
    fn where_none_is_closed_the_older_half_of_what_is_known_goes() {
        let mut world = World::default();
        let mut script = Script::new();
        for n in 1..=4 {
            script.accept(n);
            for _ in 0..100 {
                script.receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                script.answer(n, Status::OK, 5);
            }
        }
        script.fold_into(&mut world);
        let before = world.cost;
        evict(&mut world, before / 2);
        assert!(world.cost <= before / 2, "{} of {before}", world.cost);
        for conn in world.connections.values() {
            let newest = conn.exchanges.back().map(|exchange| exchange.n);
            assert_eq!(newest, Some(100), "the newest stays");
        }
        for _ in 0..20 {
            evict(&mut world, 0);
        }
        assert_eq!(left(&world), [1, 2, 3, 4], "open connections stay");
        assert_eq!(world.evicted, 0);
    }
}
