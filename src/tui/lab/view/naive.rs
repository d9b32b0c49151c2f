//! The way without numbers: link, what went upward, counts.

use ratatui::style::Modifier;

use crate::lab::{Verdict, octet};
use crate::tui::lab::Bench;
use crate::tui::lab::view::link::{self, Thing};
use crate::tui::lab::view::{draw_count, draw_name, upward};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

pub(super) fn draw(bench: &Bench, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    let below = if height >= 10 { 3 } else { 2 };
    let link = height.saturating_sub(below);
    draw_link(bench, &mut canvas.part(0, 0, width, link));
    let theme = bench.theme;
    let octets = bench.lab().naive().upward().iter();
    let octets = octets.map(|(number, verdict)| {
        let role = match verdict {
            Verdict::Right => Role::Strong,
            Verdict::TooLate | Verdict::Twice => Role::Bad,
        };
        let mark = match verdict {
            Verdict::Right => Modifier::empty(),
            Verdict::TooLate => Modifier::UNDERLINED,
            Verdict::Twice => Modifier::REVERSED,
        };
        (octet(*number), theme.style(role).add_modifier(mark))
    });
    upward::draw(theme, height.saturating_sub(2), octets, canvas);
    draw_counts(bench, height.saturating_sub(1), canvas);
}

fn draw_link(bench: &Bench, canvas: &mut Canvas<'_>) {
    let (naive, now) = (bench.lab().naive(), bench.lab().now());
    let again = naive.pass() > 1;
    let packets = naive.packets().iter().map(|flight| {
        let carries = upward::label(octet(flight.what));
        Thing {
            label: carries.clone(),
            high: [String::new(), carries],
            role: if again {
                Role::Warning
            } else {
                Role::TitleFocused
            },
            lane: flight.what - 1,
            ..Thing::new(flight, now)
        }
    });
    let answers = naive.answers().iter().map(|flight| Thing {
        label: "yes".into(),
        high: [String::new(), "yes".into()],
        role: Role::Good,
        lane: flight.what,
        ..Thing::new(flight, now)
    });
    let (packets, answers): (Vec<_>, Vec<_>) = (packets.collect(), answers.collect());
    link::draw(bench.theme, &packets, &answers, canvas);
}

fn draw_counts(bench: &Bench, y: u16, canvas: &mut Canvas<'_>) {
    let naive = bench.lab().naive();
    let counts = naive.counts();
    let theme = bench.theme;
    draw_name(theme, y, "counts", canvas);
    let mut x = crate::tui::lab::view::NAMES;
    for (name, count) in [
        ("sent", counts.sent),
        ("lost", counts.lost),
        ("resent", counts.resent),
    ] {
        x = draw_count(theme, x, y, name, &count.to_string(), canvas);
    }
    for (name, count, mark) in [
        ("out of order", counts.too_late, Modifier::UNDERLINED),
        ("twice", counts.twice, Modifier::REVERSED),
    ] {
        // The name looks as the octets it counts do.
        let style = theme.style(Role::Bad).add_modifier(mark);
        let after = canvas.text(x, y, name, style) + 1;
        x = canvas.text(after, y, &count.to_string(), theme.style(Role::Strong)) + 3;
    }
}
