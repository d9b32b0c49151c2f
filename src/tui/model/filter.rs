//! Which exchanges and connections the tables list: an expression of terms.
//!
//! ```text
//! any    = all *( "|" all )                     one of them
//! all    = unary *( SP unary )                  each of them
//! unary  = "!" unary / "(" any ")" / term
//! term   = key ":" value / "/" regex "/" / value
//! key    = "method" / "path" / "status" / "peer" / "source" / "state" / "advice" / "text"
//! value  = word / DQUOTE text DQUOTE            \" and \\ inside
//! ```
//!
//! A value alone is a `text:`. Letters match whatever their case.

mod complete;
mod matches;
mod parse;
mod status;

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

pub(crate) use complete::{candidates, may_become_key};

use crate::tui::model::filter::status::StatusTest;
use crate::tui::model::search::Search;

/// A filter that can be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    any: Expr,
}

/// Why a text is no filter, and where, counted in characters from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) at: usize,
    pub(crate) why: String,
}

/// What a term looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Method,
    Path,
    Status,
    Peer,
    Source,
    State,
    Advice,
    Text,
}

impl Key {
    pub(crate) const ALL: [Self; 8] = [
        Self::Method,
        Self::Path,
        Self::Status,
        Self::Peer,
        Self::Source,
        Self::State,
        Self::Advice,
        Self::Text,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Status => "status",
            Self::Peer => "peer",
            Self::Source => "source",
            Self::State => "state",
            Self::Advice => "advice",
            Self::Text => "text",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expr {
    Term(Term),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// The method begins so.
    Method(String),
    Path(Search),
    Status(StatusTest),
    Peer(Search),
    Source(Search),
    State(Search),
    Advice(Search),
    Text(Search),
    Regex(Search),
}

impl Filter {
    /// Reads an expression; `None` when there is nothing but white space.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, Invalid> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        parse::parse(text).map(|any| Some(Self { any }))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.any.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, list: &[Self], between: &str, bare: Bare| {
            for (index, expr) in list.iter().enumerate() {
                if index > 0 {
                    f.write_str(between)?;
                }
                expr.grouped(f, bare)?;
            }
            Ok(())
        };
        match self {
            Self::Term(term) => term.fmt(f),
            Self::Not(inner) => {
                f.write_char('!')?;
                inner.grouped(f, Bare::Unary)
            }
            Self::All(all) => list(f, all, " ", Bare::Unary),
            Self::Any(any) => list(f, any, " | ", Bare::All),
        }
    }
}

/// What may stand without parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bare {
    Unary,
    All,
}

impl Expr {
    fn grouped(&self, f: &mut fmt::Formatter<'_>, bare: Bare) -> fmt::Result {
        let bare = match self {
            Self::Term(_) | Self::Not(_) => true,
            Self::All(_) => bare == Bare::All,
            Self::Any(_) => false,
        };
        if bare {
            return fmt::Display::fmt(self, f);
        }
        write!(f, "({self})")
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keyed = |f: &mut fmt::Formatter<'_>, key: Key, value: &str| {
            write!(f, "{}:{}", key.name(), quoted(value))
        };
        match self {
            Self::Method(value) => keyed(f, Key::Method, value),
            Self::Path(search) => keyed(f, Key::Path, search.source()),
            Self::Status(test) => write!(f, "{}:{test}", Key::Status.name()),
            Self::Peer(search) => keyed(f, Key::Peer, search.source()),
            Self::Source(search) => keyed(f, Key::Source, search.source()),
            Self::State(search) => keyed(f, Key::State, search.source()),
            Self::Advice(search) => keyed(f, Key::Advice, search.source()),
            Self::Text(search) if is_word(search.source()) => f.write_str(search.source()),
            Self::Text(search) => keyed(f, Key::Text, search.source()),
            Self::Regex(search) => write!(f, "/{}/", search.source().replace('/', "\\/")),
        }
    }
}

/// A character that ends a value without quotes.
fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '|' | '(' | ')' | '"')
}

/// Whether a text alone is a term that looks for it.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['!', '/'])
        && !text.contains(ends_word)
        && parse::key_before_colon(text).is_none()
}

/// A value as it is written behind a key.
pub(crate) fn quoted(value: &str) -> String {
    if !value.is_empty() && !value.contains(ends_word) {
        return value.into();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
