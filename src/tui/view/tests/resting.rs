//! Where a connection waits is shown as it is: in recv, or without a thread.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::event::{Activity, Flow, Handling, KernelView, Sampled};
use crate::trace::About;

/// A connection that waits for its second request, in a server where those rest or do not.
fn idle(rests: bool) -> (Dashboard, Script) {
    let mut model = Dashboard::new(Model::new(About { rests, ..about() }));
    let mut script = Script::new();
    script.accept(1).receive(1, &get("/"));
    script.answer(1, Status::OK, 5310);
    script.tell(&mut model);
    (model, script)
}

/// The Syscalls lane, the Ladder and the sentence, each with the others around it.
fn screens(mut model: Dashboard) -> [String; 2] {
    press(&mut model, [KeyCode::Char('3')]);
    let ladder = render(&model, 160, 48).to_string();
    press(&mut model, [KeyCode::Char('5')]);
    [ladder, render(&model, 160, 48).to_string()]
}

#[test]
fn a_connection_that_rests_is_said_to_rest() {
    let [ladder, syscalls] = screens(idle(true).0);
    assert!(ladder.contains("… rests: request"), "{ladder}");
    assert!(ladder.contains("It rests without a thread"), "{ladder}");
    assert!(syscalls.contains("epoll_wait()"), "{syscalls}");
    assert!(syscalls.contains("… nothing of #1 yet"), "{syscalls}");
}

#[test]
fn a_connection_with_a_thread_waits_in_recv() {
    let [ladder, syscalls] = screens(idle(false).0);
    assert!(ladder.contains("… waits: request"), "{ladder}");
    assert!(!ladder.contains("It rests without"), "{ladder}");
    assert!(syscalls.contains("recv(#1)"), "{syscalls}");
    assert!(syscalls.contains("it has not returned"), "{syscalls}");
    assert!(!syscalls.contains("epoll"), "{syscalls}");
}

#[test]
fn a_connection_that_is_slowed_down_keeps_its_thread() {
    let (mut model, mut script) = idle(true);
    let handling = Handling {
        flow: Flow::Slow(Duration::from_millis(500)),
        recv_size: 1024,
    };
    let kernel = KernelView::default();
    let sampled = Sampled { handling, kernel };
    script.note(1, Activity::Sampled(Arc::new(sampled)));
    script.tell(&mut model);
    let [ladder, syscalls] = screens(model);
    assert!(ladder.contains("… waits: request"), "{ladder}");
    assert!(!syscalls.contains("epoll_wait"), "{syscalls}");
}
