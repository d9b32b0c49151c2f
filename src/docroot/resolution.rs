//! What a path comes to, whatever kind of root it is looked up in.

use std::borrow::Cow;
use std::sync::Arc;

use super::listing::Listing;
use super::open_file::OpenFile;
use super::refusal::Refusal;
use crate::http::Status;

/// What a path was found to name.
#[derive(Debug)]
pub enum Resolution {
    /// A file, opened.
    File(OpenFile),
    /// The page that stands for paths where nothing is, in an application that reads the path
    /// itself.
    Fallback(OpenFile),
    /// A directory that no index file stands for.
    Listing(Listing),
    /// A directory, asked for without its slash: answer 308.
    Redirect {
        /// Where it is, relative to what was asked for: its last name with a slash behind,
        /// rebuilt from what the path was decoded to, and the query.
        location: Vec<u8>,
        /// The directory's path below the root.
        path: Arc<[u8]>,
    },
    /// Nothing that is served.
    Refused {
        /// 404 where nothing is to be found, 403 where it may not be read.
        status: Status,
        /// Why, as a clause.
        because: Cow<'static, str>,
    },
}

impl From<Refusal> for Resolution {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            status: refusal.status,
            because: refusal.because,
        }
    }
}
