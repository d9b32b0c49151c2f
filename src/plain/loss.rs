//! What is said of lines that are lost: when it begins, while it goes on, when it is over,
//! and at the end. Time and numbers are given to it.

use std::time::Duration;

use super::outlet::{Standing, Trouble};

/// How often it is said again while more are lost.
pub(super) const EVERY: Duration = Duration::from_secs(10);

/// What was said of one outlet.
#[derive(Debug)]
pub(super) struct Loss {
    /// What the lines are.
    what: &'static str,
    /// The number that was said last.
    said: u64,
    /// When it was said, while there is trouble.
    since: Option<Duration>,
}

impl Loss {
    pub(super) const fn new(what: &'static str) -> Self {
        Self {
            what,
            said: 0,
            since: None,
        }
    }

    /// What there is to say, if there is anything.
    pub(super) fn tell(&mut self, standing: &Standing, now: Duration) -> Option<String> {
        let Standing { lost, trouble } = standing;
        let more = *lost > self.said;
        let told = match (self.since, trouble) {
            (None, Some(trouble)) if more => {
                let why = match trouble {
                    Trouble::Stalled => "its reader takes nothing",
                    Trouble::Failed(error) => error,
                };
                format!("{why}; serving goes on without it; lines lost: {lost}")
            }
            (Some(at), Some(_)) if more && now >= at + EVERY => format!("lines lost: {lost}"),
            (Some(_), None) => format!("written again; lines lost: {lost}"),
            (None, None) if more => format!("lines lost: {lost}"),
            (None, _) | (Some(_), Some(_)) => return None,
        };
        self.since = trouble.is_some().then_some(now);
        self.said = *lost;
        Some(self.sentence(&told))
    }

    /// What there is to say at the end.
    pub(super) fn conclude(&self, lost: u64) -> Option<String> {
        (lost > 0).then(|| self.sentence(&format!("lines lost: {lost} in all")))
    }

    /// Whether there is more to say soon, although nothing else happens.
    pub(super) const fn goes_on(&self) -> bool {
        self.since.is_some()
    }

    fn sentence(&self, told: &str) -> String {
        format!("glassport: {}: {told}\n", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_when_it_begins_now_and_then_when_it_ends_and_in_all() {
        let mut loss = Loss::new("access log");
        let stalled = Some(Trouble::Stalled);
        let full = Some(Trouble::Failed("no space".into()));
        for (at, lost, trouble, said) in [
            (0, 0, None, None),
            (1, 0, stalled.clone(), None),
            (
                2,
                3,
                stalled.clone(),
                Some("its reader takes nothing; serving goes on without it; lines lost: 3"),
            ),
            (3, 9, stalled.clone(), None),
            (12, 9, stalled.clone(), Some("lines lost: 9")),
            (30, 9, stalled, None),
            (31, 9, None, Some("written again; lines lost: 9")),
            (32, 9, None, None),
            (
                33,
                10,
                full,
                Some("no space; serving goes on without it; lines lost: 10"),
            ),
        ] {
            let said = said.map(|said| format!("glassport: access log: {said}\n"));
            let standing = Standing { lost, trouble };
            assert_eq!(loss.tell(&standing, Duration::from_secs(at)), said, "{at}");
        }
        assert_eq!(loss.conclude(0), None);
        assert_eq!(
            loss.conclude(12).as_deref(),
            Some("glassport: access log: lines lost: 12 in all\n")
        );
    }
}
