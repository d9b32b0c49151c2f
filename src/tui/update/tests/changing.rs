//! A request that is changed and sent, and the answer that comes of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::event::Activity;
use crate::http::Status;
use crate::tui::fixture::{Script, about, id};
use crate::tui::model::Subject;
use crate::tui::model::overlay::Overlay;
use crate::tui::update::tests::press;
use crate::tui::update::update;
use crate::tui::{Dashboard, Effect, Job, Model, Msg, Report};

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

fn answered() -> (Dashboard, Script) {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    script.accept(1).receive(1, GET).answer(1, Status::OK, 5);
    script.tell(&mut model);
    (model, script)
}

fn ctrl(model: &mut Dashboard, letter: char) -> Option<Effect> {
    let event = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    update(model, Msg::Key(event))
}

/// What is sent, as one piece.
fn sent(effect: Option<Effect>) -> Vec<u8> {
    let Some(Effect::Start(Job::Resend { sends, .. })) = effect else {
        panic!("nothing is sent: {effect:?}");
    };
    assert_eq!(sends.len(), 1);
    sends.concat_octets()
}

trait Concat {
    fn concat_octets(&self) -> Vec<u8>;
}

impl Concat for Vec<(std::time::Duration, Vec<u8>)> {
    fn concat_octets(&self) -> Vec<u8> {
        self.iter().flat_map(|(_, octets)| octets.clone()).collect()
    }
}

/// It comes from where the client said that it is connected from.
fn arrives(model: &mut Dashboard, script: &mut Script, n: u64, status: Status) {
    let port = 51_530 + u16::try_from(n).unwrap() * 2;
    let local = ([127, 0, 0, 1], port).into();
    script.accept(n).receive(n, GET).answer(n, status, 7);
    // Another one comes at the same time.
    script.accept(n + 1);
    let connected = Msg::Report(Report::Connected { local });
    update(model, connected);
    script.tell(model);
}

#[test]
fn what_was_sent_again_is_selected_and_nothing_else_is() {
    let (mut model, mut script) = answered();
    press(&mut model, "r");
    arrives(&mut model, &mut script, 2, Status::NOT_FOUND);
    assert_eq!(model.watched(), Some(id(2)));
    assert!(matches!(model.ui.subject, Subject::Exchange(it) if it.connection == id(2)));
    assert!(model.ui.overlay.is_none() && model.ui.sent.is_none());
}

#[test]
fn a_request_is_changed_octet_by_octet_and_the_answers_are_compared() {
    let (mut model, mut script) = answered();
    press(&mut model, "c");
    for _ in 0..6 {
        update(&mut model, Msg::Key(KeyEvent::from(KeyCode::Right)));
    }
    press(&mut model, "q?/");
    press(&mut model, "\n");
    ctrl(&mut model, 'n');
    ctrl(&mut model, 'r');
    let effect = ctrl(&mut model, 's');
    assert_eq!(
        sent(effect),
        b"GET /aq?/\r\n\n\r HTTP/1.1\r\nHost: x\r\n\r\n"
    );
    assert!(model.ui.overlay.is_none());
    arrives(&mut model, &mut script, 2, Status::NOT_FOUND);
    let Some(Overlay::Comparison(comparison)) = &model.ui.overlay else {
        panic!("{:?}", model.ui.overlay);
    };
    let both = (comparison.before.connection, comparison.after.connection);
    assert_eq!(both, (id(1), id(2)));
    press(&mut model, "jjk");
    press(&mut model, "\x1b");
    assert!(model.ui.overlay.is_none());
}

#[test]
fn what_is_not_touched_is_sent_as_it_came_and_another_editor_may_change_it() {
    let (mut model, _) = answered();
    press(&mut model, "c");
    let untouched = ctrl(&mut model, 's');
    assert_eq!(sent(untouched), GET.as_bytes());
    press(&mut model, "c");
    let outside = ctrl(&mut model, 'e');
    assert_eq!(outside, Some(Effect::EditOutside(GET.into())));
    update(&mut model, Msg::Edited(Ok(b"HEAD\xff\r\n".to_vec())));
    let changed = ctrl(&mut model, 's');
    assert_eq!(sent(changed), b"HEAD\xff\r\n");
    press(&mut model, "c");
    update(&mut model, Msg::Edited(Err("vi ended with 1".into())));
    assert!(model.ui.notice.is_some());
    let kept = ctrl(&mut model, 's');
    assert_eq!(sent(kept), GET.as_bytes());
}

#[test]
fn a_connection_that_is_closed_without_an_answer_is_selected_too() {
    let (mut model, mut script) = answered();
    press(&mut model, "r");
    let local = ([127, 0, 0, 1], 51_534).into();
    script.accept(2).note(2, Activity::PeerFinished);
    update(&mut model, Msg::Report(Report::Connected { local }));
    script.close(2).tell(&mut model);
    assert_eq!(model.watched(), Some(id(2)));
    assert!(model.ui.sent.is_none());
}
