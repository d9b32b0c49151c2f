//! `--otlp`: the collector that spans and counts go to.

use clap::{Args, ValueHint};

use super::headings::REPORTED;
use crate::otlp::Endpoint;

/// Which collector, if one.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Collector {
    /// Send a span for each exchange, and counts, to this OpenTelemetry collector as OTLP over
    /// HTTP: http://HOST:4318
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = REPORTED)]
    otlp: Option<Endpoint>,
}

impl Collector {
    pub(super) fn endpoint(self) -> Option<Endpoint> {
        self.otlp
    }
}
