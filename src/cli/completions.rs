//! What makes a shell complete the options.

use clap_complete::Shell;

use super::arguments::command;

/// Where fish's script has left out the program's name.
const FISH_FIRST_WORD: &str = "    set -e cmd[1]\n";
/// What it lacks there: argparse refuses an option whose value is still to be typed, and then
/// no value would be offered.
const FISH_LAST_OPTION: &str = "    string match -q -- '-*' \"$cmd[-1]\"\n    and set -e cmd[-1]\n";

/// What makes a shell complete the options, as a script.
pub(super) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "glassport", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Fish {
        script.replacen(
            FISH_FIRST_WORD,
            &[FISH_FIRST_WORD, FISH_LAST_OPTION].concat(),
            1,
        )
    } else {
        script
    }
}
