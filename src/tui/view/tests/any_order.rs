//! Records that are missing, come twice or in another order, and everything that a person
//! may do meanwhile: whatever they fold into can be drawn.

use std::sync::OnceLock;

use super::*;
use crate::event::{Activity, Record, Totals};
use crate::tui::fixture::{count, id};

/// Everything that happens to connections, on four of them.
fn story() -> &'static [Record] {
    static STORY: OnceLock<Vec<Record>> = OnceLock::new();
    STORY.get_or_init(|| {
        let mut script = Script::new();
        let get = get("/index.html");
        let post = "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
        script.accept(1).receive(1, &get[..9]).wait(1200);
        script.accept(2).receive(2, post).wait(5).accept(3);
        script.receive(1, &get[9..]).answer(1, Status::OK, 5000);
        script.receive(3, "GET / HTTP/1.1\nHost: x\n\n");
        script.answer(3, Status::BAD_REQUEST, 200).close(3);
        script.receive(2, "0\r\n\r\nGET /pipelined HTTP/1.1\r\n");
        script.answer(2, Status::METHOD_NOT_ALLOWED, 10).wait(90);
        script.accept(4).receive_octets(4, b"\xff\x1b]0;x\x07");
        script.receive(1, &get).answer(1, Status::NOT_MODIFIED, 0);
        script.note(2, Activity::PeerFinished).close(1).close(4);
        script.records
    })
}

/// What happens next.
#[derive(Debug, Clone)]
enum Next {
    /// This record of the story.
    Record(usize),
    Key(char),
    Resize(u16, u16),
    /// The counts, without any ledger: open connections have vanished.
    Counts,
    Tick(u64),
}

fn next() -> impl Strategy<Value = Next> {
    let keys: Vec<char> = "jkhlgG\t\n\x1b \\x/:?LmsSnNf'12345vtyw8.".chars().collect();
    prop_oneof![
        8 => (0..story().len()).prop_map(Next::Record),
        3 => prop::sample::select(keys).prop_map(Next::Key),
        1 => (1_u16..160, 1_u16..50).prop_map(|(width, height)| Next::Resize(width, height)),
        1 => Just(Next::Counts),
        1 => (0_u64..400_000).prop_map(Next::Tick),
    ]
}

fn take(model: &mut Dashboard, next: &Next) {
    match *next {
        Next::Record(index) => {
            update(model, Msg::Record(story()[index].clone()));
        }
        Next::Key(key) => press(
            model,
            [match key {
                '\t' => KeyCode::Tab,
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                other => KeyCode::Char(other),
            }],
        ),
        Next::Resize(width, height) => {
            update(model, Msg::Resize { width, height });
        }
        Next::Counts => {
            let at = model.live.now;
            count(model, Totals::default(), at);
        }
        Next::Tick(millis) => {
            let at = std::time::Duration::from_millis(millis);
            update(model, Msg::Tick { at });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_of_the_records_in_any_order_make_screens(
        turns in prop::collection::vec(next(), 1..48),
        (width, height) in (1_u16..160, 1_u16..50),
    ) {
        let mut model = empty();
        update(&mut model, Msg::Resize { width, height });
        for turn in &turns {
            take(&mut model, turn);
            let (width, height) = model.size;
            check_cells(&render(&model, width, height));
        }
    }
}

#[test]
fn the_whole_story_in_order_is_understood() {
    let mut model = empty();
    for index in 0..story().len() {
        take(&mut model, &Next::Record(index));
    }
    let conn = |n| &model.live.connections[&id(n)];
    let exchanges: Vec<_> = (1..=4).map(|n| conn(n).exchanges.len()).collect();
    assert_eq!(exchanges, [2, 1, 1, 1]);
    assert_eq!((1..=4).map(|n| conn(n).left_out).sum::<u64>(), 0);
}

#[test]
fn a_connection_at_any_moment_can_be_drawn_and_the_newest_is_what_is_live() {
    use crate::trace::Moment;
    use crate::tui::model::Subject;
    let mut model = empty();
    for index in 0..story().len() {
        take(&mut model, &Next::Record(index));
    }
    let live = model.live.connections[&id(2)].clone();
    let shown = |connection| {
        let mut shown = Model::new(about());
        shown.live = model.live.clone();
        shown.ui.subject = Subject::Connection(id(2));
        shown.live.connections.insert(id(2), connection);
        let backend = render(&shown, 120, 40);
        check_cells(&backend);
        backend.buffer().clone()
    };
    let now = shown(live.clone());
    for moment in (0..=live.moment.0).rev() {
        let past = std::sync::Arc::new(live.at(Moment(moment)));
        let is_newest = moment == live.moment.0;
        assert_eq!(shown(past) == now, is_newest, "moment {moment}");
    }
}
