//! What must hold for any seed and any loss under 100 %.

use proptest::prelude::*;

use super::naive::Verdict;
use super::{Lab, Loss, Settings, timeline};

fn settings() -> impl Strategy<Value = Settings> {
    let small = (1_u32..12, 1_u32..12);
    // At 99 % a packet takes ten thousand attempts until it is acknowledged: a few packets
    // have to do.
    let loss = prop_oneof![12 => 0_u8..80, 1 => 80_u8..100];
    (any::<u64>(), small, loss, 0_u32..20, 1_u32..9).prop_map(
        |(seed, (packets, delay), percent, reorder, window)| Settings {
            seed,
            packets: if percent < 80 {
                packets
            } else {
                packets.min(3)
            },
            loss: Loss::percent(percent).unwrap(),
            delay,
            reorder,
            window,
        },
    )
}

/// Runs to the end, looking at every tick.
fn run(settings: Settings, mut look: impl FnMut(&Lab)) -> Lab {
    let mut lab = Lab::new(settings);
    while !lab.is_done() {
        lab.tick();
        look(&lab);
        assert!(lab.now() < 100_000_000, "{settings:?} does not end");
    }
    lab
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_sent_is_delivered_once_and_in_order(settings in settings()) {
        let lab = run(settings, |_| ());
        let sent: Vec<u32> = (1..=settings.packets).collect();
        prop_assert_eq!(lab.ordered().upward(), &sent);
    }

    #[test]
    fn at_no_time_is_anything_else_delivered(settings in settings()) {
        run(settings, |lab| {
            let ordered = lab.ordered();
            let reliable = ordered.last_reliable_index();
            assert_eq!(ordered.upward().len(), reliable as usize);
            assert_eq!(ordered.upward().last().copied().unwrap_or(0), reliable);
            assert!(!ordered.has(reliable + 1), "the index is as high as it can be");
            // The sender never believes more than is true, nor sends more than it may.
            assert!(ordered.acked() <= reliable);
            assert!(ordered.sent() <= ordered.acked() + settings.window);
        });
    }

    #[test]
    fn whatever_was_sent_has_arrived_or_is_lost_or_under_way(settings in settings()) {
        run(settings, |lab| {
            let now = lab.now();
            let ordered = lab.ordered();
            let counts = ordered.counts();
            let arrived = (1..=settings.packets).filter(|n| ordered.has(*n)).count() as u64;
            let under_way = ordered.packets().iter().filter(|f| !f.is_lost(now)).count() as u64;
            assert_eq!(counts.sent, arrived + counts.copies + counts.lost + under_way);
        });
    }

    #[test]
    fn the_naive_way_delivers_everything_but_promises_no_more(settings in settings()) {
        let lab = run(settings, |_| ());
        let naive = lab.naive();
        let mut once: Vec<u32> = naive.upward().iter().map(|(number, _)| *number).collect();
        once.sort_unstable();
        let copies = once.len();
        once.dedup();
        prop_assert_eq!((copies - once.len()) as u64, naive.counts().twice);
        prop_assert_eq!(once, (1..=settings.packets).collect::<Vec<_>>());
    }

    #[test]
    fn a_link_that_heals_lets_everything_through(settings in settings(), ticks in 0_u64..2000) {
        let mut lab = Lab::new(settings);
        for _ in 0..ticks {
            lab.tick();
        }
        lab.set_loss(Loss::percent(0).unwrap());
        let bound = u64::from(settings.packets + 3) * 3 * settings.timeout();
        for _ in 0..bound {
            lab.tick();
        }
        prop_assert!(lab.is_done(), "{:?}", settings);
    }
}

#[test]
fn without_loss_and_reordering_both_ways_are_right_and_nothing_is_sent_twice() {
    let settings = Settings {
        loss: Loss::percent(0).unwrap(),
        reorder: 0,
        ..Settings::default()
    };
    let lab = run(settings, |_| ());
    assert_eq!(lab.ordered().counts().sent, 16);
    assert_eq!(lab.naive().counts().sent, 16);
    let right = |(_, verdict): &(u32, Verdict)| *verdict == Verdict::Right;
    assert!(lab.naive().upward().iter().all(right));
}

#[test]
fn reordering_alone_breaks_the_naive_way() {
    let settings = Settings {
        loss: Loss::percent(0).unwrap(),
        reorder: 40,
        ..Settings::default()
    };
    let lab = run(settings, |_| ());
    assert!(lab.naive().counts().too_late > 0);
    assert_eq!(lab.naive().counts().twice, 0);
}

#[test]
fn the_default_run_has_everything_there_is_to_learn() {
    let mut text = Vec::new();
    timeline(Settings::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for sentence in [
        "is lost. IP",
        "No ack has come",
        "without waiting for the timer",
        "fills the hole",
        "before p",
        "is lost. No harm",
        "thrown away",
        "the order is broken",
        "goes upward twice",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
}

#[test]
fn a_run_follows_from_its_settings_on_every_machine() {
    let write = |settings| {
        let mut text = Vec::new();
        timeline(settings, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    };
    let settings = Settings {
        packets: 8,
        ..Settings::default()
    };
    insta::assert_snapshot!(write(settings));
    let other = Settings {
        seed: 2,
        ..settings
    };
    assert_ne!(write(settings), write(other));
}
