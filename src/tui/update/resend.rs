//! Sending a request again. Knows no socket.

use crate::tui::message::{Effect, Errand};
use crate::tui::model::Model;
use crate::tui::model::notice::Notice;
use crate::tui::model::selected;

/// Has the selected request sent again, octet for octet and in the same pieces.
pub(crate) fn send(model: &mut Model) -> Option<Effect> {
    let Some((name, request)) = selected::request(model) else {
        model.ui.notice = Some(Notice::failed("there is no request to send again"));
        return None;
    };
    match request.sends() {
        Ok(sends) => {
            model.ui.notice = Some(Notice::done(format!("sending {name} again …")));
            let to = request.server;
            Some(Effect::Send(Errand::SendAgain { to, sends }))
        }
        Err(why) => {
            model.ui.notice = Some(Notice::failed(format!("{name} is not sent again: {why}")));
            None
        }
    }
}
