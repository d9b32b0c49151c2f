//! Every glyph as ASCII, for poor fonts: one pass over a frame that is complete, so that
//! nothing that is drawn can be forgotten.

use ratatui::buffer::Buffer;

/// What stands for what. States stay distinct: `. o ( ) * ^ ~ x`.
const GLYPHS: &[(&str, char)] = &[
    ("─━┄╌┈—", '-'),
    ("═", '='),
    ("│┃║‖", '|'),
    ("╭╮╰╯┌└┏┓┗┛╔╗╚╝├┤┬┴┼", '+'),
    ("▶▸›→", '>'),
    ("◀◂←", '<'),
    ("▾↓", 'v'),
    ("▴↑▲", '^'),
    ("·▂", '.'),
    ("…◌", '~'),
    ("○", 'o'),
    ("◐", '('),
    ("◑", ')'),
    ("◇●", '*'),
    ("◆▆", '+'),
    ("✕", 'x'),
    ("✗╳", 'X'),
    ("×▇█", '#'),
    ("✂", '%'),
    ("▁", '_'),
    ("▃░", ':'),
    ("▄▀▅▒⇄", '='),
    ("▏▎▍▌▋▊▉", '#'),
    ("↳", '\''),
    ("§", 'S'),
    ("≠", '!'),
    ("µ", 'u'),
];

/// Replaces what is not ASCII. What has no counterpart, such as letters in a path, becomes
/// a question mark.
pub(crate) fn flatten(cells: &mut Buffer) {
    for cell in &mut cells.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let first = cell.symbol().chars().next();
        let same = |(glyphs, _): &&(&str, char)| first.is_some_and(|c| glyphs.contains(c));
        let ascii = GLYPHS.iter().find(same).map_or('?', |(_, ascii)| *ascii);
        cell.set_char(ascii);
    }
}
