//! Headings that several files put options under.

/// Where what happens is told, beside the dashboard and the log.
pub(super) const REPORTED: &str = "Where it is reported";
