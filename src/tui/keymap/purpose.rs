//! What a key is for: the help is grouped by it.

use super::Command;

/// What keys are for, in the order the help has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Move,
    Look,
    Find,
    Drive,
    Time,
    Take,
    Leave,
}

impl Purpose {
    pub(crate) const ALL: [Self; 7] = [
        Self::Move,
        Self::Look,
        Self::Find,
        Self::Drive,
        Self::Time,
        Self::Take,
        Self::Leave,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Look => "What is shown",
            Self::Find => "Find, filter, sort, mark",
            Self::Drive => "Hold, step, slow down",
            Self::Time => "Back in time",
            Self::Take => "Copy, write, record, send",
            Self::Leave => "Help, and the way out",
        }
    }
}

impl Command {
    pub(crate) const fn purpose(self) -> Purpose {
        match self {
            Self::Go(_)
            | Self::NextPane
            | Self::PreviousPane
            | Self::Open
            | Self::Back
            | Self::Follow => Purpose::Move,
            Self::Dump
            | Self::OtherDirection
            | Self::Content
            | Self::OtherContent
            | Self::Narration
            | Self::Maximise
            | Self::Theme
            | Self::Projector
            | Self::Share
            | Self::ShowBuffer
            | Self::ShowHead
            | Self::ShowLadder
            | Self::ShowKernel
            | Self::ShowSyscalls
            | Self::Mouse
            | Self::Redraw => Purpose::Look,
            Self::Filter
            | Self::Find
            | Self::NextMatch
            | Self::PreviousMatch
            | Self::Mark
            | Self::NextMark
            | Self::Sort
            | Self::SortDirection
            | Self::Complete => Purpose::Find,
            Self::Hold
            | Self::HoldNew
            | Self::Step
            | Self::Slower
            | Self::Faster
            | Self::RecvLess
            | Self::RecvMore
            | Self::RecvSize
            | Self::Predict => Purpose::Drive,
            Self::Freeze
            | Self::RecordBack
            | Self::RecordOn
            | Self::ExchangeBack
            | Self::ExchangeOn
            | Self::SecondsBack
            | Self::SecondsOn
            | Self::NextOddity
            | Self::PreviousOddity
            | Self::Begin
            | Self::Present
            | Self::Play
            | Self::Pace
            | Self::PlaySlower
            | Self::PlayFaster => Purpose::Time,
            Self::Copy
            | Self::Write
            | Self::Record
            | Self::Resend
            | Self::Edit
            | Self::SendChanged
            | Self::EditOutside
            | Self::InsertLf
            | Self::InsertCr => Purpose::Take,
            Self::Palette | Self::Help | Self::QuitOrBack | Self::Quit | Self::Suspend => {
                Purpose::Leave
            }
        }
    }
}
