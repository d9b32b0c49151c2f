//! Why a request was refused: for a fault in what came, or because this server does not serve
//! what is well-formed. Response, log, record and screen take their words from here.

use std::fmt;

use crate::http::{Diagnosis, Fault, MessageKind, Span, Status, faults, one_line};

/// A request that was refused: why, and which octets it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The octets it is about, or the place where something is missing (then empty).
    pub span: Span,
    /// Where the request these octets belong to begins.
    pub request_at: u64,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It breaks the protocol.
    Fault(Fault),
    /// It does not, but the server's limits or options are against it.
    Policy(Policy),
}

impl Reason {
    /// What it is called: a word that stays, whatever is said of it.
    pub fn name(self) -> String {
        match self {
            Self::Fault(fault) => format!("{fault:?}"),
            Self::Policy(policy) => format!("{policy:?}"),
        }
    }
}

faults! {
    #[doc = "Everything for which a server refuses a well-formed request, or a whole connection."]
    Policy:

    // What is asked.
    MethodUnknown => NOT_IMPLEMENTED, "RFC 9110 §9.1", "this method is not known here (methods are case-sensitive)",
        "use GET or HEAD";
    MethodNotAllowed => METHOD_NOT_ALLOWED, "RFC 9110 §15.5.6", "this method is known but not served here",
        "use one of the methods the Allow field names";
    HostForeign => MISDIRECTED_REQUEST, "RFC 9110 §7.4", "this host is not served here: only names of this machine are, while bound to loopback",
        "ask for localhost, or start the server with --allow-host NAME";

    // What is longer, or takes longer, than this server takes.
    EchoTooLong => CONTENT_TOO_LARGE, "RFC 9110 §15.5.14", "the body is longer than the 64 KiB that are echoed",
        "send a shorter body";
    HeadTimeout => REQUEST_TIMEOUT, "RFC 9110 §15.5.9", "CR LF CR LF did not come in time",
        "end the head with an empty line: CR LF CR LF";
    BodyTimeout => REQUEST_TIMEOUT, "RFC 9110 §15.5.9", "the body was not complete in time",
        "send as many octets as the framing announced";

    // What is behind a tap.
    UpstreamRefused => BAD_GATEWAY, "RFC 9110 §15.6.3", "the server behind this tap cannot be reached: connection refused",
        "start it where --to leads, and ask again: every connection tries anew";
    UpstreamTimedOut => BAD_GATEWAY, "RFC 9110 §15.6.3", "the server behind this tap cannot be reached: the connection timed out",
        "see whether --to leads where it should, and ask again: every connection tries anew";
    UpstreamUnreachable => BAD_GATEWAY, "RFC 9110 §15.6.3", "the server behind this tap cannot be reached: no route leads there",
        "see whether --to leads where it should, and ask again: every connection tries anew";
    UpstreamFailed => BAD_GATEWAY, "RFC 9110 §15.6.3", "the server behind this tap cannot be reached: the system does not connect to it",
        "see what connect failed with, and ask again: every connection tries anew";

    // What ran out.
    TooManyConnections => SERVICE_UNAVAILABLE, "RFC 9110 §15.6.4", "every connection this server may have is in use",
        "try again in a moment, or start the server with a larger --max-connections";
    TooManyForSystem => SERVICE_UNAVAILABLE, "RFC 9110 §15.6.4", "every connection there is room for on this system is in use",
        "try again in a moment, or raise the limit that was named when the server started";
    OutOfDescriptors => SERVICE_UNAVAILABLE, "RFC 9110 §15.6.4", "there is no descriptor left for this connection",
        "try again in a moment, or raise the limit of open files (ulimit -n)";
    OutOfThreads => SERVICE_UNAVAILABLE, "RFC 9110 §15.6.4", "there is no thread left for this connection",
        "try again in a moment, or raise the limit of threads (ulimit -u, pids.max, vm.max_map_count)";
}

impl Refusal {
    /// A refusal by this policy of what stands at `span` in the request that begins at `request_at`.
    pub const fn from_policy(policy: Policy, span: Span, request_at: u64) -> Self {
        Self {
            reason: Reason::Policy(policy),
            span,
            request_at,
        }
    }

    /// Whether it is refused by this policy.
    pub fn is_by(self, policy: Policy) -> bool {
        self.reason == Reason::Policy(policy)
    }

    /// The status to answer with.
    pub const fn status(self) -> Status {
        self.row().0
    }

    /// The clause that decides, e.g. `RFC 9112 §5.1`.
    pub const fn rule(self) -> &'static str {
        self.row().1
    }

    /// What is wrong, as a clause without a full stop.
    pub const fn what(self) -> &'static str {
        self.row().2
    }

    /// What to do instead, as an imperative without a full stop.
    pub const fn remedy(self) -> &'static str {
        self.row().3
    }

    /// Whether the reason lies in the server behind a tap, and in no octet of the request.
    const fn lies_behind(self) -> bool {
        matches!(
            self.reason,
            Reason::Policy(
                Policy::UpstreamRefused
                    | Policy::UpstreamTimedOut
                    | Policy::UpstreamUnreachable
                    | Policy::UpstreamFailed
            )
        )
    }

    const fn row(self) -> (Status, &'static str, &'static str, &'static str) {
        match self.reason {
            Reason::Fault(fault) => fault.row(),
            Reason::Policy(policy) => policy.row(),
        }
    }
}

impl From<Diagnosis> for Refusal {
    fn from(diagnosis: Diagnosis) -> Self {
        Self {
            reason: Reason::Fault(diagnosis.fault),
            span: diagnosis.span,
            request_at: diagnosis.message_at,
        }
    }
}

/// As a [`Diagnosis`] reads: one line, without the remedy.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lies_behind() {
            return write!(f, "{} ({})", self.what(), self.rule());
        }
        let at = (self.span.start, self.request_at, MessageKind::Request);
        one_line(f, self.what(), at, self.rule())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_its_diagnosis_does() {
        for &fault in Fault::ALL {
            for request_at in [0, 100] {
                let diagnosis = Diagnosis::new(fault, Span::octet(120), request_at);
                let refusal = Refusal::from(diagnosis);
                assert_eq!(refusal.to_string(), diagnosis.to_string());
                assert_eq!(refusal.status(), diagnosis.status());
                assert_eq!(refusal.remedy(), diagnosis.remedy());
            }
        }
    }

    #[test]
    fn every_policy_has_an_error_status_a_clause_and_a_remedy() {
        for &policy in Policy::ALL {
            let refusal = Refusal::from_policy(policy, Span::octet(15), 0);
            assert!(matches!(refusal.status().class(), 4 | 5), "{policy:?}");
            assert!(refusal.rule().starts_with("RFC ") && refusal.rule().contains('§'));
            for text in [refusal.what(), refusal.remedy()] {
                assert!(
                    !text.is_empty() && !text.ends_with('.'),
                    "{policy:?}: {text}"
                );
            }
        }
    }
}
