//! What the client of a lesson does.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use super::{Driver, PATIENCE, Stop, claim, unlike};
use crate::client::Client;
use crate::lesson::told::Told;

impl Driver<'_, '_> {
    pub(super) fn connect(&mut self) -> Result<(), Stop> {
        let address = self.place.address;
        let call = format!("connect({address})");
        match Client::connect(address, PATIENCE) {
            Ok(client) => {
                let local = client.local();
                let line = format!("{call} = 0   from {local}");
                self.local = Some(local);
                self.silent.extend(self.client.replace(client));
                (self.tell)(Told::Client(&line))?;
                let id = self.id()?;
                (self.tell)(Told::Follow(id))
            }
            Err(error) => unlike(format!("{call}: {error}")),
        }
    }

    pub(super) fn send(&mut self, octets: &[u8]) -> Result<(), Stop> {
        let call = format!("send({})", octets.len());
        match self.client()?.send(octets, Client::deadline(PATIENCE)) {
            Ok(taken) => {
                (self.tell)(Told::Client(&format!("{call} = {taken}")))?;
                (self.tell)(Told::Octets(octets))?;
                claim("octets sent", octets.len(), taken)
            }
            Err(error) => unlike(format!("{call}: {error}")),
        }
    }

    pub(super) fn receive(&mut self, status: u16) -> Result<(), Stop> {
        match self.client()?.response(Client::deadline(PATIENCE)) {
            Ok(response) => {
                let line = format!(
                    "recv brought the response {:?}, with {} octets of content",
                    String::from_utf8_lossy(response.head.status_line()),
                    response.content
                );
                (self.tell)(Told::Client(&line))?;
                claim(
                    "the status",
                    status.into(),
                    response.head.status().code().into(),
                )
            }
            Err(error) => unlike(format!("the client received no whole response: {error}")),
        }
    }

    pub(super) fn receive_end(&mut self) -> Result<(), Stop> {
        match self.client()?.end(Client::deadline(PATIENCE)) {
            Ok(0) => (self.tell)(Told::Client("recv = 0   the server has sent FIN")),
            Ok(more) => unlike(format!("{more} more octets came where FIN should")),
            Err(error) => unlike(format!("the client did not receive FIN: {error}")),
        }
    }

    pub(super) fn called(&mut self, call: &str, result: io::Result<()>) -> Result<(), Stop> {
        match result {
            Ok(()) => (self.tell)(Told::Client(&format!("{call} = 0"))),
            Err(error) => unlike(format!("{call}: {error}")),
        }
    }

    /// A port that was free a moment ago is one where nobody listens.
    pub(super) fn knock(&mut self) -> Result<(), Stop> {
        let free =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
        let address = match free {
            Ok(address) => address,
            Err(error) => return unlike(format!("there is no free port: {error}")),
        };
        match Client::connect(address, PATIENCE) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                let line = format!("connect({address}) = -1   connection refused");
                (self.tell)(Told::Client(&line))
            }
            Err(error) => unlike(format!("connect({address}): {error}")),
            Ok(_) => unlike(format!("somebody listens at {address}")),
        }
    }

    pub(super) fn client(&mut self) -> Result<&mut Client, Stop> {
        match &mut self.client {
            Some(client) => Ok(client),
            None => unlike("there is no client".into()),
        }
    }
}
