//! What the kernel knows: queues, buffers, TCP_INFO, the peer's SYN.
//!
//! Sampled for the selected connection, never on a worker's path. Facts that a platform does not
//! give are absent.

#[cfg(target_os = "linux")]
mod accept_queue;
mod limits;
#[cfg(target_os = "linux")]
mod raw;
#[cfg(target_os = "linux")]
mod syn;
#[cfg(target_os = "linux")]
mod tcp_info;
mod thread;

use std::net::{SocketAddr, TcpStream};
use std::sync::OnceLock;

use socket2::SockRef;

pub(crate) use thread::Thread;

use crate::event::{AcceptQueue, KernelView, Syn, TcpFacts};

pub(crate) use limits::{address_space, descriptors, threads};

/// Where there is a limit on the address space (ulimit -v), takes no more of it than is needed.
/// For a process that has one thread as yet.
pub(crate) fn spare_address_space() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if rustix::process::getrlimit(rustix::process::Resource::As)
        .current
        .is_some()
    {
        raw::allocate_from_one_arena();
    }
}

/// Gives the memory back to the system that the allocator keeps and nothing is in.
pub(crate) fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    raw::trim_memory();
}

/// What the kernel knows of `stream` now. It hands the peer's SYN out once, so that is kept
/// in `syn`.
pub(crate) fn view(stream: &TcpStream, syn: &OnceLock<Option<Syn>>) -> KernelView {
    let socket = SockRef::from(stream);
    let size = |size: std::io::Result<usize>| size.ok().map(|octets| octets as u64);
    KernelView {
        unread: rustix::io::ioctl_fionread(stream).ok(),
        unsent: unsent(stream),
        recv_buffer: size(socket.recv_buffer_size()),
        send_buffer: size(socket.send_buffer_size()),
        tcp: facts(stream),
        syn: syn.get_or_init(|| saved_syn(stream)).clone(),
    }
}

/// How many octets that were sent the peer has not acknowledged.
#[cfg(target_os = "linux")]
pub(crate) fn unsent(stream: &TcpStream) -> Option<u64> {
    raw::unsent(stream).ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn unsent(_: &TcpStream) -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn facts(stream: &TcpStream) -> Option<TcpFacts> {
    tcp_info::read(stream).ok().map(|info| info.facts())
}

#[cfg(not(target_os = "linux"))]
fn facts(_: &TcpStream) -> Option<TcpFacts> {
    None
}

#[cfg(target_os = "linux")]
fn saved_syn(stream: &TcpStream) -> Option<Syn> {
    syn::saved(stream)
}

#[cfg(not(target_os = "linux"))]
fn saved_syn(_: &TcpStream) -> Option<Syn> {
    None
}

/// Asks the kernel to keep each peer's SYN. It is only shown, so a kernel that will not is
/// no error.
pub(crate) fn keep_syns(listener: &socket2::Socket) {
    #[cfg(target_os = "linux")]
    syn::keep(listener);
    #[cfg(not(target_os = "linux"))]
    let _ = listener;
}

/// What waits before `accept` on all of these listening sockets, each with the address it is
/// bound to.
pub(crate) fn accept_queue<'s>(
    listening: impl Iterator<Item = (&'s socket2::Socket, SocketAddr)>,
) -> AcceptQueue {
    #[cfg(target_os = "linux")]
    return accept_queue::read(listening);
    #[cfg(not(target_os = "linux"))]
    {
        drop(listening);
        AcceptQueue::default()
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
