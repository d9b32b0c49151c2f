//! Which key does what, where: one table, from which the help and the footer are printed too.

pub(in crate::tui) mod bindings;
mod command;
mod context;
pub(in crate::tui) mod purpose;

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(crate) use self::command::{Command, Motion};
pub(crate) use self::context::Context;

/// One row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) place: Context,
    pub(super) keys: Cow<'static, [Key]>,
    /// The keys as they are printed.
    pub(crate) shown: Cow<'static, str>,
    pub(crate) command: Command,
    pub(crate) label: &'static str,
    /// A word for the footer, for the keys that deserve it.
    pub(crate) hint: Option<Cow<'static, str>>,
}

/// A key as a table names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

impl Key {
    pub(crate) fn matches(self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match (self, event.code) {
            // Shift is part of the character: terminals differ in whether they report it.
            (Self::Char(wanted), KeyCode::Char(got)) => wanted == got && !ctrl && !alt,
            (Self::Ctrl(wanted), KeyCode::Char(got)) => ctrl && wanted == got.to_ascii_lowercase(),
            (Self::Code(wanted), got) => wanted == got && !ctrl && !alt,
            (Self::Char(_) | Self::Ctrl(_), _) => false,
        }
    }
}

macro_rules! keymap {
    ($($place:ident [$($key:ident($value:expr)),+] $shown:literal $command:ident $(($motion:ident))? $label:literal $(, $hint:literal)?;)*) => {
        /// Every key there is. Of two rows that match, the first counts.
        pub(crate) const KEYMAP: &[Binding] = &[$(Binding {
            place: Context::$place,
            keys: Cow::Borrowed(&[$(Key::$key($value)),+]),
            shown: Cow::Borrowed($shown),
            command: Command::$command $((Motion::$motion))?,
            label: $label,
            hint: keymap!(@hint $($hint)?),
        }),*];
    };
    (@hint) => { None };
    (@hint $hint:literal) => { Some(Cow::Borrowed($hint)) };
}

keymap! {
    Help   [Char('q'), Code(KeyCode::Enter)] "q Enter" Back "close the help", "Esc close";
    Help   [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "further down", "j/k scroll";
    Help   [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "further up";
    Help   [Char('/'), Char('f')] "/ f" Find "find a key", "/ find";

    Menu   [Char('j'), Code(KeyCode::Down), Code(KeyCode::Tab)] "j ↓" Go(Down) "next", "j/k move";
    Menu   [Char('k'), Code(KeyCode::Up), Code(KeyCode::BackTab)] "k ↑" Go(Up) "previous";
    Menu   [Code(KeyCode::Enter), Char('l')] "Enter" Open "this one", "Enter choose";
    Menu   [Code(KeyCode::Esc), Char('q')] "Esc q" Back "close", "Esc close";
    Menu   [Ctrl('c')] "Ctrl-C" Quit "quit";

    Prompt [Code(KeyCode::Tab)] "Tab" Complete "the whole name";
    Prompt [Code(KeyCode::Down), Ctrl('n')] "↓" Go(Down) "next";
    Prompt [Code(KeyCode::Up), Ctrl('p')] "↑" Go(Up) "previous";
    Prompt [Code(KeyCode::Enter)] "Enter" Open "do it", "Enter do";
    Prompt [Code(KeyCode::Esc)] "Esc" Back "close", "Esc close";
    Prompt [Ctrl('c')] "Ctrl-C" Quit "quit";

    Editor [Ctrl('s')] "Ctrl-s" SendChanged "send it, and compare the answers", "Ctrl-s send";
    Editor [Ctrl('e')] "Ctrl-e" EditOutside "change it in $VISUAL or $EDITOR", "Ctrl-e $EDITOR";
    Editor [Ctrl('n')] "Ctrl-n" InsertLf "LF alone; Enter types CR LF", "Ctrl-n LF";
    Editor [Ctrl('r')] "Ctrl-r" InsertCr "CR alone", "Ctrl-r CR";
    Editor [Code(KeyCode::Esc)] "Esc" Back "leave it", "Esc close";
    Editor [Ctrl('c')] "Ctrl-C" Quit "quit";

    Comparison [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "further down", "j/k scroll";
    Comparison [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "further up";
    Comparison [Code(KeyCode::Esc), Char('q'), Code(KeyCode::Enter)] "Esc q" Back "close", "Esc close";
    Comparison [Ctrl('c')] "Ctrl-C" Quit "quit";

    Content [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "further down", "j/k scroll";
    Content [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "further up";
    Content [Ctrl('d'), Code(KeyCode::PageDown)] "Ctrl-d PgDn" Go(PageDown) "a page down";
    Content [Ctrl('u'), Code(KeyCode::PageUp)] "Ctrl-u PgUp" Go(PageUp) "a page up";
    Content [Char('g'), Code(KeyCode::Home)] "g Home" Go(First) "first line", "g/G ends";
    Content [Char('G'), Code(KeyCode::End)] "G End" Go(Last) "last line";
    Content [Code(KeyCode::Tab), Code(KeyCode::BackTab)] "Tab" OtherContent "of the request, or of the response", "Tab request/response";
    Content [Code(KeyCode::Esc), Char('q'), Char('b'), Code(KeyCode::Enter)] "Esc q" Back "close", "Esc close";
    Content [Ctrl('c')] "Ctrl-C" Quit "quit";

    Past   [Char(',')] "," RecordBack "one record back", ",/. record";
    Past   [Char('.')] "." RecordOn "one record on, to the present";
    Past   [Char(' ')] "Space" Play "play what happened, and pause", "Space play";
    Past   [Char('G'), Code(KeyCode::End)] "G End" Present "back to the present", "G live";
    Past   [Char('<')] "<" PlaySlower "play slower";
    Past   [Char('>')] ">" PlayFaster "play faster";
    Past   [Char('=')] "=" Pace "play as it took, or for an eye";
    Past   [Code(KeyCode::Home)] "Home" Begin "where the connection begins";

    Tables [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "next row", "j/k move";
    Tables [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "previous row";
    Tables [Code(KeyCode::Enter), Char('l'), Code(KeyCode::Right)] "Enter l →" Open "look at its octets, or at its head", "Enter open";
    Tables [Char('g'), Code(KeyCode::Home)] "g Home" Go(First) "first row";
    Tables [Char('G'), Code(KeyCode::End)] "G End" Go(Last) "last row, and follow the newest";

    Buffer [Char('h'), Code(KeyCode::Left)] "h ←" Go(Left) "previous octet", "hjkl move";
    Buffer [Char('l'), Code(KeyCode::Right)] "l →" Go(Right) "next octet";
    Buffer [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "next line of octets";
    Buffer [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "previous line of octets";
    Buffer [Code(KeyCode::Home), Char('0')] "0 Home" Go(LineStart) "begin of the line";
    Buffer [Code(KeyCode::End), Char('$')] "$ End" Go(LineEnd) "end of the line";
    Buffer [Char('g')] "g" Go(First) "oldest octet";
    Buffer [Char('G')] "G" Go(Last) "newest octet";
    Buffer [Code(KeyCode::Enter)] "Enter" Open "the field this octet belongs to", "Enter head";

    Head   [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "next line", "j/k move";
    Head   [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "previous line";
    Head   [Char('g'), Code(KeyCode::Home)] "g Home" Go(First) "first line";
    Head   [Char('G'), Code(KeyCode::End)] "G End" Go(Last) "last line";
    Head   [Code(KeyCode::Enter)] "Enter" Open "the octets of this line", "Enter octets";

    Ladder [Char('j'), Code(KeyCode::Down)] "j ↓" Go(Down) "later", "j/k scroll";
    Ladder [Char('k'), Code(KeyCode::Up)] "k ↑" Go(Up) "earlier";
    Ladder [Char('g'), Code(KeyCode::Home)] "g Home" Go(First) "begin of the connection";
    Ladder [Char('G'), Code(KeyCode::End)] "G End" Go(Last) "newest";

    Everywhere [Ctrl('d'), Code(KeyCode::PageDown)] "Ctrl-d PgDn" Go(PageDown) "a page down";
    Everywhere [Ctrl('u'), Code(KeyCode::PageUp)] "Ctrl-u PgUp" Go(PageUp) "a page up";
    Everywhere [Code(KeyCode::Tab)] "Tab" NextPane "next pane", "Tab pane";
    Everywhere [Code(KeyCode::BackTab)] "Shift-Tab" PreviousPane "previous pane";
    Everywhere [Code(KeyCode::Esc)] "Esc" Back "back";
    Everywhere [Char(' ')] "Space" Freeze "freeze the view; the server goes on", "Space freeze";
    Everywhere [Char('F')] "F" Follow "follow the newest, from anywhere", "F follow";
    Everywhere [Char('p')] "p" Hold "hold this connection, and release it", "p hold";
    Everywhere [Char('P')] "P" HoldNew "hold new connections, or no longer";
    Everywhere [Char('.')] "." Step "one step of a held connection", ". step";
    Everywhere [Char(',')] "," RecordBack "one record back; the server goes on", ", back";
    Everywhere [Char('{')] "{" ExchangeBack "back to where an exchange was complete";
    Everywhere [Char('}')] "}" ExchangeOn "on to where one was complete";
    Everywhere [Char('(')] "(" SecondsBack "five seconds back";
    Everywhere [Char(')')] ")" SecondsOn "five seconds on";
    Everywhere [Char('e')] "e" NextOddity "next refusal, abort, timeout or gap";
    Everywhere [Char('E')] "E" PreviousOddity "the one before";
    Everywhere [Char('<')] "<" Slower "slow motion, slower";
    Everywhere [Char('>')] ">" Faster "slow motion, faster";
    Everywhere [Char('[')] "[" RecvLess "recv asks for less: 1024, 64, 4, 1";
    Everywhere [Char(']')] "]" RecvMore "recv asks for more";
    Everywhere [Char('=')] "=" RecvSize "recv asks for as much as you type";
    Everywhere [Char('T')] "T" Predict "ask what a step will do, then show it";
    Everywhere [Char('x')] "x" Dump "lines, hex and text, text, hex", "x lines/hex";
    Everywhere [Char('o')] "o" OtherDirection "the octets of the other direction";
    Everywhere [Char('b')] "b" Content "the content, as JSON, form or text", "b content";
    Everywhere [Char('\\')] "\\" Maximise "this pane alone, and back", "\\ maximise";
    Everywhere [Char('/')] "/" Filter "filter both tables", "/ filter";
    Everywhere [Char('f'), Ctrl('f')] "f Ctrl-f" Find "find in the octets, or in the head", "f find";
    Everywhere [Char('n')] "n" NextMatch "next match of what was found";
    Everywhere [Char('N')] "N" PreviousMatch "previous match";
    Everywhere [Char('m')] "m" Mark "mark it, to be kept; in the past, the moment";
    Everywhere [Char('\'')] "'" NextMark "next mark";
    Everywhere [Char('s')] "s" Sort "sort the table by the next column";
    Everywhere [Char('S')] "S" SortDirection "sort the other way round";
    Everywhere [Char('1')] "1" ShowBuffer "the octets";
    Everywhere [Char('2')] "2" ShowHead "the head";
    Everywhere [Char('3')] "3" ShowLadder "the ladder";
    Everywhere [Char('4')] "4" ShowKernel "what the kernel knows";
    Everywhere [Char('5')] "5" ShowSyscalls "system calls";
    Everywhere [Char('L')] "L" Projector "large, for the back of the room";
    Everywhere [Char('v')] "v" Narration "narration on and off";
    Everywhere [Char('t')] "t" Theme "next theme";
    Everywhere [Char('y')] "y" Copy "copy: raw, hex, curl, netcat, URL", "y copy";
    Everywhere [Char('w')] "w" Write "write to a file; also HAR and pcapng";
    Everywhere [Char('R')] "R" Record "record into a file, and stop";
    Everywhere [Char('r')] "r" Resend "send this request again, and select it";
    Everywhere [Char('c')] "c" Edit "change this request, send it, compare";
    Everywhere [Char('W')] "W" Share "the page for the class: address, QR code";
    Everywhere [Char(':')] ":" Palette "every command, by name";
    Everywhere [Char('M')] "M" Mouse "mouse on, or off to select text";
    Everywhere [Char('?')] "?" Help "this help";
    Everywhere [Char('q')] "q" QuitOrBack "back, and at the top quit";
    Everywhere [Char('Q')] "Q" Quit "quit";
    Everywhere [Ctrl('c')] "Ctrl-C" Quit "quit";
    Everywhere [Ctrl('z')] "Ctrl-Z" Suspend "suspend; fg comes back";
    Everywhere [Ctrl('l')] "Ctrl-L" Redraw "draw everything again";
}

/// Whether this is one of the keys that have a lesson go on.
pub(crate) fn is_cue(event: KeyEvent) -> bool {
    let keys = [Key::Code(KeyCode::Enter), Key::Char(' ')];
    keys.iter().any(|key| key.matches(event))
}

/// A key for whoever prints a list of them.
#[derive(Debug, Clone, Copy)]
pub struct KeyRow {
    /// Where it means this.
    pub place: &'static str,
    /// The keys, as they are printed.
    pub keys: &'static str,
    /// What they do.
    pub label: &'static str,
}

/// Every key there is unless it was bound otherwise, place by place.
pub fn keys() -> impl Iterator<Item = KeyRow> {
    let places = [
        (Context::Everywhere, "Everywhere"),
        (Context::Past, "In the past"),
        (Context::Tables, "In the tables"),
        (Context::Buffer, "In the buffer"),
        (Context::Head, "In the head"),
        (
            Context::Ladder,
            "In the ladder, the kernel and the system calls",
        ),
        (Context::Help, "In the help"),
        (Context::Menu, "In a menu"),
        (Context::Prompt, "Where text is typed"),
        (Context::Editor, "Where a request is changed"),
        (Context::Comparison, "Where two answers stand side by side"),
        (Context::Content, "Where content stands to be read"),
    ];
    places.into_iter().flat_map(|(place, name)| {
        let rows = KEYMAP.iter().filter(move |row| row.place == place);
        rows.map(move |row| KeyRow {
            place: name,
            keys: match row.shown {
                Cow::Borrowed(shown) => shown,
                Cow::Owned(_) => "",
            },
            label: row.label,
        })
    })
}

/// The keys as they are bound.
#[derive(Debug, Clone)]
pub(crate) struct Keymap(pub(super) Cow<'static, [Binding]>);

impl Default for Keymap {
    fn default() -> Self {
        Self(Cow::Borrowed(KEYMAP))
    }
}

impl Keymap {
    /// What `event` asks for at `place`.
    pub(crate) fn command(&self, place: Context, event: KeyEvent) -> Option<Command> {
        self.bindings(place)
            .find(|binding| binding.keys.iter().any(|key| key.matches(event)))
            .map(|binding| binding.command)
    }

    /// The rows that count in the panes that `context` is of, and in the past if one is there;
    /// behind them, those of the past for whoever is not.
    pub(crate) fn known(&self, context: Context, in_past: bool) -> impl Iterator<Item = &Binding> {
        let behind = self.past().filter(move |_| !in_past);
        self.heard(context, in_past).chain(behind)
    }

    fn past(&self) -> impl Iterator<Item = &Binding> {
        self.0.iter().filter(|row| row.place == Context::Past)
    }

    /// The keys of these commands alone.
    pub(crate) fn only(&self, commands: &[Command]) -> Self {
        let rows = self.0.iter().filter(|row| commands.contains(&row.command));
        Self(rows.cloned().collect())
    }

    /// The rows that count now, in the panes those of the past before the others, and those of
    /// `context` before those that count everywhere. A row none of whose keys is left does not
    /// count.
    pub(crate) fn heard(&self, context: Context, in_past: bool) -> impl Iterator<Item = &Binding> {
        let in_past = in_past && context.is_of_panes();
        let past = move || self.past().filter(move |_| in_past);
        let own = move || self.0.iter().filter(move |row| row.place == context);
        let is_left = move |row: &&Binding| {
            let taken = |key: &Key| {
                let is_own = row.place == context;
                let own = own().filter(move |_| !is_own);
                past().chain(own).any(|before| before.keys.contains(key))
            };
            row.keys.is_empty() || !row.keys.iter().all(taken)
        };
        past().chain(self.bindings(context).filter(is_left))
    }

    /// What `event` asks for in the panes, where another moment may be shown.
    pub(crate) fn asked_for(
        &self,
        context: Context,
        in_past: bool,
        event: KeyEvent,
    ) -> Option<Command> {
        let mut rows = self.heard(context, in_past);
        let row = rows.find(|row| row.keys.iter().any(|key| key.matches(event)))?;
        Some(row.command)
    }

    /// The rows that count at `place`, its own before those that count everywhere.
    pub(crate) fn bindings(&self, place: Context) -> impl Iterator<Item = &Binding> {
        let own = self.0.iter().filter(move |binding| binding.place == place);
        // Where something is open over the panes, what is below it does not hear.
        let everywhere = !matches!(
            place,
            Context::Menu
                | Context::Prompt
                | Context::Editor
                | Context::Comparison
                | Context::Content
        );
        let others = self
            .0
            .iter()
            .filter(move |binding| everywhere && binding.place == Context::Everywhere);
        own.chain(others)
    }
}

#[cfg(test)]
mod tests;
