//! The server, end to end: the real binary without a terminal, and real sockets.

mod advisories;
mod clients;
mod command_line;
mod deadlines;
mod downloads;
mod echo;
mod exchange;
mod files;
mod hold;
mod hostile_names;
mod lessons;
mod limits;
mod one_voice;
mod options;
mod poke;
mod record;
mod runner;
mod secrets;
mod serve;
mod signals;
mod support;
mod tap;
mod watched;
mod wire;
