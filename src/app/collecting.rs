//! Layer 3: a server whose exchanges are told to a collector of OpenTelemetry.

use std::fmt::Write as _;
use std::sync::Arc;

use super::error::Error;
use super::followers::Followers;
use super::identity;
use super::recording::{Followed, News, Tell};
use crate::event::Sink;
use crate::otlp::{self, Endpoint, Standing};

/// What it is called in the header.
const NAME: &str = "otlp";

/// Exports what happens from now on.
pub(super) fn begin(
    followers: &mut Followers,
    sink: &Arc<Sink>,
    endpoint: &Endpoint,
    tell: Tell,
) -> Result<(), Error> {
    let to = endpoint.to_string();
    let name = to.clone();
    let say = move |before: &Standing, now: &Standing| {
        for news in news(&name, before, now) {
            tell(news);
        }
    };
    let exporting = otlp::begin(sink, endpoint, (&identity::host(), &identity::run()), say);
    let exporting = exporting.map_err(|error| Error::System("thread", error))?;
    followers.add(move || summary(&to, &exporting.end()));
    Ok(())
}

/// What has changed, as far as it is to be said.
fn news(to: &str, before: &Standing, now: &Standing) -> Vec<News> {
    let mut news = vec![News::Followed(Followed {
        name: NAME,
        sent: now.sent,
        lost: now.lost.saturating_add(now.records),
        is_away: now.trouble.is_some(),
    })];
    match (&before.trouble, &now.trouble) {
        (None, Some(why)) => {
            news.push(News::Trouble(format!("{to}: {why}; the server goes on")));
        }
        (Some(_), None) => news.push(News::Trouble(format!("{to}: spans are taken again"))),
        (None, None) | (Some(_), Some(_)) => {}
    }
    if before.lost == 0 && now.lost > 0 || before.records == 0 && now.records > 0 {
        news.push(News::Trouble(format!("{to}: spans are lost")));
    }
    news
}

fn summary(to: &str, standing: &Standing) -> String {
    let Standing {
        sent,
        lost,
        records,
        trouble,
    } = standing;
    let mut said = format!("{to}: {sent} spans sent");
    // Writing into memory does not fail.
    if *lost > 0 {
        let _ = write!(said, "; {lost} were lost");
    }
    if *records > 0 {
        let _ = write!(said, "; {records} records that spans are made of were lost");
    }
    if let Some(why) = trouble {
        let _ = write!(said, ": {why}");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_says_what_was_sent_and_what_was_not() {
        let standing = Standing {
            sent: 9,
            lost: 4,
            records: 2,
            trouble: Some("it is not there".into()),
        };
        assert_eq!(
            summary("http://h", &standing),
            "http://h: 9 spans sent; 4 were lost; 2 records that spans are made of were lost: it is not there"
        );
        assert_eq!(
            summary("http://h", &Standing::default()),
            "http://h: 0 spans sent"
        );
    }
}
