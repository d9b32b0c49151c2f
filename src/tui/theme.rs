//! From what something is to how it looks: a role in, a style out.
//!
//! OctetRole is never carried by colour alone: without colour every role that has to stand
//! out does so in bold, underlined or in reverse.

use ratatui::style::{Color, Modifier, Style};

mod background;
mod depth;
mod options;
mod palette;

pub use self::background::Background;
use self::depth::Depth;
pub use self::options::{Name, ThemeOptions, When, has_colours};
use self::palette::{PALETTES, Palette, TERMINAL};
use crate::trace::labels::Mood;
use crate::trace::octet_role::OctetRole;

/// What something on the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Text,
    Dim,
    Brand,
    Strong,
    Border,
    BorderFocused,
    /// The border of every pane while another moment than the present is shown.
    BorderPast,
    Title,
    TitleFocused,
    Selected,
    /// The row that is shown elsewhere, in a table without the focus.
    Current,
    Key,
    /// What is applied to a pane, behind its title.
    Chip,
    /// What was looked for.
    Match,
    /// What was marked by hand.
    Marked,
    Good,
    Info,
    Warning,
    Bad,
    /// An answer that did not go out whole.
    CutOff,
    BadgeLive,
    BadgeFrozen,
    /// An octet, by its meaning.
    Octet(OctetRole),
    /// CR, LF or another control octet, in the text column.
    Mark(OctetRole),
    /// The boundary, just found.
    Flash,
    /// The octet the cursor stands on.
    Cursor,
    /// The other octets of the field the cursor stands in.
    Field,
    /// Where one recv ends and the next begins.
    Tick,
    /// The number of the one that begins.
    Tag,
    /// The line along which a request was cut off.
    Cut,
    MatcherLit,
    /// The upper and lower edge of a lit cell.
    MatcherEdge,
    MatcherUnlit,
    /// A QR code, light on dark whatever is behind the text.
    Code,
}

impl Role {
    pub(crate) const fn of_mood(mood: Mood) -> Self {
        match mood {
            Mood::Quiet => Self::Text,
            Mood::Busy => Self::Warning,
            Mood::Calm => Self::Good,
            Mood::Bad => Self::Bad,
            Mood::Gone => Self::Dim,
        }
    }

    pub(crate) const fn of_status(class: u8) -> Self {
        match class {
            2 => Self::Good,
            3 => Self::Info,
            4 => Self::Warning,
            5 => Self::Bad,
            _ => Self::Text,
        }
    }
}

/// How everything looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    palette: usize,
    depth: Depth,
    glyphs: Glyphs,
    loud: bool,
    /// Whether dark or light is still to be known.
    asks: bool,
}

/// What glyphs the terminal's font has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyphs {
    All,
    Ascii,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            palette: 0,
            depth: Depth::True,
            glyphs: Glyphs::All,
            loud: false,
            asks: false,
        }
    }
}

impl Theme {
    /// The theme that was asked for, on a terminal that `env` tells of.
    pub fn choose(options: &ThemeOptions, env: impl Fn(&str) -> Option<String>) -> Self {
        let depth = options::depth(options.color.unwrap_or_default(), &env);
        let told = || options::background(env("COLORFGBG").as_deref()).map(options::palette_for);
        let palette = match options.name {
            Some(Name::Auto) => told(),
            Some(Name::Palette(index)) => Some(index),
            // What a variable says may be of another terminal: nobody asked for it to be heard.
            None if depth == Depth::True => None,
            None => Some(0),
        };
        Self {
            palette: palette.unwrap_or(0),
            asks: palette.is_none(),
            glyphs: if options.ascii.unwrap_or_else(|| options::is_ascii(&env)) {
                Glyphs::Ascii
            } else {
                Glyphs::All
            },
            depth,
            loud: false,
        }
    }

    /// The theme after this one.
    pub(crate) const fn next(self) -> Self {
        Self {
            palette: (self.palette + 1) % PALETTES.len(),
            asks: false,
            ..self
        }
    }

    /// Whether the terminal is to be asked for its background.
    pub(crate) const fn asks(self) -> bool {
        self.asks
    }

    /// The theme for this background, unless another one was chosen.
    pub(crate) fn on(self, background: Background) -> Self {
        if !self.asks {
            return self;
        }
        Self {
            palette: options::palette_for(background),
            asks: false,
            ..self
        }
    }

    /// The same theme for the back of the room: everything bold, nothing dim.
    pub(crate) const fn loud(self) -> Self {
        Self { loud: true, ..self }
    }

    /// The same theme for the front of it.
    pub(crate) const fn quiet(self) -> Self {
        Self {
            loud: false,
            ..self
        }
    }

    pub(crate) fn name(self) -> &'static str {
        if self.has_color() {
            self.palette().name
        } else {
            "no colour"
        }
    }

    pub(crate) const fn has_color(self) -> bool {
        !matches!(self.depth, Depth::None)
    }

    /// Whether nothing but ASCII may be shown.
    pub(crate) fn is_ascii(self) -> bool {
        self.glyphs == Glyphs::Ascii
    }

    pub(crate) const fn glyphs(self) -> Glyphs {
        self.glyphs
    }

    fn palette(self) -> Palette {
        let mut palette = PALETTES.get(self.palette).copied().unwrap_or(TERMINAL);
        if self.loud {
            palette.dim = palette.text;
            palette.line = palette.text;
        }
        palette
    }

    /// What the whole screen is filled with first.
    pub(crate) fn base(self) -> Style {
        let palette = self.palette();
        self.finish(Style::new().fg(palette.text).bg(palette.background))
    }

    /// The background of the `number`th recv, to be patched over an octet's style.
    pub(crate) fn run(self, number: u64) -> Style {
        let [even, odd] = self.palette().runs;
        let tint = if number.is_multiple_of(2) { even } else { odd };
        match tint {
            Some(color) if self.has_color() => self.finish(Style::new().bg(color)),
            Some(_) | None => Style::new(),
        }
    }

    /// What stands for the octet SP, and how it looks where text looks like `style`. A full
    /// stop is another octet.
    pub(crate) fn space(self, style: Style) -> (char, Style) {
        match self.glyphs {
            Glyphs::All => ('·', style),
            Glyphs::Ascii => (' ', style.add_modifier(Modifier::UNDERLINED)),
        }
    }

    /// How `role` looks.
    pub(crate) fn style(self, role: Role) -> Style {
        let p = self.palette();
        let bold = Modifier::BOLD;
        let style = match role {
            Role::Text => Style::new().fg(p.text),
            Role::Dim if self.has_color() || self.loud => Style::new().fg(p.dim),
            Role::Dim => Style::new().add_modifier(Modifier::DIM),
            Role::Brand => Style::new()
                .fg(p.accent)
                .add_modifier(bold | Modifier::REVERSED),
            Role::Strong | Role::Title => Style::new().fg(p.text).add_modifier(bold),
            Role::Border | Role::MatcherUnlit => Style::new().fg(p.line),
            Role::BorderFocused => Style::new().fg(p.accent),
            Role::TitleFocused | Role::Key => Style::new().fg(p.accent).add_modifier(bold),
            Role::Chip | Role::Tag => Style::new()
                .fg(p.magenta)
                .add_modifier(bold | Modifier::REVERSED),
            Role::Match => Style::new()
                .fg(p.yellow)
                .add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
            Role::Marked => Style::new().fg(p.magenta).add_modifier(bold),
            Role::Selected => match p.selected {
                Some(color) if self.has_color() => Style::new().bg(color).add_modifier(bold),
                Some(_) | None => Style::new().fg(p.text).add_modifier(Modifier::REVERSED),
            },
            Role::Current => Style::new().add_modifier(bold),
            Role::Good | Role::Cut => Style::new().fg(p.green),
            Role::Info | Role::BorderPast => Style::new().fg(p.blue),
            Role::Warning | Role::MatcherEdge => Style::new().fg(p.yellow),
            Role::Bad => Style::new().fg(p.red).add_modifier(bold),
            Role::CutOff => Style::new()
                .fg(p.magenta)
                .add_modifier(bold | Modifier::CROSSED_OUT),
            Role::BadgeLive => Style::new().fg(p.green).add_modifier(bold),
            Role::BadgeFrozen => Style::new()
                .fg(p.blue)
                .add_modifier(bold | Modifier::REVERSED),
            Role::Octet(meaning) => p.octet(meaning),
            Role::Mark(meaning) => p.octet(meaning).add_modifier(bold | Modifier::REVERSED),
            Role::Flash => Style::new()
                .fg(p.green)
                .add_modifier(bold | Modifier::REVERSED),
            Role::Cursor => Style::new()
                .fg(p.accent)
                .add_modifier(bold | Modifier::REVERSED | Modifier::UNDERLINED),
            Role::Field => Style::new().add_modifier(bold | Modifier::UNDERLINED),
            Role::Code => Style::new().fg(Color::White).bg(Color::Black),
            Role::Tick => Style::new().fg(p.magenta),
            Role::MatcherLit => Style::new()
                .fg(p.yellow)
                .add_modifier(bold | Modifier::REVERSED),
        };
        self.finish(style)
    }

    fn finish(self, style: Style) -> Style {
        let mut style = style;
        if self.loud {
            style = style
                .add_modifier(Modifier::BOLD)
                .remove_modifier(Modifier::DIM);
        }
        let color = |color: Option<Color>| color.and_then(|color| self.depth.color(color));
        Style {
            fg: color(style.fg),
            bg: color(style.bg),
            underline_color: color(style.underline_color),
            ..style
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_color() -> Theme {
        let options = ThemeOptions {
            color: Some(When::Never),
            ..ThemeOptions::default()
        };
        Theme::choose(&options, |_| None)
    }

    #[test]
    fn without_colour_what_must_stand_out_still_does() {
        let theme = without_color();
        for role in [
            Role::Selected,
            Role::Cursor,
            Role::Flash,
            Role::MatcherLit,
            Role::Octet(OctetRole::Wrong),
            Role::Octet(OctetRole::Boundary),
            Role::Octet(OctetRole::Method),
            Role::Mark(OctetRole::LineEnd),
            Role::Bad,
            Role::Field,
        ] {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            assert!(!style.add_modifier.is_empty(), "{role:?}");
        }
        assert_eq!(theme.base().bg, None);
        assert_eq!(theme.run(1), Style::new());
    }

    #[test]
    fn themes_come_round() {
        let first = Theme::default();
        let mut theme = first;
        for _ in 0..PALETTES.len() {
            theme = theme.next();
        }
        assert_eq!(theme, first);
    }

    #[test]
    fn for_the_back_of_the_room_nothing_is_dim() {
        for theme in [Theme::default(), without_color()] {
            let loud = theme.loud();
            let dim = loud.style(Role::Dim);
            assert!(dim.add_modifier.contains(Modifier::BOLD));
            assert!(!dim.add_modifier.contains(Modifier::DIM));
            assert_eq!(dim.fg, loud.style(Role::Text).fg);
        }
    }
}
