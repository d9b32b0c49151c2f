//! Records that travel together: what one connection did between two calls that can block.

use super::record::Record;

/// What a record costs beside the octets it holds.
pub(super) const RECORD_OCTETS: usize = size_of::<Record>();

/// Records of one connection, in order.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) records: Vec<Record>,
    pub(super) octets: usize,
}

/// Records that come from elsewhere.
impl From<Vec<Record>> for Batch {
    fn from(records: Vec<Record>) -> Self {
        Self { records, octets: 0 }
    }
}

/// One record that is about no connection.
impl From<Record> for Batch {
    fn from(record: Record) -> Self {
        Self {
            records: vec![record],
            octets: RECORD_OCTETS,
        }
    }
}

impl Batch {
    /// The records, which were [counted](Batch::from) nowhere.
    pub(crate) fn into_records(self) -> Vec<Record> {
        self.records
    }
}
