use super::*;

const PLACES: [Context; 5] = [
    Context::Tables,
    Context::Buffer,
    Context::Head,
    Context::Ladder,
    Context::Help,
];

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

#[test]
fn keys_mean_what_they_mean_where_they_are_pressed() {
    let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    for (place, event, expected) in [
        (
            Context::Tables,
            press(KeyCode::Char('j')),
            Some(Command::Go(Motion::Down)),
        ),
        (
            Context::Buffer,
            press(KeyCode::Home),
            Some(Command::Go(Motion::LineStart)),
        ),
        (
            Context::Tables,
            press(KeyCode::Home),
            Some(Command::Go(Motion::First)),
        ),
        (
            Context::Help,
            press(KeyCode::Char('q')),
            Some(Command::Back),
        ),
        (
            Context::Buffer,
            press(KeyCode::Char('q')),
            Some(Command::QuitOrBack),
        ),
        (Context::Ladder, ctrl('c'), Some(Command::Quit)),
        (Context::Ladder, ctrl('j'), None),
        (
            Context::Head,
            KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT),
            Some(Command::Go(Motion::Last)),
        ),
        (Context::Head, press(KeyCode::F(1)), None),
    ] {
        assert_eq!(
            Keymap::default().command(place, event),
            expected,
            "{place:?} {event:?}"
        );
    }
}

#[test]
fn quit_and_help_can_be_reached_from_everywhere() {
    for place in PLACES {
        for wanted in [Command::Quit, Command::Help, Command::Back] {
            assert!(
                Keymap::default()
                    .bindings(place)
                    .any(|b| b.command == wanted),
                "{place:?} {wanted:?}"
            );
        }
    }
}

#[test]
fn every_row_says_what_it_does() {
    for binding in KEYMAP {
        assert!(!binding.label.is_empty() && !binding.shown.is_empty());
        assert!(!binding.label.ends_with('.'));
    }
}
