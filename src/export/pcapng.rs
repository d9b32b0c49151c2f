//! A connection as packets, for Wireshark.
//!
//! glassport sees a stream through a socket, not packets: each `recv` and each `send` is
//! written as segments, with the addresses, the times and the sequence numbers they must
//! have had. The content of responses is not kept; those segments are written as cut short
//! by the capture, which is how pcapng says that octets went by and were not saved.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness};

use super::{Cannot, Transcript, Written};
use crate::event::{Activity, CloseReason};

/// The most octets of the stream in one segment: with its headers it must fit 16 bits.
const SEGMENT: u64 = 65_000;
/// Times are in nanoseconds: ten to the power of minus this.
const NANOSECONDS: u8 = 9;
const WINDOW: u16 = u16::MAX;
const HOPS: u8 = 64;

const FAILED: Cannot = Cannot("it cannot be written as packets");

pub(super) fn capture(transcript: &Transcript<'_>) -> Result<Written, Cannot> {
    let mut packets = Packets::new(transcript)?;
    for entry in transcript.connection.log().iter() {
        packets.at = entry.at;
        packets.take(&entry.activity)?;
    }
    Ok(Written {
        octets: packets.writer.into_inner(),
        but: Some("packets made up from recv and send"),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Peer,
    Server,
}

/// What a segment says beside its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Syn,
    Push,
    Fin,
    Reset,
    None,
}

struct Packets {
    writer: PcapNgWriter<Vec<u8>>,
    started: SystemTime,
    at: Duration,
    peer: SocketAddr,
    local: SocketAddr,
    /// The next sequence number of each direction.
    peer_next: u32,
    server_next: u32,
    peer_is_done: bool,
    /// What of the head, and how many octets of content, the next send takes first.
    to_send: (Vec<u8>, u64),
}

impl Packets {
    fn new(transcript: &Transcript<'_>) -> Result<Self, Cannot> {
        let program = concat!("glassport ", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![SectionHeaderOption::UserApplication(Cow::Borrowed(program))],
            ..SectionHeaderBlock::default()
        };
        let mut writer =
            PcapNgWriter::with_section_header(Vec::new(), section).map_err(|_| FAILED)?;
        let comment = "made up from recv and send: not how the octets were cut into segments";
        writer
            .write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::RAW,
                snaplen: 0,
                options: vec![
                    InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
                    InterfaceDescriptionOption::IfDescription(Cow::Borrowed(comment)),
                ],
            })
            .map_err(|_| FAILED)?;
        Ok(Self {
            writer,
            started: transcript.started,
            at: Duration::ZERO,
            peer: transcript.peer(),
            local: transcript.local(),
            peer_next: 0,
            server_next: 0,
            peer_is_done: false,
            to_send: (Vec::new(), 0),
        })
    }

    fn take(&mut self, activity: &Activity) -> Result<(), Cannot> {
        match activity {
            Activity::Accepted { .. } => {
                self.segment(From::Peer, Flag::Syn, &[], 0)?;
                self.segment(From::Server, Flag::Syn, &[], 0)?;
                self.segment(From::Peer, Flag::None, &[], 0)
            }
            Activity::Received { offset, octets, .. } => self.received(*offset, octets),
            Activity::Responding { head, body, .. } => {
                self.to_send.0.extend_from_slice(head);
                self.to_send.1 = *body;
                Ok(())
            }
            Activity::Sent { octets, .. } => self.sent(*octets),
            Activity::PeerFinished => {
                self.peer_is_done = true;
                self.segment(From::Peer, Flag::Fin, &[], 0)?;
                self.segment(From::Server, Flag::None, &[], 0)
            }
            Activity::Closed { reason, .. } if *reason == CloseReason::Broken => {
                self.segment(From::Peer, Flag::Reset, &[], 0)
            }
            Activity::Closed { .. } | Activity::Gone => self.closed(),
            Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::Parsed { .. }
            | Activity::Rejected { .. }
            | Activity::Continued
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Responded { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Finished
            | Activity::TimedOut { .. }
            | Activity::Failed { .. }
            | Activity::Counted(_)
            | Activity::Sampled(_) => Ok(()),
        }
    }

    fn received(&mut self, offset: u64, octets: &[u8]) -> Result<(), Cannot> {
        // One past the SYN, wherever octets before it were left out.
        self.peer_next = 1_u32.wrapping_add(low(offset));
        let mut rest = octets;
        while !rest.is_empty() {
            let (now, later) = rest
                .split_at_checked(usize::try_from(SEGMENT).unwrap_or(usize::MAX))
                .unwrap_or((rest, &[]));
            self.segment(From::Peer, Flag::Push, now, now.len() as u64)?;
            rest = later;
        }
        self.segment(From::Server, Flag::None, &[], 0)
    }

    fn closed(&mut self) -> Result<(), Cannot> {
        self.segment(From::Server, Flag::Fin, &[], 0)?;
        self.segment(From::Peer, Flag::None, &[], 0)?;
        if self.peer_is_done {
            return Ok(());
        }
        self.segment(From::Peer, Flag::Fin, &[], 0)?;
        self.segment(From::Server, Flag::None, &[], 0)
    }

    fn sent(&mut self, octets: u64) -> Result<(), Cannot> {
        let mut left = octets;
        while left > 0 {
            let length = left.min(SEGMENT);
            left -= length;
            let head = self
                .to_send
                .0
                .len()
                .min(usize::try_from(length).unwrap_or(0));
            let known: Vec<u8> = self.to_send.0.drain(..head).collect();
            self.segment(From::Server, Flag::Push, &known, length)?;
        }
        self.segment(From::Peer, Flag::None, &[], 0)
    }

    /// Writes one segment of `length` octets, of which the first are known.
    fn segment(&mut self, from: From, flag: Flag, known: &[u8], length: u64) -> Result<(), Cannot> {
        let (source, destination, sequence, acknowledged) = match from {
            From::Peer => (self.peer, self.local, self.peer_next, self.server_next),
            From::Server => (self.local, self.peer, self.server_next, self.peer_next),
        };
        let mut tcp = TcpHeader::new(source.port(), destination.port(), sequence, WINDOW);
        tcp.syn = flag == Flag::Syn;
        tcp.fin = flag == Flag::Fin;
        tcp.rst = flag == Flag::Reset;
        tcp.psh = flag == Flag::Push;
        if flag != Flag::Syn || from == From::Server {
            tcp.ack = true;
            tcp.acknowledgment_number = acknowledged;
        }
        let whole = known.len() as u64 == length;
        let mut packet = Vec::with_capacity(known.len() + 64);
        let segment = u16::try_from(length + tcp.header_len() as u64).map_err(|_| FAILED)?;
        match (source.ip(), destination.ip()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let (source, destination) = (source.octets(), destination.octets());
                let mut ip = Ipv4Header::new(segment, HOPS, IpNumber::TCP, source, destination)
                    .map_err(|_| FAILED)?;
                ip.dont_fragment = true;
                ip.header_checksum = ip.calc_header_checksum();
                if whole {
                    tcp.checksum = tcp.calc_checksum_ipv4(&ip, known).map_err(|_| FAILED)?;
                }
                packet.extend_from_slice(&ip.to_bytes());
            }
            (source, destination) => {
                let v6 = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                    IpAddr::V6(ip) => ip.octets(),
                };
                let ip = Ipv6Header {
                    payload_length: segment,
                    next_header: IpNumber::TCP,
                    hop_limit: HOPS,
                    source: v6(source),
                    destination: v6(destination),
                    ..Ipv6Header::default()
                };
                if whole {
                    tcp.checksum = tcp.calc_checksum_ipv6(&ip, known).map_err(|_| FAILED)?;
                }
                packet.extend_from_slice(&ip.to_bytes());
            }
        }
        packet.extend_from_slice(&tcp.to_bytes());
        packet.extend_from_slice(known);
        let taken = low(length).wrapping_add(u32::from(matches!(flag, Flag::Syn | Flag::Fin)));
        match from {
            From::Peer => self.peer_next = sequence.wrapping_add(taken),
            From::Server => self.server_next = sequence.wrapping_add(taken),
        }
        let missing = low(length).wrapping_sub(low(known.len() as u64));
        let at = (self.started + self.at)
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: at,
            original_len: low(packet.len() as u64).wrapping_add(missing),
            data: Cow::Owned(packet),
            options: Vec::new(),
        };
        self.writer
            .write_pcapng_block(block)
            .map(|_| ())
            .map_err(|_| FAILED)
    }
}

/// Sequence numbers count modulo 2³².
fn low(n: u64) -> u32 {
    u32::try_from(n & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};
    use pcap_file::pcapng::{Block, PcapNgReader};

    use super::super::samples;
    use super::*;
    use crate::event::{ConnectionTotals, End, SendCall};
    use crate::http::Status;
    use crate::trace::Connection;

    fn connection(peer: &str, local: &str) -> Connection {
        let (peer, local) = (peer.parse().unwrap(), local.parse().unwrap());
        let received = |offset, octets: &[u8]| Activity::Received {
            offset,
            octets: octets.into(),
            asked: 1024,
        };
        samples::connection(vec![
            (1, Activity::Accepted { peer, local }),
            (2, received(0, b"GET /")),
            // Octets 5 to 9 were left out.
            (3, received(10, b"\r\n\r\n")),
            (
                4,
                Activity::Responding {
                    status: Status::OK,
                    head: b"HTTP/1.1 200 OK\r\n\r\n"[..].into(),
                    body: 100_000,
                    because: None,
                },
            ),
            (
                5,
                Activity::Sent {
                    call: SendCall::Send,
                    octets: 100_019,
                    of: 100_019,
                },
            ),
            (6, Activity::PeerFinished),
            (
                7,
                Activity::Closed {
                    by: End::Peer,
                    reason: CloseReason::PeerFinished,
                    totals: ConnectionTotals::default(),
                },
            ),
        ])
    }

    #[test]
    fn packets_hold_what_came_and_how_much_went() {
        for (peer, local) in [
            ("127.0.0.1:50000", "127.0.0.1:8080"),
            ("[::1]:50000", "[::1]:8080"),
        ] {
            let written = capture(&samples::transcript(&connection(peer, local))).unwrap();
            let mut reader = PcapNgReader::new(&written.octets[..]).unwrap();
            let (mut from_peer, mut announced, mut times) = (Vec::new(), 0, Vec::new());
            while let Some(block) = reader.next_block() {
                let Block::EnhancedPacket(packet) = block.unwrap() else {
                    continue;
                };
                times.push(packet.timestamp);
                let cut_short = packet.original_len as usize - packet.data.len();
                let sliced = SlicedPacket::from_ip(&packet.data);
                let Ok(sliced) = sliced else {
                    assert!(cut_short > 0);
                    announced += cut_short;
                    // IP and TCP headers come before the octets that are known.
                    let headers = if peer.starts_with('[') { 60 } else { 40 };
                    announced += packet.data.len() - headers;
                    continue;
                };
                assert!(matches!(
                    sliced.net,
                    Some(NetSlice::Ipv4(_) | NetSlice::Ipv6(_))
                ));
                let Some(TransportSlice::Tcp(tcp)) = sliced.transport else {
                    panic!()
                };
                if tcp.source_port() == 50_000 && !tcp.payload().is_empty() {
                    from_peer.push((tcp.sequence_number(), tcp.payload().to_vec()));
                }
            }
            assert_eq!(
                from_peer,
                [(1, b"GET /".to_vec()), (11, b"\r\n\r\n".to_vec())]
            );
            assert_eq!(announced, 100_019);
            assert!(times.is_sorted());
            assert_eq!(times[0], Duration::from_millis(1_000_000_000_001));
        }
    }
}
