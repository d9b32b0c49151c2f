//! Layer 3: others follow the dashboard on a page. A second dashboard, on the thread of the page,
//! is told everything the first one is, secrets masked: so it shows the same, and what is
//! selected there for somebody is selected nowhere else.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::Sender;

use super::announce;
use super::error::Error;
use crate::cli::Share;
use crate::event::{Event, Record};
use crate::session::Masker;
use crate::share::{self, Audience, Bell, Picture, Question, Running, Scene, Token, Wish};
use crate::tui::{
    self, Dashboard, Glance, Model, Msg, Report, Shown, Theme, ThemeOptions, Viewpoint, When,
    update,
};

/// So much may be on its way to the page. What records there are beyond that are left out: the
/// trace of the page says what it lacks, as always.
const MOST_ON_THE_WAY: usize = 1 << 16;

/// What has been told and not yet taken.
#[derive(Default)]
struct Mail(Mutex<Vec<Msg>>);

/// The page, until this is dropped.
pub(super) struct Page {
    mail: Arc<Mail>,
    bell: Bell,
    _running: Running,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").finish_non_exhaustive()
    }
}

impl Page {
    /// The dashboard was told this.
    pub(super) fn take(&self, msg: &Msg) {
        if self.mail.put(msg) {
            self.bell.ring();
        }
    }
}

impl Mail {
    /// Says whether it was empty before.
    fn put(&self, msg: &Msg) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_detail = matches!(
            msg,
            Msg::Record(Record {
                event: Event::Connection(..),
                ..
            })
        );
        if is_detail && waiting.len() >= MOST_ON_THE_WAY {
            return false;
        }
        waiting.push(msg.clone());
        waiting.len() == 1
    }

    fn take(&self) -> Vec<Msg> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Opens the page for those who follow `model`, on the addresses of the server, the best one of
/// which is given as a URL. Returns the same dashboard, which says where the page is.
///
/// # Errors
/// No socket, no thread or no random number can be had.
pub(super) fn open(
    model: Model,
    how: Share,
    (bound, best): (&[SocketAddr], &str),
    tell: Sender<Report>,
) -> Result<(Model, Page), Error> {
    let failed = |error| Error::System("share", error);
    let server = bound.first().map_or(0, SocketAddr::port);
    let first = how.port.unwrap_or_else(|| server.saturating_add(1));
    let listeners = share::listen(bound, first, how.port.is_some())
        .map_err(|error| Error::Share(first, error))?;
    let token = how.token.map_or_else(Token::random, Ok).map_err(failed)?;
    let url = address(best, share::port(&listeners).unwrap_or(first), &token);
    let model = model.with_shared(tui::Shared {
        code: announce::modules(&url),
        url,
    });
    let mail = Arc::new(Mail::default());
    let (bell, ear) = share::bell().map_err(failed)?;
    let stage = Stage {
        dashboard: Dashboard::new(model.clone()),
        theme: theme(),
        masker: Masker::new(how.redaction).without_content(),
        mail: Arc::clone(&mail),
        tell,
    };
    let running = share::open(listeners, token, stage, (bell.clone(), ear)).map_err(failed)?;
    let page = Page {
        mail,
        bell,
        _running: running,
    };
    Ok((model, page))
}

/// The address of the page, by that of the server.
fn address(server: &str, port: u16, token: &Token) -> String {
    let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
    format!("{host}:{port}{}{}", share::PATH, token.as_str())
}

/// The 16 colours whose looks the page itself decides on, for dark and for light.
fn theme() -> Theme {
    let options = ThemeOptions {
        name: "terminal".parse().ok(),
        color: Some(When::Always),
        ascii: Some(false),
    };
    Theme::choose(&options, |_| None)
}

/// The dashboard of the page.
struct Stage {
    dashboard: Dashboard,
    theme: Theme,
    masker: Masker,
    mail: Arc<Mail>,
    /// Where the first dashboard is told who follows.
    tell: Sender<Report>,
}

impl Scene for Stage {
    type Own = Viewpoint;

    fn catch_up(&mut self) {
        for mut msg in self.mail.take() {
            match &mut msg {
                Msg::Record(record) => *record = self.masker.mask(record),
                // It comes from a file, and the request in it is whole.
                Msg::Edited(Ok(octets)) => *octets = self.masker.mask_message(octets).to_vec(),
                // Sessions are read again, and no session is shared.
                Msg::Found(_) => continue,
                Msg::Key(_)
                | Msg::Mouse(_)
                | Msg::Paste(_)
                | Msg::Report(_)
                | Msg::Resize { .. }
                | Msg::Background(_)
                | Msg::Slow
                | Msg::Edited(Err(_))
                | Msg::Lesson(_)
                | Msg::Drove(_)
                | Msg::AskToRecord(_)
                | Msg::Tick { .. } => {}
            }
            // What comes of it is done by the first dashboard, once.
            let _ = update(&mut self.dashboard, msg);
        }
    }

    fn size(&self) -> (u16, u16) {
        self.dashboard.size()
    }

    fn shown(&mut self, size: (u16, u16)) -> Picture {
        self.dashboard.drawn(None, size, self.theme).into()
    }

    fn own(&self) -> Viewpoint {
        self.dashboard.viewpoint()
    }

    fn shown_own(&mut self, own: &mut Viewpoint, size: (u16, u16)) -> Picture {
        self.dashboard.drawn(Some(own), size, self.theme).into()
    }

    fn look(&mut self, own: &mut Viewpoint, size: (u16, u16), wish: &Wish) -> bool {
        let glance = match wish {
            Wish::Command(name) => Glance::Command(name.clone()),
            &Wish::Cell { column, row } => Glance::Click { column, row },
        };
        self.dashboard.look(own, size, self.theme, &glance)
    }

    fn question(&self) -> Option<Question> {
        self.dashboard.asked().map(|asked| Question {
            occasion: asked.occasion,
            text: asked.text,
            answers: asked.answers,
        })
    }

    fn tell(&mut self, audience: Audience) {
        // The dashboard may be gone.
        let _ = self.tell.send(Report::Audience(tui::Audience {
            watching: audience.watching,
            own: audience.own,
            answers: audience.answers,
        }));
    }
}

impl From<Shown> for Picture {
    fn from(shown: Shown) -> Self {
        Self {
            cells: shown.cells,
            told: shown.told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_beside_the_server() {
        let token: Token = "0123456789abcdef".parse().unwrap();
        for (server, page) in [
            ("http://10.0.0.7:8080/", "http://10.0.0.7:8081/"),
            ("http://[::1]:8080/", "http://[::1]:8081/"),
        ] {
            let expected = format!("{page}.glassport/watch/0123456789abcdef");
            assert_eq!(address(server, 8081, &token), expected);
        }
    }
}
