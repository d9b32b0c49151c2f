//! Numbers of any size, long peers, and the marker beside them: nothing of a row is lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::event::{ConnectionTotals, Counted, Phase};
use crate::trace::format;

/// The numbers, each with one more digit than usual or many more.
const NUMBERS: [u64; 5] = [1, 999, 9_999, 10_051, 1_000_000_000_000];

const LONG: &str = "[2001:db8:1234:5678:9abc:def0:1234:5678]";

/// Connections of these numbers, from a peer with a long address, with one exchange each.
fn numbered(numbers: &[u64]) -> Dashboard {
    let mut model = empty();
    let mut script = Script::new();
    for (port, &n) in (65_000..).zip(numbers) {
        let peer: SocketAddr = format!("{LONG}:{port}").parse().unwrap();
        let local: SocketAddr = "[::1]:8080".parse().unwrap();
        script.note(n, Activity::Accepted { peer, local });
        script
            .receive(n, &get("/index.html"))
            .answer(n, Status::OK, 20_480);
    }
    script.tell(&mut model);
    model
}

screens! {
    numbers_80x24 numbered(&NUMBERS), 80 x 24;
    numbers_120x40 numbered(&NUMBERS), 120 x 40;
    numbers_of_five_digits_120x40 typed(numbered(&NUMBERS[..4]), "\t"), 120 x 40;
    numbers_maximised_80x24 typed(numbered(&NUMBERS), "\\"), 80 x 24;
    numbers_maximised_160x24 typed(numbered(&NUMBERS), "\\"), 160 x 24;
}

fn rows(backend: &TestBackend) -> Vec<String> {
    let area = backend.buffer().area;
    let row = |y| {
        (0..area.width)
            .map(|x| backend.buffer()[(x, y)].symbol())
            .collect()
    };
    (0..area.height).map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever row is selected, its number stands behind the marker with every digit, and
    /// so do those of the rows beside it.
    #[test]
    fn the_marker_eats_no_digit(
        numbers in prop::collection::btree_set((0..20_u32).prop_flat_map(|digits| {
            let most = 10_u64.checked_pow(digits).unwrap_or(u64::MAX);
            1..=most
        }), 1..4),
        (width, height) in prop::sample::select(vec![(80, 24), (100, 30), (120, 40), (200, 60)]),
        row in 0..4_usize,
        keys in prop::sample::select(vec!["", "\t"]),
    ) {
        let numbers: Vec<u64> = numbers.into_iter().collect();
        let mut model = typed(numbered(&numbers), keys);
        model = typed(model, &"k".repeat(row));
        let rows = rows(&render(&model, width, height));
        let texts: Vec<&str> = rows.iter().flat_map(|row| row.split([' ', '│', '▸'])).collect();
        for number in numbers {
            let exchange = format!("{number}.1");
            let number = number.to_string();
            prop_assert!(texts.contains(&&*number), "{number}:\n{}", rows.join("\n"));
            prop_assert!(texts.contains(&&*exchange), "{exchange}:\n{}", rows.join("\n"));
        }
        prop_assert!(rows.iter().any(|row| row.contains('▸')));
    }
}

#[test]
fn a_state_ends_before_the_count_of_requests_begins() {
    for requests in [1, 999, 48_178, 12_345_678] {
        let mut model = empty();
        let mut script = Script::new();
        for n in 1..=3 {
            let counted = Counted {
                peer: "127.0.0.1:51534".parse().unwrap(),
                local: "127.0.0.1:8080".parse().unwrap(),
                accepted: Duration::ZERO,
                totals: ConnectionTotals {
                    requests,
                    ..ConnectionTotals::default()
                },
                left_out: 1,
                phase: Phase::Idle,
                held: None,
            };
            script
                .accept(n)
                .note(n, Activity::Counted(Arc::new(counted)));
        }
        script.tell(&mut model);
        for (width, height) in [(80, 24), (100, 30), (120, 40), (200, 60)] {
            let rows = rows(&render(&model, width, height));
            let set_apart = format!(" {}", format::count(requests));
            let there = rows.iter().filter(|row| row.contains(&set_apart)).count();
            assert!(there >= 3, "{requests}:\n{}", rows.join("\n"));
        }
    }
}
