//! The arguments of `glassport poke`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::number::number;
use super::peer::remote;
use crate::client::{Ending, Peer};
use crate::poke::{Content, Drill, LineEnd, Message, Request, Split};

/// What is sent as content when a drill needs some and none was given.
const SOME_CONTENT: &str = "hello from glassport poke\n";
/// The delay of `--slow`.
const SLOW: Duration = Duration::from_millis(250);

/// Send a request in pieces, too early, too late or wrong, and show what comes back
///
/// Connects to a server on this machine, sends one request octet for octet as asked, and
/// prints every send and recv with its return value. Without options it is a plain GET in
/// one send, with Connection: close.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[command(after_help = "\
Exit codes: 0 when every connection ended by FIN of the peer, or by the RST that --reset asks \
for; 1 when one could not be made, was reset or did not end in time; 2 when the arguments are \
wrong or name another machine without --yes-remote.")]
pub(super) struct Arguments {
    /// Where to: http://HOST:PORT/TARGET; the target is sent as it stands here
    #[arg(value_hint = ValueHint::Url)]
    url: String,

    /// Cut into sends: of one octet (1), of one line (line), or of N octets
    #[arg(long, value_name = "1|line|N", value_hint = ValueHint::Other, value_parser = split)]
    split: Option<Split>,

    /// Milliseconds between two sends, and before --half-close or --reset
    #[arg(long, value_name = "MS", value_parser = number::<u32>(0..=600_000))]
    delay: Option<u32>,

    /// One octet every 250 ms: as --split 1 --delay 250
    #[arg(long, conflicts_with_all = ["split", "delay"])]
    slow: bool,

    /// N requests one behind the other, without waiting for an answer
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number::<u16>(1..=1000))]
    pipeline: u16,

    /// On N connections, one after the other
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number::<u32>(1..=1000))]
    repeat: u32,

    /// End lines with LF alone, as nc does without -C
    #[arg(long)]
    bare_lf: bool,

    /// Leave the Host field out
    #[arg(long)]
    no_host: bool,

    /// Send the content in chunks of eight octets
    #[arg(long)]
    chunked: bool,

    /// Announce ten octets of content more than are sent
    #[arg(long, conflicts_with = "chunked")]
    bad_length: bool,

    /// Send FIN after the last octet, and go on receiving
    #[arg(long)]
    half_close: bool,

    /// Close with RST after the last octet, without receiving
    #[arg(long, conflicts_with = "half_close")]
    reset: bool,

    /// Send the octets of FILE as they are, in place of a request
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["bare_lf", "no_host", "chunked", "bad_length", "method", "header", "data"])]
    raw: Option<PathBuf>,

    /// The method [default: GET, or POST with content]
    #[arg(short = 'X', long, value_name = "METHOD", value_hint = ValueHint::Other)]
    method: Option<String>,

    /// A field line more, may be given more than once; Host and Connection replace ours
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_hint = ValueHint::Other)]
    header: Vec<String>,

    /// The content
    #[arg(short, long, value_name = "TEXT", value_hint = ValueHint::Other)]
    data: Option<String>,

    /// Seconds the peer may take to answer and close after the last send is due
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = number::<u32>(1..=3600))]
    wait: u32,

    /// The URL may name another machine, and it is mine
    #[arg(long)]
    yes_remote: bool,
}

impl Arguments {
    /// The error is a sentence.
    pub(super) fn drill(self) -> Result<Drill, String> {
        let (peer, authority, target) = Peer::parse(&self.url)?;
        let (split, delay) = if self.slow {
            (Split::Every(1), SLOW)
        } else {
            let delay = Duration::from_millis(u64::from(self.delay.unwrap_or(0)));
            (self.split.unwrap_or(Split::Whole), delay)
        };
        let ending = match (self.half_close, self.reset) {
            (true, _) => Ending::HalfClose,
            (false, true) => Ending::Reset,
            (false, false) => Ending::Receive,
        };
        let content = match (self.data, self.chunked, self.bad_length) {
            (None, false, false) => Content::None,
            (data, true, _) => Content::Chunked(some(data)),
            (data, false, true) => Content::BadLength(some(data)),
            (data @ Some(_), false, false) => Content::Length(some(data)),
        };
        let usual = if content == Content::None {
            "GET"
        } else {
            "POST"
        };
        let message = match self.raw {
            Some(path) => Message::File(path),
            None => Message::Request(Request {
                method: self.method.unwrap_or_else(|| usual.into()),
                target,
                host: (!self.no_host).then_some(authority),
                fields: self.header,
                content,
                line_end: if self.bare_lf {
                    LineEnd::Lf
                } else {
                    LineEnd::CrLf
                },
            }),
        };
        Ok(Drill {
            peer,
            message,
            split,
            delay,
            pipeline: usize::from(self.pipeline),
            ending,
            repeat: self.repeat,
            wait: Duration::from_secs(u64::from(self.wait)),
            remote: remote(self.yes_remote),
        })
    }
}

fn some(data: Option<String>) -> Vec<u8> {
    data.unwrap_or_else(|| SOME_CONTENT.into()).into_bytes()
}

fn split(text: &str) -> Result<Split, String> {
    match text.parse::<usize>() {
        _ if text == "line" => Ok(Split::Lines),
        Ok(count @ 1..) => Ok(Split::Every(count)),
        Ok(0) | Err(_) => Err("say 1, line, or a number of octets".into()),
    }
}
