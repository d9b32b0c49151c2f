//! The kernel lane: the four layers with this connection's real values, the two queues, what
//! TCP knows, the peer's SYN, and what waits before `accept`.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::event::{AcceptQueue, KernelView, Syn, TcpFacts, escape};
use crate::trace::Connection;
use crate::trace::format::{count, plural, size, took};
use crate::trace::labels;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// Cells of the column of names.
const NAMES: u16 = 9;
const ABSENT: &str = "not available on this platform";

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let Some(connection) = model.connection() else {
        return;
    };
    let mut page = Page {
        model,
        canvas,
        y: 0,
    };
    let sampled = connection.sampled.as_ref();
    let kernel = sampled.map(|sampled| &sampled.kernel);
    page.layers(connection, kernel);
    page.gap();
    match kernel {
        _ if connection.closed.is_some() => {
            page.line(
                "socket",
                "closed: the kernel has forgotten it, or soon will",
                Role::Dim,
            );
        }
        Some(kernel) => page.socket(connection, kernel),
        None if model.ui.past.is_some() => {
            page.line("socket", "the kernel had not been asked", Role::Dim);
        }
        None => page.line("socket", ABSENT, Role::Dim),
    }
    if let Some(sampled) = sampled {
        let recv = plural(sampled.handling.recv_size as u64, "octet");
        let text = format!(
            "{} · recv asks for {recv}",
            labels::pace(sampled.handling.flow)
        );
        page.line("worker", &text, Role::Text);
    }
    page.gap();
    if model.ui.past.is_some() {
        page.line(
            "accept",
            "what waits before accept is known of now alone",
            Role::Dim,
        );
        return;
    }
    match &model.trace().queue {
        Some(queue) => page.queue(queue),
        None => page.line("accept", ABSENT, Role::Dim),
    }
}

/// Lines from the top of the pane downward.
struct Page<'a, 'b> {
    model: &'a Model,
    canvas: &'a mut Canvas<'b>,
    y: u16,
}

impl Page<'_, '_> {
    fn line(&mut self, name: &str, text: &str, role: Role) {
        self.named(name, Role::Dim, text, role);
    }

    fn named(&mut self, name: &str, name_role: Role, text: &str, role: Role) {
        let (name_style, style) = (
            self.model.theme.style(name_role),
            self.model.theme.style(role),
        );
        self.canvas.text(0, self.y, name, name_style);
        self.canvas.text(NAMES, self.y, text, style);
        self.y += 1;
    }

    /// An empty line, where the pane is tall enough to afford one.
    fn gap(&mut self) {
        if self.canvas.height() >= 16 {
            self.y += 1;
        }
    }

    /// APP, HTTP, TCP, IP: what each layer knows of this connection.
    fn layers(&mut self, connection: &Connection, kernel: Option<&KernelView>) {
        let about = &self.model.about;
        let state = labels::state(connection, about, self.model.now()).text;
        self.layer(
            " APP",
            &format!("glassport serves {}", escape(about.served.as_bytes())),
        );
        let http = match connection.exchanges.back().and_then(|e| e.head.as_ref()) {
            Some(head) => format!("{} · {state}", escape(head.request_line())),
            None => state,
        };
        self.layer(" HTTP", &http);
        let tcp = kernel.and_then(|kernel| kernel.tcp);
        let state = tcp
            .and_then(|tcp| tcp.state)
            .map_or("", |state| state.name());
        let ports = match (connection.peer, connection.local) {
            (Some(peer), Some(local)) => format!("port {} ⇄ port {}", peer.port(), local.port()),
            _ => String::new(),
        };
        self.layer(" TCP", format!("{ports}  {state}").trim());
        let ttl = kernel
            .and_then(|kernel| kernel.syn.as_ref())
            .map_or_else(String::new, |syn| format!(" · TTL {}", syn.ttl));
        let ip = match (connection.peer, connection.local) {
            (Some(peer), Some(local)) => format!("{} ⇄ {}{ttl}", peer.ip(), local.ip()),
            _ => String::new(),
        };
        self.layer(ip_version(connection.peer), &ip);
    }

    fn layer(&mut self, name: &str, text: &str) {
        let block = self.model.theme.style(Role::Brand);
        self.canvas.rule(0, NAMES - 2, self.y, ' ', block);
        self.canvas.text(0, self.y, name, block);
        self.canvas
            .text(NAMES, self.y, text, self.model.theme.style(Role::Strong));
        self.y += 1;
    }

    fn socket(&mut self, connection: &Connection, kernel: &KernelView) {
        self.fill(
            "unread",
            kernel.unread,
            kernel.recv_buffer,
            "waits for recv",
        );
        self.fill(
            "unsent",
            kernel.unsent,
            kernel.send_buffer,
            "not acknowledged",
        );
        match &kernel.tcp {
            Some(tcp) => self.tcp(connection, tcp),
            None => self.line("TCP_INFO", ABSENT, Role::Dim),
        }
        match &kernel.syn {
            Some(syn) => self.line("SYN", &self::syn(syn), Role::Text),
            None => self.line("SYN", "was not kept", Role::Dim),
        }
    }

    /// A queue of the socket as a bar, and in figures.
    fn fill(&mut self, name: &str, octets: Option<u64>, room: Option<u64>, what: &str) {
        const CELLS: u16 = 16;
        let Some(octets) = octets else {
            self.line(name, ABSENT, Role::Dim);
            return;
        };
        let role = if octets > 0 { Role::Warning } else { Role::Dim };
        let x = NAMES;
        let full = room.filter(|&room| room > 0).map_or(0, |room| {
            let eighths = (octets.saturating_mul(u64::from(CELLS) * 8)).div_ceil(room);
            u16::try_from(eighths.min(u64::from(CELLS) * 8)).unwrap_or(0)
        });
        // One octet is to be seen, too.
        let full = if octets > 0 { full.max(4) } else { full };
        let style = self.model.theme.style(role);
        self.canvas
            .text(0, self.y, name, self.model.theme.style(Role::Dim));
        self.canvas
            .rule(x, x + CELLS, self.y, '░', self.model.theme.style(Role::Dim));
        self.canvas.rule(x, x + full / 8, self.y, '█', style);
        if let Some(part) =
            ['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get(usize::from(full % 8).wrapping_sub(1))
        {
            self.canvas.cell(x + full / 8, self.y, *part, style);
        }
        let figures = match room {
            Some(room) => format!("{} of {}, {what}", plural(octets, "octet"), size(room)),
            None => format!("{}, {what}", plural(octets, "octet")),
        };
        let role = if octets > 0 { Role::Strong } else { Role::Text };
        self.canvas.text(
            x + CELLS + 1,
            self.y,
            &figures,
            self.model.theme.style(role),
        );
        self.y += 1;
    }

    fn tcp(&mut self, connection: &Connection, tcp: &TcpFacts) {
        let rtt = format!(
            "rtt {} ± {} · cwnd {} of {} octets",
            took(tcp.rtt),
            took(tcp.rtt_variation),
            plural(u64::from(tcp.congestion_window), "segment"),
            count(u64::from(tcp.send_mss)),
        );
        self.line("path", &rtt, Role::Text);
        let segments = format!(
            "{} in, {} out, {} sent again, {} not acknowledged",
            count(u64::from(tcp.segments_in)),
            count(u64::from(tcp.segments_out)),
            count(u64::from(tcp.retransmits)),
            count(u64::from(tcp.unacknowledged)),
        );
        let role = if tcp.retransmits > 0 {
            Role::Warning
        } else {
            Role::Text
        };
        self.line("segments", &segments, role);
        if let Some(came) = tcp.data_segments_in {
            let text = format!(
                "{} with octets came, {} took them",
                plural(u64::from(came), "segment"),
                plural(connection.octets().count(), "recv")
            );
            self.line("recvs", &text, Role::Strong);
        }
        let octets = format!(
            "{} received, {} acknowledged by the peer",
            count(tcp.octets_received),
            count(tcp.octets_acknowledged),
        );
        self.line("octets", &octets, Role::Text);
        let window = tcp.peer_window.map_or_else(String::new, |window| {
            format!("peer takes {} · ", size(u64::from(window)))
        });
        let rate = format!("{window}delivered at {}/s", size(tcp.delivery_rate));
        self.line("window", &rate, Role::Text);
    }

    fn queue(&mut self, queue: &AcceptQueue) {
        let Some(waiting) = queue.waiting else {
            self.line("accept", ABSENT, Role::Dim);
            return;
        };
        let limit = queue.limit.map_or_else(String::new, |limit| {
            format!(" of {}", count(u64::from(limit)))
        });
        let text = format!("{}{limit} wait before accept", count(u64::from(waiting)));
        let role = if waiting > 0 {
            Role::Warning
        } else {
            Role::Text
        };
        self.line("accept", &text, role);
        for waiting in &queue.peers {
            let text = format!(
                "{}, {} unread",
                waiting.peer,
                plural(waiting.unread, "octet")
            );
            self.line("", &text, Role::Text);
        }
    }
}

fn ip_version(peer: Option<SocketAddr>) -> &'static str {
    match peer {
        Some(SocketAddr::V4(_)) => " IPv4",
        Some(SocketAddr::V6(_)) => " IPv6",
        None => " IP",
    }
}

fn syn(syn: &Syn) -> String {
    // Writing into memory does not fail.
    let mut text = format!("TTL {} · window {}", syn.ttl, count(u64::from(syn.window)));
    if let Some(mss) = syn.mss {
        let _ = write!(text, " · MSS {}", count(u64::from(mss)));
    }
    if let Some(shift) = syn.window_scale {
        let _ = write!(text, " · scale {shift}");
    }
    if syn.sack {
        text.push_str(" · SACK");
    }
    if syn.timestamps {
        text.push_str(" · timestamps");
    }
    text
}
