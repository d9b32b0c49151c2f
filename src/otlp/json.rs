//! How values stand in OTLP as JSON: numbers of 64 bits as text, identifiers in hexadecimal
//! digits (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

/// An attribute with a text.
pub(super) fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// An attribute with a number.
pub(super) fn number(key: &str, value: u64) -> Value {
    json!({"key": key, "value": {"intValue": value.to_string()}})
}

pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        // Writing into memory does not fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// A time on the wall clock, in nanoseconds since 1970.
pub(super) fn nanos(started: SystemTime, at: Duration) -> String {
    let since = started.duration_since(SystemTime::UNIX_EPOCH);
    let time = since.unwrap_or_default().saturating_add(at);
    time.as_nanos().to_string()
}

/// What the spans and counts are of.
pub(super) fn resource(host: &str, instance: &str) -> Value {
    json!({"attributes": [
        text("service.name", "glassport"),
        text("service.version", env!("CARGO_PKG_VERSION")),
        text("service.instance.id", instance),
        text("host.name", host),
    ]})
}

/// Who measured them.
pub(super) fn scope() -> Value {
    json!({"name": "glassport", "version": env!("CARGO_PKG_VERSION")})
}

/// Spans as a request to a collector.
pub(super) fn traces(resource: &Value, spans: Vec<Value>) -> Vec<u8> {
    let body = json!({"resourceSpans": [{
        "resource": resource,
        "scopeSpans": [{"scope": scope(), "spans": Value::Array(spans)}],
    }]});
    body.to_string().into_bytes()
}

/// Counts as a request to a collector.
pub(super) fn metrics(resource: &Value, metrics: Vec<Value>) -> Vec<u8> {
    let body = json!({"resourceMetrics": [{
        "resource": resource,
        "scopeMetrics": [{"scope": scope(), "metrics": Value::Array(metrics)}],
    }]});
    body.to_string().into_bytes()
}
