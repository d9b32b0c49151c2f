//! What is shown before anybody has connected: what to do, with the real address.

use crate::trace::About;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let (strong, dim) = (
        model.theme.style(Role::Strong),
        model.theme.style(Role::Dim),
    );
    let key = model.theme.style(Role::Key);
    let mut y = canvas.height().saturating_sub(11) / 3;
    if model.ui.lesson.is_some() {
        canvas.text(0, y, "No connection yet: the lesson makes one.", strong);
        return;
    }
    if model.about.session.is_some() {
        canvas.text(0, y, "No connection is in this session.", strong);
        return;
    }
    canvas.text(
        0,
        y,
        "Nobody has connected yet. Try, in another terminal:",
        strong,
    );
    for (command, why) in commands(&model.about) {
        if y + 3 >= canvas.height() {
            break;
        }
        canvas.text(2, y + 2, &command, key);
        canvas.text(2, y + 3, why, dim);
        y += 3;
    }
}

/// The commands, ready to be typed.
fn commands(about: &About) -> Vec<(String, &'static str)> {
    let Some(url) = about.urls.first() else {
        return Vec::new();
    };
    let authority = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or(authority);
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut commands = vec![
        (
            format!("curl -v {url}"),
            "one request, every octet of it seen here",
        ),
        (
            format!("nc -C {host} {port}"),
            "type GET / HTTP/1.1, Host: localhost and an empty line yourself",
        ),
        (
            format!("open {url} in a browser"),
            "several connections at once, and how they are kept",
        ),
    ];
    commands.push((
        "glassport open browser".into(),
        "no client at hand: a page load that was recorded, to step through",
    ));
    if let Some(url) = &about.reachable {
        commands.push((
            format!("open {url} on another machine"),
            "everyone on the network can: what is served is theirs to read",
        ));
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::about;

    #[test]
    fn the_commands_name_the_real_address() {
        let mut about = about();
        let first = |about: &About| {
            commands(about)
                .into_iter()
                .map(|(c, _)| c)
                .take(2)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            first(&about),
            ["curl -v http://127.0.0.1:8080/", "nc -C 127.0.0.1 8080"]
        );
        about.urls = vec!["http://[::1]:81".into()];
        assert_eq!(first(&about), ["curl -v http://[::1]:81", "nc -C ::1 81"]);
        about.reachable = Some("http://192.0.2.2:81/".into());
        assert_eq!(
            commands(&about).last().unwrap().0,
            "open http://192.0.2.2:81/ on another machine"
        );
        about.urls.clear();
        assert!(commands(&about).is_empty());
    }
}
