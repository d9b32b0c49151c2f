//! The accept loop: one thread per listening socket.
//!
//! When descriptors run out it backs off and says so; it never spins. One descriptor is
//! kept in reserve, so that even then a peer is told 503 instead of being left waiting.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::Shared;
use super::listener::Listener;
use super::pool::{Job, Pool};
use crate::event::ListenerEvent;
use crate::http::Fault;

/// How long the acceptor waits when the system has no descriptor or no memory for it.
const BACK_OFF: Duration = Duration::from_millis(50);
/// How often a failure that goes on is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Accepts connections on `listener` until the server stops.
pub(crate) fn spawn(
    listener: Arc<Listener>,
    shared: Arc<Shared>,
    pool: Arc<Pool>,
) -> io::Result<JoinHandle<()>> {
    Builder::new()
        .name(format!("accept {}", listener.local()))
        .spawn(move || {
            let mut acceptor = Acceptor {
                listener: &listener,
                shared: &shared,
                pool: &pool,
                reserve: reserve(),
                told: None,
            };
            while !shared.draining() {
                acceptor.accept();
            }
        })
}

/// A descriptor that can be given up.
fn reserve() -> Option<File> {
    File::open("/dev/null").ok()
}

struct Acceptor<'a> {
    listener: &'a Listener,
    shared: &'a Shared,
    pool: &'a Pool,
    reserve: Option<File>,
    told: Option<Instant>,
}

impl Acceptor<'_> {
    fn accept(&mut self) {
        match self.listener.accept() {
            Ok((socket, peer)) => {
                if self.shared.draining() {
                    return;
                }
                if let Some(job) = self.prepare(socket.into(), peer) {
                    self.hand_over(job);
                }
            }
            // The peer was gone before we came to it, or a signal came: the next one, please.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
                ) => {}
            Err(_) if self.shared.draining() => {}
            Err(error) => {
                if is_exhaustion(&error) {
                    self.turn_one_away();
                }
                self.back_off(&error);
            }
        }
    }

    fn prepare(&self, stream: TcpStream, peer: SocketAddr) -> Option<Job> {
        let mut local = self.listener.local();
        if local.ip().is_unspecified() {
            local = stream.local_addr().unwrap_or(local);
        }
        // Whole responses are sent in one call, so there is nothing for Nagle to wait for.
        let ready = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_write_timeout(Some(self.shared.config.send_timeout)));
        // A socket that refuses its options is one whose peer is gone.
        ready.ok().map(|()| Job {
            stream,
            peer,
            local,
        })
    }

    fn hand_over(&mut self, job: Job) {
        if let Err(error) = self.pool.take(job) {
            self.back_off(&error);
        }
    }

    /// Gives up the reserve to answer one peer that would otherwise wait in the queue.
    fn turn_one_away(&mut self) {
        if self.reserve.take().is_none() {
            return;
        }
        if let Ok((socket, _)) = self.listener.accept() {
            super::pool::turn_away(&socket.into(), Fault::OutOfResources);
        }
        self.reserve = reserve();
    }

    fn back_off(&mut self, error: &io::Error) {
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            self.told = Some(Instant::now());
            let event = ListenerEvent::AcceptFailed {
                error: error.to_string().into(),
                retry: BACK_OFF,
            };
            self.shared.sink.listener(event);
        }
        std::thread::sleep(BACK_OFF);
    }
}

fn is_exhaustion(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE))
}
