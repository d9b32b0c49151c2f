//! What is left of records where no octets are to be told: who connected, statuses, diagnoses,
//! times and counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{Activity, ConnectionId, Event, Record};

/// Leaves octets out. What is left is numbered anew, so that nothing seems to be missing.
#[derive(Debug, Default)]
pub(super) struct Codes {
    next: BTreeMap<ConnectionId, u64>,
}

impl Codes {
    /// What is left of a record, if anything is.
    pub(super) fn of(&mut self, record: &Record) -> Option<Record> {
        let Event::Connection(id, activity) = &record.event else {
            return Some(record.clone());
        };
        let activity = without_octets(activity)?;
        let is_told_by_worker = !matches!(activity, Activity::Counted(_) | Activity::Gone);
        let seq = if matches!(activity, Activity::Closed { .. } | Activity::Gone) {
            self.next.remove(id).unwrap_or_default()
        } else {
            let next = self.next.entry(*id).or_default();
            let seq = *next;
            *next += u64::from(is_told_by_worker);
            seq
        };
        Some(Record {
            seq,
            at: record.at,
            event: Event::Connection(*id, activity),
        })
    }
}

fn without_octets(activity: &Activity) -> Option<Activity> {
    let none: fn() -> Arc<[u8]> = || Arc::from([]);
    Some(match activity {
        Activity::Rejected { refusal, .. } => Activity::Rejected {
            refusal: *refusal,
            head: None,
            request_line: none(),
        },
        // Why there is nothing may name what was asked for.
        &Activity::Responding { status, body, .. } => Activity::Responding {
            status,
            head: none(),
            body,
            because: None,
        },
        Activity::Accepted { .. }
        | Activity::Responded { .. }
        | Activity::Finished
        | Activity::PeerFinished
        | Activity::TimedOut { .. }
        | Activity::Failed { .. }
        | Activity::Closed { .. }
        | Activity::Counted(_)
        | Activity::Gone => activity.clone(),
        // The kernel may say what waits in its queue.
        Activity::Sampled(_)
        | Activity::Received { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Parsed { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Content { .. }
        | Activity::Sent { .. }
        | Activity::Held { .. }
        | Activity::Released { .. }
        | Activity::OfSource(_)
        | Activity::Upstream(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::{CloseReason, ConnectionTotals, End};
    use crate::http::Status;
    use crate::session::Messages;

    #[test]
    fn no_octet_is_told_and_no_number_is_missing() {
        let secret: Arc<[u8]> = b"GET /secret HTTP/1.1\r\nCookie: secret\r\n\r\n"
            .as_slice()
            .into();
        let peer = "127.0.0.1:9".parse().unwrap();
        let activities = [
            Activity::Accepted { peer, local: peer },
            Activity::Received {
                offset: 0,
                octets: Arc::clone(&secret),
                asked: 99,
            },
            Activity::Content {
                octets: Arc::clone(&secret),
            },
            Activity::Responding {
                status: Status::NOT_FOUND,
                head: secret,
                body: 6,
                because: Some("there is no secret".into()),
            },
            Activity::Responded {
                status: Status::NOT_FOUND,
                body: 6,
                took: Duration::from_millis(1),
            },
            Activity::Closed {
                by: End::Peer,
                reason: CloseReason::PeerFinished,
                totals: ConnectionTotals::default(),
            },
        ];
        let (mut codes, mut messages) = (Codes::default(), Messages::new(None));
        let mut numbers = Vec::new();
        for (seq, activity) in (0..).zip(activities) {
            let record = Record {
                seq,
                at: Duration::ZERO,
                event: Event::Connection(ConnectionId(1), activity),
            };
            if let Some(record) = codes.of(&record) {
                numbers.push(record.seq);
                messages.push(&record).unwrap();
            }
        }
        assert_eq!(numbers, [0, 1, 2, 3]);
        let told = String::from_utf8(messages.end().unwrap().octets).unwrap();
        assert!(
            told.contains("404") && told.contains("127.0.0.1:9"),
            "{told}"
        );
        assert!(!told.contains("secret"), "{told}");
        assert!(codes.next.is_empty(), "what is closed is forgotten");
    }
}
