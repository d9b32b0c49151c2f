//! What is known of a server beforehand, or was found out. Knows no socket.

use super::answer::Answer;

/// What is known of a server.
#[derive(Debug, Clone)]
pub struct Site {
    /// What stands in the Host field.
    pub host: String,
    /// The target of the page.
    pub target: String,
    /// The status of the answer to it.
    pub usual: u16,
    /// The answer to it, once there is one.
    pub page: Option<Answer>,
    /// Other files that were found or named, with the answers to them.
    pub files: Vec<Found>,
    /// A file whose octets are known.
    pub known: Option<Known>,
}

/// A file that is there.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its target.
    pub target: String,
    /// The answer to it.
    pub answer: Answer,
}

/// A file whose octets are known.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its target.
    pub target: String,
    /// Its octets, where there is a copy of it here.
    pub octets: Option<Vec<u8>>,
}

impl Site {
    /// Nothing was found out yet.
    pub fn new(host: String, target: String, known: Option<Known>) -> Self {
        Self {
            host,
            target,
            usual: 200,
            page: None,
            files: Vec::new(),
            known,
        }
    }

    /// A GET for the page, after which the connection is to be closed.
    pub fn get(&self) -> Vec<u8> {
        self.get_of(&self.target)
    }

    /// The same for another target.
    pub fn get_of(&self, target: &str) -> Vec<u8> {
        self.request("GET", target, "Connection: close\r\n")
    }

    /// A GET for the page that leaves the connection open.
    pub fn keep(&self) -> Vec<u8> {
        self.keep_of(&self.target)
    }

    /// The same for another target.
    pub fn keep_of(&self, target: &str) -> Vec<u8> {
        self.request("GET", target, "")
    }

    /// A request with these field lines besides, each with its line end.
    pub fn request(&self, method: &str, target: &str, fields: &str) -> Vec<u8> {
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n",
            self.host
        )
        .into_bytes()
    }

    /// A target at which there is nothing.
    pub fn missing(&self) -> &'static str {
        "/glassport-check/no-such-file.txt"
    }

    /// A file beside the page.
    pub fn other(&self) -> Result<&Found, String> {
        let files = self.files.iter();
        files
            .clone()
            .find(|found| found.answer.status == Some(200))
            .ok_or_else(|| "no file was found beside the page: name one with --file".into())
    }

    /// Every answer that is known, with the target it answers.
    pub fn known_answers(&self) -> impl Iterator<Item = (&str, &Answer)> {
        let page = self.page.iter().map(|page| (self.target.as_str(), page));
        let files = self.files.iter();
        page.chain(files.map(|found| (found.target.as_str(), &found.answer)))
            .filter(|(_, answer)| answer.status == Some(200))
    }

    /// A file whose answer has this field, and its value.
    pub fn with_field(&self, name: &str) -> Result<(&str, &Answer, String), String> {
        self.known_answers()
            .find_map(|(target, answer)| {
                let value = answer.value(name)?;
                let value = std::str::from_utf8(value).ok()?;
                Some((target, answer, value.to_owned()))
            })
            .ok_or_else(|| format!("no answer has the field {name}: it is not offered"))
    }
}

/// Whether a target names a PNG.
pub(super) fn is_picture(target: &str) -> bool {
    let ending = target.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
}
