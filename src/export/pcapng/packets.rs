//! Segments as packets in a file. Knows no exchange.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness};

use super::told::{SEGMENT, Told, What};
use crate::export::Cannot;
use crate::export::transcript::Transcript;

/// Times are in nanoseconds: ten to the power of minus this.
const NANOSECONDS: u8 = 9;
const WINDOW: u16 = u16::MAX;
const HOPS: u8 = 64;

const FAILED: Cannot = Cannot("it cannot be written as packets");
const MADE_UP: &str = "made up from recv and send: not how the octets were cut into segments. \
    Packets are cut short where the content of a response is not kept.";

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

/// One connection, as far as its packets are written.
#[derive(Debug)]
pub(super) struct Flow {
    peer: SocketAddr,
    local: SocketAddr,
    /// The next sequence number of each direction.
    peer_next: u32,
    server_next: u32,
    peer_is_done: bool,
}

impl Flow {
    pub(super) fn new(transcript: &Transcript) -> Self {
        let canonical = |address: SocketAddr| {
            let ip = address.ip().to_canonical();
            SocketAddr::new(ip, address.port())
        };
        Self {
            peer: canonical(transcript.peer),
            local: canonical(transcript.local),
            peer_next: 0,
            server_next: 0,
            peer_is_done: false,
        }
    }
}

/// One segment to write: `length` octets, of which the first are kept.
#[derive(Clone, Copy)]
struct Segment<'a> {
    from: From,
    flag: Flag,
    kept: &'a [u8],
    length: u64,
    comment: Option<&'a str>,
}

impl Segment<'_> {
    const fn bare(from: From, flag: Flag) -> Self {
        Self {
            from,
            flag,
            kept: &[],
            length: 0,
            comment: None,
        }
    }
}

pub(super) struct Packets {
    writer: PcapNgWriter<Vec<u8>>,
    started: SystemTime,
    at: Duration,
}

impl Packets {
    pub(super) fn new(started: SystemTime) -> Result<Self, Cannot> {
        let program = concat!("glassport ", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![
                SectionHeaderOption::UserApplication(Cow::Borrowed(program)),
                SectionHeaderOption::Comment(Cow::Borrowed(MADE_UP)),
            ],
            ..SectionHeaderBlock::default()
        };
        let mut writer =
            PcapNgWriter::with_section_header(Vec::new(), section).map_err(|_| FAILED)?;
        writer
            .write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::RAW,
                snaplen: 0,
                options: vec![
                    InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
                    InterfaceDescriptionOption::IfDescription(Cow::Borrowed(MADE_UP)),
                ],
            })
            .map_err(|_| FAILED)?;
        Ok(Self {
            writer,
            started,
            at: Duration::ZERO,
        })
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.writer.into_inner()
    }

    pub(super) fn write(&mut self, flow: &mut Flow, told: &Told) -> Result<(), Cannot> {
        self.at = told.at;
        let comment = told.comment.as_deref();
        match &told.what {
            What::Handshake => {
                self.bare(flow, From::Peer, Flag::Syn)?;
                self.bare(flow, From::Server, Flag::Syn)?;
                self.bare(flow, From::Peer, Flag::None)
            }
            What::Peer {
                offset,
                kept,
                length,
            } => {
                // One past the SYN, wherever octets before it were left out.
                flow.peer_next = 1_u32.wrapping_add(low(*offset));
                self.stream(flow, From::Peer, kept, *length, comment)?;
                self.bare(flow, From::Server, Flag::None)
            }
            What::Server { kept, length } => {
                // Where nothing is known of the SYN it has been sent all the same.
                flow.server_next = flow.server_next.max(1);
                self.stream(flow, From::Server, kept, *length, comment)?;
                self.bare(flow, From::Peer, Flag::None)
            }
            What::PeerFinished => {
                flow.peer_is_done = true;
                self.bare(flow, From::Peer, Flag::Fin)?;
                self.bare(flow, From::Server, Flag::None)
            }
            What::Closed { broken: true } => self.bare(flow, From::Peer, Flag::Reset),
            What::Closed { broken: false } => {
                self.bare(flow, From::Server, Flag::Fin)?;
                self.bare(flow, From::Peer, Flag::None)?;
                if flow.peer_is_done {
                    return Ok(());
                }
                self.bare(flow, From::Peer, Flag::Fin)?;
                self.bare(flow, From::Server, Flag::None)
            }
        }
    }

    fn bare(&mut self, flow: &mut Flow, from: From, flag: Flag) -> Result<(), Cannot> {
        self.segment(flow, Segment::bare(from, flag))
    }

    /// Octets of one end, in as many segments as they need.
    fn stream(
        &mut self,
        flow: &mut Flow,
        from: From,
        mut kept: &[u8],
        mut left: u64,
        mut comment: Option<&str>,
    ) -> Result<(), Cannot> {
        while left > 0 {
            let length = left.min(SEGMENT);
            left -= length;
            let here = kept.len().min(usize::try_from(length).unwrap_or(0));
            let (now, later) = kept.split_at_checked(here).unwrap_or((kept, &[]));
            kept = later;
            let segment = Segment {
                from,
                flag: Flag::Push,
                kept: now,
                length,
                comment: comment.take(),
            };
            self.segment(flow, segment)?;
        }
        Ok(())
    }

    fn segment(&mut self, flow: &mut Flow, segment: Segment<'_>) -> Result<(), Cannot> {
        let packet = headers(flow, segment)?;
        let flag = u32::from(matches!(segment.flag, Flag::Syn | Flag::Fin));
        let taken = low(segment.length).wrapping_add(flag);
        match segment.from {
            From::Peer => flow.peer_next = flow.peer_next.wrapping_add(taken),
            From::Server => flow.server_next = flow.server_next.wrapping_add(taken),
        }
        let missing = low(segment.length).wrapping_sub(low(segment.kept.len() as u64));
        let at = (self.started + self.at)
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let comment = segment.comment.map(Cow::Borrowed);
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: at,
            original_len: low(packet.len() as u64).wrapping_add(missing),
            data: Cow::Owned(packet),
            options: comment
                .map(EnhancedPacketOption::Comment)
                .into_iter()
                .collect(),
        };
        self.writer
            .write_pcapng_block(block)
            .map(|_| ())
            .map_err(|_| FAILED)
    }
}

/// The packet of a segment: its headers, and what is kept of its octets.
fn headers(flow: &Flow, segment: Segment<'_>) -> Result<Vec<u8>, Cannot> {
    let Segment {
        from,
        flag,
        kept,
        length,
        ..
    } = segment;
    let (source, destination, sequence, acknowledged) = match from {
        From::Peer => (flow.peer, flow.local, flow.peer_next, flow.server_next),
        From::Server => (flow.local, flow.peer, flow.server_next, flow.peer_next),
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
    let whole = kept.len() as u64 == length;
    let mut packet = Vec::with_capacity(kept.len() + 64);
    let octets = u16::try_from(length + tcp.header_len() as u64).map_err(|_| FAILED)?;
    match (source.ip(), destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let (source, destination) = (source.octets(), destination.octets());
            let mut ip = Ipv4Header::new(octets, HOPS, IpNumber::TCP, source, destination)
                .map_err(|_| FAILED)?;
            ip.dont_fragment = true;
            ip.header_checksum = ip.calc_header_checksum();
            if whole {
                tcp.checksum = tcp.calc_checksum_ipv4(&ip, kept).map_err(|_| FAILED)?;
            }
            packet.extend_from_slice(&ip.to_bytes());
        }
        (source, destination) => {
            let v6 = |ip: IpAddr| match ip {
                IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                IpAddr::V6(ip) => ip.octets(),
            };
            let ip = Ipv6Header {
                payload_length: octets,
                next_header: IpNumber::TCP,
                hop_limit: HOPS,
                source: v6(source),
                destination: v6(destination),
                ..Ipv6Header::default()
            };
            if whole {
                tcp.checksum = tcp.calc_checksum_ipv6(&ip, kept).map_err(|_| FAILED)?;
            }
            packet.extend_from_slice(&ip.to_bytes());
        }
    }
    packet.extend_from_slice(&tcp.to_bytes());
    packet.extend_from_slice(kept);
    Ok(packet)
}

/// Sequence numbers count modulo 2³².
fn low(n: u64) -> u32 {
    u32::try_from(n & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}
