//! What a running lesson tells.

use crate::event::{ConnectionId, Record};

use super::script::Step;

/// One thing that the class is told or shown.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// A step begins: what is said and asked.
    Say {
        /// Which step, from 1 on.
        number: usize,
        /// Of how many.
        of: usize,
        /// It.
        step: &'a Step,
    },
    /// It is being done.
    Doing,
    /// It was done: what should have been seen, and the answer.
    See(&'a Step),
    /// The connection that it is about from now on.
    Follow(ConnectionId),
    /// A call of a client, and what it returned.
    Client(&'a str),
    /// Octets that a client sent.
    Octets(&'a [u8]),
    /// What a server's connection did.
    Server {
        /// It.
        record: &'a Record,
        /// Whether it is told in words. What the next record tells again is not.
        aloud: bool,
    },
    /// A call of the server before it had connections, and what came of it.
    Call(&'a str),
    /// What the kernel knows.
    Kernel(&'a str),
    /// What the threads of the server have cost: to be seen together with what the class
    /// should see.
    Measured(&'a str),
    /// What happened on the simulated network.
    Network(&'a str),
}
