//! Layer 1: what happened, as counts in the text format of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
//!
//! They are the exact totals: nothing is estimated from what a dashboard was shown.

use std::fmt::{self, Write};

use crate::event::{BOUNDS, Measures, Totals};

/// The media type of the text.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is measured, as text.
pub fn text(totals: &Totals, measures: &Measures) -> String {
    let mut text = String::new();
    // Writing into memory does not fail.
    let _ = write_all(&mut text, totals, measures);
    text
}

fn write_all(text: &mut String, totals: &Totals, measures: &Measures) -> fmt::Result {
    let mut family = |name: &str, kind: &str, help: &str, value: u64| {
        writeln!(
            text,
            "# HELP glassport_{name} {help}\n# TYPE glassport_{name} {kind}\nglassport_{name} {value}"
        )
    };
    let counter = "counter";
    family(
        "connections_total",
        counter,
        "Connections accepted.",
        totals.connections,
    )?;
    family(
        "connections_open",
        "gauge",
        "Connections open now.",
        totals.open,
    )?;
    family(
        "received_octets_total",
        counter,
        "Octets received.",
        totals.received,
    )?;
    family("sent_octets_total", counter, "Octets sent.", totals.sent)?;
    let help = "Records that the dashboard or the log was not told of.";
    family("records_left_out_total", counter, help, totals.left_out)?;
    requests(text, measures)?;
    refusals(text, measures)?;
    durations(text, measures)
}

fn requests(text: &mut String, measures: &Measures) -> fmt::Result {
    let name = "glassport_requests_total";
    writeln!(
        text,
        "# HELP {name} Responses begun, by method and class of status."
    )?;
    writeln!(text, "# TYPE {name} counter")?;
    for (method, class, count) in measures.responses() {
        writeln!(
            text,
            "{name}{{method=\"{method}\",status=\"{class}xx\"}} {count}"
        )?;
    }
    Ok(())
}

fn refusals(text: &mut String, measures: &Measures) -> fmt::Result {
    let name = "glassport_refusals_total";
    writeln!(text, "# HELP {name} Requests refused, by diagnosis.")?;
    writeln!(text, "# TYPE {name} counter")?;
    for (reason, count) in measures.refusals() {
        writeln!(text, "{name}{{diagnosis=\"{}\"}} {count}", reason.name())?;
    }
    Ok(())
}

fn durations(text: &mut String, measures: &Measures) -> fmt::Result {
    let name = "glassport_response_duration_seconds";
    writeln!(
        text,
        "# HELP {name} From the last octet of a request to the last octet of its response."
    )?;
    writeln!(text, "# TYPE {name} histogram")?;
    let durations = measures.durations();
    let mut so_far = 0_u64;
    let bounds = BOUNDS.iter().map(|bound| bound.as_secs_f64().to_string());
    for (bound, count) in bounds.chain(["+Inf".into()]).zip(durations) {
        so_far = so_far.saturating_add(count);
        writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {so_far}")?;
    }
    writeln!(text, "{name}_sum {}", measures.lasted().as_secs_f64())?;
    writeln!(text, "{name}_count {so_far}")
}
