//! The box at the bottom in which a filter, or what to find, is typed.

use super::filter::Invalid;
use super::text_input::TextInput;

/// What is typed, and what it is for.
#[derive(Debug, Clone)]
pub(crate) struct Prompt {
    pub(crate) purpose: Purpose,
    pub(crate) input: TextInput,
    /// Why the text cannot be applied.
    pub(crate) invalid: Option<Invalid>,
    pub(crate) completion: Option<Completion>,
}

/// What a prompt is for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    Filter,
    Find,
    /// How many octets recv asks for.
    RecvSize,
    /// Which key.
    Help,
}

/// What Tab goes through.
#[derive(Debug, Clone)]
pub(crate) struct Completion {
    /// Where what is completed begins, in octets.
    pub(crate) begin: usize,
    pub(crate) candidates: Vec<String>,
    pub(crate) chosen: usize,
}
