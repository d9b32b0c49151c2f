//! Layer 3: a server that publishes what happens, and the dashboard over servers that do.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{bounded, unbounded};

use super::dashboard;
use super::error::Error;
use super::followers::Followers;
use super::identity;
use super::recording::{Followed, News, Tell};
use crate::cli::{Published, Watched as Wanted};
use crate::config;
use crate::event::{Bodies, Overrun, Sink};
use crate::fleet::{self, Publisher, Redis, Standing, Watched};
use crate::session::{Header, Redaction, keep};
use crate::tui;

/// How long what is left may take to be sent, when the server has stopped.
const TIME_TO_END: Duration = Duration::from_millis(2500);
/// What it is called in the header.
const NAME: &str = "redis";

/// Publishes everything that happens from now on.
pub(super) fn begin(
    followers: &mut Followers,
    sink: &Arc<Sink>,
    wanted: Published,
    (header, redaction, port): (Header, Option<Redaction>, u16),
    tell: Tell,
) -> Result<(), Error> {
    let to = wanted.address.to_string();
    let about = fleet::About {
        source: wanted
            .name
            .unwrap_or_else(|| format!("{}:{port}", identity::host())),
        run: identity::run(),
        header,
        redaction,
        detail: wanted.detail,
    };
    let newest = Arc::new(Mutex::new(Standing::default()));
    let told = Arc::clone(&newest);
    let name = to.clone();
    let say = move |standing: &Standing| {
        let mut newest = told.lock().unwrap_or_else(PoisonError::into_inner);
        for news in news(&name, &newest, standing) {
            tell(news);
        }
        newest.clone_from(standing);
    };
    let publisher = Publisher::new(Redis::new(wanted.address, wanted.length), about, say);
    let recording = sink.record(Overrun::Lose, Bodies::default());
    let stop = recording.stopper();
    let (done, ended) = bounded(1);
    let work = move || {
        keep(&recording, publisher, |_| {});
        // Nobody waits for it where the end was not waited for.
        let _ = done.send(());
    };
    thread::Builder::new()
        .name("publisher".into())
        .spawn(work)
        .map_err(|error| Error::System("thread", error))?;
    followers.add(move || {
        stop.stop();
        let in_time = ended.recv_timeout(TIME_TO_END).is_ok();
        let standing = newest.lock().unwrap_or_else(PoisonError::into_inner);
        summary(&to, &standing, in_time)
    });
    Ok(())
}

/// What has changed, as far as it is to be said.
fn news(to: &str, before: &Standing, now: &Standing) -> Vec<News> {
    let mut news = vec![News::Followed(Followed {
        name: NAME,
        sent: now.published,
        lost: now.lost,
        is_away: now.trouble.is_some(),
    })];
    match (&before.trouble, &now.trouble) {
        (None, Some(why)) => news.push(News::Trouble(format!(
            "{to}: {why}; the server goes on, and it is tried again"
        ))),
        (Some(_), None) => news.push(News::Trouble(format!("{to}: records are taken again"))),
        (None, None) | (Some(_), Some(_)) => {}
    }
    if before.lost == 0 && now.lost > 0 {
        news.push(News::Trouble(format!(
            "{to}: records are lost: there is no room for more of them here"
        )));
    }
    news
}

fn summary(to: &str, standing: &Standing, in_time: bool) -> String {
    let Standing {
        published, lost, ..
    } = standing;
    let mut said = format!("{to}: {published} records published");
    // Writing into memory does not fail.
    if *lost > 0 {
        let _ = write!(said, "; {lost} were lost");
    }
    if let Some(why) = &standing.trouble {
        let _ = write!(said, ": {why}");
    }
    if !in_time {
        said.push_str("; what was left was not taken in time");
    }
    said
}

/// Watches streams. The error is a sentence and the exit code.
pub(super) fn watch(wanted: Wanted) -> Result<(), (String, u8)> {
    if !tui::runtime::usable() {
        return Err(("servers are watched on a terminal".into(), 1));
    }
    let env = |name: &str| std::env::var_os(name);
    let preferences =
        config::load(wanted.config.as_deref(), env).map_err(|error| (error.to_string(), 2))?;
    let names: Vec<_> = wanted.streams.iter().map(ToString::to_string).collect();
    let (tell, news) = unbounded();
    let source = Watched::new(wanted.streams, move |news| {
        // The dashboard may be gone.
        let _ = tell.send(match news {
            fleet::News::Trouble(said) => tui::Report::Failed(said),
            fleet::News::Again(said) => tui::Report::Done(said),
        });
    });
    let source = source.map_err(|why| (why, 1))?;
    dashboard::over(
        &source,
        (source.started(), names.join(", ")),
        (wanted.history, preferences),
        &news,
        || vec![source.summary()],
    )
    .map_err(|error| (error.to_string(), error.exit_code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_is_said_once_and_that_it_is_over() {
        let standing = |published, lost, trouble: Option<&str>| Standing {
            published,
            lost,
            trouble: trouble.map(Into::into),
        };
        let said = |before: &Standing, now: &Standing| {
            let all = news("redis://h/a", before, now);
            let told = all.into_iter().filter_map(|news| match news {
                News::Trouble(said) => Some(said),
                News::Written(_) | News::Failed(_) | News::Followed(_) => None,
            });
            told.collect::<Vec<_>>().join("\n")
        };
        let (well, away) = (standing(1, 0, None), standing(1, 0, Some("gone")));
        assert_eq!(said(&well, &well), "");
        assert!(said(&well, &away).contains("gone; the server goes on"));
        assert_eq!(said(&away, &away), "");
        assert!(said(&away, &well).contains("taken again"));
        assert!(said(&away, &standing(1, 9, Some("gone"))).contains("lost"));
    }

    #[test]
    fn the_end_says_what_was_published_and_what_was_not() {
        let standing = Standing {
            published: 9,
            lost: 4,
            trouble: Some("Redis is not there".into()),
        };
        assert_eq!(
            summary("redis://h/a", &standing, true),
            "redis://h/a: 9 records published; 4 were lost: Redis is not there"
        );
        assert_eq!(
            summary("redis://h/a", &Standing::default(), false),
            "redis://h/a: 0 records published; what was left was not taken in time"
        );
    }
}
