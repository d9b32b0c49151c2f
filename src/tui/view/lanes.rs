//! The lanes that are still to come, saying so.

use super::canvas::{Canvas, wrap};
use crate::tui::model::{Lane, Model};
use crate::tui::theme::Role;

/// The names of the lanes, the one that is shown in front.
pub(super) fn title(model: &Model) -> String {
    let others = [
        (Lane::Ladder, '3'),
        (Lane::Kernel, '4'),
        (Lane::Syscalls, '5'),
    ]
    .into_iter()
    .filter(|(lane, _)| *lane != model.ui.lane)
    .map(|(lane, key)| format!("  {key} {}", lane.title()));
    let mut title = String::from(model.ui.lane.title());
    title.extend(others);
    title
}

pub(super) fn draw(model: &Model, what: &str, canvas: &mut Canvas<'_>) {
    let strong = model.theme.style(Role::Strong);
    canvas.text(0, 0, "Not in this version yet.", strong);
    let dim = model.theme.style(Role::Dim);
    for (y, line) in (2..).zip(wrap(what, canvas.width().max(1))) {
        canvas.text(0, y, line.trim_end(), dim);
    }
}

/// What the Kernel lane is going to show.
pub(super) const KERNEL: &str = "This lane will show what the kernel knows: octets that wait \
to be received and to be sent, round-trip time, congestion window, retransmissions, and the \
peers that wait before accept.";

/// What the Syscalls lane is going to show.
pub(super) const SYSCALLS: &str = "This lane will show socket, bind, listen, accept, recv, \
send, shutdown and close, with their arguments and what they returned.";
