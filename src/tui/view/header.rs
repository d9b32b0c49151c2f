//! The header: what is bound and served, and what it comes to.

use crate::event::{Flow, escape};
use crate::trace::format;
use crate::trace::{Opened, Trace};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, middle, width};

/// The cells that set a piece apart from the next.
const APART: u16 = 3;

/// A piece of the header. Of those that do not fit, the ones with the lowest rank go first.
#[derive(Debug)]
struct Piece {
    rank: u8,
    text: String,
    role: Role,
}

impl Piece {
    /// With what sets it apart from the next.
    fn width(&self) -> u16 {
        width(&self.text).saturating_add(APART)
    }
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let (badge, role) = badge(model);
    let badge_width = width(&badge);
    let end = canvas.width().saturating_sub(badge_width + 1);
    let brand = canvas.text_in(0, 0, end, " glassport ", model.theme.style(Role::Brand));
    let room = end.saturating_sub(brand);
    let mut pieces = pieces(model, room);
    // One that does not even fit alone is not to push the others out.
    pieces.retain(|piece| piece.width() <= room);
    let needed = |pieces: &[Piece]| -> u16 { pieces.iter().map(Piece::width).sum() };
    while needed(&pieces) > room {
        let lowest = pieces
            .iter()
            .enumerate()
            .min_by_key(|(_, piece)| piece.rank);
        let Some((index, _)) = lowest else { break };
        pieces.remove(index);
    }
    let mut x = brand + 2;
    for (i, piece) in pieces.iter().enumerate() {
        if i > 0 {
            canvas.text(x, 0, "·", model.theme.style(Role::Dim));
            x += 2;
        }
        x = canvas.text(x, 0, &piece.text, model.theme.style(piece.role)) + 1;
    }
    canvas.text_to(canvas.width(), 0, &badge, model.theme.style(role));
}

fn badge(model: &Model) -> (String, Role) {
    if model.frozen.is_some() {
        let unseen = format::count(model.unseen());
        return (format!(" FROZEN +{unseen} "), Role::BadgeFrozen);
    }
    if let Some(connection) = model.connection()
        && connection.held.is_some()
        && connection.closed.is_none()
    {
        return (format!(" HELD {} ", connection.id), Role::BadgeFrozen);
    }
    if let Some(session) = &model.about.session {
        if session.is_watched {
            return ("● WATCHING ".into(), Role::BadgeLive);
        }
        return (" SESSION ".into(), Role::BadgeFrozen);
    }
    if model.live.draining {
        return (" STOPPING ".into(), Role::Warning);
    }
    ("● LIVE ".into(), Role::BadgeLive)
}

fn pieces(model: &Model, room: u16) -> Vec<Piece> {
    let trace = model.trace();
    let totals = trace.totals;
    let mut pieces = addresses(model, room);
    // Beside the address that is told in any case.
    let foremost = pieces.iter().max_by_key(|piece| piece.rank);
    let beside = room.saturating_sub(foremost.map_or(0, Piece::width));
    let mut piece = |rank, text: String, role| pieces.push(Piece { rank, text, role });
    if let Some(session) = &model.about.session {
        piece(88, opened(session, room), Role::Strong);
    }
    let served = escape(model.about.served.as_bytes());
    if model.about.passes_on {
        // Where a tap leads is half of what it is.
        let served = middle(&served, beside.saturating_sub(APART).max(1));
        piece(89, served, Role::Strong);
    } else if !served.is_empty() {
        // What is served is not known of servers that are watched.
        piece(20, served, Role::Dim);
    }
    if let Some(driven) = driven(model) {
        piece(97, driven, Role::Warning);
    }
    piece(
        70,
        format!("{} open", format::count(totals.open)),
        Role::Text,
    );
    piece(80, format::plural(totals.requests(), "request"), Role::Text);
    if !trace.rate.is_flat() {
        piece(40, rate(trace), Role::Good);
    }
    for class in [2, 3, 4, 5, 1] {
        let n = totals
            .statuses
            .get(usize::from(class))
            .copied()
            .unwrap_or(0);
        if n > 0 {
            let text = format!("{class}xx {}", format::count(n));
            piece(60 - class, text, Role::of_status(class));
        }
    }
    let short = format::short_size;
    let (received, sent) = (short(totals.received), short(totals.sent));
    piece(30, format!("in {received} out {sent}"), Role::Dim);
    if trace.evicted > 0 {
        piece(
            35,
            if model.reads_again {
                format!("{} in the file alone", format::count(trace.evicted))
            } else {
                format!("{} evicted", format::count(trace.evicted))
            },
            Role::Dim,
        );
    }
    if let Some(recording) = &model.recording {
        let octets = format::short_size(recording.octets);
        piece(98, format!("● RECORDING {octets}"), Role::Bad);
    }
    if model.shared.is_some() {
        let watching = format::count(model.audience.watching as u64);
        piece(93, format!("◉ {watching} watch"), Role::Info);
    }
    for followed in model.followed.values() {
        let (name, lost) = (followed.name, format::count(followed.lost));
        match (followed.is_away, followed.lost) {
            (true, 0) => piece(96, format!("▲ {name} is away"), Role::Warning),
            (true, _) => piece(96, format!("▲ {name} is away, {lost} lost"), Role::Warning),
            (false, 0) => {
                let sent = format::count(followed.sent);
                piece(33, format!("{name} {sent}"), Role::Dim);
            }
            (false, _) => piece(94, format!("▲ {name}: {lost} lost"), Role::Warning),
        }
    }
    if totals.left_out > 0 {
        let left_out = format::count(totals.left_out);
        piece(95, format!("▲ left out {left_out}"), Role::Warning);
    }
    pieces
}

/// The name of a session, with when it was recorded where there is room for both.
fn opened(session: &Opened, room: u16) -> String {
    let whole = format!("{}, {}", session.name, session.recorded);
    let room = room.saturating_sub(APART).max(1);
    [&whole, &session.name]
        .map(|text| escape(text.as_bytes()))
        .into_iter()
        .find(|text| width(text) <= room)
        .unwrap_or_else(|| middle(&escape(session.name.as_bytes()), room))
}

/// Where it is served. Where there is room for one address alone it is the one to give to
/// others, which works on this machine too.
fn addresses(model: &Model, room: u16) -> Vec<Piece> {
    let piece = |rank, text| Piece {
        rank,
        text,
        role: Role::Strong,
    };
    let others = model.about.reachable.as_ref();
    let others = others.map(|url| piece(92, format!("for others {}", escape(url.as_bytes()))));
    let others = others.filter(|others| others.width() <= room);
    let rank = if others.is_some() { 65 } else { 90 };
    let own = model.about.urls.first();
    let own = own.map(|url| piece(rank, escape(url.as_bytes())));
    own.into_iter().chain(others).collect()
}

/// How new connections are driven, where that is out of the ordinary.
fn driven(model: &Model) -> Option<String> {
    let new = model.live.new?;
    let flow = match new.flow {
        Flow::Run => None,
        Flow::Held => Some("new ones held".to_owned()),
        Flow::Slow(pause) => Some(format!("slow {}", format::took(pause))),
    };
    let recv = (new.recv_size != model.about.recv_size)
        .then(|| format!("recv {}", format::count(new.recv_size as u64)));
    match (flow, recv) {
        (None, None) => None,
        (Some(text), None) | (None, Some(text)) => Some(text),
        (Some(flow), Some(recv)) => Some(format!("{flow}, {recv}")),
    }
}

/// The rate, as a number and as a line of bars.
fn rate(trace: &Trace) -> String {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = trace.rate.seconds().max().unwrap_or(0).max(1);
    let mut text = format!("{}/s ", format::count(trace.rate.per_second()));
    for n in trace.rate.seconds() {
        let eighths = usize::try_from((n * 8).div_ceil(most)).unwrap_or(8);
        text.extend(BARS.get(eighths));
    }
    text
}
