//! The line for a shell that says the same to a server once more.

use std::net::SocketAddr;
use std::time::Duration;

use super::talk::Talk;
use crate::export::{self, Form, Piece, Request};
use crate::http::Span;

/// More octets than this are no line for a shell.
const LONGEST: usize = 8000;

/// `printf … | nc`, where what is said can be said so.
pub(super) fn repeat(talk: &Talk, server: SocketAddr) -> Option<String> {
    let (mut at, mut offset) = (Duration::ZERO, 0);
    let pieces = talk.pieces.iter().map(|piece| {
        at += piece.pause;
        let start = offset;
        offset += piece.octets.len() as u64;
        Piece {
            at,
            offset: start,
            octets: piece.octets.clone(),
            full: false,
        }
    });
    let pieces: Vec<_> = pieces.collect();
    if pieces.is_empty() || offset > LONGEST as u64 {
        return None;
    }
    let request = Request {
        span: Span::new(0, offset),
        pieces,
        head: None,
        framing: None,
        server,
    };
    let written = export::request(Form::Netcat, &request).ok()?;
    String::from_utf8(written.octets).ok()
}
