//! The exact totals, as metrics of OpenTelemetry: sums since the server started.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::json::{nanos, text};
use crate::event::{BOUNDS, Measures, Totals};

/// What counts from the start, and not from the time before (`AGGREGATION_TEMPORALITY_CUMULATIVE`).
const CUMULATIVE: u8 = 2;

/// Everything that is counted, as of now.
pub(super) fn metrics(
    (started, now): (SystemTime, Duration),
    totals: &Totals,
    measures: &Measures,
) -> Vec<Value> {
    let times = [nanos(started, Duration::ZERO), nanos(started, now)];
    let point = |value: u64, attributes: Vec<Value>| {
        let [from, to] = &times;
        json!({
            "startTimeUnixNano": from,
            "timeUnixNano": to,
            "asInt": value.to_string(),
            "attributes": attributes,
        })
    };
    let sum = |name: &str, unit: &str, is_monotonic: bool, points: Vec<Value>| {
        json!({"name": name, "unit": unit, "sum": {
            "aggregationTemporality": CUMULATIVE,
            "isMonotonic": is_monotonic,
            "dataPoints": points,
        }})
    };
    let way = |direction| vec![text("network.io.direction", direction)];
    let responses = measures.responses().map(|(method, class, count)| {
        let attributes = vec![
            text("http.request.method", method),
            text("glassport.status_class", &format!("{class}xx")),
        ];
        point(count, attributes)
    });
    let refusals = measures
        .refusals()
        .map(|(reason, count)| point(count, vec![text("glassport.diagnosis", &reason.name())]));
    vec![
        sum(
            "glassport.connections",
            "{connection}",
            true,
            vec![point(totals.connections, Vec::new())],
        ),
        sum(
            "glassport.connections.open",
            "{connection}",
            false,
            vec![point(totals.open, Vec::new())],
        ),
        sum(
            "glassport.io",
            "By",
            true,
            vec![
                point(totals.received, way("receive")),
                point(totals.sent, way("transmit")),
            ],
        ),
        sum("glassport.requests", "{request}", true, responses.collect()),
        sum("glassport.refusals", "{request}", true, refusals.collect()),
        durations(&times, measures),
    ]
}

fn durations([from, to]: &[String; 2], measures: &Measures) -> Value {
    let counts = measures.durations();
    let all: u64 = counts.iter().sum();
    json!({"name": "glassport.response.duration", "unit": "s", "histogram": {
        "aggregationTemporality": CUMULATIVE,
        "dataPoints": [{
            "startTimeUnixNano": from,
            "timeUnixNano": to,
            "count": all.to_string(),
            "sum": measures.lasted().as_secs_f64(),
            "bucketCounts": counts.map(|count| count.to_string()).to_vec(),
            "explicitBounds": BOUNDS.map(|bound| bound.as_secs_f64()).to_vec(),
        }],
    }})
}
