//! Gives each request of a tapped connection another Host: `--host`.
//!
//! For that each head is held back until it is complete, and nothing else changes. A target in
//! absolute form names the host itself, and the upstream is to ignore the field then (RFC 9112
//! §3.2.2), so such a request goes on as it is. So does a request without the field, and
//! everything from the first octet on that breaks the protocol: where requests begin is not
//! known then.

use std::sync::Arc;

use super::flow::Flow;
use crate::event::{Activity, Reporter, UpstreamActivity};
use crate::http::{Connection, Form, Limits, LineEnds, RequestHead, Span, Step};

/// Gives each request another Host.
#[derive(Debug)]
pub(super) struct Rewriter {
    requests: Connection,
    host: Arc<[u8]>,
}

impl Rewriter {
    pub(super) fn new(host: Arc<[u8]>, line_ends: LineEnds) -> Self {
        let limits = Limits {
            line_ends,
            ..Limits::default()
        };
        Self {
            requests: Connection::new(limits),
            host,
        }
    }

    /// Takes what came last in `flow`, where it is held back, and frees what is settled. Says
    /// whether more is to be rewritten.
    pub(super) fn take(&mut self, flow: &mut Flow, reporter: &mut Reporter) -> bool {
        self.requests.receive(flow.last());
        loop {
            match self.requests.step() {
                Step::NeedData => break,
                Step::Parsed { head, .. } => {
                    if let Some(span) = host_of(&head) {
                        flow.replace(span, &self.host);
                        let octets = Arc::clone(&self.host);
                        reporter.note(|| {
                            Activity::Upstream(UpstreamActivity::Rewritten { span, octets })
                        });
                    }
                    flow.free_before(head.span().end);
                }
                Step::Scanned { .. }
                | Step::BoundaryFound { .. }
                | Step::BodyReceived(_)
                | Step::MessageComplete { .. }
                | Step::Opaque { .. } => {}
                Step::Rejected { .. } | Step::Finished => {
                    flow.free();
                    return false;
                }
            }
        }
        if self.requests.is_over() {
            flow.free();
            return false;
        }
        flow.free_before(self.requests.buffered().start);
        true
    }
}

/// Where the value of Host stands, if that decides.
pub(super) fn host_of(head: &RequestHead) -> Option<Span> {
    let decides = head.target().form != Form::Absolute;
    let line = head.lines("host").next().filter(|_| decides)?;
    Some(head.span_of(line.value))
}
