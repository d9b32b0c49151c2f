//! A file as an answer: whole, in part, or not at all because the peer has it already.

use std::sync::Arc;

use super::page;
use crate::docroot::{Content, OpenFile};
use crate::event::Resource;
use crate::http::{
    ByteRange, Method, Outcome, Preconditions, RequestHead, Selection, Status, Validators,
    evaluate_preconditions, if_range, parse_date, select_range,
};
use crate::server::date;
use crate::server::response::{Body, FilePart, Octets, Response, SMALL};

/// The response that serves a file, or says that the peer has it already.
pub(super) fn serve(file: OpenFile, head: &RequestHead) -> Response {
    let resource = Some(Resource::File {
        path: Arc::clone(&file.path),
        length: file.length,
    });
    let validators = Validators {
        etag: file.etag.as_deref().map(str::as_bytes),
        modified: file.modified.map(date::seconds),
    };
    let (etag, modified) = (file.etag.clone(), file.modified);
    match evaluate_preconditions(validators, preconditions(head)) {
        Outcome::NotModified { because } => {
            return Response {
                vary: file.varies.then_some("Accept-Encoding"),
                etag,
                modified,
                because: Some(because.into()),
                resource,
                ..Response::new(Status::NOT_MODIFIED, Body::None)
            };
        }
        Outcome::PreconditionFailed { because } => {
            let text = page::plain(Status::PRECONDITION_FAILED, because);
            return Response {
                because: Some(because.into()),
                resource,
                ..Response::text(Status::PRECONDITION_FAILED, text)
            };
        }
        Outcome::Serve => {}
    }
    let length = file.length;
    let (status, content_range, first, part, because) = match selection(head, validators, length) {
        None => (Status::OK, None, 0, length, None),
        Some(Selection::Whole { because }) => (Status::OK, None, 0, length, Some(because.into())),
        Some(Selection::Part(range)) => {
            let ByteRange { first, last } = range;
            (
                Status::PARTIAL_CONTENT,
                Some(format!("bytes {first}-{last}/{length}")),
                first,
                range.length(),
                None,
            )
        }
        Some(Selection::Unsatisfiable { because }) => {
            let text = page::plain(Status::RANGE_NOT_SATISFIABLE, because);
            return Response {
                content_range: Some(format!("bytes */{length}")),
                because: Some(because.into()),
                resource,
                ..Response::text(Status::RANGE_NOT_SATISFIABLE, text)
            };
        }
    };
    let is_whole = status == Status::OK && !file.varies;
    let body = content(file.content, first, part);
    Response {
        known: file.known.filter(|_| is_whole),
        media_type: Some(file.media_type),
        coding: file.coding,
        vary: file.varies.then_some("Accept-Encoding"),
        etag,
        modified,
        content_range,
        ranges: true,
        because,
        resource,
        ..Response::new(status, body)
    }
}

fn preconditions(
    head: &RequestHead,
) -> Preconditions<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>> {
    Preconditions {
        if_match: head.values("if-match"),
        if_none_match: head.values("if-none-match"),
        if_modified_since: seconds(head, "if-modified-since"),
        if_unmodified_since: seconds(head, "if-unmodified-since"),
        get_or_head: matches!(head.method(), Method::Get | Method::Head),
    }
}

/// What the Range field selects; `None` when there is none that counts. Range means
/// something on GET alone (RFC 9110 §14.2).
fn selection(head: &RequestHead, validators: Validators<'_>, length: u64) -> Option<Selection> {
    let mut lines = head.values("range");
    // Range is no list of lines: two of them ask for nothing (RFC 9110 §5.3).
    let range = lines.next().filter(|_| lines.next().is_none())?;
    if head.method() != Method::Get {
        return None;
    }
    let mut values = head.values("if-range");
    let current = match (values.next(), values.next()) {
        (None, _) => true,
        (Some(value), None) => if_range(value, validators),
        // Two validators, of which one at least is not the current one: a part could be of
        // another version than the peer has.
        (Some(_), Some(_)) => false,
    };
    if !current {
        let because = "If-Range does not name this version of the file by a strong ETag";
        return Some(Selection::Whole { because });
    }
    Some(select_range(range, length))
}

/// The date a field holds; `None` when it stands more than once or is no date, and is then
/// ignored (RFC 9110 §13.1.3).
fn seconds(head: &RequestHead, name: &str) -> Option<i64> {
    let mut values = head.values(name);
    let value = values.next().filter(|_| values.next().is_none())?;
    parse_date(value, date::now())
}

/// `length` octets of the content from `first` on.
fn content(content: Content, first: u64, length: u64) -> Body {
    let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let range = index(first)..index(first.saturating_add(length));
    match content {
        Content::Static(octets) => {
            Body::Memory(Octets::Static(octets.get(range).unwrap_or_default()))
        }
        Content::Memory(octets) => Body::Memory(Octets::Shared(octets, range)),
        Content::File(file) => Body::File(FilePart {
            file,
            offset: first,
            length,
        }),
    }
}

/// All of a small file, for an error page.
pub(super) fn read_all(file: OpenFile) -> Option<Vec<u8>> {
    match content(file.content, 0, file.length.min(SMALL as u64)) {
        Body::Memory(octets) => Some(octets.as_slice().to_vec()),
        Body::File(part) => {
            let mut octets = Vec::new();
            part.append_to(&mut octets).ok().map(|()| octets)
        }
        Body::None | Body::Withheld { .. } => None,
    }
}
