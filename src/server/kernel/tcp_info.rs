//! TCP_INFO: the fields of `struct tcp_info` by their offsets in Linux's uapi header.
//!
//! The structure has only ever grown at its end. A field behind what the kernel filled is one
//! that this kernel does not know.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use super::raw;
use crate::event::{TcpFacts, TcpState};

/// More than any kernel fills today (280 octets in Linux 6.18).
const ROOM: usize = 512;

/// What the kernel filled in.
pub(super) struct TcpInfo {
    octets: [u8; ROOM],
    filled: usize,
}

/// TCP_INFO of a connected or listening socket.
pub(super) fn read(socket: impl AsFd) -> io::Result<TcpInfo> {
    let mut octets = [0; ROOM];
    let filled = raw::get_option(socket, libc::IPPROTO_TCP, libc::TCP_INFO, &mut octets)?;
    Ok(TcpInfo { octets, filled })
}

impl TcpInfo {
    fn field<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let filled = self.octets.get(..self.filled)?;
        filled.get(at..at + N)?.try_into().ok()
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.field(at).map(u32::from_ne_bytes)
    }

    fn u64(&self, at: usize) -> Option<u64> {
        self.field(at).map(u64::from_ne_bytes)
    }

    /// Of a listening socket: how many connections wait for `accept`.
    pub(super) fn waiting(&self) -> Option<u32> {
        self.u32(24)
    }

    /// Of a listening socket: how many may wait.
    pub(super) fn backlog(&self) -> Option<u32> {
        self.u32(28)
    }

    /// What it says of a connection.
    pub(super) fn facts(&self) -> TcpFacts {
        let u32_at = |at| self.u32(at).unwrap_or(0);
        let u64_at = |at| self.u64(at).unwrap_or(0);
        let micros_at = |at| Duration::from_micros(u64::from(u32_at(at)));
        TcpFacts {
            state: self
                .field::<1>(0)
                .and_then(|[number]| TcpState::from_linux(number)),
            send_mss: u32_at(16),
            recv_mss: u32_at(20),
            unacknowledged: u32_at(24),
            since_data: Duration::from_millis(u64::from(u32_at(52))),
            rtt: micros_at(68),
            rtt_variation: micros_at(72),
            congestion_window: u32_at(80),
            retransmits: u32_at(100),
            octets_acknowledged: u64_at(120),
            octets_received: u64_at(128),
            segments_out: u32_at(136),
            segments_in: u32_at(140),
            data_segments_in: self.u32(152),
            delivery_rate: u64_at(160),
            peer_window: self.u32(228),
        }
    }
}
