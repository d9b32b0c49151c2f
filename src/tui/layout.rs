//! Which pane stands where: one pure function of the size and of what is focused.

use ratatui::layout::Rect;

mod grid;
mod halves;
mod parts;
mod projector;

pub(crate) use self::grid::{Grid, OFFSET, Shape, TALL};
pub(crate) use self::halves::{Half, halves};
pub(crate) use self::parts::Regions;
use self::parts::{split, take_bottom, take_top};
use super::model::{Lane, Pane, Ui};
pub(crate) use super::widgets::window::inside;

/// From this width on there are two columns.
const TWO_COLUMNS: u16 = 110;
/// Under this width there is one pane at a time, with tabs.
const TABS: u16 = 70;
/// Under this width sentences seldom fit one line.
const NARROW: u16 = 90;
/// And under this one not all of them.
const WIDE: u16 = 150;

/// The regions of `area`.
pub(crate) fn regions(area: Rect, ui: &Ui) -> Regions {
    let mut regions = Regions::default();
    let mut rest = area;
    // What frames the panes gives way before they do.
    if area.height >= 6 {
        regions.header = take_top(&mut rest, 1);
    }
    if area.height >= 4 {
        regions.footer = take_bottom(&mut rest, 1);
    }
    if ui.lesson.is_some() && area.height >= 16 {
        regions.lesson = take_top(&mut rest, lesson_lines(area));
    }
    if area.height >= 12 {
        let lines = voice_lines(area, ui);
        // On a small screen a lesson has the more to say.
        let most = if regions.lesson.is_empty() || area.height >= 30 {
            lines
        } else {
            2
        };
        regions.voice = take_bottom(&mut rest, lines.min(most));
    }
    if ui.projector && !ui.maximised {
        projector::banner(&mut regions, area, &mut rest);
    }
    if area.width < TABS {
        if rest.height >= 5 {
            regions.tabs = take_top(&mut rest, 1);
        }
        regions.set(ui.focus, rest);
    } else if ui.maximised {
        regions.set(ui.focus, rest);
    } else if ui.projector {
        projector::stand(&mut regions, rest, ui.focus);
    } else if area.width < TWO_COLUMNS {
        one_column(&mut regions, rest, ui.focus);
    } else {
        two_columns(&mut regions, rest, ui.focus);
    }
    if ui.focus == Pane::Ladder && ui.lane != Lane::Ladder {
        widen_lane(&mut regions);
    }
    regions
}

/// What the kernel knows takes long lines: it has the room of the head while it has the focus.
fn widen_lane(regions: &mut Regions) {
    let (head, lane) = (regions.pane(Pane::Head), regions.pane(Pane::Ladder));
    if !head.is_empty() && !lane.is_empty() && head.y == lane.y {
        regions.set(Pane::Ladder, head.union(lane));
        regions.set(Pane::Head, Rect::default());
    }
}

/// How many lines the strip of a lesson has: its title, and what the longest step says.
pub(crate) const fn lesson_lines(area: Rect) -> u16 {
    if area.width < TWO_COLUMNS { 6 } else { 5 }
}

/// How many lines narration and advice have, at most half of which are advice.
const fn voice_lines(area: Rect, ui: &Ui) -> u16 {
    match area.height {
        ..18 => 1,
        18.. if !ui.narration => 1,
        18..28 if ui.projector => 3,
        18.. if ui.projector && area.width < NARROW => 5,
        18.. if ui.projector => 4,
        // Sentences that do not fit a narrow line go on in the next where there is room.
        24.. if area.width < NARROW => 4,
        30.. if area.width < WIDE => 3,
        18.. => 2,
    }
}

/// Tables side by side on top, the buffer below, then head and ladder if there is room.
fn one_column(regions: &mut Regions, mut rest: Rect, focus: Pane) {
    let below = matches!(focus, Pane::Head | Pane::Ladder);
    let has_room = rest.height >= 32;
    let with_tables = has_room || (!below && rest.height >= 14);
    if with_tables {
        let tables = take_top(&mut rest, if has_room { 9 } else { 7 });
        let (left, right) = split(tables, tables.width / 2);
        regions.set(Pane::Connections, left);
        regions.set(Pane::Exchanges, right);
    }
    if has_room {
        let lower = take_bottom(&mut rest, 11);
        let (left, right) = split(lower, lower.width / 2);
        regions.set(Pane::Head, left);
        regions.set(Pane::Ladder, right);
    } else if below && rest.height >= 12 {
        let height = rest.height / 2;
        regions.set(focus, take_bottom(&mut rest, height));
    } else if focus != Pane::Buffer && !with_tables {
        regions.set(focus, rest);
        return;
    }
    regions.set(Pane::Buffer, rest);
}

/// Tables on the left; on the right the buffer above head and ladder.
fn two_columns(regions: &mut Regions, rest: Rect, focus: Pane) {
    let left_width = (rest.width / 4 + 12)
        .clamp(38, 64)
        .min(rest.width.saturating_sub(76));
    let (mut left, mut right) = split(rest, left_width);
    if rest.height >= 20 {
        let lower = take_bottom(&mut right, (rest.height * 2 / 5).clamp(9, 18));
        let (head, ladder) = split(lower, lower.width / 2);
        regions.set(Pane::Head, head);
        regions.set(Pane::Ladder, ladder);
    } else if matches!(focus, Pane::Head | Pane::Ladder) {
        regions.set(focus, left);
        regions.set(Pane::Buffer, right);
        return;
    }
    regions.set(Pane::Buffer, right);
    if rest.height >= 12 {
        let connections = take_top(&mut left, rest.height * 2 / 5);
        regions.set(Pane::Connections, connections);
        regions.set(Pane::Exchanges, left);
    } else {
        let pane = if focus == Pane::Exchanges {
            focus
        } else {
            Pane::Connections
        };
        regions.set(pane, left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: u16, height: u16, focus: Pane) -> Vec<Pane> {
        let ui = Ui {
            focus,
            ..Ui::default()
        };
        let regions = regions(Rect::new(0, 0, width, height), &ui);
        Pane::ALL
            .into_iter()
            .filter(|&pane| !regions.pane(pane).is_empty())
            .collect()
    }

    #[test]
    fn panes_give_way_and_the_buffer_is_the_last() {
        use Pane::{Buffer, Connections, Exchanges, Head, Ladder};
        let all = vec![Connections, Exchanges, Buffer, Head, Ladder];
        assert_eq!(shown(160, 48, Connections), all);
        assert_eq!(shown(80, 40, Connections), all);
        assert_eq!(
            shown(120, 20, Connections),
            [Connections, Exchanges, Buffer]
        );
        assert_eq!(shown(80, 24, Connections), [Connections, Exchanges, Buffer]);
        assert_eq!(shown(80, 24, Head), [Buffer, Head]);
        assert_eq!(shown(80, 10, Buffer), [Buffer]);
        assert_eq!(shown(60, 20, Buffer), [Buffer]);
        assert_eq!(shown(60, 20, Exchanges), [Exchanges]);
    }

    #[test]
    fn for_the_back_of_the_room_the_buffer_stays_whatever_has_the_focus() {
        for focus in Pane::ALL {
            let ui = Ui {
                focus,
                projector: true,
                ..Ui::default()
            };
            for (width, height) in [(80, 24), (80, 30), (160, 48)] {
                let regions = regions(Rect::new(0, 0, width, height), &ui);
                let buffer = regions.pane(Pane::Buffer);
                assert!(buffer.height >= 7, "{focus:?} {buffer}");
                assert!(!regions.queue.is_empty());
            }
        }
    }

    #[test]
    fn regions_never_overlap_nor_leave_the_area_and_the_focus_is_seen() {
        let mut ui = Ui::default();
        for (focus, projector) in Pane::ALL.into_iter().flat_map(|p| [(p, false), (p, true)]) {
            ui.focus = focus;
            ui.projector = projector;
            for width in (0..=200).step_by(7) {
                for height in 0..=60 {
                    let area = Rect::new(0, 0, width, height);
                    let r = regions(area, &ui);
                    let all = [r.header, r.tabs, r.banner, r.queue, r.voice, r.footer];
                    let all: Vec<_> = all
                        .into_iter()
                        .chain(r.panes)
                        .filter(|a| !a.is_empty())
                        .collect();
                    for (i, a) in all.iter().enumerate() {
                        assert_eq!(a.intersection(area), *a, "{width}x{height}");
                        for b in all.iter().skip(i + 1) {
                            assert!(!a.intersects(*b), "{width}x{height} {a} {b}");
                        }
                    }
                    if !area.is_empty() {
                        assert!(!r.pane(focus).is_empty(), "{width}x{height} {focus:?}");
                    }
                }
            }
        }
    }
}
