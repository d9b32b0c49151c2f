//! What is said to Redis: XADD to publish, XREAD to watch.

use std::fmt;
use std::time::Duration;

use ::redis::{Client, Cmd, Connection, RedisError, Value, cmd};

use super::address::Address;
use super::entry::Entry;
use super::publisher::Stream;

/// How long Redis may take to answer. Whoever publishes has room for what happens meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it is waited for new entries, before it is asked again.
const BLOCK: Duration = Duration::from_millis(BLOCK_MILLIS);
const BLOCK_MILLIS: u64 = 500;
/// How many entries are taken at once: each may be long.
const TAKEN: usize = 64;

/// A connection to Redis, which is made anew when it breaks.
pub struct Redis {
    address: Address,
    /// How many entries the stream keeps, about.
    length: u64,
    connection: Option<Connection>,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Redis {
    /// Nothing is connected yet. When entries are added, the oldest go, so that about `length`
    /// are left.
    pub const fn new(address: Address, length: u64) -> Self {
        Self {
            address,
            length,
            connection: None,
        }
    }

    fn ask(&mut self, command: &Cmd) -> Result<Value, String> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            empty => empty.insert(connect(&self.address).map_err(|error| clause(&error))?),
        };
        command.query(connection).map_err(|error: RedisError| {
            // A refusal is an answer; anything else may leave one under way.
            if error.code().is_none() {
                self.connection = None;
            }
            clause(&error)
        })
    }
}

impl Stream for Redis {
    fn add(&mut self, entry: &Entry) -> Result<(), String> {
        let mut command = cmd("XADD");
        command
            .arg(self.address.stream())
            .arg("MAXLEN")
            .arg("~")
            .arg(self.length)
            .arg("*");
        for (name, value) in entry.fields() {
            command.arg(name).arg(value);
        }
        let reply = self.ask(&command)?;
        // The number of the entry: nothing else says that it was added.
        if octets(&reply).is_none() {
            self.connection = None;
            return Err("Redis does not say that it took it".into());
        }
        Ok(())
    }
}

/// A stream that is read, from the oldest entry that is there.
#[derive(Debug)]
pub(super) struct Tail {
    redis: Redis,
    /// The entry that was read last.
    last: Vec<u8>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) entries: Vec<Entry>,
    /// How many entries are none of ours.
    pub(super) others: u64,
}

impl Tail {
    pub(super) fn new(address: Address) -> Self {
        Self {
            redis: Redis::new(address, 0),
            last: b"0".to_vec(),
        }
    }

    pub(super) const fn address(&self) -> &Address {
        &self.redis.address
    }

    /// The next entries, which may be waited for a while; none where none came.
    pub(super) fn read(&mut self, wait: bool) -> Result<Taken, String> {
        let mut command = cmd("XREAD");
        command.arg("COUNT").arg(TAKEN);
        if wait {
            command.arg("BLOCK").arg(BLOCK_MILLIS);
        }
        command
            .arg("STREAMS")
            .arg(self.redis.address.stream())
            .arg(self.last.as_slice());
        let reply = self.redis.ask(&command)?;
        let mut taken = Taken::default();
        for (id, fields) in entries(&reply) {
            match Entry::from_fields(fields) {
                Some(entry) => taken.entries.push(entry),
                None => taken.others += 1,
            }
            self.last = id.to_vec();
        }
        Ok(taken)
    }
}

fn connect(address: &Address) -> Result<Connection, RedisError> {
    let client = Client::open(address.server())?;
    let connection = client.get_connection_with_timeout(PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE + BLOCK))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    Ok(connection)
}

/// What went wrong, as a clause.
fn clause(error: &RedisError) -> String {
    match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("Redis refuses it: {code} {detail}"),
        (Some(code), None) => format!("Redis refuses it: {code}"),
        // What a parser says may be of several lines.
        (None, _) => {
            let said = error.to_string();
            let lines: Vec<_> = said.lines().filter(|line| !line.is_empty()).collect();
            format!("Redis is not there: {}", lines.join("; "))
        }
    }
}

/// The entries of a reply to XREAD of one stream: the number of each, and its fields.
fn entries(reply: &Value) -> impl Iterator<Item = (&[u8], impl Iterator<Item = (&[u8], &[u8])>)> {
    let stream = items(reply).first().map_or(&[][..], items);
    let entries = stream.get(1).map_or(&[][..], items);
    entries.iter().filter_map(|entry| {
        let [id, fields] = items(entry) else {
            return None;
        };
        let pairs = items(fields).chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((octets(name)?, octets(value)?)),
            _ => None,
        });
        Some((octets(id)?, pairs))
    })
}

fn items(value: &Value) -> &[Value] {
    if let Value::Array(items) = value {
        items
    } else {
        &[]
    }
}

fn octets(value: &Value) -> Option<&[u8]> {
    if let Value::BulkString(octets) = value {
        Some(octets)
    } else {
        None
    }
}
