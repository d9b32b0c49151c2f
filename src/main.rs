//! The `glassport` program: arguments in, exit code out.

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::io::Write;
use std::process::ExitCode;

use glassport::cli::{Instead, Options};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os()) {
        Ok(options) => options,
        Err(Instead::Print(text)) => {
            // Nobody is left to tell when stdout is gone.
            let _ = std::io::stdout().write_all(text.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(Instead::Task(task)) => {
            return glassport::app::perform(task)
                .unwrap_or_else(|(sentence, code)| fail(&sentence, code));
        }
        Err(Instead::Usage(sentence)) => return fail(&sentence, 2),
    };
    match glassport::app::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), error.exit_code()),
    }
}

fn fail(sentence: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "glassport: {sentence}");
    ExitCode::from(code)
}
