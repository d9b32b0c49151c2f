//! What a check is, as data, and what it decides from.

use super::answer::{Answer, Answers, Length};
use super::heard::{Ended, Heard};
use super::site::Site;
use super::talk::{Plan, Talk};
use super::verdict::{Finding, Verdict};

/// Checks that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// What a server does that passes them.
    pub title: &'static str,
    /// Whether they can be made side by side: they wait, and none of them can end a server.
    pub side_by_side: bool,
    /// In order.
    pub checks: &'static [Check],
}

/// One check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name on the command line.
    pub id: &'static str,
    /// What a server does that passes.
    pub title: &'static str,
    /// The clause that decides.
    pub clause: &'static str,
    /// Why it matters, in a sentence.
    pub why: &'static str,
    /// The likely mistake, in a sentence.
    pub hint: &'static str,
    /// The lesson it belongs to.
    pub lesson: u8,
    /// What is said; or why there is nothing to say to this server.
    pub plan: fn(&Site) -> Result<Plan, String>,
    /// What it means that this came back.
    pub judge: fn(&Seen<'_>) -> Judged,
}

/// Passed, or else.
pub type Judged = Result<(), Verdict>;

/// What a check decides from.
#[derive(Debug)]
pub struct Seen<'a> {
    /// What is known of the server.
    pub site: &'a Site,
    /// What came back in each talk.
    pub heard: &'a [Heard],
    answers: Vec<Answers>,
}

impl<'a> Seen<'a> {
    /// Reads what came back.
    pub fn new(site: &'a Site, talks: &[Talk], heard: &'a [Heard]) -> Self {
        let answers = talks
            .iter()
            .zip(heard)
            .map(|(talk, heard)| Answers::read(&heard.octets(), &talk.asks, heard.is_closed()));
        Self {
            site,
            heard,
            answers: answers.collect(),
        }
    }

    /// The connection of a talk was made.
    pub fn connected(&self, talk: usize) -> Judged {
        match self.heard.get(talk).map(|heard| &heard.end) {
            Some(Ended::NotMade(why)) => Err(Verdict::wrong(format!("no connection: {why}"))),
            Some(
                Ended::Finished | Ended::Reset | Ended::Open | Ended::Silent | Ended::Failed(_),
            ) => Ok(()),
            None => Err(Verdict::NotAsked("it was not tried".into())),
        }
    }

    /// What came in a talk.
    pub fn octets(&self, talk: usize) -> Vec<u8> {
        self.heard.get(talk).map(Heard::octets).unwrap_or_default()
    }

    /// The answers in a talk.
    pub fn answers(&self, talk: usize) -> &[Answer] {
        self.answers.get(talk).map_or(&[], |answers| &answers.all)
    }

    /// Octets between or behind the answers of a talk.
    pub fn stray(&self, talk: usize) -> Option<std::ops::Range<usize>> {
        self.answers.get(talk)?.stray.clone()
    }

    /// How many interim answers came in a talk.
    pub fn interim(&self, talk: usize) -> usize {
        self.answers.get(talk).map_or(0, |answers| answers.interim)
    }

    /// An answer of a talk, counted from 0, which must be there.
    pub fn answer(&self, talk: usize, number: usize) -> Result<&Answer, Verdict> {
        self.connected(talk)?;
        self.answers(talk)
            .get(number)
            .ok_or_else(|| self.no_answer(talk, number))
    }

    /// Wrong, as there is no such answer.
    fn no_answer(&self, talk: usize, number: usize) -> Verdict {
        match self.stray(talk) {
            Some(stray) => {
                let what = "what comes does not begin with a status-line";
                Verdict::Wrong(Finding::new(what).at(talk, stray.start))
            }
            None => Verdict::wrong(self.silence(talk, number)),
        }
    }

    /// The first answer of a talk, which must have one of these statuses.
    pub fn status(&self, talk: usize, expected: &[u16]) -> Result<&Answer, Verdict> {
        self.nth_status(talk, 0, expected)
    }

    /// An answer of a talk, which must have one of these statuses.
    pub fn nth_status(
        &self,
        talk: usize,
        number: usize,
        expected: &[u16],
    ) -> Result<&Answer, Verdict> {
        let answer = self.answer(talk, number)?;
        if answer.status.is_some_and(|code| expected.contains(&code)) {
            return Ok(answer);
        }
        let wanted: Vec<_> = expected.iter().map(ToString::to_string).collect();
        let what = format!(
            "{} came in place of {}",
            status(answer),
            wanted.join(" or ")
        );
        Err(self.at_status(talk, answer, what))
    }

    /// The first answer of a talk, which must be as that to the page itself.
    pub fn as_usual(&self, talk: usize) -> Result<&Answer, Verdict> {
        self.nth_as_usual(talk, 0)
    }

    /// An answer of a talk, which must be as that to the page itself.
    pub fn nth_as_usual(&self, talk: usize, number: usize) -> Result<&Answer, Verdict> {
        self.nth_status(talk, number, &[self.site.usual])
    }

    /// Nothing came in a talk but the end of the connection.
    pub fn is_closed_without_a_word(&self, talk: usize) -> bool {
        let closed = self.heard.get(talk).is_some_and(Heard::is_closed);
        closed && self.octets(talk).is_empty()
    }

    /// A request that must not be served: its answer is an error, or the connection is closed.
    pub fn refused(&self, talk: usize, but: &str) -> Result<Option<&Answer>, Verdict> {
        self.connected(talk)?;
        let Some(answer) = self.answers(talk).first() else {
            return if self.is_closed_without_a_word(talk) {
                Ok(None)
            } else {
                Err(self.no_answer(talk, 0))
            };
        };
        match answer.status {
            Some(400..=599) => Ok(Some(answer)),
            Some(_) | None => {
                Err(self.at_status(talk, answer, format!("{} came: {but}", status(answer))))
            }
        }
    }

    /// That, and without a word is unusual.
    pub fn refused_in_words(&self, talk: usize, but: &str) -> Judged {
        match self.refused(talk, but)? {
            Some(_) => Ok(()),
            None => Err(Verdict::allowed(
                "the connection was closed without an answer that says why",
            )),
        }
    }

    /// The end of the first answer of a talk can be known.
    pub fn end_is_known(&self, talk: usize) -> Judged {
        let answer = self.answer(talk, 0)?;
        let is_open = self.heard.get(talk).is_some_and(|heard| !heard.is_closed());
        if answer.length == Length::UntilClose && is_open {
            let what = "neither Content-Length nor chunks, and the connection stays open";
            return Err(Verdict::Wrong(Finding::new(what).at(talk, answer.head.end)));
        }
        Ok(())
    }

    /// Wrong, with the caret under the status code.
    pub fn at_status(&self, talk: usize, answer: &Answer, what: impl Into<String>) -> Verdict {
        Verdict::Wrong(Finding::new(what).at(talk, answer.head.start + "HTTP/1.1 ".len()))
    }

    /// What came in place of an answer, as a clause.
    pub fn silence(&self, talk: usize, number: usize) -> String {
        let which = match number {
            0 => "no answer came",
            1 => "no second answer came",
            _ => "not every request was answered",
        };
        let Some(heard) = self.heard.get(talk) else {
            return which.into();
        };
        let how = match &heard.end {
            Ended::Finished => "the server closed the connection",
            Ended::Reset => "the server reset the connection",
            Ended::Open | Ended::Silent => "the connection stayed open, and nothing more was sent",
            Ended::NotMade(why) | Ended::Failed(why) => why,
        };
        format!("{which}: {how}")
    }
}

/// A status as it is said.
pub(super) fn status(answer: &Answer) -> String {
    answer
        .status
        .map_or_else(|| "no status".into(), |code| code.to_string())
}
