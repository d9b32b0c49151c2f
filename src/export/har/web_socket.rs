//! The messages of a WebSocket, put together from their frames, as Chrome writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::format::SocketMessage;
use super::text::text;
use crate::export::transcript::{Exchange, Transcript};
use crate::trace::carried::{Carried, What};
use crate::trace::direction::Direction;
use crate::trace::web_socket::{Frame, Opcode};

/// Those of an exchange; `None` where it is no WebSocket.
pub(super) fn messages(transcript: &Transcript, exchange: &Exchange) -> Option<Vec<SocketMessage>> {
    let carried = exchange.carried.as_ref()?;
    let is_frame = |one: &Carried| matches!(one.what, What::Frame(_));
    if !carried.iter().all(is_frame) || exchange.status?.code() != 101 {
        return None;
    }
    Some(joined(carried, transcript.started))
}

fn joined(carried: &[Carried], started: SystemTime) -> Vec<SocketMessage> {
    let mut messages = Vec::new();
    // A message of each direction may be under way.
    let mut begun: [Option<(Frame, Duration)>; 2] = [None, None];
    for one in carried.iter().filter(|one| one.is_whole) {
        let What::Frame(frame) = &one.what else {
            continue;
        };
        let at = one.at.unwrap_or_default();
        let [up, down] = &mut begun;
        let (kind, begun) = match one.direction {
            Direction::Requests => ("send", up),
            Direction::Responses => ("receive", down),
        };
        let whole = match (frame.opcode, begun.take()) {
            (Opcode::Continuation, Some((mut message, _))) => {
                message.payload.extend_from_slice(&frame.payload);
                message.fin = frame.fin;
                message
            }
            // What interrupts a message is no part of it.
            (opcode, before) if opcode.is_control() => {
                *begun = before;
                frame.clone()
            }
            (_, _) => frame.clone(),
        };
        if whole.fin {
            let time = started.checked_add(at);
            let time = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            messages.push(message(kind, &whole, time.unwrap_or_default()));
        } else {
            *begun = Some((whole, at));
        }
    }
    messages
}

fn message(kind: &'static str, whole: &Frame, time: Duration) -> SocketMessage {
    let is_text = whole.opcode == Opcode::Text && !whole.is_compressed();
    SocketMessage {
        kind,
        time: time.as_secs_f64(),
        opcode: whole.opcode.number(),
        data: if is_text {
            text(&whole.payload)
        } else {
            STANDARD.encode(&whole.payload)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::web_socket::FrameReader;

    #[test]
    fn fragments_make_one_message_whatever_comes_between_them() {
        let mut carried = Vec::new();
        let mut reader = FrameReader::default();
        let octets = b"\x01\x02he\x89\x01x\x00\x01l\x80\x02lo\x82\x01\xff";
        reader.read(0, octets, |frame| {
            carried.push(Carried {
                direction: Direction::Responses,
                span: frame.span,
                at: Some(Duration::from_secs(2)),
                what: What::Frame(frame),
                is_whole: true,
            });
        });
        let messages = joined(&carried, UNIX_EPOCH);
        let told: Vec<_> = messages
            .iter()
            .map(|it| (it.kind, it.opcode, it.data.as_str()))
            .collect();
        let receive = "receive";
        assert_eq!(
            told,
            [
                (receive, 9, "eA=="),
                (receive, 1, "hello"),
                (receive, 2, "/w==")
            ]
        );
        assert!((messages[1].time - 2.0).abs() < 0.001);
    }
}
