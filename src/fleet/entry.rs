//! One entry of a stream: records of one run of one server, and what is needed to read them.

use std::sync::Arc;

/// Records of one run of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the server is called.
    pub source: Arc<str>,
    /// Others each time a server starts.
    pub run: Arc<str>,
    /// How many records of the run come before.
    pub seq: u64,
    /// How many of those were dropped by the server, which had no room for them while Redis was
    /// away.
    pub lost: u64,
    /// What a session file would say of itself.
    pub session: Arc<str>,
    /// A JSON array of records.
    pub records: Vec<u8>,
}

/// The names of the fields, in the order in which they are written.
const FIELDS: [&str; 6] = ["source", "run", "seq", "lost", "session", "records"];

impl Entry {
    /// The fields of it.
    pub(super) fn fields(&self) -> [(&'static str, Vec<u8>); 6] {
        let [source, run, seq, lost, session, records] = FIELDS;
        [
            (source, self.source.as_bytes().to_vec()),
            (run, self.run.as_bytes().to_vec()),
            (seq, self.seq.to_string().into_bytes()),
            (lost, self.lost.to_string().into_bytes()),
            (session, self.session.as_bytes().to_vec()),
            (records, self.records.clone()),
        ]
    }

    /// Reads fields, in any order; `None` where one is missing, or is not what it should be.
    pub(super) fn from_fields<'a>(
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Option<Self> {
        let mut found = [None; FIELDS.len()];
        for (name, value) in fields {
            let place = FIELDS.iter().position(|known| known.as_bytes() == name);
            if let Some(place) = place.and_then(|place| found.get_mut(place)) {
                *place = Some(value);
            }
        }
        let [source, run, seq, lost, session, records] = found;
        let text = |octets: Option<&'a [u8]>| std::str::from_utf8(octets?).ok();
        Some(Self {
            source: text(source)?.into(),
            run: text(run)?.into(),
            seq: text(seq)?.parse().ok()?,
            lost: text(lost)?.parse().ok()?,
            session: text(session)?.into(),
            records: records?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(source in ".*", run in "[0-9a-f]{16}", seq: u64, lost: u64, session in ".*", records: Vec<u8>) {
            let entry = Entry {
                source: source.into(),
                run: run.into(),
                seq,
                lost,
                session: session.into(),
                records,
            };
            let fields = entry.fields();
            let read = |fields: &[(&'static str, Vec<u8>)]| {
                Entry::from_fields(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())))
            };
            prop_assert_eq!(read(&fields), Some(entry));
            prop_assert_eq!(read(&fields[1..]), None);
        }

        #[test]
        fn whatever_else_stands_in_a_stream_is_no_entry_or_one(fields: Vec<(Vec<u8>, Vec<u8>)>) {
            let fields = fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
            let _ = Entry::from_fields(fields);
        }
    }
}
