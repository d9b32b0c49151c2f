//! Servers that publish into a real Redis, and the dashboard over them: what is there when
//! Redis is killed, full, or denies everything but XADD.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[expect(dead_code, unused_imports, reason = "other tests need the rest of it")]
#[path = "../terminal/support/mod.rs"]
mod screen;
#[expect(dead_code, reason = "other tests need the rest of it")]
#[path = "../server/support.rs"]
mod support;

mod publish;
mod redis;
mod watch;
