//! Which other files of a server a page names. What is taken for a link by mistake is not there,
//! and then not used.

use std::collections::HashSet;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in a request-target as it is.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// How often one of the attributes is looked at in a page, and how many characters of a value.
const MOST: usize = 20_000;
const LONGEST: usize = 1000;

/// The targets a page at `base` names in `href` and `src`, each once, those with the name of a
/// file before folders.
pub(super) fn links(page: &[u8], base: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(page);
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for name in ["src", "href"] {
        for (at, _) in text.match_indices(name).take(MOST) {
            let value = text.get(at + name.len()..).and_then(value);
            if let Some(target) = value.and_then(|value| resolve(&value, base))
                && target != base
                && known.insert(target.clone())
            {
                found.push(target);
            }
        }
    }
    found.sort_by_key(|target| target.ends_with('/'));
    found
}

/// The value of an attribute whose name stands before `rest`.
fn value(rest: &str) -> Option<String> {
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let value = match rest.chars().next()? {
        quote @ ('"' | '\'') => before(rest.get(1..)?, &[quote])?,
        // "must not contain any literal [...] "<" characters" (HTML §13.1.2.3).
        '<' => return None,
        _ => before(rest, &[' ', '>', '\t', '\n', '\r'])?,
    };
    Some(html_escape::decode_html_entities(value).into_owned())
}

/// What stands before the first of `ends`, or the end of the page, if that is not too long.
fn before<'t>(text: &'t str, ends: &[char]) -> Option<&'t str> {
    let mut characters = text.char_indices().take(LONGEST);
    match characters.find(|(_, character)| ends.contains(character)) {
        Some((end, _)) => text.get(..end),
        None => (text.len() < LONGEST).then_some(text),
    }
}

/// The target a reference leads to, if it is of the same server and can be asked for safely.
fn resolve(reference: &str, base: &str) -> Option<String> {
    let path = reference.split(['#', '?']).next()?.trim();
    if path.is_empty() || path.starts_with("//") || path.contains([':', '\\']) {
        return None;
    }
    let folder = base
        .split('?')
        .next()?
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let whole = match path.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None => format!("{}/{path}", folder.trim_start_matches('/')),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let slash = if path.ends_with('/') && !parts.is_empty() {
        "/"
    } else {
        ""
    };
    let path = format!("/{}{slash}", parts.join("/"));
    Some(utf8_percent_encode(&path, ENCODED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_nothing_but_links_is_read_in_time() {
        let page: Vec<String> = (0..400_000).map(|n| format!("<a href=/{n}>")).collect();
        assert_eq!(links(page.concat().as_bytes(), "/").len(), MOST);
        let page = "src=".repeat(2 << 20);
        assert_eq!(links(page.as_bytes(), "/"), Vec::<String>::new());
        assert_eq!(
            links(b"<a href=/a><a href='/a'><img src=/b", "/"),
            ["/b", "/a"]
        );
    }

    #[test]
    fn links_of_this_server_are_found_and_no_others() {
        let page = r##"<a href="b.txt">b</a> <a href='/c d.txt'> <img src=d.png> <a href="sub/">
            <a href="http://elsewhere/x"> <a href="//elsewhere/y"> <a href="#z"> <a href="mailto:me">
            <a href="../../up"> <a href="b.txt"> <a href="caf&eacute;.txt?q#f"> href src = <a href="##;
        let found = links(page.as_bytes(), "/a/index.html");
        assert_eq!(
            found,
            [
                "/a/d.png",
                "/a/b.txt",
                "/c%20d.txt",
                "/a/caf%C3%A9.txt",
                "/a/sub/"
            ]
        );
        assert_eq!(links(b"<a href=x>", "/"), ["/x"]);
        assert_eq!(links(b"<a href=\"/\">", "/"), Vec::<String>::new());
    }
}
