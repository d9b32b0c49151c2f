//! glassport
extern crate alloc;
pub mod event;
pub mod http;
