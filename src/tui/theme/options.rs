//! Which theme was asked for, and what the environment says about the terminal.

use std::str::FromStr;

use super::background::Background;
use crate::tui::theme::depth::Depth;
use crate::tui::theme::palette::PALETTES;

/// How the dashboard is to look, as far as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThemeOptions {
    /// Which colours.
    pub name: Option<Name>,
    /// Whether there are to be any.
    pub color: Option<When>,
    /// Whether every glyph is to be ASCII; the locale decides where nothing was said.
    pub ascii: Option<bool>,
}

impl ThemeOptions {
    /// This, and where it says nothing, the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            color: self.color.or(other.color),
            ascii: self.ascii.or(other.ascii),
        }
    }
}

/// Which colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Dark or light once the terminal says which it is, however many colours it has; until
    /// then its own 16.
    Auto,
    /// One of [`Name::all`], counted from 0.
    Palette(usize),
}

impl Name {
    /// Every name there is, `auto` apart.
    pub fn all() -> impl Iterator<Item = &'static str> {
        PALETTES.iter().map(|palette| palette.name)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        let spelled = name.replace("color", "colour");
        let known = Self::all().position(|known| known == spelled);
        known.map(Self::Palette).ok_or_else(|| {
            let all: Vec<_> = Self::all().collect();
            format!("there are auto, {}", all.join(", "))
        })
    }
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// As `NO_COLOR` (no-color.org) says, or else `CLICOLOR_FORCE`, or else `CLICOLOR`.
    #[default]
    Auto,
    /// Whatever these say.
    Always,
    /// Bold, underlined and reverse instead.
    Never,
}

impl FromStr for When {
    type Err = String;

    fn from_str(when: &str) -> Result<Self, String> {
        match when {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err("there are auto, always, never".into()),
        }
    }
}

/// What is behind the text, as `COLORFGBG` tells: its last part is the number of a colour.
pub(super) fn background(fgbg: Option<&str>) -> Option<Background> {
    match fgbg?.rsplit(';').next()?.parse::<u8>().ok()? {
        7 | 9..=15 => Some(Background::Light),
        0..=6 | 8 => Some(Background::Dark),
        16.. => None,
    }
}

/// Which palette is for it, counted from 0.
pub(super) fn palette_for(background: Background) -> usize {
    let wanted = match background {
        Background::Light => "light",
        Background::Dark => "dark",
    };
    Name::all().position(|name| name == wanted).unwrap_or(0)
}

/// Whether the locale has ASCII alone: the first of these variables that is set names it
/// (POSIX.1-2017 XBD §8.2). Where none is, POSIX has the C locale too; but that is how
/// containers and remote shells start, and it says nothing about the terminal.
pub(super) fn is_ascii(env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) else {
        return false;
    };
    let locale = locale.split('@').next().unwrap_or_default();
    match locale.split_once('.') {
        // The system knows which encoding belongs to a language without one.
        None => matches!(locale, "C" | "POSIX"),
        Some((_, encoding)) => {
            let encoding = encoding.replace('-', "").to_ascii_lowercase();
            encoding != "utf8"
        }
    }
}

/// How many colours the terminal has, as the environment tells.
pub(super) fn depth(when: When, env: impl Fn(&str) -> Option<String>) -> Depth {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    // bixense.com/clicolors has this order.
    let unwanted = || {
        set("NO_COLOR").is_some()
            || set("CLICOLOR_FORCE").is_none_or(|force| force == "0")
                && set("CLICOLOR").is_some_and(|color| color == "0")
    };
    match when {
        When::Never => return Depth::None,
        When::Auto if unwanted() => return Depth::None,
        When::Auto | When::Always => {}
    }
    match env("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Depth::True,
        Some(_) | None => Depth::Indexed,
    }
}

/// Whether text that goes to a terminal, or elsewhere, has colours.
pub fn has_colours(
    when: When,
    is_terminal: bool,
    env: impl Fn(&str) -> Option<String> + Copy,
) -> bool {
    let forced = env("CLICOLOR_FORCE").is_some_and(|force| !force.is_empty() && force != "0");
    let wanted = when == When::Always
        || forced
        || is_terminal && env("TERM").is_none_or(|term| term != "dumb");
    wanted && depth(when, env) != Depth::None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Theme;

    #[test]
    fn the_environment_is_heeded_unless_told_otherwise() {
        let depth = |when, pairs: &'static [(&str, &str)]| {
            let env = |name: &str| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            depth(when, env)
        };
        let none: &[(&str, &str)] = &[];
        assert_eq!(depth(When::Auto, none), Depth::Indexed);
        assert_eq!(
            depth(When::Auto, &[("COLORTERM", "truecolor")]),
            Depth::True
        );
        assert_eq!(depth(When::Auto, &[("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(When::Auto, &[("NO_COLOR", "")]), Depth::Indexed);
        assert_eq!(depth(When::Always, &[("NO_COLOR", "1")]), Depth::Indexed);
        assert_eq!(depth(When::Never, none), Depth::None);
        const OFF: (&str, &str) = ("CLICOLOR", "0");
        const FORCE: (&str, &str) = ("CLICOLOR_FORCE", "1");
        assert_eq!(depth(When::Auto, &[OFF]), Depth::None);
        assert_eq!(depth(When::Always, &[OFF]), Depth::Indexed);
        assert_eq!(depth(When::Auto, &[("CLICOLOR", "1")]), Depth::Indexed);
        assert_eq!(depth(When::Auto, &[("CLICOLOR", "")]), Depth::Indexed);
        assert_eq!(depth(When::Auto, &[OFF, FORCE]), Depth::Indexed);
        assert_eq!(
            depth(When::Auto, &[OFF, ("CLICOLOR_FORCE", "0")]),
            Depth::None
        );
        assert_eq!(depth(When::Auto, &[FORCE, ("NO_COLOR", "1")]), Depth::None);
    }

    #[test]
    fn text_has_colours_on_a_terminal_or_where_they_are_asked_for() {
        let has = |when, is_terminal, pairs: &'static [(&str, &str)]| {
            let env = |name: &str| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            has_colours(when, is_terminal, env)
        };
        assert!(has(When::Auto, true, &[("TERM", "xterm")]));
        assert!(!has(When::Auto, true, &[("TERM", "dumb")]));
        assert!(!has(When::Auto, false, &[]));
        assert!(!has(When::Auto, true, &[("NO_COLOR", "1")]));
        assert!(has(When::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(has(When::Always, false, &[("NO_COLOR", "1")]));
        assert!(!has(When::Never, true, &[]));
    }

    #[test]
    fn a_locale_without_utf_8_has_ascii_alone_unless_told_otherwise() {
        let glyphs = |ascii, pairs: &'static [(&str, &str)]| {
            let env = |name: &str| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let options = ThemeOptions {
                ascii,
                ..ThemeOptions::default()
            };
            Theme::choose(&options, env).is_ascii()
        };
        assert!(!glyphs(None, &[]));
        for name in [
            "C",
            "POSIX",
            "de_DE.ISO-8859-1",
            "ja_JP.eucJP",
            "de_DE.ISO-8859-15@euro",
        ] {
            assert!(is_ascii(|v| (v == "LC_ALL").then(|| name.into())), "{name}");
        }
        for name in [
            "C.UTF-8",
            "C.utf8",
            "en_US.UTF-8",
            "en_US",
            "de_DE.UTF-8@euro",
            "",
        ] {
            assert!(!is_ascii(|v| (v == "LANG").then(|| name.into())), "{name}");
        }
        const ALL: (&str, &str) = ("LC_ALL", "C");
        const KIND: (&str, &str) = ("LC_CTYPE", "C");
        const UTF8: (&str, &str) = ("LANG", "C.UTF-8");
        assert!(glyphs(None, &[ALL, UTF8]));
        assert!(glyphs(None, &[KIND, UTF8]));
        assert!(!glyphs(None, &[("LC_ALL", ""), UTF8]));
        assert!(!glyphs(None, &[("LC_ALL", "C.UTF-8"), ("LANG", "C")]));
        assert!(!glyphs(Some(false), &[ALL]));
        assert!(glyphs(Some(true), &[UTF8]));
    }

    #[test]
    fn the_background_is_found_where_it_is_told() {
        let name = |fgbg: Option<&'static str>| {
            let options = ThemeOptions {
                name: Some(Name::Auto),
                ..ThemeOptions::default()
            };
            let env = move |name: &str| (name == "COLORFGBG").then_some(fgbg?.to_owned());
            Theme::choose(&options, env).name()
        };
        assert_eq!(name(Some("15;0")), "dark");
        assert_eq!(name(Some("0;default;15")), "light");
        assert_eq!(name(Some("nonsense")), "terminal");
        assert_eq!(name(None), "terminal");
    }

    #[test]
    fn by_itself_a_terminal_of_all_colours_is_asked_and_no_other() {
        let asks = |color: &'static str, name| {
            let options = ThemeOptions {
                name,
                ..ThemeOptions::default()
            };
            let env = move |name: &str| match name {
                "COLORTERM" => Some(color.to_owned()),
                "COLORFGBG" => Some("0;15".to_owned()),
                _ => None,
            };
            let theme = Theme::choose(&options, env);
            assert_eq!(theme.name(), "terminal", "until it has answered");
            theme.asks()
        };
        assert!(asks("truecolor", None));
        assert!(!asks("", None));
        assert!(!asks("truecolor", Some(Name::Palette(0))));
        let options = ThemeOptions {
            color: Some(When::Never),
            ..ThemeOptions::default()
        };
        let colorless = Theme::choose(&options, |_| Some("truecolor".into()));
        assert!(!colorless.asks());
    }

    #[test]
    fn an_answer_counts_until_a_theme_was_chosen() {
        let options = ThemeOptions {
            name: Some(Name::Auto),
            ..ThemeOptions::default()
        };
        let theme = Theme::choose(&options, |_| None);
        assert!(theme.asks());
        let light = theme.on(Background::Light);
        assert_eq!((light.name(), light.asks()), ("light", false));
        assert_eq!(light.on(Background::Dark), light);
        let chosen = theme.next();
        assert_eq!(chosen.on(Background::Light), chosen);
        assert!(!Theme::default().asks());
    }

    #[test]
    fn names_are_known_in_both_spellings() {
        assert_eq!("dark".parse(), Ok(Name::Palette(1)));
        assert_eq!("color-blind".parse::<Name>(), "colour-blind".parse());
        assert!("drak".parse::<Name>().unwrap_err().contains("dark"));
    }
}
