//! The objects of HTTP Archive 1.2, and how they are written. Knows no exchange.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::Cannot;

#[derive(Debug, Serialize)]
pub(super) struct Archive {
    pub(super) log: Log,
}

#[derive(Debug, Serialize)]
pub(super) struct Log {
    pub(super) version: &'static str,
    pub(super) creator: Creator,
    pub(super) pages: Vec<Page>,
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
pub(super) struct Creator {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) started_date_time: String,
    pub(super) id: String,
    pub(super) title: String,
    #[serde(rename = "pageTimings")]
    pub(super) timings: PageTimings,
}

/// -1: a server does not know when a page was loaded.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageTimings {
    pub(super) on_content_load: i64,
    pub(super) on_load: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) pageref: String,
    pub(super) started_date_time: String,
    pub(super) time: f64,
    pub(super) request: Request,
    pub(super) response: Response,
    pub(super) cache: Empty,
    pub(super) timings: Timings,
    #[serde(rename = "serverIPAddress")]
    pub(super) server_ip_address: String,
    /// No number alone: DevTools takes one for a port.
    pub(super) connection: String,
    /// Where DevTools looks for it.
    #[serde(rename = "_connectionId")]
    pub(super) connection_id: String,
    /// As Chrome writes them; none where it is no WebSocket.
    #[serde(rename = "_webSocketMessages", skip_serializing_if = "Option::is_none")]
    pub(super) web_socket: Option<Vec<SocketMessage>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SocketMessage {
    /// `send` or `receive`, as the browser sees it.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// Seconds since 1970.
    pub(super) time: f64,
    pub(super) opcode: u8,
    /// Text, or base64 of what is none.
    pub(super) data: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Empty {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) http_version: String,
    pub(super) cookies: Vec<Cookie>,
    pub(super) headers: Vec<Named>,
    pub(super) query_string: Vec<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) post_data: Option<PostData>,
    pub(super) headers_size: i64,
    pub(super) body_size: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostData {
    pub(super) mime_type: String,
    /// Always there: mitmproxy takes it for granted.
    pub(super) text: String,
    /// `base64`, when the content is no text. The format has no place for that in a request.
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    pub(super) encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) params: Option<Vec<Param>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<&'static str>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Param {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    pub(super) encoding: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) status_text: String,
    pub(super) http_version: String,
    pub(super) cookies: Vec<Cookie>,
    pub(super) headers: Vec<Named>,
    pub(super) content: Content,
    #[serde(rename = "redirectURL")]
    pub(super) redirect_url: String,
    pub(super) headers_size: i64,
    pub(super) body_size: i64,
    /// Where DevTools writes why a request failed.
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub(super) size: i64,
    pub(super) mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// `base64`, when the content is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Timings {
    pub(super) send: f64,
    pub(super) wait: f64,
    pub(super) receive: f64,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) http_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secure: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) same_site: Option<String>,
}

/// The archive as JSON that can be shown anywhere: what is no printable character of a
/// language is escaped, in strings alone, as everything between them is ASCII.
pub(super) fn json(archive: &Archive) -> Result<String, Cannot> {
    let json = serde_json::to_string_pretty(archive).map_err(|_| Cannot("it is no JSON"))?;
    let plain = |octet: &u8| *octet == b'\n' || (0x20..0x7f).contains(octet);
    if json.as_bytes().iter().all(plain) {
        return Ok(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for line in json.split_inclusive('\n') {
        if line.as_bytes().iter().all(plain) {
            out.push_str(line);
            continue;
        }
        for character in line.chars() {
            if character == '\n' || crate::event::shows_itself(character) {
                out.push(character);
                continue;
            }
            for unit in character.encode_utf16(&mut units) {
                // Writing into memory does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    Ok(out)
}
