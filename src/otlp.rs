//! Layer 2: what happened, for a collector of OpenTelemetry: a span for each exchange, with an
//! event for each recv, for the boundary and for each send, and counts; as OTLP over HTTP in
//! JSON (<https://opentelemetry.io/docs/specs/otlp/>), to `/v1/traces` and `/v1/metrics`.
//!
//! The names are those of the semantic conventions for HTTP servers, and `glassport.…` where
//! they have none. The query of a request is not told: it may hold what is secret.
//!
//! A request that has a valid `traceparent` (W3C Trace Context) is a part of that trace; where
//! whoever sent it does not sample the trace, nothing is told of it here either.
//!
//! Nothing here makes a server wait: what a collector does not take is counted, and said.

mod collector;
mod counts;
mod export;
mod ids;
mod json;
mod spans;
mod trace_context;

pub use collector::{Endpoint, Http};
pub use export::{Exporting, Standing, begin};
