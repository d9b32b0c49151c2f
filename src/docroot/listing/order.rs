//! The order of a listing, and from where on it is wanted, as a query says them and as they
//! are said in one.

use std::cmp::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::entry::{Entry, EntryKind};
use super::text::href;
use crate::http::decode_percent;

/// What of a directory is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Wanted {
    pub(super) order: Order,
    /// What stands behind this one, in that order; from the first on without it. It need not
    /// be there any more: it says a place, not a file.
    pub(super) after: Option<Entry>,
}

/// What a listing is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Size,
    Time,
}

/// How a listing is sorted; directories stand first in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) key: Key,
    pub(super) descending: bool,
}

impl Wanted {
    /// Whether name and kind are enough to tell where an entry stands.
    pub(in super::super) fn is_by_name(&self) -> bool {
        self.order.key == Key::Name
    }

    /// What a query asks for: `sort=name`, `size` or `time`, with `-` before it for the other
    /// way round, and `after=` an entry as [`Order::reference`] writes it. What it says that is
    /// not known is not there.
    pub(in super::super) fn from_query(query: Option<&[u8]>) -> Self {
        let pairs = || query.unwrap_or_default().split(|&o| o == b'&');
        let order = Order::from_query(pairs().find_map(|pair| pair.strip_prefix(b"sort=")));
        let after = pairs().find_map(|pair| pair.strip_prefix(b"after="));
        Self {
            order,
            after: after.and_then(|after| order.entry(after)),
        }
    }
}

impl Order {
    fn from_query(asked: Option<&[u8]>) -> Self {
        let asked = asked.unwrap_or_default();
        let (descending, name) = match asked {
            [b'-', name @ ..] => (true, name),
            name => (false, name),
        };
        match name {
            b"size" => Self::new(Key::Size, descending),
            b"time" => Self::new(Key::Time, descending),
            b"name" => Self::new(Key::Name, descending),
            _ => Self::new(Key::Name, false),
        }
    }

    pub(super) const fn new(key: Key, descending: bool) -> Self {
        Self { key, descending }
    }

    pub(super) fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let is_file = |entry: &Entry| matches!(entry.kind, EntryKind::File { .. });
        let by_key = match self.key {
            Key::Name => Ordering::Equal,
            Key::Size => a.kind.cmp(&b.kind),
            Key::Time => a.modified.cmp(&b.modified),
        };
        let ordered = by_key.then_with(|| by_name(&a.name, &b.name));
        is_file(a).cmp(&is_file(b)).then(if self.descending {
            ordered.reverse()
        } else {
            ordered
        })
    }

    /// What `sort=` says for it.
    pub(super) fn word(self) -> String {
        let sign = if self.descending { "-" } else { "" };
        format!("{sign}{}", self.key.word())
    }

    /// A reference, relative to the directory, to what stands behind `after` in this order: the
    /// letter of its kind, the number it is sorted by, and its name.
    pub(super) fn reference(self, after: Option<&Entry>) -> String {
        let sort = self.word();
        let Some(entry) = after else {
            return format!("?sort={sort}");
        };
        let (letter, length) = match entry.kind {
            EntryKind::Directory => ('d', None),
            EntryKind::File { length } => ('f', Some(i128::from(length))),
        };
        let number = match self.key {
            Key::Name => None,
            Key::Size => length,
            Key::Time => entry.modified.map(nanoseconds),
        };
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        format!("?sort={sort}&after={letter}{number}.{}", href(&entry.name))
    }

    /// What [`Order::reference`] has written, as far as it counts in this order.
    fn entry(self, text: &[u8]) -> Option<Entry> {
        let (letter, rest) = text.split_first()?;
        let dot = rest.iter().position(|&o| o == b'.')?;
        let (number, name) = rest.split_at_checked(dot)?;
        let number = std::str::from_utf8(number).ok()?.parse::<i128>().ok();
        let length = number.and_then(|number| number.try_into().ok());
        Some(Entry {
            name: decode_percent(name.get(1..)?).into_owned(),
            kind: match letter {
                b'd' => EntryKind::Directory,
                b'f' => EntryKind::File {
                    length: length.unwrap_or_default(),
                },
                _ => return None,
            },
            modified: number.filter(|_| self.key == Key::Time).and_then(time),
        })
    }
}

impl Key {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Size => "size",
            Self::Time => "time",
        }
    }
}

fn nanoseconds(time: SystemTime) -> i128 {
    let number = |time: Duration| i128::try_from(time.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => number(since),
        Err(before) => -number(before.duration()),
    }
}

fn time(nanoseconds: i128) -> Option<SystemTime> {
    const SECOND: u128 = 1_000_000_000;
    let size = nanoseconds.unsigned_abs();
    let seconds = u64::try_from(size / SECOND).ok()?;
    let size = Duration::new(seconds, u32::try_from(size % SECOND).ok()?);
    if nanoseconds < 0 {
        UNIX_EPOCH.checked_sub(size)
    } else {
        UNIX_EPOCH.checked_add(size)
    }
}

/// Without regard to case first, and by the octets where that makes no difference.
fn by_name(a: &[u8], b: &[u8]) -> Ordering {
    let folded_a = a.iter().map(u8::to_ascii_lowercase);
    let folded_b = b.iter().map(u8::to_ascii_lowercase);
    folded_a.cmp(folded_b).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_that_makes_no_sense_asks_for_the_beginning() {
        for query in [
            "",
            "after=",
            "after=x",
            "after=.",
            "after=x1.a",
            "after=f",
            "after=f1",
            "after=d\u{e9}",
            "sort=colour",
            "sort=-",
            "&&=&",
        ] {
            let wanted = Wanted::from_query(Some(query.as_bytes()));
            assert_eq!(
                (wanted.order, wanted.after),
                (Order::new(Key::Name, false), None),
                "{query}"
            );
        }
    }

    fn orders() -> impl Iterator<Item = Order> {
        [Key::Name, Key::Size, Key::Time]
            .into_iter()
            .flat_map(|key| [false, true].map(|descending| Order::new(key, descending)))
    }

    proptest! {
        #[test]
        fn a_reference_says_the_very_place(
            name: Vec<u8>,
            length: Option<u64>,
            seconds: i64,
            nanos in 0_u32..1_000_000_000,
        ) {
            let size = Duration::new(seconds.unsigned_abs(), nanos);
            let modified = if seconds < 0 {
                UNIX_EPOCH.checked_sub(size)
            } else {
                UNIX_EPOCH.checked_add(size)
            };
            let kind = length.map_or(EntryKind::Directory, |length| EntryKind::File { length });
            let entry = Entry { name, kind, modified };
            for order in orders() {
                let reference = order.reference(Some(&entry));
                let query = reference.strip_prefix('?').unwrap();
                let wanted = Wanted::from_query(Some(query.as_bytes()));
                prop_assert_eq!(wanted.order, order);
                let after = wanted.after.unwrap();
                prop_assert_eq!(order.compare(&after, &entry), Ordering::Equal, "{}", reference);
                prop_assert!(reference.bytes().all(|o| o.is_ascii_graphic()));
            }
        }

        #[test]
        fn no_query_panics(query: Vec<u8>) {
            let _ = Wanted::from_query(Some(&query));
            let _ = Wanted::from_query(Some(&[b"sort=time&after=f", &query[..]].concat()));
        }
    }
}
