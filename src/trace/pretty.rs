//! Content as people read it: JSON indented, a form as a table, text as lines, of a picture
//! what its first octets say. What is cut shows what there is, and everything is made harmless
//! for a terminal. Knows nothing of cells: a line is pieces of text, each of a kind.

mod form;
mod image;
mod json;
mod line;
mod media_type;
mod text;

pub(crate) use self::line::{Kind, Line};
use self::media_type::MediaType;
use super::content::Content;
use super::format;

/// Content as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pretty {
    /// What it is, and how much of it there is.
    pub(crate) what: String,
    pub(crate) lines: Vec<Line>,
}

/// Makes content readable.
pub(crate) fn pretty(content: &Content) -> Pretty {
    let given = content.media_type.as_deref().unwrap_or_default();
    let media_type = MediaType::parse(given);
    let octets = content.octets.as_slice();
    let is_coded = content.coding.as_deref().filter(|it| *it != "identity");
    let (what, mut lines) = if let Some(coding) = is_coded {
        let note = "It is shown as octets in the buffer, and is not decoded here.";
        (
            format!("coded with {coding}"),
            vec![Line::of(Kind::Note, note)],
        )
    } else if let Some(image) = image::look(octets) {
        (image.to_string(), Vec::new())
    } else if media_type.is_form() {
        ("form".into(), form::lines(octets))
    } else if media_type.is_json() || (given.is_empty() && json::looks_like_it(octets)) {
        ("JSON".into(), json::lines(octets, content.is_cut()))
    } else if media_type.is_text() || text::looks_like_it(octets) {
        let charset = media_type.charset();
        let what = charset.map_or_else(|| "text".into(), |charset| format!("text in {charset}"));
        (what, text::lines(octets, charset))
    } else {
        let note = "It is no text: its octets stand in the buffer.";
        ("octets".into(), vec![Line::of(Kind::Note, note)])
    };
    if content.is_cut() {
        let known = format::of(octets.len() as u64, content.whole);
        let note = format!("… cut here: {known} octets are known");
        lines.push(Line::of(Kind::Wrong, note));
    }
    let named = if given.is_empty() {
        "no Content-Type"
    } else {
        given
    };
    let octets = format::plural(content.whole, "octet");
    Pretty {
        what: format!("{named} · {what} · {octets}"),
        lines,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::line::shown;
    use super::*;

    fn content(media_type: &str, octets: &[u8]) -> Content {
        Content {
            octets: octets.into(),
            whole: octets.len() as u64,
            media_type: Some(media_type.into()).filter(|it: &String| !it.is_empty()),
            coding: None,
        }
    }

    #[test]
    fn what_it_is_follows_from_its_type_and_else_from_its_octets() {
        for (media_type, octets, what) in [
            ("application/json", &b"{}"[..], "JSON"),
            ("application/problem+json", b"{}", "JSON"),
            ("", b" [1]", "JSON"),
            ("application/x-www-form-urlencoded", b"a=b", "form"),
            ("text/plain; charset=latin1", b"a", "text in latin1"),
            ("application/octet-stream", b"plain", "text"),
            ("application/octet-stream", b"\x00\xff", "octets"),
        ] {
            let pretty = pretty(&content(media_type, octets));
            let parts: Vec<_> = pretty.what.split(" · ").collect();
            assert_eq!(parts[1], what, "{media_type}");
        }
        let mut coded = content("text/html", b"\x1f\x8b");
        coded.coding = Some("gzip".into());
        assert!(pretty(&coded).what.contains("coded with gzip"));
    }

    #[test]
    fn what_is_cut_shows_what_there_is_and_says_so() {
        let mut cut = content("application/json", b"{\"a\": [1, \"tw");
        cut.whole = 20_000;
        let lines = shown(&pretty(&cut).lines);
        assert_eq!(
            lines,
            [
                "{",
                "  \"a\": [",
                "    1,",
                "    \"tw",
                "… cut here: 13 of 20 000 octets are known"
            ]
        );
    }

    proptest! {
        #[test]
        fn whatever_it_is_it_is_harmless_and_a_terminal_gets_no_control_character(
            media_type in "(application/json|application/x-www-form-urlencoded|text/plain|image/png|)",
            octets in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "[\\[\\]{},:\"\\\\a1\\.tn +&=%\u{1b}é\u{202e}]{0,80}".prop_map(String::into_bytes),
            ],
        ) {
            for line in pretty(&content(&media_type, &octets)).lines {
                for (_, text) in line.pieces {
                    let harmless = |c: char| !c.is_control() && c != '\u{202e}';
                    prop_assert!(text.chars().all(harmless), "{text:?}");
                }
            }
        }
    }
}
