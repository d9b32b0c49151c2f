//! What the dashboard would say of each record, for those who have no dashboard.

use super::narration;
use super::world::World;
use crate::event::{Event, Record};

/// Folds records, and says what happened in the dashboard's words.
#[derive(Debug, Default)]
pub struct Narrator {
    world: World,
}

impl Narrator {
    /// Takes a record in, and says in one sentence what happened on its connection; `None`
    /// for what happened to no connection.
    pub fn tell(&mut self, record: &Record) -> Option<String> {
        self.world.fold(record.clone());
        let Event::Connection(id, _) = record.event else {
            return None;
        };
        let conn = self.world.connections.get(&id)?;
        Some(narration::of(conn))
    }
}
