//! What went over a connection, as what each end put on the wire. Knows no packet.

use std::time::Duration;

use crate::event::{Activity, CloseReason};
use crate::export::transcript::{Exchange, Transcript};
use crate::http::{BodyLength, CONTINUE, ChunkedDecoder};
use crate::trace::Entry;

/// Ports whose octets Wireshark takes for HTTP; on another it looks at the first segment for
/// a whole start-line.
const HTTP_PORTS: [u16; 10] = [80, 1900, 2710, 2869, 3128, 3132, 5985, 8080, 8088, 11371];

/// The most octets of the stream in one segment: with its headers it must fit 16 bits.
pub(super) const SEGMENT: u64 = 65_000;

/// Something one end did, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) at: Duration,
    pub(super) what: What,
    /// What is not there, or stands there in another way.
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Handshake,
    /// The peer sent `length` octets from this stream offset on, of which the first are kept.
    Peer {
        offset: u64,
        kept: Vec<u8>,
        length: u64,
    },
    /// We sent `length` octets, of which the first are kept.
    Server {
        kept: Vec<u8>,
        length: u64,
    },
    PeerFinished,
    Closed {
        broken: bool,
    },
}

pub(super) fn told(transcript: &Transcript) -> Vec<Told> {
    let mut teller = Teller {
        records: &transcript.records,
        told: Vec::new(),
        head: Vec::new(),
        content: &[],
        body: 0,
        merged: Vec::new(),
        first_line: !HTTP_PORTS.contains(&transcript.local.port()),
        next: 0,
    };
    for index in 0..teller.records.len() {
        teller.take(index);
    }
    let mut told = teller.told;
    cut_unfinished(transcript, &mut told);
    told
}

struct Teller<'a> {
    records: &'a [Entry],
    told: Vec<Told>,
    /// The head that the next send takes first, and how much content is to follow it.
    head: Vec<u8>,
    /// What of the content is kept and still to be sent.
    content: &'a [u8],
    body: u64,
    /// Sends that went into one segment with one before them.
    merged: Vec<usize>,
    /// Whether the first start-line is still to come, where it must be in one segment.
    first_line: bool,
    /// The offset of the next octet of the peer.
    next: u64,
}

impl Teller<'_> {
    fn take(&mut self, index: usize) {
        let Some(Entry { at, activity, .. }) = self.records.get(index) else {
            return;
        };
        match activity {
            Activity::Accepted { .. } => self.tell(*at, What::Handshake, None),
            Activity::Received { offset, octets, .. } => self.received(*at, *offset, octets),
            Activity::Responding { head, body, .. } => {
                self.head = head.to_vec();
                self.content = &[];
                self.body = *body;
            }
            Activity::Content { octets } => self.content = octets,
            Activity::Sent { octets, .. } => self.sent(index, *at, *octets),
            Activity::PeerFinished => self.tell(*at, What::PeerFinished, None),
            Activity::Closed { reason, .. } => {
                let broken = *reason == CloseReason::Broken;
                self.tell(*at, What::Closed { broken }, None);
            }
            Activity::Gone => self.tell(*at, What::Closed { broken: false }, None),
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
            | Activity::Sampled(_)
            | Activity::OfSource(_)
            | Activity::Upstream(_) => {}
        }
    }

    fn tell(&mut self, at: Duration, what: What, comment: Option<String>) {
        self.told.push(Told { at, what, comment });
    }

    fn received(&mut self, at: Duration, offset: u64, octets: &[u8]) {
        let missing = offset.saturating_sub(self.next);
        let comment = (missing > 0).then(|| {
            let (first, last) = (self.next, offset - 1);
            format!("octets {first} to {last} of the stream were left out or are no longer kept")
        });
        self.next = offset.saturating_add(octets.len() as u64);
        let waits = self.first_line;
        self.first_line &= !octets.contains(&b'\n');
        // All of the first start-line goes into one segment, at the time its end came.
        if waits
            && missing == 0
            && let Some(before) = self.told.last_mut()
            && let What::Peer { kept, length, .. } = &mut before.what
        {
            let count = kept.len();
            kept.extend_from_slice(octets);
            *length = kept.len() as u64;
            before.comment = Some(format!(
                "came in pieces, the last from octet {count} on: together up to the end of the \
                 first line, as Wireshark looks for HTTP in the first segment alone"
            ));
            before.at = at;
            return;
        }
        let what = What::Peer {
            offset,
            kept: octets.to_vec(),
            length: octets.len() as u64,
        };
        self.tell(at, what, comment);
    }

    fn sent(&mut self, index: usize, at: Duration, octets: u64) {
        if self.merged.contains(&index) {
            return;
        }
        let behind = self.records.get(index + 1..).unwrap_or_default();
        let next = behind.iter().find(|record| !record.is_reading());
        if next.is_some_and(|record| record.activity == Activity::Continued) {
            let kept = CONTINUE.to_vec();
            let length = octets.max(kept.len() as u64);
            self.tell(at, What::Server { kept, length }, None);
            return;
        }
        if self.head.is_empty() {
            let kept = self.take_content(octets).to_vec();
            let length = octets;
            self.tell(at, What::Server { kept, length }, None);
            return;
        }
        let mut kept = std::mem::take(&mut self.head);
        let head = kept.len() as u64;
        let length = octets.saturating_add(self.merge(index + 1, head, octets));
        let comment = if length > head {
            let content = self.body;
            let is_whole = self.content.len() as u64 >= content
                && self.sent_from(index) >= head.saturating_add(content);
            kept.extend_from_slice(self.take_content(length - head));
            if is_whole {
                self.tell(at, What::Server { kept, length }, None);
                return;
            }
            // Cut short, so that the dissector does not wait for what is not there.
            self.content = &[];
            let most = usize::try_from(length.min(SEGMENT) - 1).unwrap_or(0);
            kept.truncate(most);
            Some(match (kept.len() as u64).saturating_sub(head) {
                0 => format!(
                    "{content} octets of content follow this head: how many were sent is kept, \
                     the octets are not"
                ),
                known => format!(
                    "{content} octets of content follow this head: the first {known} stand here"
                ),
            })
        } else if length < head {
            kept.truncate(usize::try_from(length).unwrap_or(0));
            Some(format!(
                "{} octets of this head were not sent",
                head - length
            ))
        } else if self.body > 0 {
            kept.truncate(kept.len().saturating_sub(2));
            Some(
                "the CR LF that ends this head is left out: Wireshark waits for its content, \
                 of which nothing was sent"
                    .into(),
            )
        } else {
            None
        };
        self.tell(at, What::Server { kept, length }, comment);
    }

    /// How many octets this send took, and those behind it that belong to the same response.
    fn sent_from(&self, index: usize) -> u64 {
        let records = self.records.get(index..).unwrap_or_default().iter();
        let same = records.take_while(|record| !ends_sending(&record.activity));
        let mut all = 0_u64;
        for record in same {
            if let Activity::Sent { octets, .. } = record.activity {
                all = all.saturating_add(octets);
            }
        }
        all
    }

    /// What is kept of the next octets of the content.
    fn take_content(&mut self, octets: u64) -> &[u8] {
        let count = usize::try_from(octets).unwrap_or(usize::MAX);
        let (now, later) = self.content.split_at(count.min(self.content.len()));
        self.content = later;
        now
    }

    /// How many octets the sends behind one took that go into the same segment: until the
    /// head is whole and the first of its content with it.
    fn merge(&mut self, from: usize, head: u64, sent: u64) -> u64 {
        let wanted = head.saturating_add(self.body.min(1));
        let mut more = 0_u64;
        for (index, record) in self.records.iter().enumerate().skip(from) {
            if sent.saturating_add(more) >= wanted || ends_sending(&record.activity) {
                break;
            }
            if let Activity::Sent { octets, .. } = record.activity {
                more = more.saturating_add(octets);
                self.merged.push(index);
            }
        }
        more
    }
}

/// Whether what is sent from here on is no part of the response before.
const fn ends_sending(activity: &Activity) -> bool {
    matches!(
        activity,
        Activity::Responding { .. }
            | Activity::Continued
            | Activity::Closed { .. }
            | Activity::Gone
    )
}

/// Cuts the last segment of a peer whose last request never became whole.
fn cut_unfinished(transcript: &Transcript, told: &mut [Told]) {
    if !is_unfinished(transcript) {
        return;
    }
    let last = told
        .iter_mut()
        .rev()
        .find(|told| matches!(told.what, What::Peer { .. }));
    if let Some(Told { what, comment, .. }) = last
        && let What::Peer { kept, .. } = what
        && kept.len() > 1
        && let Some(octet) = kept.pop()
    {
        let said = format!(
            "the last octet, 0x{octet:02x}, is left out: Wireshark waits for the rest of a \
             request that never became whole"
        );
        *comment = Some(match comment.take() {
            Some(before) => format!("{before}; {said}"),
            None => said,
        });
    }
}

/// Whether the stream ends within a request that can be shown: its first line came.
fn is_unfinished(transcript: &Transcript) -> bool {
    let last = transcript.exchanges.last();
    let end = last.map_or(0, |exchange| exchange.request.span.end);
    let mut begun = Vec::new();
    for record in &transcript.records {
        if let Activity::Received { offset, octets, .. } = &record.activity {
            let before = usize::try_from(end.saturating_sub(*offset)).unwrap_or(usize::MAX);
            begun.extend_from_slice(octets.get(before..).unwrap_or_default());
        }
    }
    match last {
        Some(last) if begun.is_empty() => !is_whole(last),
        Some(_) | None => begun.contains(&b'\n'),
    }
}

/// Whether all of a request came, or nothing of it can be shown. What followed one that was
/// refused belongs to it.
fn is_whole(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let (Some(head), Some(framing)) = (&request.head, request.framing) else {
        let octets = request.octets().unwrap_or_default();
        let empty_line = |pair: &[u8]| pair == b"\n\n" || pair == b"\n\r";
        return !octets.contains(&b'\n') || octets.windows(2).any(empty_line);
    };
    let body = request.span.end.saturating_sub(head.span().end);
    match framing.body {
        BodyLength::None => true,
        BodyLength::Length(length) => body >= length,
        BodyLength::Chunked => {
            let body = request.body().unwrap_or_default();
            let decoded = ChunkedDecoder::default().decode(&body);
            decoded.is_ok_and(|decoded| decoded.complete)
        }
    }
}
