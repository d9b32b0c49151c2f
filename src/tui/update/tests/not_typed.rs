//! What comes from a terminal and was not typed does nothing that was not asked for.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::*;
use crate::tui::fixture::{Script, model};
use crate::tui::model::overlay::Overlay;
use crate::tui::terminal::keys::Parser;

fn with_an_exchange() -> Dashboard {
    let mut model = model();
    let mut script = Script::new();
    script
        .accept(1)
        .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    script.answer(1, crate::http::Status::OK, 10).close(1);
    script.tell(&mut model);
    model
}

/// What comes of reads of the keyboard.
fn effects(model: &mut Dashboard, reads: &[Vec<u8>]) -> Vec<Effect> {
    let mut parser = Parser::default();
    let mut effects = Vec::new();
    for read in reads {
        let mut events = Vec::new();
        parser.feed(read, |event| events.push(event));
        for event in events {
            effects.extend(match event {
                Event::Key(key) => update(model, Msg::Key(key)),
                Event::Mouse(mouse) => update(model, Msg::Mouse(mouse)),
                Event::Paste(text) => update(model, Msg::Paste(text)),
                Event::FocusGained | Event::FocusLost | Event::Resize(..) => None,
            });
        }
    }
    effects
}

fn pasted(text: &str) -> Vec<u8> {
    format!("\x1b[200~{text}\x1b[201~").into_bytes()
}

fn typed(model: &mut Dashboard, keys: &str) {
    for key in keys.chars() {
        let event = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        update(model, Msg::Key(event));
    }
}

#[test]
fn a_paste_outside_of_a_prompt_does_nothing_and_says_so() {
    for before in ["", "?", "y", "w", "1", "L"] {
        let mut model = with_an_exchange();
        typed(&mut model, before);
        let at = format!("{:?}", model.ui.context());
        assert_eq!(effects(&mut model, &[pasted("Quick question\rwr")]), []);
        assert_eq!(format!("{:?}", model.ui.context()), at, "{before}");
        let notice = model.ui.notice.as_ref().unwrap();
        assert!(notice.text.contains("does nothing"), "{}", notice.text);
    }
}

#[test]
fn a_paste_in_a_prompt_is_text() {
    let mut model = with_an_exchange();
    typed(&mut model, "/");
    assert_eq!(effects(&mut model, &[pasted("status:4xx\nQ\r")]), []);
    let prompt = model.ui.prompt.as_ref().unwrap();
    assert_eq!(prompt.input.text(), "status:4xx Q");
    assert!(model.ui.filter.is_some(), "it is applied at once");
    assert_eq!(model.ui.notice, None);

    effects(&mut model, &[pasted(&"x".repeat(600))]);
    let notice = model.ui.notice.as_ref().unwrap();
    assert!(notice.text.contains("does not fit"), "{}", notice.text);

    for (open, ours) in [("wr", "request-1.1.binQ r"), (":", "Q r"), ("f", "Q r")] {
        let mut model = with_an_exchange();
        typed(&mut model, open);
        assert_eq!(effects(&mut model, &[pasted("Q\nr\n")]), [], "{open}");
        let input = match (&model.ui.overlay, &model.ui.prompt) {
            (Some(Overlay::Name(name)), _) => &name.input,
            (Some(Overlay::Palette(palette)), _) => &palette.input,
            (_, Some(prompt)) => &prompt.input,
            other => panic!("{open} opens {other:?}"),
        };
        assert_eq!(input.text(), ours);
    }
}

#[test]
fn a_letter_with_control_or_alt_is_another_key() {
    for modifiers in [KeyModifiers::CONTROL, KeyModifiers::ALT] {
        let mut model = with_an_exchange();
        typed(&mut model, "y");
        let event = KeyEvent::new(KeyCode::Char('r'), modifiers);
        assert_eq!(update(&mut model, Msg::Key(event)), None, "{modifiers:?}");
        assert!(model.ui.overlay.is_some());
    }
}

/// The keys by which something is written, sent, copied or ended, and the end of a sequence
/// that may stand for any of them.
const OWN: &[u8] = b"qQwyrR:u\x03\x05\x13\x1a";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Octets of any kind, cut anywhere, with sequences and strings begun and broken off, and
    /// with everything in the strings and pastes: without one of those keys nothing is
    /// written, sent or ended.
    #[test]
    fn nothing_is_written_sent_or_ended_but_by_its_own_key(
        parts in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>().prop_map(|o| if OWN.contains(&o) { 0x1b } else { o }), 0..12),
            prop::sample::select(vec![
                &b"\x1b"[..], b"\x1b[", b"\x1bO", b"\x1b[?", b"\x1b[1;", b"\x1b[M", b"\x1b[<",
            ]).prop_map(<[u8]>::to_vec),
            (prop::sample::select(&b"P]_^X"[..]), "[qQwyrR:u ]{0,9}")
                .prop_map(|(kind, text)| [&[0x1b, kind], text.as_bytes(), b"\x1b\\"].concat()),
            "[qQwyrR:u\r\n ]{0,9}".prop_map(|text| pasted(&text)),
            "[0-9;:?]{0,9}[cnyRtIO]".prop_map(|text| format!("\x1b[{text}").into_bytes()),
        ], 0..20),
        size in 1..40_usize,
    ) {
        let mut model = with_an_exchange();
        let octets = parts.concat();
        let reads: Vec<_> = octets.chunks(size).map(<[u8]>::to_vec).collect();
        for effect in effects(&mut model, &reads) {
            let harmless = match effect {
                Effect::Quit
                | Effect::Suspend
                | Effect::Tell(_)
                | Effect::EditOutside(_)
                | Effect::Start(_)
                | Effect::AskToRecord => false,
                Effect::Redraw
                | Effect::Mouse(_)
                | Effect::Drive(_)
                | Effect::ReadAgain(_)
                | Effect::Cue => true,
            };
            prop_assert!(harmless, "{effect:?}");
        }
    }
}
