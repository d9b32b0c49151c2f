//! Sending a request again, as it came or changed, and selecting what was sent.

use std::net::SocketAddr;
use std::time::Duration;

use super::{catch_up, moment, movement};
use crate::event::ConnectionId;
use crate::trace::ExchangeId;
use crate::tui::message::{Effect, Job};
use crate::tui::model::notice::Notice;
use crate::tui::model::overlay::{Comparison, Editor, Overlay};
use crate::tui::model::sent::Sent;
use crate::tui::model::{Model, Subject, selected};

/// How many connections are looked through for the one that was made: the newest.
const LOOKED_AT: usize = 256;

/// Has the selected request sent again, octet for octet and in the same pieces.
pub(crate) fn send(model: &mut Model) -> Option<Effect> {
    let Some((name, request)) = selected::request(model) else {
        model.ui.notice = Some(Notice::failed("there is no request to send again"));
        return None;
    };
    match request.sends() {
        Ok(sends) => {
            model.ui.notice = Some(Notice::done(format!("sending {name} again …")));
            model.ui.sent = Some(Sent::default());
            let to = request.server;
            Some(Effect::Start(Job::Resend { to, sends }))
        }
        Err(why) => {
            model.ui.notice = Some(Notice::failed(format!("{name} is not sent again: {why}")));
            None
        }
    }
}

/// Has a request sent that was changed; its answer is compared with the one before.
pub(super) fn send_changed(model: &mut Model, editor: &Editor) -> Effect {
    let name = &editor.name;
    model.ui.notice = Some(Notice::done(format!("sending {name}, changed …")));
    model.ui.sent = Some(Sent {
        compare: editor.of,
        ..Sent::default()
    });
    let sends = vec![(Duration::ZERO, editor.octets.clone())];
    let to = editor.to;
    Effect::Start(Job::Resend { to, sends })
}

/// The connection was made from here: that is how it is known among all others.
pub(crate) fn connected(model: &mut Model, local: SocketAddr) {
    if let Some(sent) = &mut model.ui.sent {
        sent.local = Some(local);
    }
    look(model);
}

/// Selects what was sent, once it has come, and compares the answers, once there are two. To
/// be called after records.
pub(crate) fn look(model: &mut Model) {
    let Some(sent) = &model.ui.sent else { return };
    let Some(id) = sent.connection.or_else(|| arrived(model, sent.local?)) else {
        return;
    };
    if sent.connection.is_none() {
        catch_up::stand_no_longer(model);
        moment::leave(model);
        movement::select(model, Subject::Connection(id));
        // What comes next does not take its place.
        model.ui.subject = Subject::Connection(id);
        model.ui.seen = model.counted();
        if let Some(sent) = &mut model.ui.sent {
            sent.connection = Some(id);
        }
    }
    let Some(connection) = model.live.connections.get(&id) else {
        model.ui.sent = None;
        return;
    };
    let is_over = connection.closed.is_some();
    let Some(first) = connection.exchanges.front() else {
        if is_over {
            model.ui.sent = None;
        }
        return;
    };
    if first.done.is_none() && !is_over {
        return;
    }
    let after = ExchangeId {
        connection: id,
        n: first.n,
    };
    let compare = model.ui.sent.take().and_then(|sent| sent.compare);
    if model.watched() == Some(id) {
        model.ui.subject = Subject::Exchange(after);
    }
    if let Some(before) = compare
        && model.ui.overlay.is_none()
    {
        model.ui.overlay = Some(Overlay::Comparison(Comparison {
            before,
            after,
            top: 0,
        }));
    }
}

/// The connection that came from this address.
fn arrived(model: &Model, local: SocketAddr) -> Option<ConnectionId> {
    let same = |peer: SocketAddr| {
        peer.port() == local.port() && peer.ip().to_canonical() == local.ip().to_canonical()
    };
    let newest = model.live.connections.iter().rev().take(LOOKED_AT);
    let mut found = newest.filter(|(_, connection)| connection.peer.is_some_and(same));
    found.next().map(|(id, _)| *id)
}
