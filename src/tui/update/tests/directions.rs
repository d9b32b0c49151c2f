//! The other direction: its octets have a cursor, are found in and are copied as those received
//! are.

use super::*;
use crate::trace::direction::Direction;

fn answered() -> Dashboard {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    let get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    script.accept(1).receive(1, get).answer(1, Status::OK, 3);
    script.receive(1, get).answer(1, Status::NOT_FOUND, 3);
    script.tell(&mut model);
    model
}

fn line(model: &Model) -> String {
    let lines = crate::tui::model::matches::lines_of(model);
    let at = model.ui.spot.line(model.ui.direction, &lines);
    at.map_or(String::new(), |at| lines[at].name.clone())
}

#[test]
fn the_cursor_goes_to_the_same_exchange_in_the_other_direction() {
    let mut model = answered();
    press(&mut model, "\t\tgo");
    assert_eq!(model.ui.direction, Direction::Responses);
    assert_eq!(
        (model.ui.spot, line(&model)),
        (Spot::Octet(0), "status".into())
    );
    press(&mut model, "j");
    assert_eq!(line(&model), "Content-Type");
    press(&mut model, "o");
    assert_eq!(
        (model.ui.spot, line(&model)),
        (Spot::Octet(0), "method".into())
    );
}

#[test]
fn moving_in_head_goes_to_the_octets_whichever_way_they_went() {
    let mut model = answered();
    press(&mut model, "\t\tg\t");
    let mut seen = Vec::new();
    for _ in 0..12 {
        press(&mut model, "j");
        seen.push((line(&model), model.ui.direction));
    }
    assert!(
        seen.contains(&("Host".into(), Direction::Requests)),
        "{seen:?}"
    );
    assert!(
        seen.contains(&("status".into(), Direction::Responses)),
        "{seen:?}"
    );
    let (_, exchange) = model.exchange().unwrap();
    assert_eq!(exchange.n, 1);
}

#[test]
fn what_is_shown_is_what_is_looked_for_and_copied() {
    let mut model = answered();
    press(&mut model, "\t\tgofNot Found\n");
    let (_, exchange) = model.exchange().unwrap();
    assert_eq!((exchange.n, line(&model)), (2, "status".into()));
    let response = crate::tui::model::selected::response(&model).unwrap();
    let written = crate::export::response(crate::export::Form::Raw, &response).unwrap();
    assert!(written.octets.starts_with(b"HTTP/1.1 404 Not Found\r\n"));
    press(&mut model, "o");
    assert!(crate::tui::model::selected::response(&model).is_none());
}
