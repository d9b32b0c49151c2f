//! Holding, stepping and slowing connections down: what a key asks for, as a change of how they
//! are driven.

use std::time::Duration;

use crate::event::{ConnectionId, Controls, Flow, Handling, Target};
use crate::trace::{format, labels};
use crate::tui::message::Drive;
use crate::tui::model::Model;

/// The paces of slow motion, from full speed on.
const PACES: [Duration; 8] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];
/// What one `recv` asks for, from key to key: an octet, a word, half a line, a lesson's, ours.
const SIZES: [usize; 5] = [1, 4, 64, 1024, 16384];

const NO_SERVER: &str = "there is no server to ask";

/// Does what is asked for, and says in a few words what came of it.
pub(crate) fn drive(model: &Model, controls: &dyn Controls, drive: Drive) -> String {
    let open = |connection: &&std::sync::Arc<crate::trace::Connection>| connection.closed.is_none();
    let id = model
        .connection()
        .filter(open)
        .map(|connection| connection.id);
    // Without a server, as in a session that was recorded, nothing can be driven.
    let Some(new) = controls.handling(Target::New) else {
        return NO_SERVER.into();
    };
    match drive {
        Drive::Hold | Drive::Step => match id {
            Some(id) => hold_or_step(controls, id, drive),
            None => "no open connection is selected: P holds new ones".into(),
        },
        Drive::HoldNew => {
            let next = toggled(new.flow);
            controls.set_flow(Target::New, next);
            match next {
                Flow::Held => "new connections are held: p releases one, . does one step".into(),
                Flow::Run | Flow::Slow(_) => "new connections run".into(),
            }
        }
        Drive::Slower | Drive::Faster | Drive::Smaller | Drive::Larger | Drive::RecvSize(_) => {
            let new = changed(new, drive);
            let targets = [Some(Target::New), id.map(Target::Connection)];
            for target in targets.into_iter().flatten() {
                let handling = controls.handling(target);
                // A connection that is held stays held, whatever pace it will go on with.
                if handling.is_some_and(|handling| handling.flow != Flow::Held) {
                    controls.set_flow(target, new.flow);
                }
                controls.set_recv_size(target, new.recv_size);
            }
            let whom = id.map_or_else(
                || "new connections".to_owned(),
                |id| format!("{id} and new connections"),
            );
            match drive {
                Drive::Smaller | Drive::Larger | Drive::RecvSize(_) => format!(
                    "recv asks for {}: {whom}",
                    format::plural(new.recv_size as u64, "octet")
                ),
                Drive::Hold | Drive::HoldNew | Drive::Step | Drive::Slower | Drive::Faster => {
                    format!("{}: {whom}", labels::pace(new.flow))
                }
            }
        }
    }
}

fn hold_or_step(controls: &dyn Controls, id: ConnectionId, drive: Drive) -> String {
    let target = Target::Connection(id);
    let Some(handling) = controls.handling(target) else {
        return format!("{id} is closed");
    };
    match (drive, handling.flow) {
        (Drive::Step, Flow::Held) => {
            controls.step(id);
            format!("{id}: one step")
        }
        (_, Flow::Held) => {
            controls.set_flow(target, Flow::Run);
            format!("{id} is released")
        }
        (_, Flow::Run | Flow::Slow(_)) => {
            controls.set_flow(target, Flow::Held);
            format!("{id} is held: . does one step, p releases it")
        }
    }
}

fn toggled(flow: Flow) -> Flow {
    match flow {
        Flow::Held => Flow::Run,
        Flow::Run | Flow::Slow(_) => Flow::Held,
    }
}

/// `handling` one notch further.
fn changed(handling: Handling, drive: Drive) -> Handling {
    let Handling { flow, recv_size } = handling;
    match drive {
        Drive::Slower => Handling {
            flow: notch(flow, |at| at + 1),
            recv_size,
        },
        Drive::Faster => Handling {
            flow: notch(flow, |at| at.saturating_sub(1)),
            recv_size,
        },
        Drive::Smaller => Handling {
            recv_size: smaller(recv_size),
            flow,
        },
        Drive::Larger => Handling {
            recv_size: larger(recv_size),
            flow,
        },
        Drive::RecvSize(recv_size) => Handling { flow, recv_size },
        Drive::Hold | Drive::HoldNew | Drive::Step => handling,
    }
}

fn smaller(size: usize) -> usize {
    let before = SIZES.iter().rev().find(|&&named| named < size);
    before.copied().unwrap_or(size)
}

fn larger(size: usize) -> usize {
    let after = SIZES.iter().find(|&&named| named > size);
    after.copied().unwrap_or(size)
}

fn notch(flow: Flow, step: impl Fn(usize) -> usize) -> Flow {
    let pause = match flow {
        Flow::Run => Duration::ZERO,
        Flow::Slow(pause) => pause,
        // Those that are held stay so.
        Flow::Held => return Flow::Held,
    };
    let at = PACES.iter().rposition(|&pace| pace <= pause).unwrap_or(0);
    match PACES.get(step(at).min(PACES.len() - 1)) {
        Some(&Duration::ZERO) | None => Flow::Run,
        Some(&pace) => Flow::Slow(pace),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::event::{AcceptQueue, KernelView};
    use crate::tui::fixture::{Script, about, model};

    /// Remembers what it was asked.
    #[derive(Default)]
    struct Asked {
        new: Cell<Handling>,
        first: Cell<Handling>,
        steps: RefCell<Vec<ConnectionId>>,
    }

    impl Asked {
        fn cell(&self, target: Target) -> &Cell<Handling> {
            match target {
                Target::New => &self.new,
                Target::Connection(_) => &self.first,
            }
        }
    }

    impl Controls for Asked {
        fn handling(&self, target: Target) -> Option<Handling> {
            Some(self.cell(target).get())
        }
        fn set_flow(&self, target: Target, flow: Flow) {
            let cell = self.cell(target);
            cell.set(Handling { flow, ..cell.get() });
        }
        fn step(&self, connection: ConnectionId) {
            self.steps.borrow_mut().push(connection);
        }
        fn edit(&self, _: ConnectionId, _: Vec<u8>) {}
        fn set_recv_size(&self, target: Target, octets: usize) {
            let cell = self.cell(target);
            cell.set(Handling {
                recv_size: octets,
                ..cell.get()
            });
        }
        fn kernel(&self, _: ConnectionId) -> Option<KernelView> {
            None
        }
        fn accept_queue(&self) -> AcceptQueue {
            AcceptQueue::default()
        }
    }

    fn one_connection() -> Model {
        let mut model = Model::new(about());
        let mut script = Script::new();
        script.accept(1);
        script.fold_into(&mut model.live);
        model
    }

    #[test]
    fn p_holds_and_releases_and_a_step_of_a_running_connection_holds_it() {
        let (model, asked) = (one_connection(), Asked::default());
        for (key, flow, steps) in [
            (Drive::Hold, Flow::Held, 0),
            (Drive::Step, Flow::Held, 1),
            (Drive::Hold, Flow::Run, 1),
            (Drive::Step, Flow::Held, 1),
        ] {
            drive(&model, &asked, key);
            assert_eq!(asked.first.get().flow, flow, "{key:?}");
            assert_eq!(asked.steps.borrow().len(), steps, "{key:?}");
        }
        assert_eq!(asked.new.get().flow, Flow::Run);
    }

    #[test]
    fn without_a_connection_only_new_ones_are_driven() {
        let (model, asked) = (model(), Asked::default());
        assert!(drive(&model, &asked, Drive::Hold).contains('P'));
        drive(&model, &asked, Drive::HoldNew);
        assert_eq!(asked.new.get().flow, Flow::Held);
        drive(&model, &asked, Drive::HoldNew);
        assert_eq!(asked.new.get().flow, Flow::Run);
    }

    #[test]
    fn receive_sizes_go_by_their_names_and_one_can_be_typed() {
        let (model, asked) = (one_connection(), Asked::default());
        asked.set_recv_size(Target::New, 16384);
        for _ in 0..20 {
            drive(&model, &asked, Drive::Smaller);
        }
        assert_eq!(asked.first.get().recv_size, 1);
        assert_eq!(
            drive(&model, &asked, Drive::Larger),
            "recv asks for 4 octets: #1 and new connections"
        );
        assert_eq!(
            drive(&model, &asked, Drive::RecvSize(655)),
            "recv asks for 655 octets: #1 and new connections"
        );
        drive(&model, &asked, Drive::Smaller);
        assert_eq!(asked.new.get().recv_size, 64);
        for _ in 0..20 {
            drive(&model, &asked, Drive::Larger);
        }
        assert_eq!(
            (asked.first.get().recv_size, asked.new.get().recv_size),
            (16384, 16384)
        );
    }

    #[test]
    fn slow_motion_has_notches_and_leaves_a_held_connection_held() {
        let (model, asked) = (one_connection(), Asked::default());
        drive(&model, &asked, Drive::Slower);
        drive(&model, &asked, Drive::Slower);
        let slow = Flow::Slow(Duration::from_millis(100));
        assert_eq!((asked.first.get().flow, asked.new.get().flow), (slow, slow));
        drive(&model, &asked, Drive::Hold);
        drive(&model, &asked, Drive::Faster);
        assert_eq!(asked.first.get().flow, Flow::Held);
        for _ in 0..3 {
            drive(&model, &asked, Drive::Faster);
        }
        assert_eq!(asked.new.get().flow, Flow::Run);
        for _ in 0..30 {
            drive(&model, &asked, Drive::Slower);
        }
        assert_eq!(asked.new.get().flow, Flow::Slow(Duration::from_secs(5)));
    }
}
