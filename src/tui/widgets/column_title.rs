//! The title of a column of a table.

use super::canvas::Canvas;
use crate::tui::theme::{Role, Theme};

/// Where the title of a column begins or ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    Begin(u16),
    End(u16),
}

/// The title of a column; an arrow where the table is sorted by it, downward for descending.
pub(crate) fn draw(
    theme: Theme,
    text: &str,
    edge: Edge,
    descending: Option<bool>,
    canvas: &mut Canvas<'_>,
) {
    let role = if descending.is_some() {
        Role::Strong
    } else {
        Role::Dim
    };
    let arrow = match descending {
        Some(true) => "▾",
        Some(false) => "▴",
        None => "",
    };
    let style = theme.style(role);
    match edge {
        Edge::Begin(x) => {
            let x = canvas.text(x, 0, text, style);
            canvas.text(x, 0, arrow, style);
        }
        // On this side the figures below stay below the last letter.
        Edge::End(end) => canvas.text_to(end, 0, &format!("{arrow}{text}"), style),
    }
}
