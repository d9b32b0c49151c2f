//! Layer 3: what follows everything that happens beside the dashboard and the log, and ends
//! with the server.

use std::fmt;
#[cfg(any(feature = "otlp", feature = "redis"))]
use std::sync::Arc;

#[cfg(any(feature = "otlp", feature = "redis"))]
use {
    super::error::Error,
    super::recording::Tell,
    crate::cli::Reported,
    crate::event::Sink,
    crate::session::{Header, Redaction},
};

/// Those that follow what happens. Each says at the end what it came to, if there is anything
/// to be said.
#[derive(Default)]
pub(super) struct Followers(Vec<Box<dyn FnOnce() -> String>>);

impl fmt::Debug for Followers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Followers").field(&self.0.len()).finish()
    }
}

impl Followers {
    /// Has what was asked for follow what happens from now on.
    #[cfg(any(feature = "otlp", feature = "redis"))]
    pub(super) fn begin(
        wanted: Reported,
        sink: &Arc<Sink>,
        about: (Header, Option<Redaction>, u16),
        tell: &Tell,
    ) -> Result<Self, Error> {
        let mut followers = Self::default();
        #[cfg(feature = "otlp")]
        if let Some(endpoint) = &wanted.otlp {
            super::collecting::begin(&mut followers, sink, endpoint, Arc::clone(tell))?;
        }
        #[cfg(feature = "redis")]
        if let Some(publish) = wanted.publish {
            super::publishing::begin(&mut followers, sink, publish, about, Arc::clone(tell))?;
        }
        Ok(followers)
    }

    /// One more, which ends so and then says in a line what it came to.
    pub(super) fn add(&mut self, end: impl FnOnce() -> String + 'static) {
        self.0.push(Box::new(end));
    }

    /// Ends all, and hands on what each says.
    pub(super) fn end(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|end| end())
    }
}
