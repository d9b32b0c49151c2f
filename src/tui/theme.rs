//! From what something is to how it looks: a role in, a style out. Knows no place on the
//! screen.
//!
//! Meaning is never carried by colour alone: without colour every role that has to stand
//! out does so in bold, underlined or in reverse.

use ratatui::style::{Color, Modifier, Style};

use super::meaning::Meaning;
use super::words::Mood;

/// What something on the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Text,
    Dim,
    Brand,
    Strong,
    Border,
    BorderFocused,
    Title,
    TitleFocused,
    Selected,
    /// The row that is shown elsewhere, in a table without the focus.
    Current,
    Key,
    Good,
    Info,
    Warning,
    Bad,
    BadgeLive,
    BadgeFrozen,
    /// An octet, by its meaning.
    Octet(Meaning),
    /// CR, LF or another control octet, in the text column.
    Mark(Meaning),
    /// The boundary, just found.
    Flash,
    /// The octet the cursor stands on.
    Cursor,
    /// The other octets of the field the cursor stands in.
    Field,
    /// Where one recv ends and the next begins.
    Tick,
    /// The line along which a request was cut off.
    Cut,
    MatcherLit,
    /// The upper and lower edge of a lit cell.
    MatcherEdge,
    MatcherUnlit,
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

/// The colours a theme is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Palette {
    name: &'static str,
    background: Color,
    text: Color,
    dim: Color,
    line: Color,
    accent: Color,
    red: Color,
    green: Color,
    yellow: Color,
    blue: Color,
    magenta: Color,
    cyan: Color,
    /// Two backgrounds that recvs take in turns; none where the terminal's own is not known.
    runs: [Option<Color>; 2],
    selected: Option<Color>,
}

/// The terminal's own colours: right on a dark and on a light background, because it names
/// neither black nor white.
const TERMINAL: Palette = Palette {
    name: "terminal",
    background: Color::Reset,
    text: Color::Reset,
    dim: Color::DarkGray,
    line: Color::DarkGray,
    accent: Color::Cyan,
    red: Color::Red,
    green: Color::Green,
    yellow: Color::Yellow,
    // Plain blue can hardly be read on black, in most terminals' palettes.
    blue: Color::LightBlue,
    magenta: Color::Magenta,
    cyan: Color::Cyan,
    runs: [None, None],
    selected: None,
};

const DARK: Palette = Palette {
    name: "dark",
    background: Color::Rgb(13, 17, 23),
    text: Color::Rgb(214, 221, 229),
    dim: Color::Rgb(125, 135, 148),
    line: Color::Rgb(48, 56, 67),
    accent: Color::Rgb(94, 234, 212),
    red: Color::Rgb(255, 123, 114),
    green: Color::Rgb(126, 231, 135),
    yellow: Color::Rgb(240, 190, 80),
    blue: Color::Rgb(121, 192, 255),
    magenta: Color::Rgb(210, 168, 255),
    cyan: Color::Rgb(94, 234, 212),
    runs: [None, Some(Color::Rgb(25, 33, 45))],
    selected: Some(Color::Rgb(33, 44, 60)),
};

const LIGHT: Palette = Palette {
    name: "light",
    background: Color::Rgb(255, 255, 255),
    text: Color::Rgb(31, 35, 40),
    dim: Color::Rgb(101, 109, 118),
    line: Color::Rgb(200, 206, 214),
    accent: Color::Rgb(0, 118, 110),
    red: Color::Rgb(190, 25, 40),
    green: Color::Rgb(20, 110, 45),
    yellow: Color::Rgb(145, 88, 0),
    blue: Color::Rgb(9, 90, 200),
    magenta: Color::Rgb(120, 60, 200),
    cyan: Color::Rgb(0, 118, 110),
    runs: [None, Some(Color::Rgb(236, 241, 248))],
    selected: Some(Color::Rgb(218, 230, 246)),
};

const CONTRAST: Palette = Palette {
    name: "high contrast",
    background: Color::Rgb(0, 0, 0),
    text: Color::Rgb(255, 255, 255),
    dim: Color::Rgb(200, 200, 200),
    line: Color::Rgb(160, 160, 160),
    accent: Color::Rgb(255, 255, 0),
    red: Color::Rgb(255, 120, 120),
    green: Color::Rgb(100, 255, 100),
    yellow: Color::Rgb(255, 255, 0),
    blue: Color::Rgb(130, 200, 255),
    magenta: Color::Rgb(255, 160, 255),
    cyan: Color::Rgb(0, 255, 255),
    runs: [None, Some(Color::Rgb(40, 40, 40))],
    selected: Some(Color::Rgb(0, 60, 140)),
};

const PALETTES: [Palette; 4] = [TERMINAL, DARK, LIGHT, CONTRAST];

/// How everything looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    palette: usize,
    color: bool,
}

impl Default for Theme {
    fn default() -> Self {
        Self::from_env(false)
    }
}

impl Theme {
    /// The default theme, without colour when `NO_COLOR` is set.
    pub const fn from_env(no_color: bool) -> Self {
        Self {
            palette: 0,
            color: !no_color,
        }
    }

    /// The names of all themes.
    pub(crate) fn names() -> Vec<&'static str> {
        PALETTES.iter().map(|palette| palette.name).collect()
    }

    /// The theme of this name, or this one when there is none.
    pub(crate) fn named(self, name: &str) -> Self {
        let palette = PALETTES.iter().position(|palette| palette.name == name);
        Self {
            palette: palette.unwrap_or(self.palette),
            ..self
        }
    }

    /// The theme after this one.
    pub(crate) const fn next(self) -> Self {
        Self {
            palette: (self.palette + 1) % PALETTES.len(),
            ..self
        }
    }

    pub(crate) fn name(self) -> &'static str {
        if self.color {
            self.palette().name
        } else {
            "no colour"
        }
    }

    pub(crate) const fn has_color(self) -> bool {
        self.color
    }

    fn palette(self) -> Palette {
        PALETTES.get(self.palette).copied().unwrap_or(TERMINAL)
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
            Some(color) if self.color => Style::new().bg(color),
            Some(_) | None => Style::new(),
        }
    }

    /// How `role` looks.
    pub(crate) fn style(self, role: Role) -> Style {
        let p = self.palette();
        let bold = Modifier::BOLD;
        let style = match role {
            Role::Text => Style::new().fg(p.text),
            Role::Dim if self.color => Style::new().fg(p.dim),
            Role::Dim => Style::new().add_modifier(Modifier::DIM),
            Role::Brand => Style::new()
                .fg(p.accent)
                .add_modifier(bold | Modifier::REVERSED),
            Role::Strong | Role::Title => Style::new().fg(p.text).add_modifier(bold),
            Role::Border | Role::MatcherUnlit => Style::new().fg(p.line),
            Role::BorderFocused => Style::new().fg(p.accent),
            Role::TitleFocused | Role::Key => Style::new().fg(p.accent).add_modifier(bold),
            Role::Selected => match p.selected {
                Some(color) if self.color => Style::new().bg(color).add_modifier(bold),
                Some(_) | None => Style::new().fg(p.text).add_modifier(Modifier::REVERSED),
            },
            Role::Current => Style::new().add_modifier(bold),
            Role::Good | Role::Cut => Style::new().fg(p.green),
            Role::Info => Style::new().fg(p.blue),
            Role::Warning | Role::MatcherEdge => Style::new().fg(p.yellow),
            Role::Bad => Style::new().fg(p.red).add_modifier(bold),
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
            Role::Tick => Style::new().fg(p.magenta),
            Role::MatcherLit => Style::new()
                .fg(p.yellow)
                .add_modifier(bold | Modifier::REVERSED),
        };
        self.finish(style)
    }

    fn finish(self, style: Style) -> Style {
        if self.color {
            return style;
        }
        Style {
            fg: None,
            bg: None,
            underline_color: None,
            ..style
        }
    }
}

impl Palette {
    fn octet(self, meaning: Meaning) -> Style {
        let (color, modifier) = match meaning {
            Meaning::New => (self.text, Modifier::BOLD),
            Meaning::Method => (self.green, Modifier::BOLD),
            Meaning::Target => (self.cyan, Modifier::BOLD),
            Meaning::Version | Meaning::LineEnd => (self.blue, Modifier::empty()),
            Meaning::Space | Meaning::Colon => (self.dim, Modifier::empty()),
            Meaning::FieldName => (self.magenta, Modifier::BOLD),
            Meaning::LookedAt | Meaning::FieldValue => (self.text, Modifier::empty()),
            Meaning::Boundary => (self.yellow, Modifier::BOLD),
            Meaning::Body => (self.blue, Modifier::ITALIC),
            Meaning::Wrong => (self.red, Modifier::BOLD.union(Modifier::REVERSED)),
        };
        Style::new().fg(color).add_modifier(modifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_what_must_stand_out_still_does() {
        let theme = Theme::from_env(true);
        for role in [
            Role::Selected,
            Role::Cursor,
            Role::Flash,
            Role::MatcherLit,
            Role::Octet(Meaning::Wrong),
            Role::Octet(Meaning::Boundary),
            Role::Octet(Meaning::Method),
            Role::Mark(Meaning::LineEnd),
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
    fn the_default_names_neither_black_nor_white() {
        let p = TERMINAL;
        for color in [
            p.background,
            p.text,
            p.dim,
            p.line,
            p.accent,
            p.red,
            p.green,
            p.yellow,
            p.blue,
            p.magenta,
        ] {
            assert!(!matches!(
                color,
                Color::Black | Color::White | Color::Gray | Color::Rgb(..)
            ));
        }
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
}
