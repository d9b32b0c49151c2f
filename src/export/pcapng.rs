//! Connections as packets, for Wireshark.
//!
//! glassport sees a stream through a socket, not packets: each `recv` and each `send` is
//! written as segments, with the addresses, the times and the sequence numbers they must
//! have had. Where the content of a response is not kept, its segments are written as cut short
//! by the capture, which is how pcapng says that octets went by and were not saved, and a
//! comment says how many.
//!
//! A dissector that is still waiting for the rest of a message shows nothing of it, unless
//! the packet was cut short. So a head shares its segment with the first of its content, and
//! a message that never became whole is cut by its last octets; a comment says which.

mod packets;
mod told;

use self::packets::Packets;
use self::told::{Told, told};
use super::transcript::Transcript;
use super::{Cannot, Written};

pub(super) fn capture(transcripts: &[Transcript]) -> Result<Written, Cannot> {
    let Some(started) = transcripts.first().map(|transcript| transcript.started) else {
        return Err(Cannot("there is no connection yet"));
    };
    let mut packets = Packets::new(started)?;
    let mut flows: Vec<_> = transcripts.iter().map(packets::Flow::new).collect();
    let mut all: Vec<(usize, Told)> = Vec::new();
    for (index, transcript) in transcripts.iter().enumerate() {
        all.extend(told(transcript).into_iter().map(|told| (index, told)));
    }
    // Stable: what happened to one connection stays in order.
    all.sort_by_key(|(_, told)| told.at);
    for (index, told) in &all {
        if let Some(flow) = flows.get_mut(*index) {
            packets.write(flow, told)?;
        }
    }
    Ok(Written {
        octets: packets.finish(),
        but: Some("packets made up from recv and send".into()),
    })
}

#[cfg(test)]
mod tests;
