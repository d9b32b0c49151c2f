//! The help says everything it says in full.

use super::*;
use crate::tui::keymap::Context;

#[test]
fn no_label_is_cut_on_a_small_screen_nor_in_two_columns() {
    for (width, height) in [(80, 24), (120, 40), (160, 48)] {
        for pane in Pane::ALL {
            let mut model = in_pane(busy(), pane);
            press(&mut model, [KeyCode::Char('?')]);
            let mut seen = String::new();
            for _ in 0..9 {
                seen.push_str(&render(&model, width, height).to_string());
                press(&mut model, [KeyCode::Char('j'); 12]);
            }
            let known = model.keymap.known(model.ui.pane_context(), false);
            for binding in known {
                let label = if binding.place == Context::Past {
                    format!("in the past: {}", binding.label)
                } else {
                    binding.label.to_owned()
                };
                assert!(seen.contains(&label), "{width}x{height} {pane:?} {label}");
            }
        }
    }
}
