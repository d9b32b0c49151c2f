//! A question to all who watch, and what they answered: one answer a browser, and nobody knows
//! whose.

use std::collections::HashMap;

use super::scene::Question;

/// So many browsers at most: more than may watch, since some come and go.
const MOST_ANSWERS: usize = 4 * super::MOST_VIEWERS;

/// The question that was asked last.
#[derive(Debug, Default)]
pub(super) struct Pollster {
    /// Counts the questions, from 1.
    number: u64,
    question: Option<Question>,
    open: bool,
    answers: HashMap<String, usize>,
}

impl Pollster {
    /// This is the question that is open now, if one is; says whether it is another one.
    pub(super) fn ask(&mut self, question: Option<Question>) -> bool {
        match question {
            None => std::mem::take(&mut self.open),
            Some(question) if self.open && self.question.as_ref() == Some(&question) => false,
            Some(question) => {
                self.number += 1;
                self.open = true;
                self.question = Some(question);
                self.answers.clear();
                true
            }
        }
    }

    /// Takes an answer from a browser, in place of the one it gave before; says whether the
    /// question is still open and has such an answer.
    pub(super) fn answer(&mut self, browser: &str, number: u64, answer: usize) -> bool {
        let answers = self.question.as_ref().map_or(0, |q| q.answers.len());
        let may = self.open
            && number == self.number
            && answer < answers
            && (self.answers.contains_key(browser) || self.answers.len() < MOST_ANSWERS);
        if may {
            self.answers.insert(browser.into(), answer);
        }
        may
    }

    /// The question that is open, and its number.
    pub(super) fn open(&self) -> Option<(u64, &Question)> {
        let question = self.question.as_ref().filter(|_| self.open)?;
        Some((self.number, question))
    }

    /// How often each answer was given.
    pub(super) fn tally(&self) -> Vec<(String, usize)> {
        let answers = self.question.iter().flat_map(|q| &q.answers).enumerate();
        let count = |index| self.answers.values().filter(|&&it| it == index).count();
        answers
            .map(|(index, answer)| (answer.clone(), count(index)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(occasion: &str) -> Question {
        Question {
            occasion: occasion.into(),
            text: "How many?".into(),
            answers: vec!["16".into(), "none".into()],
        }
    }

    fn counts(pollster: &Pollster) -> Vec<usize> {
        pollster.tally().into_iter().map(|(_, n)| n).collect()
    }

    #[test]
    fn a_browser_has_one_answer_and_may_change_it_while_the_question_is_open() {
        let mut pollster = Pollster::default();
        assert!(!pollster.answer("a", 1, 0), "nothing was asked");
        assert!(pollster.ask(Some(question("1"))));
        assert!(!pollster.ask(Some(question("1"))));
        assert!(pollster.answer("a", 1, 0));
        assert!(pollster.answer("a", 1, 1));
        assert!(pollster.answer("b", 1, 0));
        assert!(!pollster.answer("b", 1, 2), "there is no such answer");
        assert_eq!(counts(&pollster), [1, 1]);
        assert!(pollster.ask(None));
        assert!(!pollster.answer("c", 1, 0), "it is too late");
        assert_eq!(counts(&pollster), [1, 1], "what was answered stays");
    }

    #[test]
    fn the_same_words_another_time_are_another_question() {
        let mut pollster = Pollster::default();
        pollster.ask(Some(question("1")));
        pollster.answer("a", 1, 0);
        assert!(pollster.ask(Some(question("2"))));
        assert_eq!(counts(&pollster), [0, 0]);
        assert!(!pollster.answer("a", 1, 0), "that was about the one before");
        assert!(pollster.answer("a", 2, 0));
    }
}
