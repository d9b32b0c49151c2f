//! The checks: what a teacher would try, in the order of the tutorial.

mod bodies;
mod conditional;
mod crowd;
mod head;
mod left_over;
mod length;
mod listens;
mod malformed;
mod missing;
mod outside;
mod persistence;
mod well_formed;

use super::entry::{Check, Stage};

/// All stages, in order.
pub const ALL: &[Stage] = &[
    listens::STAGE,
    head::STAGE,
    left_over::STAGE,
    well_formed::STAGE,
    length::STAGE,
    missing::STAGE,
    malformed::STAGE,
    persistence::STAGE,
    crowd::STAGE,
    outside::STAGE,
    conditional::STAGE,
    bodies::STAGE,
];

/// Every check, with the number of its stage.
pub fn checks() -> impl Iterator<Item = (usize, &'static Check)> {
    let stages = (1..).zip(ALL);
    stages.flat_map(|(number, stage)| stage.checks.iter().map(move |check| (number, check)))
}

/// The check of this name, and its stage.
pub fn find(id: &str) -> Option<(usize, &'static Check)> {
    checks().find(|(_, check)| check.id == id)
}
