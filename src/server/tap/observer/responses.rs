//! Reads what the upstream answers.

use std::sync::Arc;

use super::exchange::{Exchange, Response};
use super::{Observer, Reading};
use crate::event::{Activity, Phase, Reporter, UpstreamActivity};
use crate::http::{Diagnosis, ResponseBody, ResponseFraming, ResponseHead, Status, Step, remarks};

impl Observer {
    /// Reads the answer to the request that was read last, to its end.
    pub(super) fn read_response(&mut self, reporter: &mut Reporter) {
        if self.exchange.is_none() && self.reading_requests == Reading::Nothing {
            // Which requests these answer is not known.
            self.reading_responses = Reading::Nothing;
        }
        let ends = |exchange: &Exchange| exchange.end.is_some() && !exchange.is_answered;
        while self.reading_responses == Reading::Messages
            && !self.exchange.as_ref().is_some_and(ends)
        {
            match self.answers.responses.step() {
                Step::NeedData | Step::Finished => return,
                // How the search goes is shown of requests. What is no HTTP is forwarded.
                Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::Opaque { .. } => {}
                Step::Parsed { head, framing } => {
                    self.response_begins(&head, framing, reporter);
                }
                Step::BodyReceived(body) => {
                    let content = body.content_len();
                    if let Some(response) = self.response() {
                        response.content += content;
                    }
                }
                Step::MessageComplete { .. } => self.response_ends(),
                Step::Rejected { diagnosis, .. } => {
                    // Which answer belongs to which request is not known any more.
                    self.reading_responses = Reading::Nothing;
                    self.reading_requests = Reading::Nothing;
                    faulty_response(diagnosis, reporter);
                }
            }
        }
    }

    /// All of the final response came. An interim one answers nothing.
    fn response_ends(&mut self) {
        let end = self.answers.responses.buffered().start;
        if let Some(exchange) = self.exchange.as_mut().filter(|it| it.response.is_some()) {
            exchange.end = Some(end);
        }
    }

    /// The final response that is under way.
    fn response(&mut self) -> Option<&mut Response> {
        let exchange = self.exchange.as_mut()?;
        exchange.response.as_mut().filter(|_| !exchange.is_answered)
    }

    /// The head of a response came.
    fn response_begins(
        &mut self,
        head: &Arc<ResponseHead>,
        framing: ResponseFraming,
        reporter: &mut Reporter,
    ) {
        let status = head.status();
        reporter.note(|| {
            Activity::Upstream(UpstreamActivity::Parsed {
                head: Arc::clone(head),
                framing,
            })
        });
        for diagnosis in remarks(head, framing.asked) {
            faulty_response(diagnosis, reporter);
        }
        if let Some(line) = head.lines("location").next()
            && self.answers.past.leads(head.text(line.value))
        {
            let location = head.span_of(line.value);
            reporter.note(|| Activity::Upstream(UpstreamActivity::LeadsPast { location }));
        }
        if framing.interim {
            self.tell_sent(reporter);
            if status == Status::CONTINUE {
                reporter.note(|| Activity::Continued);
            }
            return;
        }
        if let Some(one) = &mut self.one {
            one.persists = framing.persists();
        }
        let switches = framing.body == ResponseBody::Opaque;
        if let Some(exchange) = &mut self.exchange {
            exchange.response = Some(Response {
                status,
                content: 0,
                switches,
            });
        }
        let body = match framing.body {
            ResponseBody::Length(length) => length,
            ResponseBody::None
            | ResponseBody::Chunked
            | ResponseBody::UntilClose
            | ResponseBody::Opaque => 0,
        };
        reporter.set_phase(Phase::Sending);
        reporter.count_response(status);
        reporter.note(|| Activity::Responding {
            status,
            head: head.octets().into(),
            body,
            because: None,
        });
        if switches {
            self.response_ends();
        }
    }

    /// The response is complete: the peer was sent its last octet.
    pub(super) fn complete(&mut self, reporter: &mut Reporter) {
        self.tell_sent(reporter);
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        exchange.is_answered = true;
        let Some(response) = exchange.response else {
            return;
        };
        let now = reporter.now();
        let took = now.saturating_sub(exchange.complete.unwrap_or(now));
        if exchange.complete.is_some() {
            self.exchange = None;
        }
        let (status, body) = (response.status, response.content);
        reporter.note(|| Activity::Responded { status, body, took });
        reporter.set_phase(Phase::Idle);
        if response.switches {
            self.reading_requests = Reading::Nothing;
            self.reading_responses = Reading::Nothing;
            self.is_opaque = true;
            reporter.note(|| Activity::Upstream(UpstreamActivity::Switched));
        }
    }
}

/// A response breaks the protocol, or does something against the rules.
fn faulty_response(diagnosis: Diagnosis, reporter: &mut Reporter) {
    let request_line = [].into();
    reporter.note(|| {
        Activity::Upstream(UpstreamActivity::Faulty {
            diagnosis,
            request_line,
        })
    });
}
