//! Options of which one gives way to another.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::arguments::Arguments;
use super::instead::Instead;

/// Sees to it that no two options contradict each other. What stands on the command line
/// beats a variable; two of a kind are refused.
pub(super) fn settle(arguments: &mut Arguments, matches: &ArgMatches) -> Result<(), Instead> {
    let both = |one: bool, other: bool, ids: [&str; 2]| {
        if !(one && other) {
            return Ok(None);
        }
        let said = ids.map(|id| matches.value_source(id) == Some(ValueSource::CommandLine));
        match said {
            [true, false] => Ok(Some(Loser::Second)),
            [false, true] => Ok(Some(Loser::First)),
            [true, true] | [false, false] => {
                let [one, other] = ids.map(|id| id.replace('_', "-"));
                Err(Instead::Usage(format!(
                    "--{one} and --{other} contradict each other"
                )))
            }
        }
    };
    match both(
        arguments.public,
        !arguments.bind.is_empty(),
        ["public", "bind"],
    )? {
        Some(Loser::First) => arguments.public = false,
        Some(Loser::Second) => arguments.bind.clear(),
        None => {}
    }
    match both(
        arguments.quiet,
        arguments.log_file.is_some(),
        ["quiet", "log_file"],
    )? {
        Some(Loser::First) => arguments.quiet = false,
        Some(Loser::Second) => arguments.log_file = None,
        None => {}
    }
    match both(arguments.quiet, arguments.verbose, ["quiet", "verbose"])? {
        Some(Loser::First) => arguments.quiet = false,
        Some(Loser::Second) => arguments.verbose = false,
        None => {}
    }
    Ok(())
}

/// Which of two options gives way.
enum Loser {
    First,
    Second,
}
