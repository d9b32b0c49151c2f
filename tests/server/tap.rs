//! A tap in front of another server: the real binary between two ends that are sockets of the
//! test, or between real clients and servers.

mod behind;
mod beside;
mod forwarded;
mod hazards;
mod hosts;
mod real;
mod seen;
mod started;
