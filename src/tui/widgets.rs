//! What is drawn with, whatever the model.

pub(in crate::tui) mod ascii;
pub(in crate::tui) mod canvas;
