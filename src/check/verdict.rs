//! What a check comes to.

/// What a check comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Passed,
    /// Against a rule.
    Wrong(Finding),
    /// Within the rules, and unusual.
    Allowed(Finding),
    /// It could not be asked of this server, for this reason.
    NotAsked(String),
    /// This stage comes first.
    NotReached(usize),
}

/// What was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A clause.
    pub what: String,
    /// The octet it is about: in which talk, counted from 0, and which of those that came.
    pub at: Option<(usize, usize)>,
    /// What to do about it, where more can be said than the hint of the check.
    pub remedy: Option<&'static str>,
    /// The clause that decides, where it is another than that of the check.
    pub rule: Option<&'static str>,
}

impl Finding {
    /// Something that is about no octet.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            at: None,
            remedy: None,
            rule: None,
        }
    }

    /// It is about this octet.
    #[must_use]
    pub fn at(self, talk: usize, octet: usize) -> Self {
        Self {
            at: Some((talk, octet)),
            ..self
        }
    }
}

impl Verdict {
    /// Against a rule, at no octet.
    pub fn wrong(what: impl Into<String>) -> Self {
        Self::Wrong(Finding::new(what))
    }

    /// Within the rules, and unusual.
    pub fn allowed(what: impl Into<String>) -> Self {
        Self::Allowed(Finding::new(what))
    }

    /// Whether a rule is broken.
    pub const fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }

    /// Its name, for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Wrong(_) => "wrong",
            Self::Allowed(_) => "allowed",
            Self::NotAsked(_) => "not_asked",
            Self::NotReached(_) => "not_reached",
        }
    }
}
