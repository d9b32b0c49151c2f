//! Lines are written whole, or counted as lost: what a full disk has cut off within a line is
//! written first when there is room again.

use std::io::{self, Write};

/// Writes lines, and keeps the rest of one that was begun.
#[derive(Debug, Default)]
pub(super) struct WholeLines {
    rest: Vec<u8>,
}

/// What became of lines. A line that was begun is neither written nor lost yet.
#[derive(Debug, Default)]
pub(super) struct Fate {
    pub(super) written: u64,
    pub(super) lost: u64,
    /// Why not all could be written.
    pub(super) error: Option<io::Error>,
}

impl WholeLines {
    /// Writes lines, each with its end.
    pub(super) fn write(&mut self, lines: &[u8], out: &mut impl Write) -> Fate {
        let was_begun = !self.rest.is_empty();
        let joined;
        let octets = if was_begun {
            joined = [&*self.rest, lines].concat();
            &*joined
        } else {
            lines
        };
        let (at, error) = write_all(octets, out);
        let (done, left) = octets.split_at_checked(at).unwrap_or((octets, &[]));
        let begun = match done.iter().rposition(|octet| *octet == b'\n') {
            Some(end) => end + 1 < done.len(),
            None => was_begun || !done.is_empty(),
        };
        let end = left.iter().position(|octet| *octet == b'\n');
        let end = end.filter(|_| begun).map_or(0, |end| end + 1);
        let (rest, lost) = left.split_at_checked(end).unwrap_or((left, &[]));
        let fate = Fate {
            written: count(done),
            lost: count(lost),
            error,
        };
        self.rest = rest.to_vec();
        fate
    }

    /// Tries once more to end the line that was begun; then it is given up.
    pub(super) fn conclude(&mut self, out: &mut impl Write) -> Fate {
        let mut fate = self.write(b"", out);
        fate.lost += count(&std::mem::take(&mut self.rest));
        fate
    }
}

/// How many octets could be written, and what came then.
fn write_all(octets: &[u8], out: &mut impl Write) -> (usize, Option<io::Error>) {
    let mut at = 0;
    while let Some(left) = octets.get(at..).filter(|left| !left.is_empty()) {
        match out.write(left) {
            Ok(0) => return (at, Some(io::ErrorKind::WriteZero.into())),
            Ok(taken) => at += taken,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (at, Some(error)),
        }
    }
    (at, None)
}

/// How many lines end here.
pub(super) fn count(octets: &[u8]) -> u64 {
    octets.split(|octet| *octet == b'\n').skip(1).count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A disk with room for so many octets, and then for none.
    #[derive(Default)]
    struct Disk {
        room: usize,
        held: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            match octets.len().min(self.room) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                n => {
                    self.held.extend_from_slice(&octets[..n]);
                    self.room -= n;
                    Ok(n)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_costs_whole_lines_and_what_was_begun_is_ended_later() {
        let mut disk = Disk::default();
        let mut whole = WholeLines::default();
        let mut lost = 0;
        for (lines, room) in [
            ("one\n", 8),
            ("two three\nx\n", 4),
            ("four\nfive\n", 0),
            ("six\n", 2),
            ("seven\n", 99),
        ] {
            disk.room = room;
            lost += whole.write(lines.as_bytes(), &mut disk).lost;
        }
        assert_eq!(disk.held, b"one\ntwo three\nseven\n");
        assert_eq!(lost, 4, "x, four, five, six");
    }

    proptest! {
        #[test]
        fn written_and_lost_is_what_there_was_and_no_line_is_torn(
            turns: Vec<(Vec<u8>, u8)>,
        ) {
            let mut disk = Disk::default();
            let mut whole = WholeLines::default();
            let (mut all, mut written, mut lost) = (Vec::new(), 0, 0);
            for (lines, room) in turns {
                let lines: Vec<u8> = lines.iter().flat_map(|n| format!("{n}\n").into_bytes()).collect();
                all.extend(&lines);
                disk.room = usize::from(room);
                let fate = whole.write(&lines, &mut disk);
                (written, lost) = (written + fate.written, lost + fate.lost);
            }
            disk.room = 99;
            let fate = whole.conclude(&mut disk);
            prop_assert!(fate.error.is_none() && fate.lost == 0);
            written += fate.written;
            prop_assert_eq!(written, count(&disk.held));
            prop_assert_eq!(written + lost, count(&all));
            // What was written is a part of the lines, in order.
            let mut wanted = all.split(|octet| *octet == b'\n');
            for line in disk.held.split(|octet| *octet == b'\n') {
                prop_assert!(wanted.any(|one| one == line));
            }
        }
    }
}
