//! A terminal's screen as SVG. Lines and blocks are drawn as shapes, so that they join in
//! every font; all other characters are text, each at its own place.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// The size of a cell.
const WIDTH: f32 = 9.0;
const HEIGHT: f32 = 19.0;
/// Where letters stand in it.
const BASELINE: f32 = 14.5;
const FONT: f32 = 15.0;
const MARGIN: f32 = 12.0;

/// What a terminal's own colours are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Dark,
    Light,
}

impl Look {
    const fn background(self) -> &'static str {
        match self {
            Self::Dark => "#0d1117",
            Self::Light => "#ffffff",
        }
    }

    const fn foreground(self) -> &'static str {
        match self {
            Self::Dark => "#d0d7de",
            Self::Light => "#1f2328",
        }
    }
}

/// The sixteen colours that have names.
const NAMED: [&str; 16] = [
    "#484f58", "#ff7b72", "#7ee787", "#d29922", "#79c0ff", "#d2a8ff", "#56d4dd", "#c9d1d9",
    "#6e7681", "#ffa198", "#9be9a8", "#e3b341", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff",
];

fn color(color: Color, default: &str) -> String {
    match color {
        Color::Default => default.to_owned(),
        Color::Idx(index) => match index {
            0..=15 => NAMED[usize::from(index)].to_owned(),
            16..=231 => {
                let index = index - 16;
                let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let (red, green) = (level(index / 36), level(index / 6 % 6));
                format!("#{red:02x}{green:02x}{:02x}", level(index % 6))
            }
            232..=255 => {
                let grey = 8 + 10 * (index - 232);
                format!("#{grey:02x}{grey:02x}{grey:02x}")
            }
        },
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// How a cell looks.
#[derive(Debug, Clone, PartialEq)]
struct Style {
    foreground: String,
    background: String,
    bold: bool,
    dim: bool,
    underline: bool,
}

fn style(cell: &Cell, look: Look) -> Style {
    let mut foreground = color(cell.fgcolor(), look.foreground());
    let mut background = color(cell.bgcolor(), look.background());
    if cell.inverse() {
        std::mem::swap(&mut foreground, &mut background);
    }
    Style {
        foreground,
        background,
        bold: cell.bold(),
        dim: cell.dim(),
        underline: cell.underline(),
    }
}

/// The whole screen.
pub(crate) fn draw(screen: &Screen, look: Look) -> String {
    let (rows, columns) = screen.size();
    let size = (columns.get(), rows.get());
    document(size, look, "", &self::rows(screen, look).concat())
}

/// Its rows, one by one.
pub(crate) fn rows(screen: &Screen, look: Look) -> Vec<String> {
    let (rows, columns) = screen.size();
    let row = |row| {
        let mut out = String::new();
        draw_row(screen, row, columns.get(), look, &mut out);
        out
    };
    (0..rows.get()).map(row).collect()
}

/// What has been drawn of a screen of this size, with a frame around it.
pub(crate) fn document((columns, rows): (u16, u16), look: Look, rules: &str, body: &str) -> String {
    let (width, height) = (
        f32::from(columns) * WIDTH + 2.0 * MARGIN,
        f32::from(rows) * HEIGHT + 2.0 * MARGIN,
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n{rules}\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\" font-family=\"ui-monospace, \
         'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"{FONT}\">\n{body}</g>\n</svg>\n",
        look.background()
    )
}

/// The backgrounds of a row, then what stands on them, one element for a run of one style.
fn draw_row(screen: &Screen, row: u16, columns: u16, look: Look, out: &mut String) {
    let y = f32::from(row) * HEIGHT;
    let cells: Vec<_> = (0..columns)
        .filter_map(|column| Some((column, screen.cell(row, column)?)))
        .collect();
    let runs: Vec<_> = cells
        .chunk_by(|(_, one), (_, other)| style(one, look) == style(other, look))
        .collect();
    for run in &runs {
        let style = style(run[0].1, look);
        if style.background != look.background() {
            let x = f32::from(run[0].0) * WIDTH;
            let width = f32::from(u16::try_from(run.len()).unwrap_or(u16::MAX)) * WIDTH;
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" fill=\"{}\"/>",
                style.background
            );
        }
    }
    for run in &runs {
        draw_run(run, &style(run[0].1, look), y, out);
    }
}

fn draw_run(run: &[(u16, &Cell)], style: &Style, y: f32, out: &mut String) {
    let (mut words, mut shapes, mut surfaces) = (String::new(), String::new(), String::new());
    // Where the next character of the word that is open would stand.
    let mut next = None;
    for &(column, cell) in run {
        let character = cell.contents();
        let x = f32::from(column) * WIDTH;
        if character.trim().is_empty() {
            next = None;
            continue;
        }
        if let Some(block) = block(character, x, y) {
            surfaces.push_str(&block);
            next = None;
            continue;
        }
        if let Some(shape) = shape(character, x, y) {
            shapes.push_str(&shape);
            next = None;
            continue;
        }
        // Letters of a font are as wide as a cell; other characters may not be.
        let goes_on = next == Some(column) && character.is_ascii();
        if !goes_on {
            words.push_str(if words.is_empty() { "" } else { "</tspan>" });
            let _ = write!(words, "<tspan x=\"{x}\">");
        }
        words.push_str(match character {
            "<" => "&lt;",
            "&" => "&amp;",
            other => other,
        });
        next = character.is_ascii().then_some(column + 1);
    }
    let color = &style.foreground;
    let opacity = if style.dim { " opacity=\"0.6\"" } else { "" };
    if !surfaces.is_empty() {
        let _ = writeln!(out, "<path d=\"{surfaces}\" fill=\"{color}\"{opacity}/>");
    }
    if !shapes.is_empty() {
        let _ = writeln!(
            out,
            "<path d=\"{shapes}\" stroke=\"{color}\" fill=\"none\" stroke-width=\"1.2\"{opacity}/>"
        );
    }
    if !words.is_empty() {
        let weight = if style.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let line = if style.underline {
            " text-decoration=\"underline\""
        } else {
            ""
        };
        let y = y + BASELINE;
        let _ = writeln!(
            out,
            "<text y=\"{y}\" fill=\"{color}\"{weight}{line}{opacity}>{words}</tspan></text>"
        );
    }
}

/// A block as a surface.
fn block(character: &str, x: f32, y: f32) -> Option<String> {
    let bottom = y + HEIGHT;
    let (from, to, right) = match character.chars().next()? {
        '▀' => (y, y + HEIGHT / 2.0, x + WIDTH),
        '▌' => (y, bottom, x + WIDTH / 2.0),
        lower @ '▁'..='█' => {
            let eighths = f32::from(u16::try_from(u32::from(lower) - 0x2580).ok()?);
            (bottom - HEIGHT * eighths / 8.0, bottom, x + WIDTH)
        }
        _ => return None,
    };
    Some(format!("M{x} {from}H{right}V{to}H{x}Z"))
}

/// A line as strokes.
fn shape(character: &str, x: f32, y: f32) -> Option<String> {
    let (right, bottom) = (x + WIDTH, y + HEIGHT);
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let horizontal = |from: f32, to: f32| format!("M{from} {centre}H{to}");
    let vertical = |from: f32, to: f32| format!("M{middle} {from}V{to}");
    let character = character.chars().next()?;
    Some(match character {
        '─' => horizontal(x, right),
        '╌' | '┄' => format!(
            "M{} {centre}H{}M{} {centre}H{}",
            x + 1.0,
            x + WIDTH / 2.0 - 1.0,
            x + WIDTH / 2.0 + 1.0,
            right - 1.0
        ),
        '│' => vertical(y, bottom),
        '┃' => {
            let (one, other) = (middle - 0.7, middle + 0.7);
            format!("M{one} {y}V{bottom}M{other} {y}V{bottom}")
        }
        '╭' => format!("M{right} {centre}Q{middle} {centre} {middle} {bottom}"),
        '╮' => format!("M{x} {centre}Q{middle} {centre} {middle} {bottom}"),
        '╰' => format!("M{right} {centre}Q{middle} {centre} {middle} {y}"),
        '╯' => format!("M{x} {centre}Q{middle} {centre} {middle} {y}"),
        '├' => vertical(y, bottom) + &horizontal(middle, right),
        '┤' => vertical(y, bottom) + &horizontal(x, middle),
        '┬' => horizontal(x, right) + &vertical(centre, bottom),
        '┴' => horizontal(x, right) + &vertical(y, centre),
        _ => return None,
    })
}
