//! Keys as terminals send them, and everything a terminal sends that is none.

use proptest::prelude::*;

use super::*;
use KeyModifiers as Mod;

type Key = (KeyCode, Mod);

/// Feeds reads; after each of them for which it says so nothing comes for as long as the
/// parser waits.
fn events<'a>(reads: impl IntoIterator<Item = (&'a [u8], bool)>) -> Vec<Event> {
    let mut parser = Parser::default();
    let mut events = Vec::new();
    for (read, silence) in reads {
        parser.feed(read, |event| events.push(event));
        while silence && parser.patience().is_some() {
            events.extend(parser.nothing_follows().map(Event::Key));
        }
    }
    events
}

fn pressed(events: &[Event]) -> Vec<Key> {
    let keys = events.iter().filter_map(Event::as_key_event);
    keys.map(|key| (key.code, key.modifiers)).collect()
}

fn keys(octets: &[u8]) -> Vec<Key> {
    pressed(&events([(octets, true)]))
}

fn keys_octet_by_octet(octets: &[u8]) -> Vec<Key> {
    let reads = octets.chunks(1).map(|read| (read, false));
    pressed(&events(reads.chain([(&[][..], true)])))
}

fn plain(character: char) -> Key {
    (KeyCode::Char(character), Mod::NONE)
}

fn text_pasted(events: &[Event]) -> Vec<&str> {
    events.iter().filter_map(Event::as_paste_event).collect()
}

#[test]
fn each_key_is_understood_whole_and_octet_by_octet() {
    type Keys<'a> = &'a [(KeyCode, Mod)];
    let table: &[(&[u8], Keys)] = &[
        (b"q", &[(KeyCode::Char('q'), Mod::NONE)]),
        (b"G", &[(KeyCode::Char('G'), Mod::SHIFT)]),
        (b"?", &[(KeyCode::Char('?'), Mod::NONE)]),
        (
            "é€😀".as_bytes(),
            &[
                (KeyCode::Char('é'), Mod::NONE),
                (KeyCode::Char('€'), Mod::NONE),
                (KeyCode::Char('😀'), Mod::NONE),
            ],
        ),
        (b"\x03", &[(KeyCode::Char('c'), Mod::CONTROL)]),
        (b"\x1a", &[(KeyCode::Char('z'), Mod::CONTROL)]),
        (b"\x00", &[(KeyCode::Char(' '), Mod::CONTROL)]),
        (
            b"\r\t\x7f",
            &[
                (KeyCode::Enter, Mod::NONE),
                (KeyCode::Tab, Mod::NONE),
                (KeyCode::Backspace, Mod::NONE),
            ],
        ),
        (b"\x1b", &[(KeyCode::Esc, Mod::NONE)]),
        (
            b"\x1b\x1b",
            &[(KeyCode::Esc, Mod::NONE), (KeyCode::Esc, Mod::NONE)],
        ),
        (b"\x1bx", &[(KeyCode::Char('x'), Mod::ALT)]),
        (
            b"\x1b[A\x1bOB",
            &[(KeyCode::Up, Mod::NONE), (KeyCode::Down, Mod::NONE)],
        ),
        (b"\x1b[1;5C", &[(KeyCode::Right, Mod::CONTROL)]),
        (b"\x1b[1;4D", &[(KeyCode::Left, Mod::SHIFT.union(Mod::ALT))]),
        (b"\x1b[Z", &[(KeyCode::BackTab, Mod::SHIFT)]),
        (
            b"\x1b[5~\x1b[6;2~",
            &[
                (KeyCode::PageUp, Mod::NONE),
                (KeyCode::PageDown, Mod::SHIFT),
            ],
        ),
        (
            b"\x1bOP\x1b[15~\x1b[[E",
            &[
                (KeyCode::F(1), Mod::NONE),
                (KeyCode::F(5), Mod::NONE),
                (KeyCode::F(5), Mod::NONE),
            ],
        ),
        (b"\x1b[97;5u", &[(KeyCode::Char('a'), Mod::CONTROL)]),
        // Answers and reports that nobody asked for.
        (
            b"\x1b[?62;ca\x1b[<0;1;1Mb",
            &[
                (KeyCode::Char('a'), Mod::NONE),
                (KeyCode::Char('b'), Mod::NONE),
            ],
        ),
        (
            b"a\x1b]11;rgb:0000/0000/0000\x1b\\b\x1b]0;x\x07c\x1b]11\x1b[A",
            &[
                (KeyCode::Char('a'), Mod::NONE),
                (KeyCode::Char('b'), Mod::NONE),
                (KeyCode::Char('c'), Mod::NONE),
                (KeyCode::Up, Mod::NONE),
            ],
        ),
        (b"\x1b[1\x03", &[(KeyCode::Char('c'), Mod::CONTROL)]),
        (b"\x1b[Mqqqb", &[(KeyCode::Char('b'), Mod::NONE)]),
        (b"\xff\xc3a", &[(KeyCode::Char('a'), Mod::NONE)]),
    ];
    for (octets, expected) in table {
        assert_eq!(keys(octets), *expected, "{octets:?}");
        assert_eq!(keys_octet_by_octet(octets), *expected, "{octets:?}");
    }
}

#[test]
fn the_background_is_told_once_and_is_no_key() {
    let mut parser = Parser::default();
    for octet in b"\x1b]11;rgb:ffff/ffff/ffff\x07" {
        parser.feed(&[*octet], |_| unreachable!("no key"));
    }
    assert_eq!(parser.take_background(), Some(Background::Light));
    assert_eq!(parser.take_background(), None);
}

#[test]
fn keys_of_the_kitty_protocol_are_what_they_would_be_without_it() {
    for (octets, expected) in [
        (&b"\x1b[113;1u"[..], Some(plain('q'))),
        (b"\x1b[113;1:2u", Some(plain('q'))),
        (b"\x1b[113;2u", Some((KeyCode::Char('Q'), Mod::SHIFT))),
        (b"\x1b[113:81;2u", Some((KeyCode::Char('Q'), Mod::SHIFT))),
        (b"\x1b[113;66u", Some((KeyCode::Char('q'), Mod::SHIFT))),
        (b"\x1b[49:33;2u", Some((KeyCode::Char('!'), Mod::SHIFT))),
        (b"\x1b[99;5u", Some((KeyCode::Char('c'), Mod::CONTROL))),
        (b"\x1b[27u", Some((KeyCode::Esc, Mod::NONE))),
        (b"\x1b[13;1:1u", Some((KeyCode::Enter, Mod::NONE))),
        (b"\x1b[97;1;97u", Some(plain('a'))),
        (b"\x1b[1;1:1A", Some((KeyCode::Up, Mod::NONE))),
        // Released; with Super; a key without a name here; not known what Shift makes of it.
        (b"\x1b[113;1:3u", None),
        (b"\x1b[13;1:3u", None),
        (b"\x1b[1;1:3A", None),
        (b"\x1b[3;1:3~", None),
        (b"\x1b[113;9u", None),
        (b"\x1b[57399;1u", None),
        (b"\x1b[3u", None),
        (b"\x1b[49;2u", None),
        (b"\x1b[113;0u", None),
        (b"\x1b[113;1:9u", None),
        (b"\x1b[99999999999u", None),
    ] {
        let expected: Vec<Key> = expected.into_iter().collect();
        assert_eq!(keys(octets), expected, "{}", octets.escape_ascii());
        assert_eq!(keys_octet_by_octet(octets), expected);
    }
}

/// What terminals answer and report, as they write it, with the letters of commands in it.
const ANSWERS: &[&[u8]] = &[
    // Device attributes, status, modes, the cursor's place, the window's size, focus, colours.
    b"\x1b[?62;1;6;9;15;22c",
    b"\x1b[>41;354;0c",
    b"\x1b[=0c",
    b"\x1b[0n",
    b"\x1b[?2026;1$y",
    b"\x1b[4;2$y",
    b"\x1b[24;80R",
    b"\x1b[?24;80;1R",
    b"\x1b[8;24;80t",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[?997;1n",
    b"\x1b[?1u",
    // The mouse: X10, in UTF-8 (1005), urxvt's (1015), SGR (1006).
    b"\x1b[M qQ",
    b"\x1b[M q\xc3\x8a",
    b"\x1b[M \xc4\x80q",
    b"\x1b[32;113;81M",
    // Keys that nothing is bound to, and releases.
    b"\x1b[113;1:3u",
    b"\x1b[57441;2u",
    b"\x1b[27;5;113~",
    b"\x1bOq",
    b"\x1bO5q",
    // Strings: XTVERSION, DECRQSS, terminfo, graphics; the clipboard, a colour, a title.
    b"\x1bP>|Qterm(q.w.r)\x1b\\",
    b"\x1bP1$r0;1;31m\x1b\\",
    b"\x1bP0+r436F\x1b\\",
    b"\x1b_Gi=31;OK quit\x1b\\",
    b"\x1b^QQ\x1b\\",
    b"\x1bXqwr\x1b\\",
    b"\x1b]52;c;UXVpdHdy\x07",
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b]lQwr\x1b\\",
    // The same where the controls are single octets, or those in UTF-8.
    b"\x9b?62;c",
    b"\x90>|Qterm\x9c",
    b"\x9d11;rgb:q\x9c",
    b"\xc2\x9b?62;c",
    b"\xc2\x90Qterm\x1b\\",
];

#[test]
fn no_answer_of_a_terminal_is_a_key_whole_or_cut_in_any_place() {
    for answer in ANSWERS {
        let name = answer.escape_ascii().to_string();
        assert_eq!(keys(answer), [], "{name}");
        assert_eq!(keys_octet_by_octet(answer), [], "{name}");
        for at in 1..answer.len() {
            let (front, back) = answer.split_at(at);
            let cut = |silence| {
                let reads = [(front, silence), (back, false), (b"j", true)];
                pressed(&events(reads))
            };
            assert_eq!(cut(false), [plain('j')], "{name} cut at {at}");
            // An ESC after which nothing comes cannot be told from the key.
            let escape = (front == [ESC]).then_some((KeyCode::Esc, Mod::NONE));
            let expected: Vec<Key> = escape.into_iter().chain([plain('j')]).collect();
            // Where it is the last octet that is late, it cannot be told from a key either,
            // but for one: so it takes the next that comes.
            assert_eq!(cut(true), expected, "{name} cut at {at}, and late");
        }
    }
}

#[test]
fn a_string_without_end_swallows_keys_no_longer_than_a_second_of_silence() {
    for begin in [
        &b"\x1bP"[..],
        b"\x1b]",
        b"\x1b_",
        b"\x1b^",
        b"\x1bX",
        b"\x90",
        b"\x1bPabc",
    ] {
        let name = begin.escape_ascii().to_string();
        for (key, expected) in [
            (&b"q"[..], (KeyCode::Char('q'), Mod::NONE)),
            ("é".as_bytes(), (KeyCode::Char('é'), Mod::NONE)),
            (b"\x03", (KeyCode::Char('c'), Mod::CONTROL)),
            (b"\x1b[A", (KeyCode::Up, Mod::NONE)),
            (b"\x1b", (KeyCode::Esc, Mod::NONE)),
        ] {
            let found = pressed(&events([(begin, true), (key, true), (b"j", true)]));
            assert_eq!(found, [expected, plain('j')], "{name}");
        }
        // What comes in one piece was not typed.
        let found = events([
            (begin, true),
            (b"Qq", true),
            (b"wr\x1b\\", true),
            (b"j", true),
        ]);
        assert_eq!(pressed(&found), [plain('j')], "{name}");
        // A sequence breaks it off at once.
        let found = events([(begin, false), (b"Q\x1b[AQ", false)]);
        assert_eq!(
            pressed(&found),
            [(KeyCode::Up, Mod::NONE), (KeyCode::Char('Q'), Mod::SHIFT)]
        );
    }
}

#[test]
fn the_end_of_a_string_that_was_begun_by_nobody_is_no_key() {
    assert_eq!(keys(b"Qterm\x1b\\j"), [plain('j')]);
    assert_eq!(keys(b"0;Qterm\x07j"), [plain('j')]);
    assert_eq!(keys(b"jj"), [plain('j'), plain('j')]);
}

#[test]
fn a_sequence_without_end_is_looked_through_for_it() {
    let endless = [b"\x1b[".as_slice(), &[b'1'; 200]].concat();
    for end in [b"u", b"~", b"A"] {
        let reads = [
            (&endless[..], false),
            (b"11", false),
            (end, false),
            (b"j", true),
        ];
        assert_eq!(pressed(&events(reads)), [plain('j')]);
        let reads = [(&endless[..], true), (end, false), (b"j", true)];
        assert_eq!(pressed(&events(reads)), [plain('j')]);
    }
}

#[test]
fn a_paste_is_text_whole_or_cut_in_any_place() {
    let paste = b"\x1b[200~a\x1b[201\r\nQ\x03\x1b[31m\tb\xc3\xa9\n\x1b[201~";
    let text = "a[201 Q[31m bé";
    for at in 1..paste.len() {
        for silence in [false, true] {
            let (front, back) = paste.split_at(at);
            let found = events([(front, silence), (back, false), (b"j", true)]);
            assert_eq!(text_pasted(&found), [text], "cut at {at}, {silence}");
            let escape = (front == [ESC] && silence).then_some((KeyCode::Esc, Mod::NONE));
            let expected: Vec<Key> = escape.into_iter().chain([plain('j')]).collect();
            assert_eq!(pressed(&found), expected, "cut at {at}, {silence}");
        }
    }
    let octets = paste.chunks(1).map(|octet| (octet, false));
    assert_eq!(text_pasted(&events(octets)), [text]);
}

#[test]
fn a_paste_without_end_swallows_keys_no_longer_than_five_seconds_of_silence() {
    let found = events([
        (&b"\x1b[200~Quick"[..], true),
        (b" question\r", true),
        (b"q", true),
    ]);
    assert_eq!(text_pasted(&found), ["Quick question"]);
    assert_eq!(pressed(&found), [plain('q')]);
    let long = [b"\x1b[200~", "x".repeat(100_000).as_bytes(), b"\x1b[201~q"].concat();
    let found = events([(&long[..], true)]);
    assert_eq!(text_pasted(&found)[0].len(), 4096);
    assert_eq!(pressed(&found), [plain('q')]);
    assert_eq!(keys(b"\x1b[201~q"), [plain('q')], "an end of nothing");
}

/// A read, and whether silence follows it.
fn cut(octets: &[u8], cuts: &[(prop::sample::Index, bool)]) -> Vec<(Vec<u8>, bool)> {
    let mut places: Vec<(usize, bool)> = cuts
        .iter()
        .map(|(index, silence)| (index.index(octets.len() + 1), *silence))
        .collect();
    places.sort_unstable();
    let mut reads = Vec::new();
    let mut from = 0;
    for (at, silence) in places.into_iter().chain([(octets.len(), false)]) {
        reads.push((octets[from..at].to_vec(), silence));
        from = at;
    }
    reads
}

fn borrowed(reads: &[(Vec<u8>, bool)]) -> impl Iterator<Item = (&[u8], bool)> {
    reads
        .iter()
        .map(|(read, silence)| (read.as_slice(), *silence))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_octets_are_survived_and_waited_for_in_vain_only_so_often(
        octets: Vec<u8>,
        cuts: Vec<(prop::sample::Index, bool)>,
    ) {
        let _ = keys(&octets);
        let _ = keys_octet_by_octet(&octets);
        let _ = events(borrowed(&cut(&octets, &cuts)));
    }

    /// Whatever a control string holds and wherever it is cut, no octet of it is a key; and
    /// where it is late in one place, none but the ESC that then looked like one.
    #[test]
    fn no_octet_of_a_control_string_is_a_key(
        kind in prop::sample::select(&b"P]_^X"[..]),
        text in prop::collection::vec(any::<u8>().prop_map(|o| if matches!(o, 0x07 | 0x1b) { b'Q' } else { o }), 0..200),
        cuts: Vec<prop::sample::Index>,
        late: prop::sample::Index,
    ) {
        let string = [&[ESC, kind], text.as_slice(), b"\x1b\\"].concat();
        let cuts: Vec<_> = cuts.into_iter().map(|at| (at, false)).collect();
        let reads = cut(&string, &cuts);
        prop_assert_eq!(pressed(&events(borrowed(&reads).chain([(&b"j"[..], true)]))), [plain('j')]);
        let at = 2 + late.index(string.len() - 2);
        let reads = [(&string[..at], true), (&string[at..], false), (b"j", true)];
        prop_assert_eq!(pressed(&events(reads)), [plain('j')]);
        let reads = [(&string[..1], true), (&string[1..], false), (b"j", true)];
        prop_assert_eq!(pressed(&events(reads)), [(KeyCode::Esc, Mod::NONE), plain('j')]);
    }

    /// The same for control sequences that are no keys: a private parameter, or a letter that
    /// names none.
    #[test]
    fn no_octet_of_a_report_is_a_key(
        private in prop::sample::select(&b"?>="[..]),
        parameters in "[0-9;:]{0,90}[ -/]{0,2}",
        last in b'@'..=b'~',
        cuts: Vec<prop::sample::Index>,
        late: prop::sample::Index,
    ) {
        let report = [&[ESC, b'[', private], parameters.as_bytes(), &[last]].concat();
        let cuts: Vec<_> = cuts.into_iter().map(|at| (at, false)).collect();
        let reads = cut(&report, &cuts);
        prop_assert_eq!(pressed(&events(borrowed(&reads).chain([(&b"j"[..], true)]))), [plain('j')]);
        let at = 2 + late.index(report.len() - 2);
        let reads = [(&report[..at], true), (&report[at..], false), (b"j", true)];
        prop_assert_eq!(pressed(&events(reads)), [plain('j')]);
    }

    /// A paste is one event, its text has no control character, and nothing of it is a key.
    #[test]
    fn no_octet_of_a_paste_is_a_key(
        text in prop::collection::vec(any::<u8>().prop_map(|o| if o == ESC { b'Q' } else { o }), 0..200),
        cuts: Vec<prop::sample::Index>,
    ) {
        let paste = [b"\x1b[200~", text.as_slice(), b"\x1b[201~"].concat();
        let cuts: Vec<_> = cuts.into_iter().map(|at| (at, false)).collect();
        let reads = cut(&paste, &cuts);
        let found = events(borrowed(&reads).chain([(&b"j"[..], true)]));
        prop_assert_eq!(pressed(&found), [plain('j')]);
        let pasted = text_pasted(&found);
        prop_assert_eq!(pasted.len(), 1);
        prop_assert!(!pasted[0].contains(char::is_control));
    }
}
