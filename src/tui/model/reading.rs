//! The content that is being read.

use super::Model;
use super::overlay::Reading;
use crate::trace::content::{self, Side};
use crate::trace::pretty::{Pretty, pretty};
use crate::trace::{Connection, Exchange, ExchangeId};

impl Model {
    /// The content of a message as people read it, or why there is nothing to be read, as a
    /// clause.
    pub(crate) fn read(&self, reading: &Reading) -> Result<Pretty, &'static str> {
        let Some((connection, exchange)) = self.exchange_of(reading.of) else {
            return Err("the exchange is no longer kept");
        };
        content::of(connection, exchange, reading.side).map(|content| pretty(&content))
    }

    /// Which message of an exchange there is something to read of, the response first.
    pub(crate) fn side_with_content(&self, of: ExchangeId) -> Side {
        let known = |side| {
            let (connection, exchange) = self.exchange_of(of)?;
            content::of(connection, exchange, side).ok()
        };
        match (known(Side::Response), known(Side::Request)) {
            (None, Some(_)) => Side::Request,
            (Some(_), _) | (None, None) => Side::Response,
        }
    }

    fn exchange_of(&self, id: ExchangeId) -> Option<(&Connection, &Exchange)> {
        let connection = self.shown(id.connection)?;
        Some((connection, connection.exchange(id.n)?))
    }
}
