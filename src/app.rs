//! Layer 3: the program. Puts server, dashboard, access log, lab and lessons together as the
//! arguments ask for it.

mod announce;
mod checking;
mod classroom;
#[cfg(feature = "otlp")]
mod collecting;
mod dashboard;
mod editor;
mod effects;
mod error;
mod followers;
#[cfg(any(feature = "otlp", feature = "redis"))]
mod following;
#[cfg(any(feature = "otlp", feature = "redis"))]
mod identity;
mod opened;
mod perform;
#[cfg(feature = "redis")]
mod publishing;
mod recording;
mod save;
mod serve;
mod service;
mod share;
mod theme;

pub use error::Error;
pub use perform::perform;
pub use serve::run;
