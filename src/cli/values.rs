//! The values that options take, and why one is not taken.

use std::iter;
use std::path::{Component, Path};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::tui::{Name, When};

/// A theme, by one of the names there are.
pub(super) fn theme() -> impl TypedValueParser<Value = Name> {
    let names = iter::once("auto").chain(Name::all());
    // What the configuration takes in both spellings is taken so here.
    let values = names.map(|name| PossibleValue::new(name).alias(name.replace("colour", "color")));
    PossibleValuesParser::new(values).try_map(|name| name.parse::<Name>())
}

/// Whether there are colours, by name.
pub(super) fn when() -> impl TypedValueParser<Value = When> {
    PossibleValuesParser::new(["auto", "always", "never"]).try_map(|when| when.parse::<When>())
}

/// The name of an index: of one file, or of none.
pub(super) fn index(name: &str) -> Result<String, String> {
    if name.contains(['/', '\0']) || matches!(name, "." | "..") {
        return Err("an index is a name, not a path".into());
    }
    Ok(name.into())
}

/// A path below the document root.
pub(super) fn path_below_docroot(path: &str) -> Result<String, String> {
    let path = path.trim_start_matches('/');
    let inside = |part| matches!(part, Component::Normal(_));
    if path.contains('\0') || !Path::new(path).components().all(inside) {
        return Err("the file is named by its path below the folder that is served".into());
    }
    Ok(path.into())
}
