//! The manual pages, as `man` reads them: one for glassport, one for each command.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::arguments::command;
use super::environment::variable;
use crate::tui;

/// Variables that are not glassport's own, and what they do here.
const FOREIGN: &[(&str, &str)] = &[
    (
        "NO_COLOR",
        "set to anything: no colours, unless --color, the configuration or GLASSPORT_COLOR says always",
    ),
    (
        "CLICOLOR_FORCE",
        "set to anything but 0: colours, unless NO_COLOR is set, whatever CLICOLOR says",
    ),
    (
        "CLICOLOR",
        "set to 0: no colours, unless NO_COLOR or CLICOLOR_FORCE decides",
    ),
    (
        "COLORTERM",
        "truecolor or 24bit: the terminal has all colours",
    ),
    (
        "COLORFGBG",
        "tells --theme auto whether the background is dark or light",
    ),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "the first that is set names the locale; where it is C, POSIX or one of another encoding than UTF-8, --ascii is meant",
    ),
    ("XDG_CONFIG_HOME", "where the configuration is looked for"),
    (
        "TMUX, TERM",
        "tell how a copy is passed through to the terminal",
    ),
];

/// What the program ends with.
const EXIT_STATUS: &[(&str, &str)] = &[
    (
        "0",
        "it was ended in order, by a key or a signal, or has printed what was asked for",
    ),
    (
        "1",
        "it could not serve: nothing is at the folder's place, the port is taken, the log file cannot be opened",
    ),
    (
        "2",
        "the arguments, a variable or the configuration are wrong; one sentence on stderr says how",
    ),
];

/// The page of glassport, or of one of its commands.
pub(super) fn page(name: Option<&str>) -> String {
    let mut whole = command();
    whole.build();
    match name.and_then(|name| whole.find_subcommand(name)) {
        None => main_page(&whole),
        Some(sub) => command_page(sub),
    }
}

fn main_page(whole: &Command) -> String {
    let mut roff = Roff::new();
    section(&mut roff, "COMMANDS", &commands(whole));
    paragraph(
        &mut roff,
        "Each has a page of its own, glassport COMMAND --man | man -l -, and is described shortly by \
         glassport help COMMAND.",
    );
    section(&mut roff, "ENVIRONMENT", &environment(whole));
    roff.control("SH", ["FILES"]);
    item(
        &mut roff,
        "$XDG_CONFIG_HOME/glassport/config.toml",
        "settings and keys of the dashboard, in TOML; ~/.config/glassport/config.toml where the \
         variable is not set, and elsewhere only with --config",
    );
    section(&mut roff, "EXIT STATUS", EXIT_STATUS);
    roff.control("SH", ["KEYS"]);
    paragraph(
        &mut roff,
        "On the dashboard, unless the configuration says otherwise. Those of a place count \
         before those that count everywhere.",
    );
    let mut place = "";
    for key in tui::keys() {
        if key.place != place {
            place = key.place;
            roff.control("SS", [place]);
        }
        item(&mut roff, key.keys, key.label);
    }
    around(whole, &roff)
}

fn command_page(sub: &Command) -> String {
    let mut roff = Roff::new();
    if sub.get_name() == "lab" {
        roff.control("SH", ["KEYS"]);
        for (keys, label) in tui::lab::keys() {
            item(&mut roff, keys, label);
        }
    }
    let notes = sub.get_after_help().map(ToString::to_string);
    for part in notes.unwrap_or_default().split("\n\n") {
        let (title, text) = match part.strip_prefix("Exit codes: ") {
            Some(text) => ("EXIT STATUS", text),
            None => ("NOTES", part),
        };
        if !text.is_empty() {
            roff.control("SH", [title]);
            paragraph(&mut roff, text);
        }
    }
    around(sub, &roff)
}

/// The sections every page has, around its own.
fn around(command: &Command, own: &Roff) -> String {
    let name = command.get_display_name().unwrap_or("glassport");
    let version = command.get_version().unwrap_or_default();
    let man = Man::new(command.clone().disable_help_subcommand(true))
        .title(name)
        .source(format!("glassport {version}").trim_end())
        .manual("glassport");
    let mut page = Vec::new();
    // Writing into memory does not fail.
    let _ = man
        .render_title(&mut page)
        .and_then(|()| man.render_name_section(&mut page))
        .and_then(|()| man.render_synopsis_section(&mut page))
        .and_then(|()| man.render_description_section(&mut page))
        .and_then(|()| man.render_options_section(&mut page))
        .and_then(|()| own.to_writer(&mut page));
    String::from_utf8_lossy(&page).into_owned()
}

fn section<T: AsRef<str>>(roff: &mut Roff, title: &str, items: &[(T, T)]) {
    roff.control("SH", [title]);
    for (name, text) in items {
        item(roff, name.as_ref(), text.as_ref());
    }
}

fn item(roff: &mut Roff, name: &str, text: &str) {
    roff.control("TP", []);
    roff.text([bold(name)]);
    roff.text([roman(text)]);
}

fn paragraph(roff: &mut Roff, text: &str) {
    roff.control("PP", []);
    roff.text([roman(text)]);
}

fn commands(whole: &Command) -> Vec<(String, String)> {
    let about = |sub: &Command| {
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        (format!("glassport {}", sub.get_name()), about)
    };
    // What clap adds prints help, and that is said of every command.
    let tasks = whole
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help");
    tasks.map(about).collect()
}

fn environment(whole: &Command) -> Vec<(String, String)> {
    let own = whole.get_arguments().filter_map(|arg| {
        let text = format!("as --{}", arg.get_long()?);
        Some((variable(arg)?, text))
    });
    let foreign = FOREIGN
        .iter()
        .map(|(name, text)| ((*name).into(), (*text).into()));
    own.chain(foreign).collect()
}
