//! What is told of a request for a picture, and of its answer.

use std::sync::Arc;
use std::time::Duration;

use glassport::event::{Activity, SendCall};
use glassport::http::{Framing, LineEnds, RequestHead, Span, Status};

pub(crate) const HEAD: &str = "GET /pictures/a.png?size=2 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: image/avif,image/webp,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\nReferer: http://localhost:8080/\r\nConnection: keep-alive\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 200 OK\r\nDate: Thu, 26 Nov 2026 16:00:00 GMT\r\nContent-Type: image/png\r\nContent-Length: 1024\r\nLast-Modified: Thu, 26 Nov 2026 15:00:00 GMT\r\nETag: \"1-2-3\"\r\n\r\n";

/// The records of one exchange on a persistent connection.
pub(crate) fn exchange(offset: u64) -> Vec<Activity> {
    let head = RequestHead::parse(HEAD.as_bytes(), offset, LineEnds::CrLf).unwrap();
    let framing = Framing::from_head(&head).unwrap();
    let end = offset + HEAD.len() as u64;
    vec![
        Activity::Received {
            offset,
            octets: HEAD.as_bytes().into(),
            asked: 16_384,
        },
        Activity::Scanned {
            from: offset,
            to: end,
            matched: 4,
        },
        Activity::BoundaryFound {
            head: Span::new(offset, end),
        },
        Activity::Parsed {
            head: Arc::new(head),
            framing,
        },
        Activity::Responding {
            status: Status::OK,
            head: RESPONSE.as_bytes().into(),
            body: 1024,
            because: None,
        },
        Activity::Sent {
            call: SendCall::Send,
            octets: 1024 + RESPONSE.len() as u64,
            of: 1024 + RESPONSE.len() as u64,
        },
        Activity::Responded {
            status: Status::OK,
            body: 1024,
            took: Duration::from_micros(300),
        },
    ]
}
