//! The search for the end of a request head: CR LF CR LF.
//!
//! The scanner is resumable and never looks at an octet twice. It knows no request, only
//! octets; beside the boundary itself it notices what people type by mistake: line ends
//! without CR.

use super::word::{LineEnd, run_before};

/// The four octets that end a request head (RFC 9112 §2.1: every line ends in CRLF, and an
/// empty line ends the field section).
pub const BOUNDARY: [u8; 4] = *b"\r\n\r\n";

/// What one call of [`BoundaryScanner::scan`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// No empty line yet.
    Nothing,
    /// CR LF CR LF; the head is this many octets long, the four included.
    Boundary(usize),
    /// An empty line made with at least one bare LF; the octets up to and with it.
    BareBoundary(usize),
}

/// A resumable matcher for CR LF CR LF over one head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoundaryScanner {
    searched: usize,
    matched: u8,
    bare: Bare,
    first_lf: Option<usize>,
    first_bare_lf: Option<usize>,
}

/// How much of `LF [CR] LF` has been seen: the empty line as RFC 9112 §2.2 lets a lenient
/// recipient read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Bare {
    #[default]
    Nothing,
    Lf,
    LfCr,
}

impl BoundaryScanner {
    /// Looks at the octets of `head` it has not seen. `head` is everything received of this
    /// head so far, from its first octet: it may only have grown since the last call.
    pub fn scan(&mut self, head: &[u8]) -> Found {
        let fresh = head.get(self.searched..).unwrap_or_default();
        let mut rest = fresh.iter();
        while let Some(&octet) = rest.next() {
            self.searched += 1;
            match octet {
                b'\r' => {
                    self.matched = if self.matched == 2 { 3 } else { 1 };
                    self.bare = if self.bare == Bare::Lf {
                        Bare::LfCr
                    } else {
                        Bare::Nothing
                    };
                }
                b'\n' => {
                    let after_cr = self.matched == 1 || self.matched == 3;
                    if self.first_lf.is_none() {
                        self.first_lf = Some(self.searched - 1);
                    }
                    if !after_cr && self.first_bare_lf.is_none() {
                        self.first_bare_lf = Some(self.searched - 1);
                    }
                    self.matched = if after_cr { self.matched + 1 } else { 0 };
                    if self.matched == 4 {
                        return Found::Boundary(self.searched);
                    }
                    if self.bare != Bare::Nothing {
                        return Found::BareBoundary(self.searched);
                    }
                    self.bare = Bare::Lf;
                }
                _ => {
                    self.matched = 0;
                    self.bare = Bare::Nothing;
                    // None of the octets before the next CR or LF can be part of an empty line.
                    // They are compared sixteen at a time, so that up to fifteen behind it are
                    // compared once more for the next line: a constant, however they come in.
                    let skipped = run_before::<LineEnd>(rest.as_slice());
                    self.searched += skipped;
                    rest = rest.as_slice().get(skipped..).unwrap_or_default().iter();
                }
            }
        }
        Found::Nothing
    }

    /// How many octets of the head have been searched.
    pub const fn searched(&self) -> usize {
        self.searched
    }

    /// How many of the four octets CR LF CR LF the last octets searched are, 0 to 4.
    pub const fn matched(&self) -> u8 {
        self.matched
    }

    /// Where the first LF stands, which ends the request-line.
    pub const fn first_lf(&self) -> Option<usize> {
        self.first_lf
    }

    /// Where the first LF without a CR before it stands, if there is one.
    pub const fn first_bare_lf(&self) -> Option<usize> {
        self.first_bare_lf
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every string over {CR, LF, x} of up to nine octets.
    fn every_string() -> Vec<Vec<u8>> {
        let mut all = vec![vec![]];
        let mut longest = vec![vec![]];
        for _ in 0..9 {
            longest = longest
                .iter()
                .flat_map(|s: &Vec<u8>| {
                    b"\r\nx".iter().map(move |&o| [s.as_slice(), &[o]].concat())
                })
                .collect();
            all.extend(longest.iter().cloned());
        }
        all
    }

    /// What the scanner must find, written without any of its cleverness.
    fn naive(octets: &[u8]) -> Found {
        for end in 1..=octets.len() {
            let seen = &octets[..end];
            if seen.ends_with(b"\r\n\r\n") {
                return Found::Boundary(end);
            }
            if seen.ends_with(b"\n\n") || seen.ends_with(b"\n\r\n") {
                return Found::BareBoundary(end);
            }
        }
        Found::Nothing
    }

    fn naive_matched(seen: &[u8]) -> u8 {
        (0..=4u8)
            .rev()
            .find(|&n| seen.ends_with(&BOUNDARY[..usize::from(n)]))
            .unwrap_or(0)
    }

    #[test]
    fn whole_or_octet_by_octet_it_finds_what_a_naive_search_finds() {
        for octets in every_string() {
            let expected = naive(&octets);
            let mut whole = BoundaryScanner::default();
            assert_eq!(whole.scan(&octets), expected, "{octets:?}");

            let mut piecemeal = BoundaryScanner::default();
            let mut found = Found::Nothing;
            for end in 1..=octets.len() {
                found = piecemeal.scan(&octets[..end]);
                assert_eq!(piecemeal.searched(), end);
                assert_eq!(
                    piecemeal.matched(),
                    naive_matched(&octets[..end]),
                    "{octets:?} at {end}"
                );
                if found != Found::Nothing {
                    break;
                }
            }
            assert_eq!((found, piecemeal), (expected, whole), "{octets:?}");
        }
    }

    #[test]
    fn no_octet_is_searched_twice() {
        let head = [b"GET / HTTP/1.1\r\n".repeat(4000), b"\r\n".to_vec()].concat();
        for chunk in [1, 2, 3, 7, 1024, head.len()] {
            let mut scanner = BoundaryScanner::default();
            let mut work = 0;
            let mut fed = 0;
            while fed < head.len() {
                fed = (fed + chunk).min(head.len());
                let before = scanner.searched();
                let _ = scanner.scan(&head[..fed]);
                work += scanner.searched() - before;
            }
            assert_eq!(work, head.len(), "in pieces of {chunk}");
        }
    }

    #[test]
    fn a_boundary_is_found_behind_any_number_of_plain_octets() {
        for len in 0..100 {
            let head = [&vec![b'a'; len][..], b"\r\n\r\nmore"].concat();
            let mut scanner = BoundaryScanner::default();
            assert_eq!(scanner.scan(&head), Found::Boundary(len + 4));
            assert_eq!(scanner.searched(), len + 4);
        }
    }

    #[test]
    fn the_first_bare_lf_is_remembered() {
        let mut scanner = BoundaryScanner::default();
        assert_eq!(scanner.scan(b"GET / HTTP/1.1\nHost: x\n"), Found::Nothing);
        assert_eq!(scanner.first_bare_lf(), Some(14));
        assert_eq!(
            scanner.scan(b"GET / HTTP/1.1\nHost: x\n\n"),
            Found::BareBoundary(24)
        );
        assert_eq!(scanner.first_bare_lf(), Some(14));
    }
}
