//! The way with numbers: link, window, array, what went upward, counts.

use crate::lab::octet;
use crate::tui::lab::Bench;
use crate::tui::lab::view::link::{self, Thing};
use crate::tui::lab::view::{array, draw_count, draw_name, upward};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// From this many rows on there are rows between the parts, and the array has two.
const ROWS_FOR_ROOM: u16 = 17;

pub(super) fn draw(bench: &Bench, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    let roomy = height >= ROWS_FOR_ROOM;
    let below = if roomy { 9 } else { 5 };
    let link = height.saturating_sub(below);
    draw_link(bench, &mut canvas.part(0, 0, width, link));
    let theme = bench.theme;
    let lab = bench.lab();
    let (window, text) = if roomy {
        (link + 1, link + 6)
    } else {
        (link, link + 3)
    };
    array::draw(theme, lab, window, roomy, canvas);
    let style = theme.style(Role::Strong);
    let octets = lab.ordered().upward().iter();
    let octets = octets.map(|number| (octet(*number), style));
    upward::draw(theme, text, octets, canvas);
    draw_counts(bench, height.saturating_sub(1), canvas);
}

fn draw_link(bench: &Bench, canvas: &mut Canvas<'_>) {
    let (lab, now) = (bench.lab(), bench.lab().now());
    let packets = lab.ordered().packets().iter().map(|flight| {
        let packet = flight.what;
        let carries = upward::label(octet(packet.number));
        // A second attempt is marked as one, in colour and without.
        let (mark, role) = if packet.again {
            ("↻", Role::Warning)
        } else {
            ("", Role::TitleFocused)
        };
        let name = format!("{mark}p{}", packet.number);
        Thing {
            label: format!("{name} {carries}"),
            high: [name, carries],
            role,
            lane: packet.number - 1,
            ..Thing::new(flight, now)
        }
    });
    let acks = lab.ordered().acks().iter().map(|flight| {
        let up_to = flight.what.up_to;
        Thing {
            label: format!("ack {up_to}"),
            high: ["ack".into(), up_to.to_string()],
            role: Role::Good,
            lane: u32::try_from(flight.sent % 64).unwrap_or(0) / 4,
            ..Thing::new(flight, now)
        }
    });
    let (packets, acks): (Vec<_>, Vec<_>) = (packets.collect(), acks.collect());
    link::draw(bench.theme, &packets, &acks, canvas);
}

fn draw_counts(bench: &Bench, y: u16, canvas: &mut Canvas<'_>) {
    let lab = bench.lab();
    let counts = lab.ordered().counts();
    draw_name(bench.theme, y, "counts", canvas);
    let delivered = format!(
        "{}/{}",
        lab.ordered().upward().len(),
        lab.settings().packets
    );
    let mut x = crate::tui::lab::view::NAMES;
    for (name, count) in [
        ("sent", counts.sent.to_string()),
        ("lost", counts.lost.to_string()),
        ("resent", counts.resent.to_string()),
        ("copies", counts.copies.to_string()),
        ("acks", counts.acks.to_string()),
        ("delivered", delivered),
    ] {
        x = draw_count(bench.theme, x, y, name, &count, canvas);
    }
}
