//! Many clients at once, and what the threads that serve them cost.

use super::cost::{Cost, Threads};
use super::{Driver, PATIENCE, Stop, claim, unlike};
use crate::client::Client;
use crate::lesson::told::Told;

/// What each client asks for.
const REQUEST: &[u8] = b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// What is told where the system does not say it.
const NOT_TOLD: &str = "threads, memory and switches: not available on this platform";

impl Driver<'_, '_> {
    /// From now on it is about a server with a thread for each connection.
    pub(super) fn thread_each(&mut self) -> Result<(), Stop> {
        let Some(address) = self.place.thread_each else {
            return unlike("there is no second server".into());
        };
        self.crowd.clear();
        (self.crowd_at, self.threads) = (address, Threads::Each);
        self.asked = (0, None);
        self.before = self.measured.take();
        (self.tell)(Told::Call(
            "another server listens, with --threads connection",
        ))
    }

    /// So many clients connect, ask once and stay.
    pub(super) fn connect_crowd(&mut self, clients: usize) -> Result<(), Stop> {
        let address = self.crowd_at;
        for _ in 0..clients {
            match Client::connect(address, PATIENCE) {
                Ok(client) => self.crowd.push(client),
                Err(error) => return unlike(format!("connect({address}): {error}")),
            }
        }
        let line = format!("{clients} clients: connect({address}) = 0");
        (self.tell)(Told::Client(&line))?;
        self.ask_together(1)
    }

    /// All of them ask, and only then do they receive, so many times.
    pub(super) fn ask_together(&mut self, times: usize) -> Result<(), Stop> {
        for _ in 0..times {
            for client in &mut self.crowd {
                let until = Client::deadline(PATIENCE);
                match client.send(REQUEST, until) {
                    Ok(taken) => claim("octets sent", REQUEST.len(), taken)?,
                    Err(error) => return unlike(format!("send: {error}")),
                }
            }
            for client in &mut self.crowd {
                let until = Client::deadline(PATIENCE);
                match client.response(until) {
                    Ok(response) => claim("the status", 200, response.head.status().code().into())?,
                    Err(error) => return unlike(format!("no whole response: {error}")),
                }
            }
        }
        let requests = times * self.crowd.len();
        self.asked.0 += requests as u64;
        let line = format!("{requests} requests, {requests} responses 200");
        (self.tell)(Told::Client(&line))
    }

    /// Tells what the threads cost, and what a request did since that was told last.
    pub(super) fn measure(&mut self) -> Result<(), Stop> {
        let Some(cost) = Cost::of(self.threads) else {
            return (self.tell)(Told::Measured(NOT_TOLD));
        };
        let Cost {
            threads,
            switches,
            resident,
        } = cost;
        let serve = match threads {
            1 => "1 thread serves".to_owned(),
            _ => format!("{threads} threads serve"),
        };
        let (requests, before) = std::mem::replace(&mut self.asked, (0, Some(switches)));
        let before = before.filter(|_| requests > 0);
        let each = before.map_or_else(String::new, |before| {
            let hundredths = 100 * switches.saturating_sub(before) / requests;
            let (whole, part) = (hundredths / 100, hundredths % 100);
            let each = format!("{whole}.{part:02}");
            let told = self
                .before
                .as_ref()
                .map_or_else(String::new, |before| format!(" (before: {before})"));
            self.measured = Some(format!("{threads} threads, {each}"));
            format!(", {each} switches a request{told}")
        });
        let line = format!("{serve}, the process holds {resident} KiB{each}");
        (self.tell)(Told::Measured(&line))
    }

    /// Whether there are fewer threads than this, where the system says how many there are.
    pub(super) fn fewer_threads(&self, than: usize) -> Result<(), Stop> {
        self.threads_are(|threads| threads < than, "fewer", than)
    }

    /// Whether there are as many threads as this, or more.
    pub(super) fn more_threads(&self, than: usize) -> Result<(), Stop> {
        self.threads_are(|threads| threads >= than, "as many", than)
    }

    fn threads_are(
        &self,
        is: impl FnOnce(usize) -> bool,
        word: &str,
        than: usize,
    ) -> Result<(), Stop> {
        match Cost::of(self.threads) {
            Some(Cost { threads, .. }) if !is(threads) => {
                unlike(format!("threads: {threads}, not {word} as {than}"))
            }
            Some(_) | None => Ok(()),
        }
    }
}
