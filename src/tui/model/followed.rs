//! What follows everything that happens beside the dashboard, and sends it on.

/// How what follows everything that happens is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// Where it leads, in a word.
    pub name: &'static str,
    /// How much went there.
    pub sent: u64,
    /// How much did not, and will not.
    pub lost: u64,
    /// Whether nothing is taken there at the moment.
    pub is_away: bool,
}
