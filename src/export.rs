//! Layer 1: what is known of a connection, written for other programs.
//!
//! Values in, octets out: it knows no file, no clipboard, no screen and no clock, so that
//! whoever has a [`Transcript`] can have it written. What a peer sent is quoted wherever it
//! could be taken for something else: by a shell, by a terminal or by a reader of JSON.

mod asciicast;
mod curl;
mod har;
mod hex;
mod narrative;
mod netcat;
mod pcapng;
mod response;
mod secrets;
mod session;
mod shell;
mod text;
mod transcript;
mod url;

#[cfg(test)]
mod samples;

pub use crate::trace::{Cannot, Piece, Request};
pub use asciicast::Asciicast;
pub use narrative::narrative;
pub use response::{Response, response};
pub use session::{requests, session};
pub use text::for_clipboard;
pub use transcript::Transcript;

/// What a request, or a whole connection, can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The octets of the request, as they came.
    Raw,
    /// Offsets, hex and text, as `xxd` prints them and `xxd -r` reads them.
    Hex,
    /// The content of a response, without its framing.
    Content,
    /// A `curl` command.
    Curl,
    /// `printf … | nc`: a shell command that sends the same octets, with the same pauses.
    Netcat,
    /// The URL.
    Url,
    /// Every exchange of the connection as HTTP Archive 1.2, which browsers open.
    Har,
    /// The connection as packets, which Wireshark opens.
    Pcapng,
    /// A sentence on everything that happened.
    Text,
}

/// Something written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The octets of it.
    pub octets: Vec<u8>,
    /// What it does not show, or what to know before it is used, as a clause.
    pub but: Option<String>,
}

impl Written {
    fn whole(octets: impl Into<Vec<u8>>) -> Self {
        Self {
            octets: octets.into(),
            but: None,
        }
    }
}

impl Form {
    /// Every form of a request and of a connection, those that fit a clipboard first.
    pub const ALL: [Self; 8] = [
        Self::Raw,
        Self::Hex,
        Self::Curl,
        Self::Netcat,
        Self::Url,
        Self::Har,
        Self::Pcapng,
        Self::Text,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hex => "hex",
            Self::Content => "content",
            Self::Curl => "curl",
            Self::Netcat => "netcat",
            Self::Url => "URL",
            Self::Har => "HAR",
            Self::Pcapng => "pcapng",
            Self::Text => "text",
        }
    }

    /// What it is, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Raw => "the octets as they came",
            Self::Hex => "as xxd prints them",
            Self::Content => "the octets of the body without chunk sizes",
            Self::Curl => "a curl command",
            Self::Netcat => "printf … | nc, the exact octets",
            Self::Url => "the address alone",
            Self::Har => "every exchange of this connection",
            Self::Pcapng => "this connection as packets, for Wireshark",
            Self::Text => "a sentence on everything that happened on it",
        }
    }

    /// The ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Raw | Self::Content => "bin",
            Self::Hex => "hex",
            Self::Curl => "curl.sh",
            Self::Netcat => "nc.sh",
            Self::Url => "url",
            Self::Har => "har",
            Self::Pcapng => "pcapng",
            Self::Text => "txt",
        }
    }

    /// Whether it is about the whole connection, not about one request.
    pub const fn is_of_connection(self) -> bool {
        matches!(self, Self::Har | Self::Pcapng | Self::Text)
    }
}

/// What was written in a form, as a file holds it: what is one line of text ends there.
pub fn for_file(form: Form, mut octets: Vec<u8>) -> Vec<u8> {
    if matches!(form, Form::Curl | Form::Netcat | Form::Url) {
        octets.push(b'\n');
    }
    octets
}

/// Writes one request.
///
/// # Errors
/// The form cannot hold this request, or is one of a whole connection.
pub fn request(form: Form, request: &Request) -> Result<Written, Cannot> {
    match form {
        Form::Raw => request.octets().map(raw),
        Form::Hex => Ok(Written::whole(hex::dump(&request.octets()?))),
        Form::Curl => curl::command(request),
        Form::Netcat => netcat::command(request),
        Form::Url => url::effective_url(request),
        Form::Content => Err(Cannot("this form is for a response")),
        Form::Har | Form::Pcapng | Form::Text => Err(Cannot("this form is for a whole connection")),
    }
}

/// The octets as they came. A line end in them runs what stands before it, where they are
/// pasted into a shell.
fn raw(octets: Vec<u8>) -> Written {
    let holds = |wanted: fn(&u8) -> bool| octets.iter().any(wanted);
    let ends = holds(|octet| *octet == b'\n');
    let controls = holds(|octet| octet.is_ascii_control() && !b"\r\n\t".contains(octet));
    let but = match (ends, controls) {
        (true, true) => Some("holds line ends and control octets"),
        (true, false) => Some("holds line ends"),
        (false, true) => Some("holds control octets"),
        (false, false) => None,
    };
    let but = but.map(Into::into);
    Written { octets, but }
}

/// Writes everything that is known of connections, into one file.
///
/// # Errors
/// The form cannot hold it, or is one of a single request.
pub fn connections(form: Form, transcripts: &[Transcript]) -> Result<Written, Cannot> {
    match form {
        Form::Har => har::archive(transcripts),
        Form::Pcapng => pcapng::capture(transcripts),
        Form::Text => Err(Cannot("sentences are written from records")),
        Form::Raw | Form::Hex | Form::Content | Form::Curl | Form::Netcat | Form::Url => {
            Err(Cannot("this form is for a single request"))
        }
    }
}
