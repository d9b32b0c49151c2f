//! The search for CR LF CR LF: four cells that light up, and where it stands in words.

use crate::event::Phase;
use crate::http::Span;
use crate::trace::Connection;
use crate::trace::format;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::{matcher_cells, paragraph};

/// With less room than this beside the cells, there is a word for it alone.
const WORDS: u16 = 16;

/// How far the search has got.
#[derive(Debug, PartialEq, Eq)]
struct Progress {
    matched: u8,
    what: String,
    detail: String,
}

pub(super) fn draw(model: &Model, connection: &Connection, canvas: &mut Canvas<'_>) {
    let landed = model.landed(connection);
    let progress = landed.map_or_else(|| progress(connection), |end| landing(connection, end));
    let tall = canvas.height() >= 3;
    let middle = canvas.height() / 2;
    let strong = model.theme.style(Role::Strong);
    let dim = model.theme.style(Role::Dim);
    let mut x = 0;
    if canvas.height() < matcher_cells::LARGE {
        x = canvas.text(0, middle, "search ", dim);
    }
    x = matcher_cells::draw(model.theme, progress.matched, x, canvas) + 2;
    if canvas.width().saturating_sub(x) < WORDS && tall {
        let first = progress.what.split(" · ").next().unwrap_or_default();
        canvas.text(x, middle, first, strong);
    } else if tall {
        canvas.text(x, middle - 1, &progress.what, strong);
        let rest = canvas.height() - middle;
        paragraph::draw(&progress.detail, (x, middle), rest, dim, canvas);
    } else {
        let x = canvas.text(x, middle, &progress.what, strong);
        canvas.text(x, middle, &format!(" · {}", progress.detail), dim);
    }
}

fn progress(connection: &Connection) -> Progress {
    let buffered = connection.buffered();
    let searching =
        matches!(connection.phase, Phase::Head | Phase::Accepted) && connection.closed.is_none();
    // What was cut off just now was found by the search that happened last; what is left over
    // has not been searched yet.
    let is_found = connection
        .boundary
        .is_some_and(|(head, _)| head.end == buffered.start && connection.scan.to <= head.end);
    let is_being_cut = connection
        .exchanges
        .back()
        .is_some_and(|exchange| exchange.done.is_none());
    match connection.boundary {
        _ if searching && !buffered.is_empty() && !(is_found && is_being_cut) => {
            let to = connection.scan.to.max(buffered.start);
            let matched = if connection.scan.to > buffered.start {
                connection.scan.matched
            } else {
                0
            };
            Progress {
                matched,
                what: format!("{matched} of 4"),
                detail: format!(
                    "looked at {} · resumes at octet {}",
                    format::count(to - buffered.start),
                    format::count(to)
                ),
            }
        }
        Some((head, _)) if connection.scan.matched == 4 || connection.scan.to > head.end => {
            Progress {
                matched: 4,
                what: format!("4 of 4 · boundary at octet {}", format::count(head.end)),
                detail: cut_off(head),
            }
        }
        // With --accept-lf.
        Some((head, _)) => Progress {
            matched: connection.scan.matched,
            what: "an empty line that ends in LF alone, which is accepted".into(),
            detail: cut_off(head),
        },
        None => Progress {
            matched: connection.scan.matched,
            what: format!("{} of 4", connection.scan.matched),
            detail: if buffered.is_empty() {
                "nothing to look at".into()
            } else {
                "the search has ended".into()
            },
        },
    }
}

/// What the search has found of the delimiter, where octets have landed up to `end` alone.
fn landing(connection: &Connection, end: u64) -> Progress {
    let last = Span::new(end.saturating_sub(4), end);
    let octets: Vec<u8> = connection
        .octets()
        .octets_in(last)
        .map(|(_, o)| o)
        .collect();
    let wanted = [4, 3, 2, 1].into_iter().find(|&count| {
        let part = b"\r\n\r\n".get(..count);
        part.is_some_and(|part| octets.ends_with(part))
    });
    let matched = wanted
        .and_then(|count| u8::try_from(count).ok())
        .unwrap_or(0);
    Progress {
        matched,
        what: format!("{matched} of 4"),
        detail: format!("searched up to octet {}", format::count(end)),
    }
}

fn cut_off(head: Span) -> String {
    format!(
        "{} cut off as the head",
        format::plural(head.len(), "octet")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Status;
    use crate::trace::Trace;
    use crate::tui::fixture::{Script, id};

    #[track_caller]
    fn check(matched: u8, detail: &str, tell: impl FnOnce(&mut Script)) {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let got = progress(&trace.connections[&id(1)]);
        assert_eq!((got.matched, got.detail.as_str()), (matched, detail));
    }

    #[test]
    fn the_search_is_told_as_it_goes() {
        let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        check(0, "nothing to look at", |_| {});
        check(2, "looked at 16 · resumes at octet 16", |s| {
            s.receive(1, "GET / HTTP/1.1\r\n");
        });
        check(4, "27 octets cut off as the head", |s| {
            s.receive(1, request).answer(1, Status::OK, 3);
        });
        // A pipelined head: the search that happened found it.
        let two = format!("{request}GET /fav");
        check(4, "27 octets cut off as the head", |s| {
            s.receive(1, &two);
        });
        check(0, "looked at 3 · resumes at octet 30", |s| {
            s.receive(1, request)
                .answer(1, Status::OK, 3)
                .receive(1, "GET");
        });
    }
}
