//! What is served, and to whom.

use crate::docroot::Docroot;
#[cfg(feature = "metrics")]
use crate::event::Sink;
use crate::server::config::Config;

/// What is served, and to whom.
#[derive(Clone, Copy)]
pub(in crate::server) struct Site<'a> {
    pub(in crate::server) docroot: &'a Docroot,
    pub(in crate::server) config: &'a Config,
    /// Where everything is counted.
    #[cfg(feature = "metrics")]
    pub(in crate::server) sink: &'a Sink,
}
