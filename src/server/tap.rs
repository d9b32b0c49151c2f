//! A tap in front of another server: for each accepted connection one to the upstream, and
//! between the two every octet as it comes.
//!
//! Nothing is added, removed or rewritten, and nothing is waited for: octets go on before, and
//! whatever, they are understood to be. What they mean is read beside that, by an
//! observer that sees copies and can stop nothing. Half-closes are passed on as
//! half-closes and resets as resets. No deadline of this server cuts what its two sides would
//! not cut.
//!
//! One thread serves both directions, with poll(2): it waits for what can be received or sent
//! next, and never in a call of its own on either socket. A direction whose receiver takes
//! nothing is not received any further, so its sender is slowed down by TCP as it would be
//! without the tap, and memory is bounded; the other direction goes on.

mod flow;
mod observer;
mod relay;
mod side;
mod upstream;

pub(super) use relay::serve;
pub use upstream::Upstream;
pub(super) use upstream::connect;
