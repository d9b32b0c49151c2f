//! What moves after something has happened, and how far it has come. Where it is follows from
//! what time it is; that time passes is nothing that is kept.

use std::time::Duration;

use super::Model;
use super::landing::{LANDING, Landing};
use crate::trace::Connection;

/// How long the line below what was cut off then takes to close.
const CLOSING: Duration = Duration::from_millis(120);
/// How often what moves is drawn.
pub(crate) const STEP: Duration = Duration::from_millis(33);
/// More octets than an eye can follow are there at once.
const MANY: u64 = 4096;

/// All of a movement.
pub(crate) const WHOLE: u16 = 1000;

/// How much of so long a movement is done, that began at `began`.
fn part(now: Duration, began: Duration, length: Duration) -> u16 {
    let passed = now.saturating_sub(began).min(length);
    let thousandths = passed.as_millis() * u128::from(WHOLE) / length.as_millis().max(1);
    u16::try_from(thousandths).unwrap_or(WHOLE)
}

impl Model {
    /// What lands on the connection that is shown, if anything does.
    fn landing(&self, connection: &Connection) -> Option<Landing> {
        let is_live = self.frozen.is_none() && self.ui.past.is_none();
        self.ui.landing.filter(|landing| {
            let came = connection.octets().span().end.saturating_sub(landing.from);
            self.moves && is_live && landing.connection == connection.id && came <= MANY
        })
    }

    /// Up to which octet they have landed, while they do.
    pub(crate) fn landed(&self, connection: &Connection) -> Option<u64> {
        let landing = self.landing(connection)?;
        let done = part(self.now(), landing.began, LANDING);
        let came = connection.octets().span().end.saturating_sub(landing.from);
        let landed = landing.from + came * u64::from(done) / u64::from(WHOLE);
        (done < WHOLE).then_some(landed)
    }

    /// How much of the line is closed below what ends with the octet before `end`.
    pub(crate) fn closed(&self, connection: &Connection, end: u64) -> u16 {
        match self.landing(connection) {
            Some(landing) if end > landing.from => {
                part(self.now(), landing.began + LANDING, CLOSING)
            }
            Some(_) | None => WHOLE,
        }
    }

    /// When the next step of what moves is to be seen.
    pub(crate) fn motion_due(&self) -> Option<Duration> {
        let landing = self.landing(self.connection()?)?;
        let end = landing.began.saturating_add(LANDING + CLOSING);
        let told = self.live.now;
        (told < end).then(|| (told + STEP).min(end))
    }
}
