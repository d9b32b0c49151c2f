//! `glassport check`: each check finds a fault that no check before it finds, and a server
//! without faults has none.

mod command;
#[path = "../server/support.rs"]
#[expect(dead_code, reason = "the tests of the server use the rest")]
mod support;
mod tiny;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use glassport::check::{Caller, Made, Site, Verdict, Wanted, checks, run};
use tiny::Tiny;

/// How many servers are checked at a time: they mostly wait.
const AT_A_TIME: usize = 32;

macro_rules! mutants {
    ($($fault:ident => $check:literal,)*) => {
        /// One thing that is wrong on purpose.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Fault {
            None,
            $($fault,)*
        }

        /// Each with the check that finds it.
        const MUTANTS: &[(Fault, &str)] = &[$((Fault::$fault, $check),)*];
    };
}

mutants! {
    Deaf => "accepts",
    DiesOfSilence => "survives-silence",
    DiesOfReset => "survives-reset",
    Mute => "answers",
    ContentAlone => "status-line-first",
    NoEmptyLine => "head-ends",
    Always500 => "status-200",
    OneRecv => "head-in-two",
    SearchesEachRecv => "delimiter-in-two",
    EightRecvs => "octet-by-octet",
    AnswersFirstLine => "half-is-not-answered",
    TwoKibibytes => "long-head",
    EmptyLineHangs => "empty-line-first",
    ThrowsLeftOver => "two-at-once",
    Reverse => "answers-in-order",
    ThrowsHalf => "half-left-over",
    LfOnly => "crlf",
    NoReasonSpace => "status-line",
    SpaceInField => "field-lines",
    TwoLengths => "one-framing",
    NoSubtype => "content-type",
    LocalDate => "date",
    CountsCharacters => "length-is-octets",
    SaysOneMore => "length-is-kept",
    NoLength => "end-is-known",
    Decodes => "high-octets",
    TextMode => "line-ends-stay",
    StopsAtNul => "nul-is-an-octet",
    Missing200 => "missing-is-404",
    DiesOf404 => "missing-then-page",
    MissingHasNoLength => "missing-has-an-end",
    MissingCloses => "missing-keeps-order",
    DecodesNothing => "percent-encoded",
    DiesOfNoText => "no-such-name",
    Garbage200 => "garbage-is-400",
    DiesOfEmptyLines => "garbage-then-page",
    NamesHaveCase => "names-in-any-case",
    EveryColon => "colons-in-values",
    Utf8Only => "octets-are-no-text",
    NoHostNeeded => "host-is-needed",
    FirstHost => "one-host",
    TrimsName => "space-before-colon",
    NoColonHangs => "line-without-colon",
    HeadHasContent => "head-has-no-content",
    HeadSaysNothing => "head-has-the-length",
    ClosesSilently => "connection-stays",
    IgnoresClose => "close-closes",
    OldStays => "old-version-closes",
    HostForOld => "old-version-has-no-host",
    ChunksForOld => "old-version-has-no-chunks",
    AnyMethod => "method-is-known",
    UppercasesMethod => "methods-have-case",
    NoAllow => "405-says-allow",
    Serial => "half-beside-whole",
    LockFromAnswer => "idle-beside-busy",
    MostTwenty => "thirty-at-once",
    DotDot => "dot-dot",
    DotDotEncoded => "dot-dot-encoded",
    SlashEncoded => "slash-encoded",
    Absolute => "absolute",
    DecodesTwice => "decoded-once",
    OriginFormOnly => "absolute-form",
    IgnoresTag => "same-tag-is-304",
    DateWins => "tag-before-date",
    FullOf304 => "same-date-is-304",
    AnyDate => "older-date-is-200",
    OffByOne => "range-is-exact",
    SuffixFromStart => "last-octets",
    EmptyPart => "range-behind-the-end",
    UnitIs416 => "unit-is-unknown",
    IgnoresIfRange => "stale-if-range",
    NoBodies => "body-is-no-request",
    NoBodyOfGet => "body-of-get",
    BodyIsThere => "body-comes-later",
    NoChunks => "chunks-are-skipped",
    WaitsForBody => "continue-is-answered",
    LongTargetHangs => "long-target",
    TakesAll => "endless-head",
    FirstLength => "two-lengths",
    TakesPlus => "length-is-digits",
    GoesOnAfterBoth => "length-and-chunks",
    AnyCoding => "coding-is-known",
}

/// Everything that is checked of a server with this fault.
fn check(fault: Fault, wanted: &Wanted) -> Vec<Made> {
    let tiny = Tiny::start(fault);
    let caller = Caller::new(vec![tiny.address()], Duration::from_secs(3));
    let site = Site::new(tiny.address().to_string(), "/".into(), None);
    let mut all = Vec::new();
    run(&caller, site, wanted, &mut |made| all.push(made));
    all
}

#[test]
fn nothing_is_wrong_with_a_server_without_faults() {
    let made = check(Fault::None, &Wanted::All);
    assert_eq!(made.len(), checks().count());
    for made in made {
        assert_eq!(made.verdict, Verdict::Passed, "{}", made.check.id);
    }
}

#[test]
fn each_check_finds_a_fault_that_none_before_it_finds() {
    let left = Mutex::new(MUTANTS.iter());
    let unlike = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().next();
                    let Some(&(fault, expected)) = next else {
                        return;
                    };
                    let made = check(fault, &Wanted::UpToFirst);
                    let found = made.iter().find(|made| made.verdict.is_wrong());
                    if found.is_none_or(|made| made.check.id != expected) {
                        let found = found.map(|made| (made.check.id, made.verdict.clone()));
                        let said = format!("{fault:?}: {found:?} in place of {expected}");
                        unlike.lock().unwrap().push(said);
                    }
                }
            });
        }
    });
    let unlike = unlike.into_inner().unwrap();
    assert!(unlike.is_empty(), "{unlike:#?}");
}

#[test]
fn a_check_that_no_fault_fails_is_no_check() {
    let found: BTreeSet<_> = MUTANTS.iter().map(|(_, check)| *check).collect();
    let all: BTreeSet<_> = checks().map(|(_, check)| check.id).collect();
    assert_eq!(found, all);
    assert_eq!(MUTANTS.len(), all.len());
}
