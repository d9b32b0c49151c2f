//! What is told of what is selected: the sentence, and the advice below it.

use super::{Model, Pane, Spot, Subject};
use crate::trace::Exchange;
use crate::trace::advice::{self, Advice, Selected};
use crate::trace::labels;
use crate::trace::narration::{self, Foresight};

impl Model {
    /// The advice on what is selected.
    pub(crate) fn advice(&self) -> Option<Advice> {
        let connection = self.connection();
        let asked = connection.filter(|_| self.shows_samples());
        let picked = self.picked();
        let is_told = self.ui.narration
            && connection.is_some_and(|conn| narration::tells_cause(conn, picked));
        let selected = Selected {
            connection: connection.map(|connection| &**connection),
            exchange: self.exchange().map(|(_, exchange)| exchange),
            is_told,
            tcp: asked.and_then(|connection| connection.sampled.as_ref()?.kernel.tcp.as_ref()),
        };
        if self.ui.past.is_some() {
            return advice::of_selected(selected, &self.about, self.now());
        }
        advice::most_important(self.trace(), selected, &self.about)
    }

    /// The exchange that is examined, where it is not the connection as a whole.
    fn picked(&self) -> Option<&Exchange> {
        let is_picked = matches!(
            self.ui.subject,
            Subject::Exchange(_) | Subject::NewestExchange
        ) || matches!(self.ui.focus, Pane::Exchanges | Pane::Head);
        let (connection, exchange) = self.exchange()?;
        let is_pointed_at = match self.ui.spot {
            Spot::Octet(offset) => {
                let direction = self.ui.direction;
                connection.exchange_of(direction, offset).is_some()
            }
            Spot::Newest | Spot::Line(_) => false,
        };
        (is_picked || is_pointed_at).then_some(exchange)
    }

    /// What is told of what is selected.
    pub(crate) fn narration(&self) -> Option<String> {
        let connection = self.connection().filter(|_| self.ui.narration)?;
        let foresight = if self.ui.predict.asks {
            Foresight::Asks
        } else {
            Foresight::Tells
        };
        let mut told = narration::told(connection, self.picked(), foresight);
        if labels::rests(connection, &self.about) {
            told.push_str(narration::RESTS);
        }
        Some(told)
    }
}
