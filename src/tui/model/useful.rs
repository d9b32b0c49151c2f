//! Which keys do something here and now.

use std::sync::Arc;

use super::{Model, Pane};
use crate::trace::{Connection, content};
use crate::tui::keymap::Command;

impl Model {
    /// Whether a key that asks for this does something here and now: the footer names no
    /// others.
    pub(crate) fn does(&self, command: Command) -> bool {
        let connection = self.connection();
        let is_open = |conn: &Arc<Connection>| conn.closed.is_none();
        let is_driven = self.about.session.is_none() && self.ui.past.is_none();
        if command == Command::Follow {
            return !self.is_following() && connection.is_some();
        }
        if command == Command::Hold {
            return is_driven && connection.is_some_and(is_open);
        }
        if command == Command::Content {
            return self
                .exchange()
                .is_some_and(|(_, exchange)| content::is_there(exchange));
        }
        if command == Command::Step {
            let is_held = |conn: &Arc<Connection>| is_open(conn) && conn.held.is_some();
            return is_driven && connection.is_some_and(is_held);
        }
        if command == Command::Open {
            return match self.ui.focus {
                Pane::Exchanges | Pane::Head => self.exchange().is_some(),
                Pane::Connections | Pane::Buffer => connection.is_some(),
                Pane::Ladder => false,
            };
        }
        let needs_connection = matches!(
            command,
            Command::Go(_)
                | Command::RecordBack
                | Command::Copy
                | Command::Find
                | Command::Filter
                | Command::Dump
        );
        !needs_connection || connection.is_some()
    }
}
