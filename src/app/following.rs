//! Layer 3: begins what follows everything that happens, as it was asked for.

use std::sync::Arc;

#[cfg(feature = "otlp")]
use super::collecting;
use super::error::Error;
use super::followers::Followers;
#[cfg(feature = "redis")]
use super::publishing;
use super::recording::{self, Tell};
use crate::cli::Reported;
use crate::event::Sink;
use crate::server::{Config, Server};
use crate::session::Redaction;

/// Has what was asked for follow what happens from now on, on this server.
pub(super) fn begin(
    wanted: Reported,
    sink: &Arc<Sink>,
    (server, config, served): (&Server, &Config, &str),
    redaction: Option<Redaction>,
    tell: &Tell,
) -> Result<Followers, Error> {
    let mut followers = Followers::default();
    #[cfg(feature = "otlp")]
    if let Some(endpoint) = &wanted.otlp {
        collecting::begin(&mut followers, sink, endpoint, Arc::clone(tell))?;
    }
    #[cfg(feature = "redis")]
    if let Some(publish) = wanted.publish {
        let header = recording::header(sink, served, config);
        let port = server.local_addrs().next().map_or(0, |local| local.port());
        let about = (header, redaction, port);
        publishing::begin(&mut followers, sink, publish, about, Arc::clone(tell))?;
    }
    Ok(followers)
}
