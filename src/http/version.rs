//! HTTP-version (RFC 9112 §2.3).

use super::diagnosis::Fault;

/// The HTTP versions that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1, and any later 1.x, which is answered as 1.1 (RFC 9110 §2.5).
    Http11,
}

/// `HTTP-version = HTTP-name "/" DIGIT "." DIGIT` (RFC 9112 §2.3), case-sensitive.
pub(crate) fn parse(written: &[u8]) -> Result<Version, Fault> {
    match written {
        b"HTTP/1.1" => Ok(Version::Http11),
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            if *major == b'1' {
                Ok(Version::Http11)
            } else {
                Err(Fault::VersionUnsupported)
            }
        }
        _ => Err(Fault::VersionMalformed),
    }
}
