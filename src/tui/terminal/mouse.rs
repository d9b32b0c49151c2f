//! What a terminal reports of the mouse (xterm's control sequences, "SGR" mode 1006). Knows
//! no screen.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// Buttons pressed and released, and the wheel (1000), in numbers that may be large (1006).
pub(crate) const ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
pub(crate) const OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Reads `< button ; column ; row` and the letter behind it.
pub(crate) fn parse(parameters: &[u8], last: u8) -> Option<MouseEvent> {
    let text = std::str::from_utf8(parameters.strip_prefix(b"<")?).ok()?;
    let mut numbers = text.split(';').map(str::parse::<u16>);
    let mut next = || numbers.next()?.ok();
    let (code, column, row) = (next()?, next()?.checked_sub(1)?, next()?.checked_sub(1)?);
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, code & 4 != 0);
    modifiers.set(KeyModifiers::ALT, code & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, code & 16 != 0);
    let moves = code & 32 != 0;
    let kind = match (code & 0b1100_0011, last) {
        (64, b'M') => MouseEventKind::ScrollUp,
        (65, b'M') => MouseEventKind::ScrollDown,
        (66, b'M') => MouseEventKind::ScrollLeft,
        (67, b'M') => MouseEventKind::ScrollRight,
        (button @ 0..=2, _) => {
            let button = match button {
                0 => MouseButton::Left,
                1 => MouseButton::Middle,
                _ => MouseButton::Right,
            };
            match (moves, last) {
                (true, _) => MouseEventKind::Drag(button),
                (false, b'M') => MouseEventKind::Down(button),
                (false, _) => MouseEventKind::Up(button),
            }
        }
        (3, _) if moves => MouseEventKind::Moved,
        _ => return None,
    };
    Some(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        use MouseButton::{Left, Right};
        for (parameters, last, expected) in [
            (
                &b"<0;1;1"[..],
                b'M',
                Some((MouseEventKind::Down(Left), 0, 0)),
            ),
            (
                b"<2;10;300",
                b'm',
                Some((MouseEventKind::Up(Right), 9, 299)),
            ),
            (b"<64;5;6", b'M', Some((MouseEventKind::ScrollUp, 4, 5))),
            (b"<69;5;6", b'M', Some((MouseEventKind::ScrollDown, 4, 5))),
            (b"<32;5;6", b'M', Some((MouseEventKind::Drag(Left), 4, 5))),
            (b"<35;5;6", b'M', Some((MouseEventKind::Moved, 4, 5))),
            (b"<0;0;1", b'M', None),
            (b"<0;1", b'M', None),
            (b"<0;1;99999", b'M', None),
            (b"<x;1;1", b'M', None),
            (b"0;1;1", b'M', None),
            (b"<128;1;1", b'M', None),
        ] {
            let found = parse(parameters, last).map(|e| (e.kind, e.column, e.row));
            assert_eq!(found, expected, "{:?}", parameters.escape_ascii());
        }
    }
}
