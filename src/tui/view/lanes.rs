//! The title of the pane whose lanes take turns.

use crate::tui::model::{Lane, Model};

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
