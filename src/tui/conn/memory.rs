//! What a connection costs in memory, and how it comes to cost less.

use std::collections::VecDeque;
use std::time::Duration;

use super::Conn;
use crate::tui::exchange::Exchange;
use crate::tui::rung::Rung;

impl Conn {
    /// What this costs in memory: what is allocated, not only what is used of it.
    pub(crate) fn cost(&self) -> usize {
        // Besides itself: two counts, and its place in a tree.
        const ENTRY: usize = 64;
        size_of::<Self>()
            + ENTRY
            + self.stream.cost()
            + self.heap
            + self.exchanges.capacity() * size_of::<Exchange>()
            + self.ladder.capacity() * size_of::<(Duration, Rung)>()
    }

    /// Forgets the older half of what is kept. What held it is kept while a quarter of it is
    /// in use: it will be filled again, and lists that shrink and grow by turns leave a heap
    /// full of holes.
    pub(crate) fn shed(&mut self) {
        self.stream.shed();
        let half = self.exchanges.len() / 2;
        for exchange in self.exchanges.drain(..half) {
            self.heap = self.heap.saturating_sub(exchange.heap());
        }
        self.ladder.drain(..self.ladder.len() / 2);
        release(&mut self.exchanges);
        release(&mut self.ladder);
    }

    /// Gives back what is allocated and not used. To be called when nothing more will come.
    pub(crate) fn shrink(&mut self) {
        self.stream.shrink();
        self.exchanges.shrink_to_fit();
        self.ladder.shrink_to_fit();
    }
}

/// Gives back half of what is allocated when not even a quarter of it is used.
pub(in crate::tui) fn release<T>(list: &mut VecDeque<T>) {
    if list.len() < list.capacity() / 4 {
        list.shrink_to(list.capacity() / 2);
    }
}
