//! The same run as text.

use std::io::{self, Write};

use super::message::text;
use super::{Lab, Settings, naive, ordered};

/// Ticks after which the rest of a run is left out. A run at a loss of 99 % may take millions.
const MOST_TICKS: u64 = 50_000_000;

/// Writes a whole run: what happened with numbers, what happened without, and both compared.
///
/// The error is that of `out`.
pub fn timeline(settings: Settings, out: &mut impl Write) -> io::Result<()> {
    let Settings {
        seed,
        packets,
        loss,
        delay,
        reorder,
        window,
    } = settings;
    writeln!(out, "From IP to TCP: {packets} packets of one octet each")?;
    writeln!(
        out,
        "seed {seed}, loss {loss}, delay {delay} to {} ticks, window {window}",
        delay + reorder
    )?;
    writeln!(out, "\nNumbers, acknowledgements and a window\n")?;
    let mut lab = Lab::new(settings);
    let mut naive = Vec::new();
    while !lab.is_done() && lab.now() < MOST_TICKS {
        let tick = lab.tick();
        for happening in tick.ordered {
            writeln!(out, "{:>6}  {happening}", lab.now())?;
            if matches!(happening, ordered::Happening::Arrived { .. }) {
                writeln!(out, "        {}", array(&lab))?;
            }
        }
        naive.extend(tick.naive.into_iter().map(|what| (lab.now(), what)));
    }
    writeln!(out, "\nResend until all succeed, without numbers\n")?;
    for (at, happening) in naive {
        writeln!(out, "{at:>6}  {happening}")?;
    }
    compare(&lab, out)
}

/// The array as the tutorial draws it, from the last reliable index on.
fn array(lab: &Lab) -> String {
    let ordered = lab.ordered();
    let reliable = ordered.last_reliable_index();
    let mut cells = String::new();
    let highest = u32::try_from(ordered.highest()).unwrap_or(u32::MAX);
    for number in reliable.max(1)..=highest {
        let cell = if ordered.has(number) {
            format!("p{number}|")
        } else {
            "__|".into()
        };
        cells.push_str(&cell);
    }
    format!("last_reliable_index = {reliable}   |{cells}")
}

fn compare(lab: &Lab, out: &mut impl Write) -> io::Result<()> {
    let (with, without) = (lab.ordered(), lab.naive());
    let naive::Counts {
        sent,
        resent,
        lost,
        too_late,
        twice,
        ..
    } = without.counts();
    let counts = with.counts();
    let ticks = |done: Option<u64>| done.map_or_else(|| "-".into(), |at| at.to_string());
    writeln!(out, "\n{:24}{:>12}{:>12}", "", "numbers", "none")?;
    for (what, left, right) in [
        ("ticks", ticks(with.done()), ticks(without.done())),
        ("packets sent", counts.sent.to_string(), sent.to_string()),
        (
            "  of these again",
            counts.resent.to_string(),
            resent.to_string(),
        ),
        ("packets lost", counts.lost.to_string(), lost.to_string()),
        (
            "copies thrown away",
            counts.copies.to_string(),
            "-".to_owned(),
        ),
        ("went upward twice", "0".to_owned(), twice.to_string()),
        ("out of order", "0".to_owned(), too_late.to_string()),
    ] {
        writeln!(out, "{what:24}{left:>12}{right:>12}")?;
    }
    let all: Vec<u32> = without.upward().iter().map(|(number, _)| *number).collect();
    writeln!(out, "\nupward, with numbers   {}", text(with.upward()))?;
    writeln!(out, "upward, without        {}", text(&all))
}
