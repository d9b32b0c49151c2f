//! WebSocket frames: octets in, frames out (RFC 6455 §5). It knows no HTTP: what follows `101` is
//! handed to it piece by piece, with the place of each piece.

use crate::http::Span;

/// How many octets of the payload of one frame are kept.
const KEPT: usize = 16 << 10;
/// The longest payload of a control frame.
const CONTROL: u64 = 125;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
    Reserved(u8),
}

impl Opcode {
    const fn new(number: u8) -> Self {
        match number {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            other => Self::Reserved(other),
        }
    }

    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
            Self::Reserved(number) => number,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Continuation => "continuation",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Reserved(_) => "reserved",
        }
    }

    /// Whether it is about the connection, not part of a message.
    pub(crate) const fn is_control(self) -> bool {
        self.number() >= 8
    }
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// All of its octets, as far as they came.
    pub(crate) span: Span,
    /// Whether a message ends with it.
    pub(crate) fin: bool,
    /// RSV1, RSV2 and RSV3, as the upper three of the lower seven bits.
    pub(crate) rsv: u8,
    pub(crate) opcode: Opcode,
    pub(crate) mask: Option<[u8; 4]>,
    pub(crate) length: u64,
    /// In how many bits the length stands: 7, 16 or 64.
    pub(crate) length_bits: u8,
    /// The payload without its mask, as far as it is kept.
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// RSV1, which permessage-deflate sets on compressed messages (RFC 7692 §6).
    pub(crate) const fn is_compressed(&self) -> bool {
        self.rsv & 0x40 != 0
    }

    /// The code and the reason of a close frame (RFC 6455 §5.5.1).
    pub(crate) fn close(&self) -> Option<(u16, &[u8])> {
        let (code, reason) = self.payload.split_first_chunk::<2>()?;
        (self.opcode == Opcode::Close).then(|| (u16::from_be_bytes(*code), reason))
    }

    /// What is wrong with it, by which section of RFC 6455.
    pub(crate) fn wrong(&self, from_client: bool) -> Option<&'static str> {
        let is_control = self.opcode.is_control();
        let shortest = match self.length {
            0..=125 => 7,
            126..=0xffff => 16,
            _ => 64,
        };
        if let Opcode::Reserved(_) = self.opcode {
            Some("the opcode is reserved (RFC 6455 §5.2)")
        } else if is_control && !self.fin {
            Some("a control frame is fragmented (RFC 6455 §5.5)")
        } else if is_control && self.length > CONTROL {
            Some("a control frame is longer than 125 octets (RFC 6455 §5.5)")
        } else if from_client && self.mask.is_none() {
            Some("a client masks what it sends, and this is not (RFC 6455 §5.1)")
        } else if !from_client && self.mask.is_some() {
            Some("a server masks nothing, and this is masked (RFC 6455 §5.1)")
        } else if self.length >> 63 != 0 {
            Some("the most significant bit of a length is 0 (RFC 6455 §5.2)")
        } else if self.length_bits != shortest {
            Some("the length does not stand in as few octets as it could (RFC 6455 §5.2)")
        } else if self.rsv & 0x30 != 0 {
            Some("RSV2 or RSV3 is set, which no extension here uses (RFC 6455 §5.2)")
        } else {
            None
        }
    }
}

/// A reader in the middle of a stream of frames.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    /// The octets of a header that is not complete, and where it begins.
    header: Vec<u8>,
    start: u64,
    /// The frame whose payload is coming, and how much of it came.
    frame: Option<(Frame, u64)>,
}

impl FrameReader {
    /// Reads octets that stand at `offset`, and hands on each frame that is complete.
    pub(crate) fn read(&mut self, offset: u64, octets: &[u8], mut tell: impl FnMut(Frame)) {
        let mut rest = octets;
        let mut at = offset;
        while let Some((&first, behind)) = rest.split_first() {
            if let Some((frame, came)) = &mut self.frame {
                let left = frame.length - *came;
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (payload, behind) = rest.split_at_checked(here).unwrap_or((rest, &[]));
                keep(frame, *came, payload);
                *came += here as u64;
                at = at.saturating_add(here as u64);
                frame.span.end = at;
                rest = behind;
            } else {
                if self.header.is_empty() {
                    self.start = at;
                }
                self.header.push(first);
                at = at.saturating_add(1);
                rest = behind;
                if let Some(frame) = header(&self.header, Span::new(self.start, at)) {
                    self.header.clear();
                    self.frame = Some((frame, 0));
                }
            }
            let is_whole = |(frame, came): &mut (Frame, u64)| *came >= frame.length;
            if let Some((frame, _)) = self.frame.take_if(is_whole) {
                tell(frame);
            }
        }
    }

    /// The frame that has not come to its end.
    pub(crate) fn pending(&self) -> Option<&Frame> {
        self.frame.as_ref().map(|(frame, _)| frame)
    }
}

/// A frame whose header these octets are, if they are all of it.
fn header(octets: &[u8], span: Span) -> Option<Frame> {
    let (&[first, second], rest) = octets.split_first_chunk::<2>()?;
    let (length, length_bits, rest) = match second & 0x7f {
        126 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (u16::from_be_bytes(*length).into(), 16, rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk::<8>()?;
            (u64::from_be_bytes(*length), 64, rest)
        }
        length => (length.into(), 7, rest),
    };
    let mask = if second & 0x80 == 0 {
        None
    } else {
        Some(*rest.first_chunk::<4>()?)
    };
    Some(Frame {
        span,
        fin: first & 0x80 != 0,
        rsv: first & 0x70,
        opcode: Opcode::new(first & 0x0f),
        mask,
        length,
        length_bits,
        payload: Vec::new(),
    })
}

/// Keeps octets of the payload that stand at `came` in it, without their mask.
fn keep(frame: &mut Frame, came: u64, octets: &[u8]) {
    let room = KEPT.saturating_sub(frame.payload.len());
    let mask = frame.mask.unwrap_or_default();
    let turned = usize::try_from(came % 4).unwrap_or(0);
    let mask = mask.iter().cycle().skip(turned);
    let plain = octets.iter().zip(mask).map(|(octet, mask)| octet ^ mask);
    frame.payload.extend(plain.take(room));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> (Vec<Frame>, Option<Frame>) {
        let mut reader = FrameReader::default();
        let mut frames = Vec::new();
        let mut offset = 0;
        for piece in pieces {
            reader.read(offset, piece, |frame| frames.push(frame));
            offset += piece.len() as u64;
        }
        let pending = reader.pending().cloned();
        (frames, pending)
    }

    fn one(octets: &[u8]) -> Frame {
        let (frames, pending) = read(&[octets]);
        assert!(pending.is_none() && frames.len() == 1, "{frames:?}");
        frames[0].clone()
    }

    /// The examples of RFC 6455 §5.7.
    #[test]
    fn the_examples_of_the_rfc_are_read_as_it_says() {
        let plain = one(b"\x81\x05Hello");
        assert_eq!(
            (plain.opcode, &plain.payload[..]),
            (Opcode::Text, &b"Hello"[..])
        );
        assert!(plain.fin && plain.mask.is_none() && plain.wrong(false).is_none());
        assert!(plain.wrong(true).is_some());
        let masked = one(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
        assert_eq!(
            (&masked.payload[..], masked.wrong(true)),
            (&b"Hello"[..], None)
        );
        let (parts, _) = read(&[b"\x01\x03Hel\x80\x02lo"]);
        let kinds: Vec<_> = parts
            .iter()
            .map(|it| (it.opcode, it.fin, it.span))
            .collect();
        assert_eq!(
            kinds,
            [
                (Opcode::Text, false, Span::new(0, 5)),
                (Opcode::Continuation, true, Span::new(5, 9))
            ]
        );
        let medium = [&b"\x82\x7e\x01\x00"[..], &[7; 256]].concat();
        assert_eq!((one(&medium).length, one(&medium).length_bits), (256, 16));
        let long = [&b"\x82\x7f\0\0\0\0\0\x01\0\0"[..], &vec![7; 65536][..]].concat();
        let long = one(&long);
        assert_eq!(
            (long.length, long.length_bits, long.payload.len()),
            (65536, 64, KEPT)
        );
        assert_eq!(long.span.len(), 65546);
    }

    #[test]
    fn a_close_frame_has_a_code_and_a_reason_and_what_is_wrong_is_said() {
        assert_eq!(
            one(b"\x88\x06\x03\xe8bye!").close(),
            Some((1000, &b"bye!"[..]))
        );
        assert_eq!(one(b"\x88\x00").close(), None);
        for (octets, wrong) in [
            (&b"\x83\x00"[..], "opcode"),
            (b"\x09\x00", "fragmented"),
            (b"\x82\x7e\x00\x01x", "as few octets"),
            (b"\xa1\x00", "RSV2"),
        ] {
            assert!(one(octets).wrong(false).unwrap().contains(wrong), "{wrong}");
        }
        assert!(one(b"\xc1\x00").is_compressed());
    }

    #[test]
    fn a_frame_that_goes_on_is_shown_as_far_as_it_came() {
        let (frames, pending) = read(&[b"\x81\x05He"]);
        let pending = pending.unwrap();
        assert!(frames.is_empty());
        assert_eq!(
            (&pending.payload[..], pending.span),
            (&b"He"[..], Span::new(0, 4))
        );
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_frames(
            octets in prop::collection::vec(any::<u8>(), 0..300),
            cuts in prop::collection::vec(0_usize..300, 0..6),
        ) {
            let whole = read(&[&octets]);
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(octets.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&octets[from..cut]);
                from = cut;
            }
            pieces.push(&octets[from..]);
            prop_assert_eq!(read(&pieces), whole);
        }
    }
}
