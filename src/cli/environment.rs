//! Options that come from the environment: `GLASSPORT_RECV_SIZE` for `--recv-size`.

use std::ffi::OsStr;
use std::net::SocketAddr;

use clap::builder::BoolishValueParser;
use clap::{Arg, ArgAction};

/// What the name of every variable begins with.
pub(super) const PREFIX: &str = "GLASSPORT_";

/// `GLASSPORT_RECV_SIZE` for `--recv-size`. What only prints something has none.
pub(super) fn variable(arg: &Arg) -> Option<String> {
    let prints = ["completions", "man", "help", "version"].contains(&arg.get_id().as_str());
    let name = arg.get_long().filter(|_| !prints)?;
    Some(format!("{PREFIX}{}", name.replace('-', "_").to_uppercase()))
}

/// The argument, taken from its variable where the command line says nothing. An empty
/// variable says nothing either, nor does one that is somebody else's.
pub(super) fn from_environment(arg: Arg) -> Arg {
    let Some(name) = variable(&arg) else {
        return arg;
    };
    let value = std::env::var_os(&name).filter(|value| !value.is_empty());
    if value.is_none_or(|value| is_service_link(&name, &value)) {
        return arg;
    }
    let arg = arg.env(name).hide_env(true);
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        arg.value_parser(BoolishValueParser::new())
    } else {
        arg
    }
}

/// What is said when the port's variable is Kubernetes' and so is not heeded.
pub(super) fn note(arg: &Arg) -> Option<String> {
    let name = variable(arg)?;
    let value = std::env::var_os(&name)?;
    is_service_link(&name, &value).then(|| {
        format!(
            "{name}={} is not heeded: Kubernetes sets it for a service that has the name glassport; \
             the port can be said with -p",
            value.to_string_lossy()
        )
    })
}

/// Whether this is what Kubernetes tells every container about a service of that name, as
/// Docker's links once did: `GLASSPORT_PORT=tcp://10.0.0.1:8080`. The other variables of a
/// service (`GLASSPORT_SERVICE_HOST`, `GLASSPORT_PORT_8080_TCP`, …) are no option's.
fn is_service_link(name: &str, value: &OsStr) -> bool {
    let link = value.to_str().and_then(|value| value.split_once("://"));
    name == "GLASSPORT_PORT"
        && link.is_some_and(|(protocol, address)| {
            ["tcp", "udp", "sctp"].contains(&protocol) && address.parse::<SocketAddr>().is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_link_is_told_from_a_mistake() {
        let link = |name: &str, value: &str| is_service_link(name, OsStr::new(value));
        for value in [
            "tcp://10.0.0.1:8080",
            "udp://10.0.0.1:53",
            "tcp://[fd00::1]:80",
        ] {
            assert!(link("GLASSPORT_PORT", value), "{value}");
            assert!(!link("GLASSPORT_RECV_SIZE", value), "{value}");
        }
        for value in [
            "8080",
            "tcp",
            "tcp://",
            "tcp://10.0.0.1",
            "http://10.0.0.1:80",
            "tcp://x:1",
        ] {
            assert!(!link("GLASSPORT_PORT", value), "{value}");
        }
    }
}
