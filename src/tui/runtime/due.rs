//! What is due even if nothing happens: frames, ticks, samples, counts.

use std::io;
use std::time::Duration;

use super::Loop;
use super::film::FRAME;
use super::pile::Pile;
use super::sample::{self, Asked};
use crate::event::Credit;
use crate::trace::readings;
use crate::tui::message::Msg;
use crate::tui::terminal::surface::Surface;
use crate::tui::view;

/// How many batches the workers may send between two frames, when it goes on like that: about
/// two thousand a second, more than anyone can follow. Bursts are kept for by the sink.
const CREDIT: Credit = Credit(64);
/// How long after the last change the counts are looked at once more: a worker may count
/// just after it has sent the record of what it counts.
const SETTLE: Duration = Duration::from_millis(100);
/// A terminal that takes longer than this for a frame is spared what only moves.
const SLOW: Duration = Duration::from_millis(100);

impl Loop<'_> {
    pub(super) fn do_what_is_due(&mut self, surface: &mut Surface) -> io::Result<()> {
        let (now, at) = (self.elapsed(), self.source.now());
        if self.model.next_tick(at) == Some(Duration::ZERO) && self.frame_due() <= now {
            self.tell(Msg::Tick { at });
        }
        if self.settle.is_some_and(|at| at <= now) {
            self.settle = None;
            self.dirty |= self.reconcile || self.source.totals() != self.counts;
        }
        if self.sampled.due(&self.model).is_some_and(|at| at <= now) {
            self.sample();
        }
        if self.dirty && self.frame_due() <= now {
            self.frame(surface, now)
        } else if self.pile == Pile::Left {
            self.fold_pile();
            Ok(())
        } else {
            Ok(())
        }
    }

    /// When there is something to do even if nothing happens.
    pub(super) fn next_alarm(&self) -> Option<Duration> {
        if self.pile == Pile::Left {
            return Some(Duration::ZERO);
        }
        let frame = self.dirty.then(|| self.frame_due());
        // Time alone does not make for more frames than there may be.
        let now = self.elapsed();
        let tick = self.model.next_tick(self.source.now());
        let tick = tick.map(|wait| (now + wait).max(self.frame_due()));
        let sample = self.sampled.due(&self.model);
        [frame, tick, sample, self.settle]
            .into_iter()
            .flatten()
            .min()
    }

    fn frame_due(&self) -> Duration {
        self.drawn.map_or(Duration::ZERO, |drawn| drawn + FRAME)
    }

    fn frame(&mut self, surface: &mut Surface, now: Duration) -> io::Result<()> {
        self.drawn = Some(now);
        self.dirty = false;
        self.fold_pile();
        self.count();
        surface.draw(|frame| view(&self.model, frame))?;
        if self.elapsed() > now + SLOW {
            self.tell(Msg::Slow);
        }
        // What is left of the pile is for the next frame.
        self.dirty = self.pile == Pile::Left;
        self.settle = Some(now + SETTLE);
        Ok(())
    }

    /// Asks about the selected connection. That nothing is new makes no frame.
    pub(super) fn sample(&mut self) {
        self.sampled = Asked::now(self.elapsed(), &self.model);
        let at = self.source.now();
        for record in sample::take(&self.model, self.outside.controls, at) {
            self.source.keep(&record);
            self.tell(Msg::Record(record));
        }
    }

    /// Tells the model the counts. Credit first: whatever is left out from here on means
    /// that it was spent again, and so there are records which lead to another frame.
    pub(super) fn count(&mut self) {
        let source = self.source;
        source.grant(CREDIT);
        let totals = source.totals();
        let left_out = totals.left_out != self.counts.left_out;
        let ledgers = if left_out || self.reconcile {
            source.ledgers()
        } else {
            Vec::new()
        };
        self.reconcile = left_out;
        self.counts = totals;
        for record in readings::records(&self.model.live, totals, &ledgers, source.now()) {
            self.tell(Msg::Record(record));
        }
    }
}
