//! What of the peer's octets goes on to the upstream, and as what.

use super::flow::Flow;
use super::host_check::{HostCheck, Verdict};
use super::rewriter::Rewriter;
use super::upstream::Upstream;
use crate::event::{Policy, Refusal, Reporter};
use crate::server::config::Config;
use crate::server::hosts::AllowedHosts;

/// What of the peer's octets goes on to the upstream.
#[derive(Debug)]
pub(super) enum Gate {
    /// All of them, as they come.
    Open,
    /// What has been looked at.
    Looks(Box<Look>),
    /// The request that is under way, and nothing behind it.
    OneRequest,
    /// Nothing: the request that was answered said that it was the last.
    Shut,
}

/// What is looked for in them.
#[derive(Debug)]
pub(super) struct Look {
    /// The host that the connection is for, while that is not known.
    host: Option<HostCheck>,
    /// The Host of each request, which is replaced.
    rewriter: Option<Rewriter>,
}

impl Gate {
    /// That of a connection of which nothing came yet.
    pub(super) fn new(config: &Config, upstream: &Upstream) -> Self {
        let checks = config.hosts != AllowedHosts::Any;
        let rewriter = upstream.own_host().cloned();
        Self::Looks(Box::new(Look {
            host: checks.then(HostCheck::default),
            rewriter: rewriter.map(|host| Rewriter::new(host, config.line_ends)),
        }))
        .or_open()
    }

    /// Looks at which host the octets that came last are for. Says why nothing of them is to go
    /// on, if so.
    pub(super) fn check(&mut self, octets: &[u8], hosts: &AllowedHosts) -> Result<(), Refusal> {
        let Self::Looks(look) = self else {
            return Ok(());
        };
        match look.host.as_mut().map(|host| host.look(octets, hosts)) {
            Some(Verdict::Foreign(span)) => {
                return Err(Refusal::from_policy(Policy::HostForeign, span, 0));
            }
            Some(Verdict::Passes) => {
                look.host = None;
                self.open_if_done();
            }
            Some(Verdict::Open) | None => {}
        }
        Ok(())
    }

    /// Whether what came last must be read before it is let through: it goes on as something
    /// else.
    pub(super) const fn changes(&self) -> bool {
        match self {
            Self::Looks(look) => look.rewriter.is_some(),
            Self::Open | Self::OneRequest | Self::Shut => false,
        }
    }

    /// Lets through what may go on of what came last in `flow`, where it is held back.
    pub(super) fn let_through(&mut self, flow: &mut Flow, reporter: &mut Reporter) {
        match self {
            Self::Open => flow.free(),
            Self::OneRequest => {}
            Self::Shut => flow.discard(),
            Self::Looks(look) => match &mut look.rewriter {
                None => flow.free(),
                Some(rewriter) => {
                    if !rewriter.take(flow, reporter) {
                        look.rewriter = None;
                        self.open_if_done();
                    }
                }
            },
        }
    }

    /// No HTTP follows: nothing is looked for any more.
    pub(super) fn open(&mut self, flow: &mut Flow) {
        *self = Self::Open;
        flow.free();
    }

    /// Whatever else the peer sends is no request, and does not go on.
    pub(super) fn shut(&mut self, flow: &mut Flow) {
        *self = Self::Shut;
        flow.discard();
    }

    fn open_if_done(&mut self) {
        if let Self::Looks(look) = self
            && look.host.is_none()
            && look.rewriter.is_none()
        {
            *self = Self::Open;
        }
    }

    fn or_open(mut self) -> Self {
        self.open_if_done();
        self
    }
}
