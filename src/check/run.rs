//! Makes checks, one stage after the other, and finds out what there is to check.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use super::caller::Caller;
use super::entry::{Check, Seen};
use super::heard::Heard;
use super::links::links;
use super::site::{Found, Site, is_picture};
use super::stages;
use super::talk::{Plan, Talk, Until};
use super::verdict::{Finding, Verdict};

/// How many other files are asked for at most.
const MOST_FILES: usize = 8;

/// Which checks are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wanted {
    /// All stages up to the first that fails.
    #[default]
    UpToFirst,
    /// All stages.
    All,
    /// One stage, counted from 1.
    Stage(usize),
    /// These checks.
    Only(Vec<String>),
}

/// One check that was made, or not.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its stage, counted from 1.
    pub stage: usize,
    /// The check.
    pub check: &'static Check,
    /// What it came to.
    pub verdict: Verdict,
    /// What was said.
    pub talks: Vec<Talk>,
    /// What came back.
    pub heard: Vec<Heard>,
}

/// Makes the checks that are wanted. `tell` is told of each as soon as it and those before it
/// have been made. Once nobody listens any more, the rest is not asked.
pub fn run(caller: &Caller, mut site: Site, wanted: &Wanted, tell: &mut dyn FnMut(Made)) {
    let (mut has_looked, mut has_heard) = (false, false);
    let mut concurrent = None;
    let mut why_not = None;
    for (number, stage) in (1..).zip(stages::ALL) {
        let checks: Vec<_> = stage
            .checks
            .iter()
            .filter(|check| is_wanted(wanted, number, check))
            .collect();
        if let Some(why_not) = &why_not {
            for check in checks {
                tell(not_made(number, check, Verdict::clone(why_not)));
            }
            continue;
        }
        if checks.is_empty() {
            continue;
        }
        // What there is can be asked for once a server answers, which is the first stage.
        if number > 1 && !has_looked {
            look_around(caller, &mut site);
            has_looked = true;
        }
        let (mut is_wrong, mut gone) = (false, None);
        let mut told = |made: Made| {
            is_wrong |= made.verdict.is_wrong();
            has_heard |= made.heard.iter().any(|heard| !heard.is_not_made());
            if gone.is_none() && made.heard.iter().any(Heard::is_not_made) && !caller.is_there() {
                let why = if has_heard {
                    format!("nobody listens any more since the check {}", made.check.id)
                } else {
                    "nobody listens".to_owned()
                };
                gone = Some(Verdict::NotAsked(why));
            }
            tell(made);
            gone.clone()
        };
        let side =
            stage.side_by_side && *concurrent.get_or_insert_with(|| is_concurrent(caller, &site));
        if side {
            side_by_side(caller, &site, number, &checks, &mut told);
        } else {
            one_by_one(caller, &site, number, &checks, &mut told);
        }
        why_not = if is_wrong && *wanted == Wanted::UpToFirst {
            Some(Verdict::NotReached(number))
        } else {
            gone
        };
    }
}

fn is_wanted(wanted: &Wanted, number: usize, check: &Check) -> bool {
    match wanted {
        Wanted::UpToFirst | Wanted::All => true,
        Wanted::Stage(wanted) => number == *wanted,
        Wanted::Only(ids) => ids.iter().any(|id| id == check.id),
    }
}

fn not_made(stage: usize, check: &'static Check, verdict: Verdict) -> Made {
    Made {
        stage,
        check,
        verdict,
        talks: Vec::new(),
        heard: Vec::new(),
    }
}

fn one_by_one(
    caller: &Caller,
    site: &Site,
    number: usize,
    checks: &[&'static Check],
    tell: &mut dyn FnMut(Made) -> Option<Verdict>,
) {
    let mut gone = None;
    for check in checks {
        let made = match gone {
            Some(gone) => not_made(number, check, gone),
            None => make(caller, site, number, check),
        };
        gone = tell(made);
    }
}

fn side_by_side(
    caller: &Caller,
    site: &Site,
    number: usize,
    checks: &[&'static Check],
    tell: &mut dyn FnMut(Made) -> Option<Verdict>,
) {
    thread::scope(|scope| {
        let (sender, made) = mpsc::channel();
        for (place, check) in checks.iter().enumerate() {
            let own = sender.clone();
            let work = move || drop(own.send((place, make(caller, site, number, check))));
            let named = thread::Builder::new().name("check".into());
            if let Err(error) = named.spawn_scoped(scope, work) {
                let why = format!("no thread for it: {error}");
                let made = not_made(number, check, Verdict::NotAsked(why));
                drop(sender.send((place, made)));
            }
        }
        drop(sender);
        // They are told of in their order.
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (place, one) in made {
            early.insert(place, one);
            while let Some(one) = early.remove(&next) {
                tell(one);
                next += 1;
            }
        }
    });
}

/// Makes one check.
fn make(caller: &Caller, site: &Site, stage: usize, check: &'static Check) -> Made {
    let plan = match (check.plan)(site) {
        Ok(plan) => plan,
        Err(why) => return not_made(stage, check, Verdict::NotAsked(why)),
    };
    let heard = caller.hold(&plan);
    Made {
        stage,
        check,
        verdict: judge(check, site, &plan, &heard),
        talks: plan.talks,
        heard,
    }
}

/// What it means that this came back.
fn judge(check: &Check, site: &Site, plan: &Plan, heard: &[Heard]) -> Verdict {
    let seen = Seen::new(site, &plan.talks, heard);
    match (check.judge)(&seen) {
        Ok(()) => Verdict::Passed,
        Err(Verdict::Wrong(finding)) => Verdict::Wrong(in_sight(finding, &seen)),
        Err(verdict) => verdict,
    }
}

/// A place behind everything that came is no place.
fn in_sight(finding: Finding, seen: &Seen<'_>) -> Finding {
    let at = finding
        .at
        .filter(|(talk, octet)| *octet <= seen.octets(*talk).len());
    Finding { at, ..finding }
}

/// Whether one connection that says nothing leaves others alone.
fn is_concurrent(caller: &Caller, site: &Site) -> bool {
    let talks = vec![
        Talk::silent().until(Until::Passed(caller.patience() / 4)),
        Talk::of(site.get()).after(50),
    ];
    let plan = Plan::together(talks);
    let heard = caller.hold(&plan);
    let quick = |heard: &Heard| {
        heard
            .first_at()
            .is_some_and(|at| at < caller.patience() / 6)
    };
    heard.get(1).is_some_and(quick)
}

/// Asks for the page, and for what it names.
fn look_around(caller: &Caller, site: &mut Site) {
    let Some(page) = ask(caller, site, &site.target) else {
        return;
    };
    site.usual = page.status.unwrap_or(200);
    let mut targets: Vec<String> = site
        .known
        .iter()
        .map(|known| known.target.clone())
        .collect();
    let mut named = links(&page.content, &site.target);
    // A picture is what shows whether octets are left alone.
    named.sort_by_key(|target| !is_picture(target));
    targets.extend(named.into_iter().take(MOST_FILES));
    site.page = Some(page);
    for target in targets {
        if let Some(answer) = ask(caller, site, &target) {
            site.files.push(Found { target, answer });
        }
    }
}

fn ask(caller: &Caller, site: &Site, target: &str) -> Option<super::answer::Answer> {
    let plan = Plan::from(Talk::of(site.get_of(target)));
    let heard = caller.hold(&plan);
    let seen = Seen::new(site, &plan.talks, &heard);
    seen.answers(0).first().cloned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::check::answer::Answers;
    use crate::check::heard::{Ended, Turn};

    const PAGE: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"a\"\r\nAccept-Ranges: bytes\r\n\
        Last-Modified: Tue, 03 Nov 2026 10:00:00 GMT\r\n\r\nsomething";

    /// A site on which everything can be asked for.
    fn site() -> Site {
        let mut site = Site::new("localhost".into(), "/".into(), None);
        let answer = Answers::read(PAGE, &[], true).all.remove(0);
        site.page = Some(answer.clone());
        for target in ["/other.txt", "/picture.png"] {
            let (target, answer) = (target.into(), answer.clone());
            site.files.push(Found { target, answer });
        }
        site
    }

    fn ended() -> impl Strategy<Value = Ended> {
        prop_oneof![
            Just(Ended::Finished),
            Just(Ended::Reset),
            Just(Ended::Open),
            Just(Ended::Silent),
            Just(Ended::NotMade("why".into())),
            Just(Ended::Failed("why".into())),
        ]
    }

    fn octets() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(PAGE.to_vec()),
            Just(b"HTTP/1.1 304 X\r\n\r\n".to_vec()),
            Just(b"HTTP/1.1 405 X\r\nContent-Length: 900\r\n\r\n".to_vec()),
            Just(b"HTTP/1.0 206 X\nContent-Range : x\n\n".to_vec()),
            Just(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nroot:x:0:0:".to_vec()),
            prop::collection::vec(any::<u8>(), 0..40),
        ];
        prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn every_check_has_a_verdict_whatever_comes_back(octets in octets(), end in ended()) {
            let site = site();
            for (_, check) in stages::checks() {
                let plan = (check.plan)(&site).expect("everything can be asked for");
                let heard = Heard {
                    ends: None,
                    began: Duration::ZERO,
                    turns: vec![Turn::Came(Duration::ZERO, octets.clone())],
                    lasted: Duration::ZERO,
                    end: end.clone(),
                };
                let heard = vec![heard; plan.talks.len()];
                match judge(check, &site, &plan, &heard) {
                    Verdict::Wrong(finding) | Verdict::Allowed(finding) => {
                        let at = finding.at.map_or(0, |(_, octet)| octet);
                        prop_assert!(at <= octets.len(), "{}: {finding:?}", check.id);
                    }
                    Verdict::Passed | Verdict::NotAsked(_) | Verdict::NotReached(_) => {}
                }
            }
        }
    }
}
