//! Decides who answers a request, and has it answered: a request goes in, a response comes
//! out. The connection knows nothing of files, hosts or paths; an answer from anywhere else is
//! another variant of [`Handler`].

mod arrivals;
mod beside;
mod echo;
mod files;
#[cfg(feature = "metrics")]
mod metrics;
mod options;
mod page;
mod refusal;
mod representation;
mod request;
mod site;

pub(super) use arrivals::Arrivals;
pub(super) use beside::goes_on;
pub(super) use files::{lost as file_lost, told as resource_told};
pub(super) use refusal::refuse;
pub(super) use request::{BodyLimit, Request};
pub(super) use site::Site;

use super::response::Response;
use crate::event::{Policy, Refusal};
use crate::http::{Method, RequestHead, Span};

/// Who answers a well-formed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handler {
    /// Nobody: it is refused whatever it asks for, for its host or for its method.
    Refuse(Refusal),
    /// What may be asked.
    Options,
    /// The request itself, as it came.
    Echo,
    /// The counts of everything.
    #[cfg(feature = "metrics")]
    Metrics,
    /// What the docroot has there.
    Files,
}

impl Handler {
    /// Who answers the request with this head.
    pub(super) fn choose(site: Site<'_>, head: &RequestHead) -> Self {
        let refuse = |policy, part| {
            let span = head.span_of(part);
            Self::Refuse(Refusal::from_policy(policy, span, head.span().start))
        };
        if !site.config.hosts.allow(head.authority()) {
            let named = head.target().authority;
            let named = named.or_else(|| head.lines("host").next().map(|line| line.value));
            return refuse(Policy::HostForeign, named.unwrap_or_default());
        }
        // A browser's question what another origin may do is answered, not echoed.
        if echo::is_here(site, head) && !options::is_preflight(site, head) {
            return Self::Echo;
        }
        #[cfg(feature = "metrics")]
        if metrics::is_here(site, head) {
            return Self::Metrics;
        }
        match head.method() {
            Method::Get | Method::Head => Self::Files,
            Method::Options => Self::Options,
            Method::Known => refuse(Policy::MethodNotAllowed, head.method_part()),
            Method::Unknown => refuse(Policy::MethodUnknown, head.method_part()),
        }
    }

    /// Nobody, for a reason that lies in none of its octets.
    pub(super) fn refuse(policy: Policy, head: &RequestHead) -> Self {
        let Span { start, end } = head.span();
        Self::Refuse(Refusal::from_policy(policy, Span::new(end, end), start))
    }

    /// How much of the body it wants to have; none where it wants no body.
    pub(super) const fn body_limit(self) -> Option<BodyLimit> {
        match self {
            Self::Echo => Some(echo::LIMIT),
            #[cfg(feature = "metrics")]
            Self::Metrics => None,
            Self::Refuse(_) | Self::Options | Self::Files => None,
        }
    }

    /// The response to the request.
    pub(super) fn respond(self, site: Site<'_>, request: Request<'_>) -> Response {
        let head = request.head;
        let response = match self {
            Self::Refuse(refusal) => refusal::refuse_head(site, refusal, head),
            Self::Options => options::respond(site, head),
            Self::Echo => echo::respond(request),
            #[cfg(feature = "metrics")]
            Self::Metrics => metrics::respond(site.sink),
            Self::Files => files::respond(site.docroot, head),
        };
        // A response to HEAD has the fields of the response to GET, and no content
        // (RFC 9110 §9.3.2).
        if head.method() == Method::Head {
            response.withhold()
        } else {
            response
        }
    }
}
