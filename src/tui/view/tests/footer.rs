//! The way to help and the way out can be read whatever is on the screen.

use super::*;
use crate::tui::Preferences;

fn footer(model: &Model) -> String {
    let backend = render(model, 80, 24);
    let row = (0..80).map(|x| backend.buffer()[(x, 23)].symbol());
    row.collect::<String>().trim_end().to_owned()
}

#[test]
fn help_and_the_way_out_are_in_every_footer() {
    for keys in ["", "?", "yn", "yr", "4", "\\", "L", "\t\n", " ", "r"] {
        let footer = footer(&typed(busy(), keys));
        assert!(footer.ends_with("? help  q quit"), "{keys:?}: {footer}");
    }
    // What is open over the panes takes letters for itself.
    for keys in ["y", "w", ":", "wr"] {
        let footer = footer(&typed(busy(), keys));
        assert!(footer.ends_with("Ctrl-C quit"), "{keys:?}: {footer}");
    }
}

#[test]
fn a_sentence_that_does_not_fit_stands_above_the_footer_whole() {
    let model = typed(busy(), "yn");
    let backend = render(&model, 80, 24);
    find(&backend, "to the terminal's clipboard (OSC 52)");
    let notice = &model.ui.notice.as_ref().unwrap().text;
    assert!(notice.len() > 62, "{notice}");
}

#[test]
fn the_footer_names_the_keys_as_they_are_bound() {
    let mut preferences = Preferences::default();
    preferences.bind("help", &["F1".into()]).unwrap();
    preferences.bind("quit-or-back", &[]).unwrap();
    let footer = footer(&busy().into_model().with_preferences(preferences));
    assert!(footer.ends_with("F1 help  Q quit"), "{footer}");
}
