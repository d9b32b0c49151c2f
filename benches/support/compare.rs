//! Several servers under the same load, one after the other, round by round.

use std::time::Duration;

use super::load::{Load, Turn};
use super::servers::Server;

/// So many turns of each of the servers.
pub(crate) fn compare<'s>(
    load: &Load<'_>,
    servers: &(impl Iterator<Item = &'s Server> + Clone),
    time: Duration,
    rounds: u32,
) -> Vec<Vec<Turn>> {
    let mut turns: Vec<Vec<Turn>> = servers.clone().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (turns, server) in turns.iter_mut().zip(servers.clone()) {
            turns.push(load.run(server, time));
        }
    }
    turns
}
