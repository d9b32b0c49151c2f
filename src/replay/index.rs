//! Where in a session what is: pieces of it, what each tells of, and what stood before it.

use std::time::Duration;

use super::ids::Ids;
use crate::event::{ConnectionId, Event, Record};
use crate::session::{Merged, Place};
use crate::trace::{self, Moment, Part, Standing, Wanted, Window};

/// A piece that holds as much as this ends with its chunk: records, each with its octets.
const ENOUGH: usize = 768 << 10;
/// So many records are read behind what was asked for, however little room there is: it is to
/// go on from there.
const ENOUGH_BEHIND: u64 = 64;
/// About what a record takes beside its octets.
const RECORD: usize = 200;

/// What is known of a session that is being read.
#[derive(Debug)]
pub struct Index {
    pieces: Vec<Piece>,
    /// How much a piece holds that ends with its chunk.
    enough: usize,
    /// What stands after the newest record.
    standing: Standing,
    /// What stood is kept before each piece whose number is a multiple of this.
    stride: usize,
    /// What it may take in memory, and does, in octets.
    budget: usize,
    cost: usize,
}

/// Records that follow one another.
#[derive(Debug)]
struct Piece {
    place: Place,
    /// The times of its oldest and newest record.
    begins: Duration,
    ends: Duration,
    records: u64,
    holds: usize,
    connections: Ids,
    /// What stood before it, where that is kept.
    stood: Option<Standing>,
}

impl Index {
    /// An index that takes about so many octets at most.
    pub fn new(budget: usize) -> Self {
        Self {
            pieces: Vec::new(),
            enough: ENOUGH,
            standing: Standing::default(),
            stride: 1,
            budget,
            cost: 0,
        }
    }

    /// The same, with pieces that hold so much.
    #[cfg(test)]
    pub(crate) fn with_pieces_of(mut self, octets: usize) -> Self {
        self.enough = octets;
        self
    }

    /// Takes the next record of the sessions, and notes where it was.
    pub fn next(&mut self, sessions: &mut Merged) -> Option<Record> {
        let newest = self.pieces.last();
        let is_full = newest.is_none_or(|piece| piece.holds >= self.enough);
        let place = (is_full && sessions.begins_chunk()).then(|| sessions.place());
        let record = sessions.next()?;
        if let Some(place) = place {
            self.begin(place, record.at);
        }
        self.note(&record, !sessions.is_between());
        Some(record)
    }

    /// Begins a piece.
    fn begin(&mut self, place: Place, at: Duration) {
        if let Some(before) = self.pieces.last_mut() {
            before.connections.shrink();
            self.cost += before.connections.cost();
        }
        self.standing.forget_closed();
        let is_kept = self.pieces.len().is_multiple_of(self.stride);
        let stood = is_kept.then(|| self.standing.clone());
        if let Some(stood) = &stood {
            let mut newest_first = self.pieces.iter().rev();
            let before = newest_first.find_map(|piece| piece.stood.as_ref());
            self.cost += stood.cost_beside(before);
        }
        self.cost += size_of::<Piece>();
        self.pieces.push(Piece {
            place,
            begins: at,
            ends: at,
            records: 0,
            holds: 0,
            connections: Ids::default(),
            stood,
        });
        while self.cost > self.budget && self.stride < self.pieces.len() {
            self.thin_out();
        }
    }

    /// Keeps what stood before every other of the pieces of which it was kept.
    fn thin_out(&mut self) {
        self.stride *= 2;
        self.cost = 0;
        let mut before: Option<&Standing> = None;
        for (number, piece) in self.pieces.iter_mut().enumerate() {
            self.cost += size_of::<Piece>() + piece.connections.cost();
            if !number.is_multiple_of(self.stride) {
                piece.stood = None;
            } else if let Some(stood) = &piece.stood {
                self.cost += stood.cost_beside(before);
                before = Some(stood);
            }
        }
    }

    /// Takes note of a record, which is in a file or not.
    fn note(&mut self, record: &Record, is_in_file: bool) {
        self.standing.fold(record);
        let Some(piece) = self.pieces.last_mut() else {
            return;
        };
        piece.records += u64::from(is_in_file);
        piece.holds += RECORD;
        piece.begins = piece.begins.min(record.at);
        piece.ends = piece.ends.max(record.at);
        if let Event::Connection(id, activity) = &record.event {
            piece.holds += trace::entry::octets(activity);
            piece.connections.insert(id.0);
        }
    }

    /// What it takes in memory, in octets.
    pub const fn cost(&self) -> usize {
        self.cost
    }

    /// Reads a part of the sessions once more, which takes about `budget` octets at most.
    /// `None` where they tell of no connection, or can no longer be read.
    pub fn read(&self, sessions: &Merged, wanted: Wanted, budget: usize) -> Option<Window> {
        let id = self.find(wanted)?;
        let holds = |piece: &Piece| piece.connections.contains(id.0);
        let first = self.pieces.iter().position(holds)?;
        let last = self.pieces.iter().rposition(holds)?;
        let target = match wanted.part {
            Part::Begin | Part::Before | Part::After => first,
            Part::End => last,
            Part::Time(at) => self.at(at).clamp(first, last),
            Part::Since(at) => self.at(at),
            Part::Moment(moment) => self.holder(id, moment, first, last),
        };
        let mut from = target.saturating_sub(1);
        let (begin, stood) = loop {
            let piece = self.pieces.get(from)?;
            match &piece.stood {
                Some(stood) => break (piece, stood),
                None => from = from.checked_sub(1)?,
            }
        };
        let mut window = Window::new(wanted, id, stood, budget);
        let mut records = sessions.again(&begin.place)?;
        let is_there = |window: &Window, now: Duration| match wanted.part {
            Part::Begin | Part::Before | Part::After => window.moment_of(id).is_some(),
            Part::Moment(moment) => window.moment_of(id) >= Some(moment),
            Part::Time(at) | Part::Since(at) => now > at,
            Part::End => false,
        };
        let (mut reached, mut behind) = (false, 0_u64);
        window.goes_on = true;
        'pieces: for (number, piece) in self.pieces.iter().enumerate().skip(from) {
            // One piece more, so that it goes on.
            if reached && number > target + 1 {
                window.later = true;
                break;
            }
            for _ in 0..piece.records {
                if behind > ENOUGH_BEHIND && window.room() < budget / 4 {
                    window.later = true;
                    break 'pieces;
                }
                let record = records.next()?;
                let at = record.at;
                if let Event::Connection(id, _) = record.event
                    && window.moment_of(id).is_none()
                    && let Some(source) = records.source_of(&record)
                {
                    window.fold(source);
                }
                window.fold(record);
                reached |= number >= target && is_there(&window, at);
                behind += u64::from(reached);
            }
            reached |= number >= last;
            window.goes_on = number < last;
        }
        window.earlier = from > 0;
        window.until = self.pieces.get(last)?.ends;
        Some(window)
    }

    /// The piece in which this time is.
    fn at(&self, at: Duration) -> usize {
        let after = self.pieces.partition_point(|piece| piece.begins <= at);
        after.saturating_sub(1)
    }

    /// The connection that is meant, or the one nearest to it.
    fn find(&self, wanted: Wanted) -> Option<ConnectionId> {
        let id = wanted.connection.0;
        let at_most = |id| {
            let all = self.pieces.iter();
            all.filter_map(|piece| piece.connections.at_most(id)).max()
        };
        let at_least = |id| {
            let all = self.pieces.iter();
            all.filter_map(|piece| piece.connections.at_least(id)).min()
        };
        let found = match wanted.part {
            Part::Before => at_most(id.checked_sub(1)?),
            Part::After => at_least(id.checked_add(1)?),
            Part::Since(at) => self.pieces.get(self.at(at))?.connections.at_least(0),
            Part::Moment(_) | Part::Time(_) | Part::Begin | Part::End => {
                at_most(id).or_else(|| at_least(id))
            }
        };
        found.map(ConnectionId)
    }

    /// The last of the pieces that hold a connection before which less of it had come than this
    /// moment; where what stood is not known, one before that.
    fn holder(&self, id: ConnectionId, moment: Moment, first: usize, last: usize) -> usize {
        let pieces = self.pieces.iter().enumerate().take(last + 1).skip(first);
        let is_before = |stood: &Standing| {
            let came = stood.moment_of(id).unwrap_or_default();
            came < moment
        };
        let mut newest_first = pieces.rev();
        let found = newest_first.find(|(_, piece)| piece.stood.as_ref().is_some_and(is_before));
        found.map_or(first, |(number, _)| number)
    }
}
