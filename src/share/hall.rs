//! One thread, which owns every socket of the page and waits for all of them at once. Frames
//! are drawn here too, and rarer where they cost more: the server comes first.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::asking::{Heard, Request};
use super::bell::{Bell, Ear};
use super::gallery::{Gallery, Sent};
use super::page::{self, Answer};
use super::scene::Scene;
use super::seat::{Seat, State, Watching};
use super::token::Token;
use super::{MOST_OWN, MOST_VIEWERS};
use crate::http::Method;

/// How many connections there may be beside those that watch.
const MOST_OTHERS: usize = 64 + MOST_OWN;
/// A frame follows another after this, whatever it costs.
const LONGEST_GAP: Duration = Duration::from_secs(1);
/// How long nobody is accepted when none can be.
const BACK_OFF: Duration = Duration::from_millis(50);
/// How often it is looked who is late or quiet.
const ROUND: Duration = Duration::from_secs(1);

/// How soon a frame follows another.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Not sooner than this.
    gap: Duration,
    /// Nor sooner than this many times as long as the one before took.
    times: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            gap: Duration::from_millis(80),
            times: 30,
        }
    }
}

/// A page that is open, until this is dropped.
#[derive(Debug)]
pub struct Running {
    bell: Bell,
    thread: Option<JoinHandle<()>>,
}

/// Opens the page on these sockets. The scene rings the bell when it has news.
///
/// # Errors
/// The system has no thread for it.
pub fn open<S: Scene + 'static>(
    listeners: Vec<TcpListener>,
    token: Token,
    scene: S,
    bell: (Bell, Ear),
) -> io::Result<Running> {
    open_at(Pace::default(), listeners, token, scene, bell)
}

fn open_at<S: Scene + 'static>(
    pace: Pace,
    listeners: Vec<TcpListener>,
    token: Token,
    scene: S,
    (bell, ear): (Bell, Ear),
) -> io::Result<Running> {
    let now = Instant::now();
    let mut hall = Hall {
        pace,
        gallery: Gallery::new(scene),
        token,
        listeners,
        ear,
        seats: Vec::new(),
        dirty: true,
        due: now,
        round: now,
        shut: None,
    };
    let thread = Builder::new()
        .name("share".into())
        .spawn(move || while hall.turn() {})?;
    Ok(Running {
        bell,
        thread: Some(thread),
    })
}

impl Drop for Running {
    fn drop(&mut self) {
        self.bell.end();
        if let Some(thread) = self.thread.take() {
            // What became of it is nothing to whoever ends it.
            let _ = thread.join();
        }
    }
}

struct Hall<S: Scene> {
    pace: Pace,
    gallery: Gallery<S>,
    token: Token,
    listeners: Vec<TcpListener>,
    ear: Ear,
    seats: Vec<Seat>,
    /// Something is new.
    dirty: bool,
    /// When the next frame may be drawn.
    due: Instant,
    /// When it is looked again who is late or quiet.
    round: Instant,
    /// Until when nobody is accepted, for want of descriptors.
    shut: Option<Instant>,
}

/// What is ready.
struct Ready {
    bell: bool,
    accepts: bool,
    /// In the order of the seats.
    seats: Vec<PollFlags>,
}

impl<S: Scene> Hall<S> {
    /// Waits for something, and does what is to be done; says whether it goes on.
    fn turn(&mut self) -> bool {
        let ready = self.wait();
        if ready.bell {
            self.ear.hush();
            self.dirty = true;
        }
        if self.ear.is_over() {
            return false;
        }
        // Back to front: whoever goes gives its place to the last one, which was served.
        for index in (0..self.seats.len()).rev() {
            let flags = ready
                .seats
                .get(index)
                .copied()
                .unwrap_or(PollFlags::empty());
            if !flags.is_empty() && self.serve(index, flags).is_err() {
                self.leave(index);
            }
        }
        let now = Instant::now();
        self.shut.take_if(|until| *until <= now);
        if ready.accepts {
            self.accept(now);
        }
        if self.dirty && self.due <= now {
            self.frame(now);
        }
        if self.round <= now {
            self.look_around(now);
        }
        true
    }

    fn wait(&self) -> Ready {
        let reads = PollFlags::IN;
        let mut polled = vec![PollFd::new(&self.ear.line, reads)];
        let open = match self.shut {
            Some(_) => PollFlags::empty(),
            None => reads,
        };
        polled.extend(self.listeners.iter().map(|it| PollFd::new(it, open)));
        polled.extend(self.seats.iter().map(|seat| {
            let mut flags = reads;
            flags.set(PollFlags::OUT, seat.is_sending());
            PollFd::new(seat.socket(), flags)
        }));
        let now = Instant::now();
        let due = self.dirty.then_some(self.due);
        let round = (!self.seats.is_empty()).then_some(self.round);
        let until = due.into_iter().chain(round).chain(self.shut).min();
        let time = until.map(|until| until.saturating_duration_since(now));
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        // Whatever it says then: nothing is ready.
        let _ = poll(&mut polled, time.as_ref());
        let mut flags = polled.iter().map(PollFd::revents);
        let bell = flags.next().is_some_and(|flags| !flags.is_empty());
        let listeners: Vec<_> = flags.by_ref().take(self.listeners.len()).collect();
        Ready {
            bell,
            accepts: listeners.iter().any(|flags| !flags.is_empty()),
            seats: flags.collect(),
        }
    }

    fn accept(&mut self, now: Instant) {
        for listener in &self.listeners {
            loop {
                match listener.accept() {
                    Ok(_) if self.seats.len() >= MOST_VIEWERS + MOST_OTHERS => {}
                    Ok((socket, _)) => self.seats.extend(Seat::new(socket, now)),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(_) => {
                        // It waits on, and would be ready again at once.
                        self.shut = Some(now + BACK_OFF);
                        break;
                    }
                }
            }
        }
    }

    fn leave(&mut self, index: usize) {
        let seat = self.seats.swap_remove(index);
        self.dirty |= seat.watching().is_some();
    }

    /// Does what a connection is ready for.
    fn serve(&mut self, index: usize, flags: PollFlags) -> io::Result<()> {
        let now = Instant::now();
        let Some(seat) = self.seats.get_mut(index) else {
            return Ok(());
        };
        if flags.contains(PollFlags::OUT) {
            seat.send(now)?;
            // Whoever could not take a frame takes the newest now.
            self.offer(index, now)?;
        }
        let Some(seat) = self.seats.get_mut(index) else {
            return Ok(());
        };
        if flags.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            match seat.receive()? {
                Heard::Part => {}
                Heard::Faulty => self.answer(index, Answer::Unclear, false, now)?,
                Heard::Head(head) => {
                    let request = Request::from_head(&head, &self.token);
                    let head_only = head.method() == Method::Head;
                    self.obey(index, request, head_only, now)?;
                }
            }
        }
        Ok(())
    }

    /// Does what somebody asks for.
    fn obey(
        &mut self,
        index: usize,
        request: Request,
        head_only: bool,
        now: Instant,
    ) -> io::Result<()> {
        let answer = match request {
            Request::Page => Answer::Page,
            Request::Script => Answer::Script,
            Request::Style => Answer::Style,
            Request::NotFound => Answer::NotFound,
            Request::Method(methods) => Answer::Method(methods),
            Request::Foreign => Answer::Foreign,
            Request::Unclear => Answer::Unclear,
            Request::Watch { viewer, size } => {
                return self.watch(index, viewer, size, head_only, now);
            }
            Request::Look { viewer, wish } => {
                let size = self.viewers().find(|watching| watching.viewer == viewer);
                let size = size.map(|watching| watching.size);
                match size {
                    Some(size) => {
                        let here: Vec<_> = self.viewers().map(|w| w.viewer.clone()).collect();
                        let is_here = |viewer: &str| here.iter().any(|it| it == viewer);
                        self.gallery.look(&viewer, size, &wish, is_here)
                    }
                    // Whoever does not watch sees nothing of it.
                    None => Answer::Unclear,
                }
            }
            Request::Follow { viewer } => self.gallery.follow(&viewer),
            Request::Answer {
                browser,
                number,
                answer,
            } => self.gallery.answer(&browser, number, answer),
        };
        self.dirty |= answer == Answer::Done;
        self.answer(index, answer, head_only, now)
    }

    /// Answers once.
    fn answer(
        &mut self,
        index: usize,
        answer: Answer,
        head_only: bool,
        now: Instant,
    ) -> io::Result<()> {
        let octets = answer.octets(&self.token, head_only, SystemTime::now());
        let Some(seat) = self.seats.get_mut(index) else {
            return Ok(());
        };
        seat.state = State::Answered;
        seat.put(octets, now)
    }

    /// Somebody watches from now on.
    fn watch(
        &mut self,
        index: usize,
        viewer: String,
        room: Option<(u16, u16)>,
        head_only: bool,
        now: Instant,
    ) -> io::Result<()> {
        if self.viewers().count() >= MOST_VIEWERS {
            // It may come again before it is known that it has gone.
            let Some(before) = self.place_of(&viewer).filter(|_| !head_only) else {
                return self.answer(index, Answer::Full, head_only, now);
            };
            if let Some(seat) = self.seats.get_mut(before) {
                seat.state = State::Leaving;
            }
        }
        let size = self.gallery.size(room);
        let Some(seat) = self.seats.get_mut(index) else {
            return Ok(());
        };
        let begin = page::stream(SystemTime::now()).into_bytes();
        seat.state = if head_only {
            State::Answered
        } else {
            State::Watching(Watching {
                viewer,
                size,
                sent: Sent::default(),
            })
        };
        self.dirty = true;
        seat.put(begin.into(), now)
    }

    fn viewers(&self) -> impl Iterator<Item = &Watching> {
        self.seats.iter().filter_map(Seat::watching)
    }

    fn place_of(&self, viewer: &str) -> Option<usize> {
        let is_it = |seat: &Seat| seat.watching().is_some_and(|it| it.viewer == viewer);
        self.seats.iter().position(is_it)
    }

    /// Draws what is new, and offers it to everyone.
    fn frame(&mut self, now: Instant) {
        self.dirty = false;
        self.gallery.catch_up();
        // What has happened is taken in once, however often that is shown.
        let begun = Instant::now();
        let viewers = self.seats.iter().filter_map(Seat::watching);
        let viewers = viewers.map(|watching| (watching.viewer.as_str(), watching.size));
        self.gallery.draw(viewers);
        for index in (0..self.seats.len()).rev() {
            if self.offer(index, now).is_err() {
                self.leave(index);
            }
        }
        let took = begun.elapsed();
        let Pace { gap, times } = self.pace;
        self.due = now + (took * times).clamp(gap, LONGEST_GAP);
    }

    /// Sends somebody who watches what is new, unless something is still on its way to it.
    fn offer(&mut self, index: usize, now: Instant) -> io::Result<()> {
        let Some(seat) = self.seats.get_mut(index) else {
            return Ok(());
        };
        if seat.is_sending() {
            return Ok(());
        }
        let State::Watching(watching) = &mut seat.state else {
            return Ok(());
        };
        let Watching { viewer, size, sent } = watching;
        match self.gallery.next(viewer, *size, sent) {
            Some(octets) => seat.put(octets, now),
            None => Ok(()),
        }
    }

    /// Lets those go of whom nothing has come, and tells those who see nothing new that there is
    /// somebody.
    fn look_around(&mut self, now: Instant) {
        self.round = now + ROUND;
        for index in (0..self.seats.len()).rev() {
            let Some(seat) = self.seats.get_mut(index) else {
                continue;
            };
            let goes = seat.is_late(now)
                || (seat.is_quiet(now) && seat.put(Arc::from(*b":\n\n"), now).is_err());
            if goes {
                self.leave(index);
            }
        }
    }
}

#[cfg(test)]
mod tests;
