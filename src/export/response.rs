//! The octets of one response, as far as they are kept.

use super::{Cannot, Form, Written, hex, raw, secrets};
use crate::http::Span;
use crate::trace::direction::Direction;
use crate::trace::format::plural;
use crate::trace::stream::Stream;
use crate::trace::{Connection, Exchange};

/// The octets of one response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    octets: Vec<u8>,
    /// Where its content begins in them.
    head: usize,
    /// Its content, without the framing.
    content: Vec<u8>,
    /// How many of its octets are not kept.
    missing: u64,
}

impl Response {
    /// The final response of an exchange, if one began.
    pub(crate) fn of(connection: &Connection, exchange: &Exchange) -> Option<Self> {
        let stream = Stream::new(connection, Direction::Responses);
        let message = stream.message_of(exchange.n).filter(|it| !it.is_interim)?;
        let of = |span| stream.octets().octets_in(span).map(|(_, octet)| octet);
        let mut octets: Vec<u8> = message.head.into_iter().flat_map(of).collect();
        let head = octets.len();
        octets.extend(message.body.into_iter().flat_map(of));
        let spans = message.head.into_iter().chain(message.body);
        let all: u64 = spans.map(Span::len).sum();
        Some(Self {
            missing: all.saturating_sub(octets.len() as u64),
            octets,
            head,
            content: stream.content(message),
        })
    }

    /// The same with the values of secret fields masked.
    #[must_use]
    pub(crate) fn masked(&self) -> Self {
        let (head, body) = self.octets.split_at_checked(self.head).unwrap_or_default();
        let head = secrets::mask(head, false);
        Self {
            octets: [&head[..], body].concat(),
            ..self.clone()
        }
    }

    /// The secret fields that have a value in it.
    pub(crate) fn secrets(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        secrets::found(&mut names, self.octets.get(..self.head).unwrap_or_default());
        names
    }
}

/// Writes one response.
///
/// # Errors
/// The form is one of a request or of a whole connection.
pub fn response(form: Form, response: &Response) -> Result<Written, Cannot> {
    let mut written = match form {
        Form::Raw => raw(response.octets.clone()),
        Form::Hex => Written::whole(hex::dump(&response.octets)),
        Form::Content => raw(response.content.clone()),
        Form::Curl | Form::Netcat | Form::Url | Form::Har | Form::Pcapng | Form::Text => {
            return Err(Cannot("this form is not for a response"));
        }
    };
    if response.missing > 0 {
        let missing = plural(response.missing, "octet");
        let missing = format!("{missing} of it are not kept");
        written.but = Some(match written.but {
            Some(but) => format!("{but}; {missing}"),
            None => missing,
        });
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Activity, SendCall};
    use crate::http::Status;
    use crate::trace::Trace;
    use crate::trace::script::{Script, id};

    #[test]
    fn it_is_what_was_sent_and_says_what_is_not_kept() {
        let mut script = Script::new();
        script
            .accept(1)
            .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n";
        let (status, body, because) = (Status::OK, 4, None);
        script.note(
            1,
            Activity::Responding {
                status,
                head: head.as_bytes().into(),
                body,
                because,
            },
        );
        let octets = b"ab"[..].into();
        script.note(1, Activity::Content { octets });
        let (call, octets) = (SendCall::Send, head.len() as u64 + 4);
        let of = octets;
        script.note(1, Activity::Sent { call, octets, of });
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = &trace.connections[&id(1)];
        let it = Response::of(connection, &connection.exchanges[0]).unwrap();
        let written = response(Form::Raw, &it).unwrap();
        assert_eq!(written.octets, format!("{head}ab").into_bytes());
        assert!(
            written
                .but
                .unwrap()
                .ends_with("; 2 octets of it are not kept")
        );
        assert_eq!(response(Form::Content, &it).unwrap().octets, b"ab");
        assert_eq!(it.secrets(), ["Set-Cookie"]);
        let masked = response(Form::Raw, &it.masked()).unwrap().octets;
        assert!(!masked.windows(3).any(|three| three == b"a=b"));
        assert_eq!(masked.len(), head.len() + 2);
        assert!(response(Form::Curl, &it).is_err());
    }
}
