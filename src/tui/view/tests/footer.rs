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
fn a_key_is_named_once_with_what_it_does_here() {
    let help = footer(&typed(busy(), "?"));
    assert!(
        help.contains("/ find") && !help.contains("/ filter"),
        "{help}"
    );
    let panes = footer(&typed(busy(), ""));
    assert!(!panes.contains("/ find"), "{panes}");
}

#[test]
fn a_sentence_leaves_the_keys_of_whoever_changes_a_request() {
    let mut model = typed(busy(), "c");
    let why = Err("no".to_owned());
    update(&mut model, Msg::Edited(why));
    let footer = footer(&model);
    assert!(footer.contains("Ctrl-s send"), "{footer}");
    let backend = render(&model, 80, 24);
    assert_eq!(find(&backend, " no ").1, 22);
}

#[test]
fn the_footer_names_the_keys_as_they_are_bound() {
    let mut preferences = Preferences::default();
    preferences.bind("help", &["F1".into()]).unwrap();
    preferences.bind("quit-or-back", &[]).unwrap();
    let footer = footer(&busy().into_model().with_preferences(preferences));
    assert!(footer.ends_with("F1 help  Q quit"), "{footer}");
}
