//! What is drawn with, whatever the model.

pub(in crate::tui) mod ascii;
pub(in crate::tui) mod block_letters;
pub(in crate::tui) mod canvas;
pub(in crate::tui) mod column_title;
pub(in crate::tui) mod matcher_cells;
pub(in crate::tui) mod octet_cells;
pub(in crate::tui) mod paragraph;
pub(in crate::tui) mod text_line;
pub(in crate::tui) mod window;
