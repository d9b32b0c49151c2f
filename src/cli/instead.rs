//! What the arguments ask for in place of serving.

use super::task::Task;

/// What the arguments amount to, when it is not to serve.
#[derive(Debug)]
pub enum Instead {
    /// Print this on stdout: help, the version, the manual page, completions.
    Print(String),
    /// Do this.
    Task(Task),
    /// The arguments are wrong: one sentence that says how.
    Usage(String),
}
