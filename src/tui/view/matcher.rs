//! The search for CR LF CR LF: four cells that light up, and where it stands in words.

use crate::event::Phase;
use crate::http::Span;
use crate::trace::Connection;
use crate::trace::format;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

const WANTED: [&str; 4] = ["\\r", "\\n", "\\r", "\\n"];

/// How far the search has got.
#[derive(Debug, PartialEq, Eq)]
struct Progress {
    matched: u8,
    what: String,
    detail: String,
}

pub(super) fn draw(model: &Model, conn: &Connection, canvas: &mut Canvas<'_>) {
    let progress = progress(conn);
    let tall = canvas.height() >= 3;
    let middle = canvas.height() / 2;
    let strong = model.theme.style(Role::Strong);
    let dim = model.theme.style(Role::Dim);
    let mut x = canvas.text(0, middle, "search ", dim);
    for (i, wanted) in (0..).zip(WANTED) {
        let lit = i < progress.matched;
        x = draw_cell(model, wanted, lit, x, tall, canvas);
    }
    x += 2;
    if tall {
        canvas.text(x, middle - 1, &progress.what, strong);
        canvas.text(x, middle, &progress.detail, dim);
    } else {
        let x = canvas.text(x, middle, &progress.what, strong);
        canvas.text(x, middle, &format!(" · {}", progress.detail), dim);
    }
}

/// One of the four: boxed where there is room, and filled once it has matched.
fn draw_cell(
    model: &Model,
    wanted: &str,
    lit: bool,
    x: u16,
    tall: bool,
    canvas: &mut Canvas<'_>,
) -> u16 {
    let middle = canvas.height() / 2;
    let unlit = model.theme.style(Role::Dim);
    if !tall {
        let style = if lit {
            model.theme.style(Role::MatcherLit)
        } else {
            unlit
        };
        let open = canvas.text(x, middle, "[", style);
        let x = canvas.text(open, middle, if lit { wanted } else { "  " }, style);
        return canvas.text(x, middle, "]", style);
    }
    if lit {
        let style = model.theme.style(Role::MatcherLit);
        let edge = model.theme.style(Role::MatcherEdge);
        canvas.rule(x, x + 6, 0, '▄', edge);
        canvas.rule(x, x + 6, 1, ' ', style);
        canvas.rule(x, x + 6, 2, '▀', edge);
        canvas.text(x + 2, 1, wanted, style);
    } else {
        let border = model.theme.style(Role::MatcherUnlit);
        canvas.text(x, 0, "╭────╮", border);
        canvas.text(x, 1, "│    │", border);
        canvas.text(x, 2, "╰────╯", border);
        canvas.text(x + 2, 1, wanted, unlit);
    }
    x + 7
}

fn progress(conn: &Connection) -> Progress {
    let buffered = conn.buffered();
    let searching = matches!(conn.phase, Phase::Head | Phase::Accepted) && conn.closed.is_none();
    match conn.boundary {
        _ if searching && !buffered.is_empty() => {
            let to = conn.scan.to.max(buffered.start);
            let matched = if conn.scan.to > buffered.start {
                conn.scan.matched
            } else {
                0
            };
            Progress {
                matched,
                what: format!("{matched} of 4"),
                detail: format!("looked at {} · resumes at octet {to}", to - buffered.start),
            }
        }
        Some((head, _)) if conn.scan.matched == 4 || conn.scan.to > head.end => Progress {
            matched: 4,
            what: format!("4 of 4 · found, up to octet {}", head.end.saturating_sub(1)),
            detail: cut_off(head),
        },
        // With --accept-lf.
        Some((head, _)) => Progress {
            matched: conn.scan.matched,
            what: "an empty line that ends in LF alone, which is accepted".into(),
            detail: cut_off(head),
        },
        None => Progress {
            matched: conn.scan.matched,
            what: format!("{} of 4", conn.scan.matched),
            detail: if buffered.is_empty() {
                "nothing to look at".into()
            } else {
                "the search has ended".into()
            },
        },
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
        check(0, "looked at 3 · resumes at octet 30", |s| {
            s.receive(1, request)
                .answer(1, Status::OK, 3)
                .receive(1, "GET");
        });
    }
}
