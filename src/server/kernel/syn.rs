//! The peer's SYN: its IP and TCP header as they came (tcp(7): TCP_SAVE_SYN, TCP_SAVED_SYN).

use std::net::TcpStream;

use super::raw;
use crate::event::Syn;

/// From linux/tcp.h; the libc crate has neither.
const TCP_SAVE_SYN: libc::c_int = 27;
const TCP_SAVED_SYN: libc::c_int = 28;
/// An IP header of up to 60 octets (IPv6: 40 and extensions) and a TCP header of up to 60.
const ROOM: usize = 256;

/// The flags and length of a TCP header stand before its window.
const TCP_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
const NEXT_IS_TCP: u8 = 6;

/// Asks the kernel to keep the SYN of each connection that `listener` accepts.
pub(super) fn keep(listener: &socket2::Socket) {
    // It is only shown: a kernel that cannot is no reason not to listen.
    let _ = raw::set_option(listener, libc::IPPROTO_TCP, TCP_SAVE_SYN, 1);
}

/// The SYN of an accepted connection. The kernel hands it out once.
pub(super) fn saved(stream: &TcpStream) -> Option<Syn> {
    let mut octets = [0; ROOM];
    let length = raw::get_option(stream, libc::IPPROTO_TCP, TCP_SAVED_SYN, &mut octets).ok()?;
    parse(octets.get(..length)?)
}

/// Reads the two headers (RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1).
fn parse(octets: &[u8]) -> Option<Syn> {
    let first = *octets.first()?;
    let (ttl, tcp) = match first >> 4 {
        4 => (
            *octets.get(8)?,
            octets.get(usize::from(first & 0x0f) * 4..)?,
        ),
        // Extension headers before TCP are rare enough to be left unexplained.
        6 if *octets.get(6)? == NEXT_IS_TCP => (*octets.get(7)?, octets.get(IPV6_HEADER..)?),
        _ => return None,
    };
    let two = |at: usize| {
        let pair = tcp.get(at..at + 2)?.try_into().ok()?;
        Some(u16::from_be_bytes(pair))
    };
    let mut syn = Syn {
        ttl,
        window: two(14)?,
        mss: None,
        window_scale: None,
        sack: false,
        timestamps: false,
        octets: octets.to_vec(),
    };
    let end = usize::from(*tcp.get(12)? >> 4) * 4;
    let mut options = tcp.get(TCP_HEADER..end)?;
    while let [kind, rest @ ..] = options {
        match kind {
            0 => break,
            1 => {
                options = rest;
                continue;
            }
            _ => {}
        }
        let length = usize::from(*rest.first()?);
        let value = options.get(2..length)?;
        match (kind, value) {
            (2, &[high, low]) => syn.mss = Some(u16::from_be_bytes([high, low])),
            (3, &[shift]) => syn.window_scale = Some(shift),
            (4, []) => syn.sack = true,
            (8, _) => syn.timestamps = true,
            _ => {}
        }
        options = options.get(length..)?;
    }
    Some(syn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An IPv4 SYN from a Linux peer: MSS 65495, SACK, timestamps, window scale 7.
    const SYN: &str = "4500003c1c46400040060000 7f000001 7f000001 \
        c8a21f90 00000001 00000000 a002ffd7 fe300000 \
        0204ffd7 0402080a 00000001 00000000 01030307";

    fn octets(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex
            .bytes()
            .filter_map(|o| char::from(o).to_digit(16))
            .map(|d| u8::try_from(d).unwrap())
            .collect();
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()
    }

    #[test]
    fn the_headers_of_a_syn_are_read() {
        let syn = parse(&octets(SYN)).unwrap();
        assert_eq!((syn.ttl, syn.window), (64, 65495));
        assert_eq!((syn.mss, syn.window_scale), (Some(65495), Some(7)));
        assert!(syn.sack && syn.timestamps);
    }

    #[test]
    fn a_syn_that_is_cut_off_anywhere_is_none_and_no_panic() {
        let whole = octets(SYN);
        for end in 0..whole.len() {
            assert_eq!(parse(&whole[..end]), None, "cut at {end}");
        }
        let mut endless = whole;
        // An option of length 0 would never end.
        endless[41] = 0;
        assert_eq!(parse(&endless), None);
    }
}
