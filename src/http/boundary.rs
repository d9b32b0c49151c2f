//! The search for the end of a request head: CR LF CR LF.
//!
//! The scanner is resumable and never looks at an octet twice. It knows no request, only
//! octets; beside the boundary itself it notices what people type by mistake: line ends
//! without CR.

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

/// How many octets are searched together while there is nothing among them to stop at.
const BLOCK: usize = 32;

/// A resumable matcher for CR LF CR LF over one head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoundaryScanner {
    searched: usize,
    matched: u8,
    first_lf: Option<usize>,
    first_bare_lf: Option<usize>,
}

impl BoundaryScanner {
    /// Looks at the octets of `head` it has not seen. `head` is everything received of this
    /// head so far, from its first octet: it may only have grown since the last call.
    ///
    /// What an octet means follows from it and the three before it, so that no state is carried
    /// from one octet to the next, and many are searched together. There are three places to
    /// stop at in a head: its first LF, its first bare LF, and its empty line.
    pub fn scan(&mut self, head: &[u8]) -> Found {
        let mut found = Found::Nothing;
        while found == Found::Nothing && self.searched < head.len() {
            found = match self.block(head) {
                Some(block) if !self.stops_in(block) => {
                    self.searched += BLOCK;
                    Found::Nothing
                }
                Some(_) | None => self.search_each(head, BLOCK),
            };
        }
        let seen = head.get(..self.searched).unwrap_or_default();
        self.matched = matched_at_end(seen);
        found
    }

    /// The next octets to search together, with the two before them, if there are so many.
    fn block<'h>(&self, head: &'h [u8]) -> Option<&'h [u8; BLOCK + 2]> {
        head.get(self.searched.checked_sub(2)?..)?.first_chunk()
    }

    /// Whether there is anything to stop at in a block.
    ///
    /// There is no branch in it, and no octet waits for another: compilers make of it a few
    /// instructions on sixteen octets at a time, and its time does not depend on what came.
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "a lazy operator would be a branch"
    )]
    fn stops_in(&self, block: &[u8; BLOCK + 2]) -> bool {
        let (lf, bare_lf) = (self.first_lf.is_none(), self.first_bare_lf.is_none());
        let places = block.iter().zip(block.iter().skip(1));
        let places = places.zip(block.iter().skip(2)).take(BLOCK);
        places.fold(false, |stops, ((&before, &last), &octet)| {
            let (after_lf, after_cr) = (last == b'\n', last == b'\r');
            let ends_empty_line = after_lf | (after_cr & (before == b'\n'));
            stops | ((octet == b'\n') & (lf | (bare_lf & !after_cr) | ends_empty_line))
        })
    }

    /// Searches up to `most` octets, one after the other.
    fn search_each(&mut self, head: &[u8], most: usize) -> Found {
        for _ in 0..most {
            let Some(&octet) = head.get(self.searched) else {
                break;
            };
            self.searched += 1;
            if octet != b'\n' {
                continue;
            }
            let at = self.searched - 1;
            let before = head.get(..at).unwrap_or_default();
            self.first_lf.get_or_insert(at);
            if !before.ends_with(b"\r") {
                self.first_bare_lf.get_or_insert(at);
            }
            if before.ends_with(b"\r\n\r") {
                return Found::Boundary(self.searched);
            }
            if before.ends_with(b"\n") || before.ends_with(b"\n\r") {
                return Found::BareBoundary(self.searched);
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

/// How many of the four octets CR LF CR LF stand at the end of what was seen.
fn matched_at_end(seen: &[u8]) -> u8 {
    match seen {
        [.., b'\r', b'\n', b'\r', b'\n'] => 4,
        [.., b'\r', b'\n', b'\r'] => 3,
        [.., b'\r', b'\n'] => 2,
        [.., b'\r'] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    /// Octets of a head of any shape: mostly plain, mostly line ends, and all between.
    fn octets() -> impl Strategy<Value = Vec<u8>> {
        let octet = |plain| prop_oneof![plain => Just(b'x'), 2 => Just(b'\r'), 2 => Just(b'\n'), 2 => Just(0x8d)];
        let lines = |line: &'static [u8]| prop::collection::vec(Just(line), 0..40);
        let of_lines = |line| lines(line).prop_map(|lines| lines.concat());
        prop_oneof![
            prop::collection::vec(octet(1), 0..200),
            prop::collection::vec(octet(60), 0..400),
            (
                of_lines(b"name: value\r\n"),
                prop::collection::vec(octet(2), 0..80)
            )
                .prop_map(|(lines, rest)| [lines, rest].concat()),
            (of_lines(b"a\r"), prop::collection::vec(octet(2), 0..80))
                .prop_map(|(stops, rest)| [stops, rest].concat()),
            (of_lines(b"a\n"), prop::collection::vec(octet(2), 0..80))
                .prop_map(|(stops, rest)| [stops, rest].concat()),
        ]
    }

    proptest! {
        /// Wherever the octets stand in the blocks that are searched together, and wherever a
        /// `recv` cut them.
        #[test]
        fn in_any_pieces_it_finds_what_a_naive_search_finds(
            octets in octets(),
            pieces in prop::collection::vec(1_usize..70, 1..8),
        ) {
            let expected = naive(&octets);
            let end = match expected {
                Found::Boundary(end) | Found::BareBoundary(end) => end,
                Found::Nothing => octets.len(),
            };
            let seen = &octets[..end];
            let first_lf = seen.iter().position(|&o| o == b'\n');
            let is_bare = |&at: &usize| seen[at] == b'\n' && (at == 0 || seen[at - 1] != b'\r');
            let first_bare_lf = (0..end).find(is_bare);
            let mut scanner = BoundaryScanner::default();
            let (mut fed, mut found) = (0, Found::Nothing);
            for piece in pieces.iter().cycle() {
                if fed == octets.len() || found != Found::Nothing {
                    break;
                }
                fed = (fed + piece).min(octets.len());
                found = scanner.scan(&octets[..fed]);
                let searched = fed.min(end);
                prop_assert_eq!(scanner.searched(), searched);
                prop_assert_eq!(scanner.matched(), naive_matched(&octets[..searched]));
                let seen = |at: Option<usize>| at.filter(|&at| at < searched);
                prop_assert_eq!(scanner.first_lf(), seen(first_lf));
                prop_assert_eq!(scanner.first_bare_lf(), seen(first_bare_lf));
            }
            prop_assert_eq!(found, expected);
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
