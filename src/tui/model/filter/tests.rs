//! What is a filter, what is none and why, and what is listed.

use proptest::prelude::*;

use super::*;
use crate::event::Activity;
use crate::http::Status;
use crate::trace::Trace;
use crate::tui::fixture::{Script, about, id};
use crate::tui::model::filter::status::StatusTest;

fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap().unwrap()
}

#[test]
fn what_is_written_is_understood_and_printed_in_one_way() {
    for (text, printed) in [
        ("status:4xx", "status:4xx"),
        ("  STATUS:>=400   method:get ", "status:>=400 method:get"),
        ("status:=404", "status:404"),
        ("a b|c", "a b | c"),
        ("(a|b) c", "(a | b) c"),
        ("(a b) c", "(a b) c"),
        ("((a))", "a"),
        ("!a !!b !(a|b)", "!a !!b !(a | b)"),
        ("/a b\\/c\\d/", "/a b\\/c\\d/"),
        ("path:/logo.png", "path:/logo.png"),
        ("text:\"a b\"", "text:\"a b\""),
        ("\"a b\"", "text:\"a b\""),
        ("\"a\\\"b\\\\c\"", "text:\"a\\\"b\\\\c\""),
        ("text:\"\"", "text:\"\""),
        ("peer:[::1]:80", "peer:[::1]:80"),
        ("127.0.0.1:80", "127.0.0.1:80"),
    ] {
        assert_eq!(parse(text).to_string(), printed, "{text}");
        assert_eq!(parse(printed), parse(text));
    }
    assert_eq!(Filter::parse("  "), Ok(None));
}

#[test]
fn what_is_no_filter_is_refused_where_and_why() {
    for (text, at, why) in [
        ("status:", 7, "wants a value"),
        ("status:4x", 7, "404, 4xx or >=400"),
        ("a status:>=9999", 9, "404, 4xx or >=400"),
        ("a |", 3, "a term is missing"),
        ("| a", 0, "a term is missing"),
        ("!", 1, "a term is missing"),
        ("()", 1, "a term is missing"),
        ("a (b", 2, "is not closed"),
        ("a)", 1, "closes nothing"),
        ("/abc", 0, "the / that ends it"),
        ("//", 0, "there is nothing"),
        ("x /(/", 2, "unclosed group"),
        ("stat:404", 0, "no key is named stat"),
        ("text:\"abc", 5, "closing quote"),
        ("/(a{1000}){1000}/", 0, "too much memory"),
    ] {
        let invalid = Filter::parse(text).unwrap_err();
        assert!(
            invalid.at == at && invalid.why.contains(why),
            "{text}: {invalid:?}"
        );
    }
    let deep = Filter::parse(&"(".repeat(5000)).unwrap_err();
    assert!(deep.why.contains("too deep"));
    assert!(Filter::parse(&"!".repeat(5000)).is_err());
}

/// 1: GET / 200, then half a head; 2: POST /Form 405, closed; 3: LF without CR, waiting.
fn trace() -> Trace {
    let mut trace = Trace::default();
    let mut script = Script::new();
    script
        .accept(1)
        .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD");
    script.answer(1, Status::OK, 9);
    let post = "POST /Form HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n\r\nhello";
    script.accept(2).receive(2, post);
    script.answer(2, Status::METHOD_NOT_ALLOWED, 9).close(2);
    script.accept(3).receive(3, "GET / HTTP/1.1\n").wait(9000);
    script.note(2, Activity::OfSource("laptop-2:8080".into()));
    script.fold_into(&mut trace);
    trace
}

#[test]
fn each_key_looks_at_what_it_names() {
    let trace = trace();
    let about = about();
    for (text, connections, exchanges) in [
        ("method:GET", vec![1], vec![1]),
        ("method:p", vec![2], vec![2]),
        ("path:/form", vec![2], vec![2]),
        ("path:/", vec![1, 2], vec![1, 2]),
        ("status:4xx", vec![2], vec![2]),
        ("status:<405", vec![1], vec![1]),
        ("!status:405", vec![1, 3], vec![1]),
        ("peer:51534", vec![2], vec![2]),
        ("source:laptop-2", vec![2], vec![2]),
        ("!source:laptop-2", vec![1, 3], vec![1]),
        ("state:closed", vec![2], vec![2]),
        ("state:head", vec![1, 3], vec![1]),
        ("advice:\"no CR\"", vec![3], vec![]),
        ("text:hello", vec![2], vec![2]),
        ("HEAD", vec![1], vec![]),
        ("\"host: x\"", vec![1], vec![1]),
        ("text/html", vec![1, 2], vec![1, 2]),
        ("/^host: [xy]/", vec![1, 2], vec![1, 2]),
        ("method:GET | status:405", vec![1, 2], vec![1, 2]),
        ("method:GET status:405", vec![], vec![]),
    ] {
        let filter = parse(text);
        let of_exchange = |n: &u64| {
            let connection = &trace.connections[&id(*n)];
            filter
                .admitted(&about, trace.now, connection)
                .next()
                .is_some()
        };
        let listed = |n: &u64| {
            let connection = &trace.connections[&id(*n)];
            of_exchange(n) || filter.admits_pending(&about, trace.now, connection)
        };
        let all = [1, 2, 3];
        let seen: Vec<_> = all.into_iter().filter(listed).collect();
        assert_eq!(seen, connections, "{text}");
        let seen: Vec<_> = all.into_iter().filter(of_exchange).collect();
        assert_eq!(seen, exchanges, "{text}");
    }
}

#[test]
fn what_can_follow_is_offered() {
    let trace = trace();
    let offered = |before: &str| candidates(before, &trace);
    assert_eq!(offered("me"), (0, vec!["method:".into()]));
    assert_eq!(offered("a !p"), (3, vec!["path:".into(), "peer:".into()]));
    assert_eq!(offered("(").1.len(), Key::ALL.len());
    let methods = vec!["method:GET".into(), "method:POST".into()];
    assert_eq!(offered("method:"), (0, methods));
    assert_eq!(offered("a path:for"), (2, vec!["path:/Form".into()]));
    assert_eq!(offered("status:4").1, ["status:405", "status:4xx"]);
    assert_eq!(offered("state:cl").1, ["state:\"closed: peer done\""]);
    assert!(offered("peer:51530").1.is_empty());
    assert!(offered("nonsense:x").1.is_empty());
    for offer in offered("state:").1.into_iter().chain(offered("peer:").1) {
        parse(&offer);
    }
}

fn expr() -> impl Strategy<Value = Expr> {
    let value = "\\PC{0,6}|[a-z:!/|() \"\\\\]{0,6}";
    let word = value.prop_filter("not empty", |text| !text.is_empty());
    let search = value.prop_map(|text| Search::literal(&text).unwrap());
    let status = prop_oneof![
        (1_u8..=5).prop_map(StatusTest::Class),
        (0_u16..1000).prop_map(StatusTest::Is),
        (0_u16..1000).prop_map(StatusTest::AtLeast),
        (0_u16..1000).prop_map(StatusTest::Below),
    ];
    let term = prop_oneof![
        word.prop_map(Term::Method),
        search.clone().prop_map(Term::Path),
        status.prop_map(Term::Status),
        search.clone().prop_map(Term::State),
        search.prop_map(Term::Text),
        "[a-z /.]{1,5}".prop_map(|text| Term::Regex(Search::pattern(&text).unwrap())),
    ];
    term.prop_map(Expr::Term).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|expr| Expr::Not(Box::new(expr))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::All),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Any),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(any in expr()) {
        let filter = Filter { any };
        let printed = filter.to_string();
        prop_assert_eq!(Filter::parse(&printed), Ok(Some(filter)), "{}", printed);
    }

    #[test]
    fn any_text_is_a_filter_or_not(text in "\\PC*|[a-z:!/|() \"\\\\<>=4x]*") {
        match Filter::parse(&text) {
            Ok(None) => prop_assert!(text.trim().is_empty()),
            Ok(Some(filter)) => {
                let printed = filter.to_string();
                prop_assert_eq!(Filter::parse(&printed), Ok(Some(filter)), "{}", printed);
            }
            Err(invalid) => prop_assert!(invalid.at <= text.chars().count()),
        }
        candidates(&text, &Trace::default());
    }
}
