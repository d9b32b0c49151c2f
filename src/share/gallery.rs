//! What is seen from where: the screen that is followed, in the sizes that are asked for, and
//! viewpoints of one's own. It knows no sockets and no clock.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::MOST_OWN;
use super::channel::Channel;
use super::page::Answer;
use super::pollster::Pollster;
use super::scene::{Audience, Scene, Wish};

/// Sizes a screen can have, so that many browsers share few: columns and lines.
const COLUMNS: &[u16] = &[
    32, 40, 44, 48, 52, 56, 64, 72, 80, 90, 100, 110, 120, 132, 144, 160, 180, 200,
];
const LINES: &[u16] = &[12, 16, 20, 24, 28, 32, 36, 40, 46, 52, 60];

/// What somebody sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Sight {
    /// The screen that is followed, in this size.
    Followed((u16, u16)),
    /// The viewpoint of this viewer, in this size.
    Own(String, (u16, u16)),
}

/// What somebody has been sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// The frame of this number there.
    frame: Option<(Sight, u64)>,
    /// Whether it follows, and after so many changes of the question.
    state: Option<(bool, u64)>,
}

/// What is seen from where.
pub(super) struct Gallery<S: Scene> {
    scene: S,
    channels: HashMap<Sight, Channel>,
    own: HashMap<String, S::Own>,
    pollster: Pollster,
    /// How often the question has changed.
    asked: u64,
    audience: Audience,
}

impl<S: Scene> Gallery<S> {
    pub(super) fn new(scene: S) -> Self {
        Self {
            scene,
            channels: HashMap::new(),
            own: HashMap::new(),
            pollster: Pollster::default(),
            asked: 0,
            audience: Audience::default(),
        }
    }

    /// The size that is drawn for somebody who has room for this.
    pub(super) fn size(&self, room: Option<(u16, u16)>) -> (u16, u16) {
        let (columns, lines) = room.unwrap_or_else(|| self.scene.size());
        let fit = |sizes: &[u16], room: u16| {
            let fits = sizes.iter().rev().find(|&&size| size <= room);
            fits.or(sizes.first()).copied().unwrap_or(room)
        };
        (fit(COLUMNS, columns), fit(LINES, lines))
    }

    /// Takes in what has happened.
    pub(super) fn catch_up(&mut self) {
        self.scene.catch_up();
    }

    /// Draws what those see who watch.
    pub(super) fn draw<'a>(&mut self, viewers: impl Iterator<Item = (&'a str, (u16, u16))>) {
        if self.pollster.ask(self.scene.question()) {
            self.asked += 1;
        }
        let mut sights = HashSet::new();
        let (mut watching, mut looking) = (0, 0);
        for (viewer, size) in viewers {
            let sight = self.sight(viewer, size);
            watching += 1;
            looking += usize::from(matches!(sight, Sight::Own(..)));
            sights.insert(sight);
        }
        self.channels.retain(|sight, _| sights.contains(sight));
        for sight in sights {
            let picture = match &sight {
                Sight::Followed(size) => self.scene.shown(*size),
                Sight::Own(viewer, size) => match self.own.get_mut(viewer) {
                    Some(own) => self.scene.shown_own(own, *size),
                    None => continue,
                },
            };
            self.channels.entry(sight).or_default().take(&picture);
        }
        let audience = Audience {
            watching,
            own: looking,
            answers: self.pollster.tally(),
        };
        if audience != self.audience {
            self.audience = audience.clone();
            self.scene.tell(audience);
        }
    }

    /// What somebody is to be sent next, if anything is new for it.
    pub(super) fn next(
        &mut self,
        viewer: &str,
        size: (u16, u16),
        sent: &mut Sent,
    ) -> Option<Arc<[u8]>> {
        let sight = self.sight(viewer, size);
        let own = matches!(sight, Sight::Own(..));
        let channel = self.channels.get_mut(&sight)?;
        let known = sent.frame.as_ref().filter(|(known, _)| *known == sight);
        let frame = channel.since(known.map(|(_, number)| *number));
        sent.frame = Some((sight, channel.number()));
        let now = Some((own, self.asked));
        if sent.state == now {
            return frame;
        }
        sent.state = now;
        let mut octets = self.state(own).into_bytes();
        octets.extend_from_slice(&frame.unwrap_or_default());
        Some(octets.into())
    }

    /// Looks somewhere else.
    pub(super) fn look(
        &mut self,
        viewer: &str,
        size: (u16, u16),
        wish: &Wish,
        is_here: impl Fn(&str) -> bool,
    ) -> Answer {
        if !self.own.contains_key(viewer) {
            if self.own.len() >= MOST_OWN {
                // Whoever has left comes back to what is followed.
                self.own.retain(|viewer, _| is_here(viewer));
            }
            if self.own.len() >= MOST_OWN {
                return Answer::OwnFull;
            }
        }
        let mut own = match self.own.remove(viewer) {
            Some(own) => own,
            None => self.scene.own(),
        };
        if !self.scene.look(&mut own, size, wish) {
            return Answer::NotAllowed;
        }
        self.own.insert(viewer.into(), own);
        Answer::Done
    }

    /// Follows again.
    pub(super) fn follow(&mut self, viewer: &str) -> Answer {
        self.own.remove(viewer);
        Answer::Done
    }

    /// Takes an answer to the question.
    pub(super) fn answer(&mut self, browser: &str, number: u64, answer: usize) -> Answer {
        if self.pollster.answer(browser, number, answer) {
            Answer::Done
        } else {
            Answer::TooLate
        }
    }

    fn sight(&self, viewer: &str, size: (u16, u16)) -> Sight {
        if self.own.contains_key(viewer) {
            Sight::Own(viewer.into(), size)
        } else {
            Sight::Followed(size)
        }
    }

    /// Whether somebody follows, and which question is open, as an event.
    fn state(&self, own: bool) -> String {
        let question = self.pollster.open().map(|(number, question)| {
            serde_json::json!({
                "number": number,
                "text": question.text,
                "answers": question.answers,
            })
        });
        let state = serde_json::json!({ "own": own, "question": question });
        format!("event: state\ndata: {state}\n\n")
    }
}
