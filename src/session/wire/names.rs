//! What has one of a few names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event;

/// Enums without data, each with a twin of the same names in the vocabulary.
macro_rules! twins {
    ($($(#[$doc:meta])* $name:ident: $twin:path { $($variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub(in crate::session) enum $name { $($variant),* }

        impl From<$twin> for $name {
            fn from(twin: $twin) -> Self {
                match twin { $(<$twin>::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for $twin {
            fn from(name: $name) -> Self {
                match name { $($name::$variant => Self::$variant),* }
            }
        }
    )*};
}
twins! {
    /// How octets are handed to the kernel.
    SendCall: event::SendCall { Send, SendMsg, SendFile }
    /// Where a worker can be made to stop: before this.
    Breakpoint: event::Breakpoint { Recv, Scan, Parse, Send }
    /// What a deadline was set for.
    Waiting: event::Waiting { Request, Head, Body, Send }
    /// The system calls that can fail on a connection.
    Operation: event::Operation { Recv, Send, SendFile, ReadFile, Work }
    /// One end of a connection.
    End: event::End { Peer, Server }
    /// Why a connection was closed.
    CloseReason: event::CloseReason {
        PeerFinished, CloseAsked, Http10, Refused, BodyUnread, Idle, Deadline, SendStalled,
        SendSlow, FileShrank, FileUnreadable, Broken, Full, Exhausted, Draining, Panicked,
    }
    /// The state of a TCP connection (RFC 9293 §3.3.2).
    TcpState: event::TcpState {
        Established, SynSent, SynReceived, FinWait1, FinWait2, TimeWait, Closed, CloseWait,
        LastAck, Listen, Closing,
    }
    /// What a connection is doing.
    Phase: event::Phase { Accepted, Idle, Head, Body, Handling, Sending, Closing }
}
