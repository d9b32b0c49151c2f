//! What moves once something has happened: where it is, and that it comes to rest.

use super::*;
use std::time::Duration;

const HEAD: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A request whose octets have just come, and the next one begins behind it.
fn just_come() -> Dashboard {
    let mut model = Dashboard::new(Model::new(about()).with_motion());
    let mut script = Script::new();
    script
        .accept(1)
        .wait(10)
        .receive(1, &format!("{HEAD}GET /next"));
    script.answer(1, Status::OK, 5);
    script.tell(&mut model);
    model
}

/// Time passes as the runtime has it pass; says how often it was asked for.
fn pass(model: &mut Dashboard, millis: u64) -> u32 {
    let end = model.live.now + Duration::from_millis(millis);
    let mut ticks = 0;
    while let Some(wait) = model.next_tick(model.live.now) {
        let at = model.live.now + wait;
        if at > end {
            break;
        }
        ticks += 1;
        update(model, Msg::Tick { at });
    }
    update(model, Msg::Tick { at: end });
    ticks
}

/// The rows of the buffer pane that are not empty.
fn buffer(model: &Model) -> Vec<String> {
    let screen = render(model, 80, 30).to_string();
    let rows = screen.lines().skip_while(|row| !row.contains("Buffer"));
    let rows = rows.skip(2).take_while(|row| !row.contains("╰"));
    let inside = rows.map(|row| row.trim_matches(['"', '│', ' ']).to_owned());
    let rows = inside.filter(|row| !row.is_empty());
    rows.map(|row| row.split("  ").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn octets_land_in_order_then_the_line_closes_and_what_is_left_slides() {
    let mut model = just_come();
    let row = |model: &Model, index: usize| buffer(model)[index].clone();
    assert_eq!(row(&model, 0), "0");
    pass(&mut model, 90);
    assert_eq!(row(&model, 0), "0 1▶GET·/·HTTP/1.1\\r\\n");
    assert_eq!(row(&model, 1), "16 Ho");
    let all = render(&model, 80, 30).to_string();
    assert!(!all.contains("cut off ╌"), "{all}");
    assert!(
        !all.contains("4 of 4") && all.contains("searched up to octet 18"),
        "{all}"
    );
    pass(&mut model, 150);
    let all = render(&model, 80, 30).to_string();
    let left_over = all.lines().find(|row| row.contains("GET·/next")).unwrap();
    assert!(left_over.contains("27       GET·/next"), "{left_over}");
    assert!(all.contains("╌╌╌") && !all.contains("cut off ╌"), "{all}");
    pass(&mut model, 60);
    let all = render(&model, 80, 30).to_string();
    assert!(all.contains("27 GET·/next▁"), "{all}");
    assert!(all.contains("cut off ╌"), "{all}");
}

#[test]
fn what_moves_comes_to_rest_within_300_ms_and_asks_for_no_more_time() {
    let mut model = just_come();
    assert!(pass(&mut model, 299) <= 10);
    pass(&mut model, 1);
    assert_eq!(model.motion_due(), None);
    let at_rest = render(&model, 80, 30).to_string();
    update(&mut model, Msg::Slow);
    assert_eq!(render(&model, 80, 30).to_string(), at_rest);
}

#[test]
fn nothing_moves_where_it_is_not_wanted_nor_in_a_flood_nor_in_the_past() {
    let landed = |model: &Dashboard| model.landed(model.connection().unwrap());
    let mut model = just_come();
    assert!(landed(&model).is_some());
    update(&mut model, Msg::Slow);
    assert_eq!(landed(&model), None);
    let mut model = just_come();
    press(&mut model, [KeyCode::Char(',')]);
    assert_eq!(landed(&model), None);
    let mut model = just_come();
    let mut script = Script::new();
    script.accept(2).receive_octets(2, &[b'x'; 5000]);
    script.tell(&mut model);
    assert_eq!((landed(&model), model.motion_due()), (None, None));
    let mut still = Dashboard::new(Model::new(about()));
    Script::new().accept(1).receive(1, HEAD).tell(&mut still);
    assert_eq!((landed(&still), still.ui.landing), (None, None));
    // What comes while others land joins them: it never takes longer.
    let mut model = Dashboard::new(Model::new(about()).with_motion());
    let mut script = Script::new();
    script.accept(1).receive(1, "GET / H").tell(&mut model);
    let first = model.ui.landing;
    script.wait(100).receive(1, "TTP/1.1\r\n").tell(&mut model);
    assert_eq!(model.ui.landing, first);
    script.wait(100).receive(1, "Host: x\r\n").tell(&mut model);
    assert_ne!(model.ui.landing, first);
}
