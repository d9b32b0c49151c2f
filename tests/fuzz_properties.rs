//! The fuzz targets, bounded and on stable: every seed of `fuzz/corpus`, and changes to it.
//!
//! For longer, with `cargo install cargo-fuzz` and a nightly toolchain:
//! `cargo +nightly fuzz run connection`, or `responses`, `chunked`, `target`, `conditional_range`.

#[path = "../fuzz/src/properties.rs"]
pub mod properties;

use std::fs;
use std::io::Write as _;
use std::panic;

/// Changed inputs for each seed.
const CHANGES: usize = 150;

/// Panics where it does not hold for an input.
type Property = fn(&[u8]);

#[test]
fn what_must_hold_holds_for_every_seed_and_for_changes_to_it() {
    let targets: [(&str, Property); 5] = [
        ("connection", properties::connection),
        ("responses", properties::responses),
        ("chunked", properties::chunked),
        ("target", properties::target),
        ("conditional_range", properties::conditional_range),
    ];
    for (name, property) in targets {
        let seeds = seeds(name);
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        for seed in &seeds {
            check(name, property, seed);
            for _ in 0..CHANGES {
                check(name, property, &random.change(seed, &seeds));
            }
        }
        let inputs = seeds.len() * (CHANGES + 1);
        // Past the capture that hides what `println!` says.
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{inputs:>6} inputs from {} seeds: {name}", seeds.len());
    }
}

/// The inputs that are kept for a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("fuzz/corpus/{target}");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{folder}: {e}"))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "{folder} has shrunk");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn check(target: &str, property: Property, input: &[u8]) {
    let holds = panic::catch_unwind(|| property(input)).is_ok();
    assert!(
        holds,
        "{target} does not hold for b\"{}\"",
        input.escape_ascii()
    );
}

/// xorshift64*: the same changes in every run.
struct Random(u64);

impl Random {
    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        usize::try_from(high).unwrap() % bound
    }

    fn octet(&mut self) -> u8 {
        const LIKELY: &[u8] = b"\r\n \t:;,=\"\\%/?#@[]*-0159afGHT\0\x0b\x7f\x80\xff";
        if self.below(4) == 0 {
            u8::try_from(self.below(256)).unwrap()
        } else {
            LIKELY[self.below(LIKELY.len())]
        }
    }

    /// `seed` with a few octets changed, put in, left out or doubled, or with the end of another.
    fn change(&mut self, seed: &[u8], seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seed.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(input.len() + 1);
            let end = at + self.below((input.len() - at).min(12) + 1);
            match self.below(5) {
                0 => input.insert(at, self.octet()),
                1 => drop(input.drain(at..end)),
                2 => {
                    let again = input[at..end].to_vec();
                    input.splice(at..at, again);
                }
                3 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len() + 1);
                    input.truncate(at);
                    input.extend_from_slice(&other[from..]);
                }
                _ => {
                    let octet = self.octet();
                    if let Some(old) = input.get_mut(at) {
                        *old = octet;
                    }
                }
            }
        }
        input
    }
}
