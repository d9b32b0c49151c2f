//! The server, end to end: the real binary without a terminal, and real sockets.

mod command_line;
mod limits;
mod poke;
mod serve;
mod support;
mod wire;
