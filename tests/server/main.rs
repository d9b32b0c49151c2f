//! The server, end to end: the real binary without a terminal, and real sockets.

mod command_line;
mod lessons;
mod limits;
mod serve;
mod support;
mod wire;
