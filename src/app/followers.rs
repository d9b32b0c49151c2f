//! Layer 3: what follows everything that happens beside the dashboard and the log, and ends
//! with the server.

use std::fmt;

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
    /// One more, which ends so and then says in a line what it came to.
    pub(super) fn add(&mut self, end: impl FnOnce() -> String + 'static) {
        self.0.push(Box::new(end));
    }

    /// Ends all, and hands on what each says.
    pub(super) fn end(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|end| end())
    }
}
