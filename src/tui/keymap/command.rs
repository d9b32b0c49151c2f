//! What can be asked for.

use strum::IntoStaticStr;

/// What a key can ask for. Its name is the variant's, in words with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Command {
    Go(Motion),
    NextPane,
    PreviousPane,
    Open,
    Back,
    Freeze,
    Hold,
    HoldNew,
    Step,
    Slower,
    Faster,
    RecvLess,
    RecvMore,
    RecvSize,
    Predict,
    Follow,
    Edit,
    SendChanged,
    EditOutside,
    InsertLf,
    InsertCr,
    Dump,
    OtherDirection,
    Content,
    OtherContent,
    Narration,
    Maximise,
    Theme,
    Projector,
    ShowBuffer,
    ShowHead,
    ShowLadder,
    ShowKernel,
    ShowSyscalls,
    Filter,
    Find,
    NextMatch,
    PreviousMatch,
    Mark,
    NextMark,
    Sort,
    SortDirection,
    Help,
    QuitOrBack,
    Quit,
    Suspend,
    Redraw,
    Copy,
    Write,
    Record,
    #[strum(serialize = "send-again")]
    Resend,
    Share,
    Palette,
    Mouse,
    Complete,
    RecordBack,
    RecordOn,
    ExchangeBack,
    ExchangeOn,
    SecondsBack,
    SecondsOn,
    NextOddity,
    PreviousOddity,
    Begin,
    Present,
    Play,
    Pace,
    PlaySlower,
    PlayFaster,
}

impl Command {
    /// The name in the palette and in a configuration file.
    pub(crate) fn name(self) -> &'static str {
        if let Self::Go(motion) = self {
            motion.into()
        } else {
            self.into()
        }
    }
}

/// Where the cursor can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Motion {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    LineStart,
    LineEnd,
}
