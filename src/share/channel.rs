//! What those see who see the same: the newest frame, whole and as what changed in it, as
//! Server-Sent Events.

use std::fmt::Write as _;
use std::sync::Arc;

use super::scene::Picture;
use super::spans;

/// The newest frame.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// Counts the frames, from 1.
    number: u64,
    size: (u16, u16),
    rows: Vec<String>,
    told: String,
    /// What changed from the frame before to this one.
    changed: Arc<[u8]>,
    /// The whole frame, once somebody asked for it.
    whole: Option<Arc<[u8]>>,
}

impl Channel {
    /// Takes a new frame; one that is the same is none.
    pub(super) fn take(&mut self, picture: &Picture) {
        let rows = spans::rows(&picture.cells);
        let area = picture.cells.area;
        let size = (area.width, area.height);
        let told = (self.told != picture.told).then_some(picture.told.as_str());
        let is_new = self.number == 0 || self.size != size;
        let differ = |(index, row): &(usize, &String)| self.rows.get(*index) != Some(row);
        let changed: Vec<_> = rows.iter().enumerate().filter(differ).collect();
        if !is_new && changed.is_empty() && told.is_none() {
            return;
        }
        let mut text = String::from("event: rows\ndata: {\"rows\":{");
        for (index, (at, row)) in changed.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\"{at}\":{row}");
        }
        text.push('}');
        if let Some(told) = told {
            let _ = write!(text, ",\"told\":{}", serde_json::Value::from(told));
        }
        text.push_str("}\n\n");
        self.changed = text.into_bytes().into();
        self.whole = None;
        self.number += 1;
        self.size = size;
        self.rows = rows;
        picture.told.clone_into(&mut self.told);
    }

    /// What leads from the frame of this number to the newest: nothing where that is it.
    pub(super) fn since(&mut self, number: Option<u64>) -> Option<Arc<[u8]>> {
        if self.number == 0 || number == Some(self.number) {
            return None;
        }
        if number.is_some_and(|number| number > 0 && number + 1 == self.number) {
            return Some(Arc::clone(&self.changed));
        }
        let (size, rows, told) = (self.size, &self.rows, &self.told);
        let whole = self.whole.get_or_insert_with(|| {
            let (columns, lines) = size;
            let rows = rows.join(",");
            let told = serde_json::Value::from(told.as_str());
            let text = format!(
                "event: frame\ndata: {{\"columns\":{columns},\"lines\":{lines},\
                 \"rows\":[{rows}],\"told\":{told}}}\n\n"
            );
            text.into_bytes().into()
        });
        Some(Arc::clone(whole))
    }

    /// The number of the newest frame.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;

    fn picture(lines: &[&str], told: &str) -> Picture {
        Picture {
            cells: Buffer::with_lines(lines.iter().copied()),
            told: told.into(),
        }
    }

    fn text(octets: Option<Arc<[u8]>>) -> String {
        String::from_utf8(octets.unwrap_or_default().to_vec()).unwrap()
    }

    #[test]
    fn only_rows_that_changed_go_to_whoever_has_the_frame_before() {
        let mut channel = Channel::default();
        assert_eq!(channel.since(None), None);
        channel.take(&picture(&["one", "two"], "It came."));
        let whole = "event: frame\ndata: {\"columns\":3,\"lines\":2,\"rows\":[[[\"\",\"one\"]],\
                     [[\"\",\"two\"]]],\"told\":\"It came.\"}\n\n";
        assert_eq!(text(channel.since(None)), whole);
        channel.take(&picture(&["one", "six"], "It came."));
        let changed = "event: rows\ndata: {\"rows\":{\"1\":[[\"\",\"six\"]]}}\n\n";
        assert_eq!(text(channel.since(Some(1))), changed);
        assert_eq!(channel.since(Some(2)), None);
    }

    #[test]
    fn whoever_missed_a_frame_gets_the_newest_whole() {
        let mut channel = Channel::default();
        for line in ["one", "two", "six"] {
            channel.take(&picture(&[line], ""));
        }
        assert!(text(channel.since(Some(1))).starts_with("event: frame\n"));
        assert!(text(channel.since(Some(2))).starts_with("event: rows\n"));
        // A number of another channel means nothing here.
        assert!(text(channel.since(Some(9))).starts_with("event: frame\n"));
    }

    #[test]
    fn a_frame_that_is_the_same_is_none_and_words_alone_are_one() {
        let mut channel = Channel::default();
        channel.take(&picture(&["one"], "a"));
        channel.take(&picture(&["one"], "a"));
        assert_eq!(channel.number(), 1);
        channel.take(&picture(&["one"], "b\nc"));
        let told = "event: rows\ndata: {\"rows\":{},\"told\":\"b\\nc\"}\n\n";
        assert_eq!(text(channel.since(Some(1))), told);
    }
}
