//! Layer 1: the one vocabulary between the server and everyone who watches.
//!
//! Events are values in the past tense with absolute stream offsets. Nothing here knows a
//! socket, a terminal or a format.

mod batch;
mod connection;
mod controls;
mod escape;
mod in_flight;
mod kernel;
mod ledger;
mod measures;
mod operation;
mod queue;
mod record;
mod recorders;
mod recording;
mod refusal;
mod reporter;
mod sink;
mod source;
mod totals;
mod upstream;

pub use batch::Batch;
pub use connection::{CloseReason, ConnectionId, ConnectionTotals, End};
pub use controls::{Breakpoint, Controls, Flow, Handling, NoControls, Sampled, Target};
pub(crate) use escape::shows_itself;
pub use escape::{Glyph, OctetKind, escape, escape_ascii, glyph, glyph_in_full};
pub use kernel::{AcceptQueue, KernelView, Syn, TcpFacts, TcpState, Unaccepted};
pub use ledger::{Counted, Ledger, Phase};
pub use measures::{BOUNDS, METHODS, Measures};
pub use operation::{Operation, SendCall, Waiting, failure};
pub use queue::{Bodies, Overrun};
pub use record::{Activity, Event, ListenerEvent, Record, Resource};
pub use recording::{Recording, Stop};
pub use refusal::{Policy, Reason, Refusal};
pub use reporter::Reporter;
pub use sink::{Credit, Detail, Inbox, Sink};
pub use source::Source;
pub use totals::Totals;
pub use upstream::UpstreamActivity;
