//! Content as people read it.

use super::*;

fn posted(media_type: &str, content: &str, announced: usize) -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    let head = format!(
        "POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\nContent-Length: {announced}\r\n\r\n"
    );
    script.accept(1).receive(1, &format!("{head}{content}"));
    script.tell(&mut model);
    model
}

#[test]
fn json_is_indented_and_a_form_is_a_table() {
    let json = r#"{"name":"cat","tags":["black","white"],"at":{"x":1.5,"y":null,"ok":true},"long":"a string that is longer than there are cells in one row of a small screen, and goes on below"}"#;
    let model = typed(posted("application/json", json, json.len()), "b");
    insta::assert_snapshot!("json_80x24", render(&model, 80, 24));
    let form = "name=J%C3%BCrgen+M&comment=two+words%0Aand+a+line&empty=";
    let kind = "application/x-www-form-urlencoded";
    let model = typed(posted(kind, form, 4000), "b");
    insta::assert_snapshot!("form_80x24", render(&model, 80, 24));
}

#[test]
fn what_there_is_nothing_to_read_of_says_why() {
    let model = typed(busy(), "b");
    find(&render(&model, 80, 24), "no copy of it is kept");
    let mut model = typed(posted("text/plain", "one\ntwo", 7), "b");
    find(&render(&model, 80, 24), "Content of the request #1.1");
    press(&mut model, [KeyCode::Tab]);
    find(&render(&model, 80, 24), "it has none");
    press(&mut model, [KeyCode::Esc]);
    assert!(model.ui.overlay.is_none());
}

#[test]
fn reading_stops_at_the_last_line() {
    let lines = "line\n".repeat(100);
    let mut model = typed(posted("text/plain", &lines, lines.len()), "b");
    press(&mut model, [KeyCode::PageDown; 30]);
    find(&render(&model, 80, 24), "line 100 of 100");
    press(&mut model, [KeyCode::Up]);
    find(&render(&model, 80, 24), "line 99 of 100");
    press(&mut model, [KeyCode::Home]);
    find(&render(&model, 80, 24), "line 1 of 100");
}
