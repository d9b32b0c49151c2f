//! Conditions, ranges and preferences: what the fields of a request ask of a file.

use glassport::http::{
    ContentCoding, Outcome, Preconditions, Selection, Validators, evaluate_preconditions, if_range,
    prefer_coding, prefers_json, select_range,
};

/// Lines, each a letter and a value: `e` the file's entity tag, `m` its date, `l` its length;
/// `M` If-Match, `N` If-None-Match, `s` If-Modified-Since, `u` If-Unmodified-Since, `I`
/// If-Range, `R` Range, `A` Accept-Encoding and Accept, `P` for a method that is neither GET
/// nor HEAD. Dates are seconds.
pub fn conditional_range(input: &[u8]) {
    let lines: Vec<&[u8]> = input.split(|&o| o == b'\n').collect();
    let values = |letter: u8| {
        let value = move |line: &&'_ [u8]| line.first() == Some(&letter);
        lines.iter().copied().filter(value).map(|line| &line[1..])
    };
    let text = |letter| core::str::from_utf8(values(letter).next()?).ok();
    let date = |letter| text(letter)?.parse::<i64>().ok();
    let etag = values(b'e').next();
    let modified = date(b'm');
    let current = Validators { etag, modified };
    let get_or_head = values(b'P').next().is_none();
    let (since, unmodified_since) = (date(b's'), date(b'u'));
    let ask = |current| {
        evaluate_preconditions(
            current,
            Preconditions {
                if_match: values(b'M'),
                if_none_match: values(b'N'),
                if_modified_since: since,
                if_unmodified_since: unmodified_since,
                get_or_head,
            },
        )
    };
    let outcome = ask(current);
    let conditional = values(b'M').chain(values(b'N')).next().is_some()
        || since.is_some()
        || unmodified_since.is_some();
    match outcome {
        // RFC 9110 §13.1.2: "*" is false whenever there is a representation.
        Outcome::Serve => assert!(values(b'N').ne([&b"*"[..]])),
        Outcome::NotModified { because } => {
            assert!(conditional && get_or_head && !because.is_empty());
        }
        Outcome::PreconditionFailed { because } => {
            assert!(conditional && !because.is_empty());
            let can_fail = values(b'M').next().is_some() || unmodified_since.is_some();
            assert!(can_fail || !get_or_head);
        }
    }
    // RFC 9110 §13.1.3 and §13.1.4: the dates do not count beside the lists of entity tags.
    if values(b'M').next().is_some() && values(b'N').next().is_some() {
        assert_eq!(
            outcome,
            ask(Validators {
                etag,
                modified: None
            })
        );
    }
    // A weak entity tag never makes a range safe (§13.1.5).
    if let Some(value) = values(b'I').next() {
        let honoured = if_range(value, current);
        assert!(!honoured || etag == Some(value) && !value.starts_with(b"W/"));
    }
    let length = text(b'l').and_then(|length| length.parse().ok());
    let length = length.unwrap_or_default();
    for range in values(b'R') {
        ranges(range, length);
    }
    preferences(&values(b'A').collect::<Vec<_>>());
}

/// A part lies within the file, and is the one that arithmetic without limits comes to.
fn ranges(range: &[u8], length: u64) {
    let selection = select_range(range, length);
    match selection {
        Selection::Part(part) => {
            assert!(part.first <= part.last && part.last < length);
            assert_eq!(part.length(), part.last - part.first + 1);
        }
        Selection::Whole { because } | Selection::Unsatisfiable { because } => {
            assert!(!because.is_empty());
        }
    }
    let Some((first, last)) = plain_range(range) else {
        return;
    };
    let length = u128::from(length);
    let expected = match (first, last) {
        (Some(first), last) if last.is_none_or(|last| first <= last) => {
            let last = last.map_or(length, |last| last + 1).min(length);
            Some((first, last))
        }
        (None, Some(suffix)) => Some((length.saturating_sub(suffix), length)),
        _ => None,
    };
    let got = match selection {
        Selection::Part(part) => Some((u128::from(part.first), u128::from(part.last) + 1)),
        Selection::Whole { .. } | Selection::Unsatisfiable { .. } => None,
    };
    assert_eq!(got, expected.filter(|(first, end)| first < end));
}

/// `bytes=`, and two numbers of which one may be missing.
fn plain_range(range: &[u8]) -> Option<(Option<u128>, Option<u128>)> {
    let range = core::str::from_utf8(range).ok()?.strip_prefix("bytes=")?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| {
        let digits = text.bytes().all(|o| o.is_ascii_digit()) && text.len() <= 30;
        (digits && !text.is_empty()).then(|| text.parse().ok())?
    };
    let missing = first.is_empty() != last.is_empty();
    let numbers = (number(first), number(last));
    match numbers {
        (Some(_), Some(_)) => Some(numbers),
        (Some(_), None) | (None, Some(_)) if missing => Some(numbers),
        _ => None,
    }
}

fn preferences(lines: &[&[u8]]) {
    let coding = prefer_coding(|| lines.iter().copied(), ContentCoding::ALL);
    // Without a `*`, only what is named is liked.
    if let Some(coding) = coding {
        let all = lines.join(&b","[..]).to_ascii_lowercase();
        let names: [&[u8]; 3] = match coding {
            ContentCoding::Brotli => [b"br", b"br", b"*"],
            ContentCoding::Gzip => [b"gzip", b"x-gzip", b"*"],
        };
        assert!(
            names
                .iter()
                .any(|name| all.windows(name.len()).any(|w| w == *name))
        );
    }
    let none = prefer_coding(|| lines.iter().copied(), []);
    assert_eq!(none, None);
    if prefers_json(|| lines.iter().copied()) {
        assert!(!lines.is_empty());
    }
}
