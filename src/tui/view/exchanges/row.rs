//! One row of the table of exchanges.

use super::columns::{Columns, number};
use crate::event::escape;
use crate::http::decode_percent;
use crate::trace::cause;
use crate::trace::format;
use crate::trace::{Connection, Exchange, ExchangeId};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, middle, tail, width};

/// With less room than this, a reason beside a request-line would leave nothing of either.
const BESIDE: u16 = 24;
/// What stands before the status of an answer that is not whole.
const CUT_OFF: char = '╳';

pub(super) fn draw(
    model: &Model,
    (connection, exchange): (&Connection, &Exchange),
    columns: Columns,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let theme = model.theme;
    let dim = theme.style(Role::Dim);
    let id = ExchangeId {
        connection: connection.id,
        n: exchange.n,
    };
    canvas.text_to(columns.id_end, y, &number(id), dim);
    if let (Some(column), Some(source)) = (columns.source, &connection.source) {
        let source = middle(&escape(source.as_bytes()), column.width());
        canvas.text_in(column.x, y, column.width(), &source, dim);
    }
    draw_request(model, connection, exchange, columns, y, canvas);
    let cut_off = connection.cut_off_answer(exchange);
    match (exchange.status(), &cut_off) {
        (Some(status), Some(_)) => {
            let style = theme.style(Role::CutOff);
            let text = format!("{CUT_OFF} {status}");
            canvas.text_to(columns.status_end, y, &text, style);
        }
        (Some(status), None) => {
            let style = theme.style(Role::of_status(status.class()));
            canvas.text_to(columns.status_end, y, &status.to_string(), style);
        }
        (None, _) => canvas.text_to(columns.status_end, y, "…", dim),
    }
    if let Some(column) = columns.media {
        let media = exchange.media_type().map(escape).unwrap_or_default();
        let media = tail(&media, column.width());
        canvas.text_in(column.x, y, column.width(), &media, dim);
    }
    if let (Some(end), Some(done)) = (columns.took_end, exchange.done) {
        canvas.text_to(end, y, &format::took(done.took), dim);
    }
    if let Some(end) = columns.size_end {
        match (&cut_off, exchange.done) {
            (Some(cut_off), _) => {
                let style = theme.style(Role::CutOff);
                canvas.text_to(end, y, &format::short_size(cut_off.sent), style);
            }
            (None, Some(done)) => canvas.text_to(end, y, &format::short_size(done.body), dim),
            (None, None) => {}
        }
    }
    if let Some(column) = columns.why {
        let (text, role) = why(model, connection, exchange);
        canvas.text_in(column.x, y, column.width(), &text, theme.style(role));
    }
}

/// Why it came out so; of a page, what it came to with all it had fetched.
fn why(model: &Model, connection: &Connection, exchange: &Exchange) -> (String, Role) {
    if let Some(cut_off) = connection.cut_off_answer(exchange) {
        return (
            format!("{}, cut off {}", cut_off.part(), cut_off.by),
            Role::CutOff,
        );
    }
    if let Some(reason) = cause::reason(exchange) {
        let role = if exchange.refusal.is_some() {
            Role::Bad
        } else {
            Role::Dim
        };
        return (reason, role);
    }
    let id = ExchangeId {
        connection: connection.id,
        n: exchange.n,
    };
    let load = model.trace().page_load(id);
    let text = load.map_or_else(String::new, |load| {
        format!(
            "page: {}, {} in {}",
            format::plural(load.requests, "request"),
            format::size(load.octets),
            format::took(load.end.saturating_sub(load.begin))
        )
    });
    (text, Role::Info)
}

/// Method and target; of what was refused the line as it came, and then why.
fn draw_request(
    model: &Model,
    connection: &Connection,
    exchange: &Exchange,
    columns: Columns,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let theme = model.theme;
    let (dim, strong) = (theme.style(Role::Dim), theme.style(Role::Strong));
    let (x, end) = (columns.request.x, columns.request.end);
    let room = columns.request.width();
    if let Some(refusal) = exchange.refusal {
        let line = connection.first_line(exchange).unwrap_or_default();
        let bad = theme.style(Role::Bad);
        let x = canvas.text_in(x, y, room, "✗ ", bad);
        // The line first; half of the room is left for the reason, unless that has a column.
        let room = end.saturating_sub(x);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        let is_alone = columns.why.is_some() || room < BESIDE;
        let share = if is_alone { room } else { room - room / 2 };
        let line = middle(&escape(line), share);
        let x = canvas.text_in(x, y, share, &line, strong);
        if !is_alone {
            let x = x + u16::from(!line.is_empty());
            canvas.text_in(x, y, end.saturating_sub(x), refusal.what(), bad);
        }
        return;
    }
    let Some(head) = &exchange.head else {
        match connection.first_line(exchange) {
            Some(line) => {
                let text = format!("{} (not parsed yet)", escape(&line));
                canvas.text_in(x, y, room, &text, dim);
            }
            None => {
                canvas.text_in(x, y, room, "(detail left out)", dim);
            }
        }
        return;
    };
    let x = canvas.text_in(x, y, room, &escape(head.method_octets()), strong) + 1;
    let room = end.saturating_sub(x);
    let raw = escape(head.target_octets());
    let decoded = escape(&decode_percent(head.target_octets()));
    let beside = width(&raw) + 3;
    let x = canvas.text_in(x, y, room, &middle(&raw, room), theme.style(Role::Text));
    // Beside the raw one where it is another, and there is room to see at least half of it.
    if decoded != raw && room > beside + width(&decoded) / 2 {
        let left = end.saturating_sub(x + 3);
        let x = canvas.text(x, y, " = ", dim);
        canvas.text_in(x, y, left, &middle(&decoded, left), theme.style(Role::Info));
    }
}
