//! The memory of one request head, kept by each thread for the next one it parses.
//!
//! Whichever connection that is of: one that rests holds none of it.

use std::cell::Cell;
use std::sync::Arc;

use crate::http::RequestHead;

/// What is not kept: it would be held longer than it is worth, and a short head that is put in
/// its place, and shown, would be kept in the room of a long one.
const LARGE: usize = 2048;

thread_local! {
    static SPARE: Cell<Option<Arc<RequestHead>>> = const { Cell::new(None) };
}

/// Keeps a head that was answered, if nobody else holds it.
pub(super) fn keep(mut head: Arc<RequestHead>) {
    if Arc::get_mut(&mut head).is_some_and(|head| head.footprint() <= LARGE) {
        SPARE.set(Some(head));
    }
}

/// The head that was kept.
pub(super) fn take() -> Option<Arc<RequestHead>> {
    SPARE.take()
}
