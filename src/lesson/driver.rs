//! Does what a lesson says, on real sockets, and waits until it has happened.

mod cost;
mod crowd;
mod deeds;

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, after, never, select_biased};

use super::recorded::Recorded;
use cost::Threads;

use super::script::{Deed, Lesson, Side, Simulation, Step, Until};
use super::told::Told;
use crate::client::Client;
use crate::event::{Activity, ConnectionId, Controls, Event, Flow, ListenerEvent, Record, Target};
use crate::lab::{Lab, Settings};

/// How long anything may take that is waited for. On the screen each of a hundred breakpoints
/// may take as long as a class needs.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the kernel is asked for what it does not tell by itself.
const AGAIN: Duration = Duration::from_millis(2);

/// Where a lesson takes place.
pub struct Setting<'a> {
    /// The server's.
    pub address: SocketAddr,
    /// Another server of this process, which has a thread for each connection, for the lesson
    /// that [compares](Lesson::compares_threads).
    pub thread_each: Option<SocketAddr>,
    /// To hold, step and slow down.
    pub controls: &'a (dyn Controls + Sync),
    /// Everything that happens in the server. When it ends, so does the lesson.
    pub records: &'a Receiver<Record>,
    /// One for each time that the presenter wants it to go on; `None` where nobody has to be
    /// waited for. When it ends, so does the lesson.
    pub cues: Option<&'a Receiver<()>>,
    /// How long the server waits before each thing it does where a class is to follow it.
    pub pace: Duration,
}

impl std::fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Why a lesson ended before its end.
#[derive(Debug)]
pub enum Stop {
    /// Nobody is there any more.
    Left,
    /// What it told cannot be written.
    Output(io::Error),
    /// This did not happen as told.
    Unlike(String),
}

/// Runs a lesson to its end.
///
/// Waits for the presenter, if there is one, before each step is done and before the next
/// one begins.
pub fn run(
    lesson: &Lesson,
    place: &Setting<'_>,
    tell: &mut dyn FnMut(Told<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut driver = Driver {
        place,
        tell,
        recorded: Recorded::default(),
        client: None,
        local: None,
        silent: Vec::new(),
        crowd: Vec::new(),
        crowd_at: place.address,
        threads: Threads::Ready,
        asked: (0, None),
        measured: None,
        before: None,
        lab: None,
        recvs: 0,
        responses: 0,
    };
    let of = lesson.steps.len();
    for (step, number) in lesson.steps.iter().zip(1..) {
        (driver.tell)(Told::Say { number, of, step })?;
        driver.cue()?;
        (driver.tell)(Told::Doing)?;
        driver.step(step)?;
        (driver.tell)(Told::See(step))?;
        driver.cue()?;
    }
    Ok(())
}

struct Driver<'a, 'b> {
    place: &'a Setting<'a>,
    tell: &'b mut dyn FnMut(Told<'_>) -> Result<(), Stop>,
    recorded: Recorded,
    client: Option<Client>,
    /// The client that connected last, which may be gone.
    local: Option<SocketAddr>,
    /// Clients that connected before, and are still connected.
    silent: Vec<Client>,
    /// Clients that ask together, the server they ask, and which threads it has.
    crowd: Vec<Client>,
    crowd_at: SocketAddr,
    threads: Threads,
    /// How many requests there were since the threads were looked at, and how often those had
    /// gone to sleep by then.
    asked: (u64, Option<u64>),
    /// What was told of them last, and of those of the other server.
    measured: Option<String>,
    before: Option<String>,
    lab: Option<(Settings, Lab)>,
    /// Calls of `recv` that brought octets, in this step.
    recvs: usize,
    /// Responses, in this step.
    responses: usize,
}

impl Driver<'_, '_> {
    fn step(&mut self, step: &Step) -> Result<(), Stop> {
        (self.recvs, self.responses) = (0, 0);
        step.does.iter().try_for_each(|deed| self.perform(*deed))
    }

    fn perform(&mut self, deed: Deed) -> Result<(), Stop> {
        match deed {
            Deed::Connect => self.connect(),
            Deed::Send(octets) => self.send(octets.as_bytes()),
            Deed::Receive(status) => self.receive(status),
            Deed::ReceiveEnd => self.receive_end(),
            Deed::HalfClose => {
                let result = self.client()?.half_close();
                self.called("shutdown(SHUT_WR)", result)
            }
            Deed::Close => {
                self.client = None;
                (self.tell)(Told::Client("close() = 0"))
            }
            Deed::Reset => {
                let result = self.client.take().map_or(Ok(()), Client::reset);
                self.called("setsockopt(SO_LINGER, 0 s), close()", result)
            }
            Deed::Knock => self.knock(),
            Deed::HoldNew => {
                self.flow_of_new(Flow::Held);
                Ok(())
            }
            Deed::RunNew => {
                self.flow_of_new(Flow::Run);
                Ok(())
            }
            Deed::Hold => self.drive(Flow::Held),
            Deed::Release => self.drive(Flow::Run),
            Deed::ReleaseSlowly if self.place.pace.is_zero() => self.drive(Flow::Run),
            Deed::ReleaseSlowly => self.drive(Flow::Slow(self.place.pace)),
            Deed::Step => {
                let id = self.id()?;
                self.place.controls.step(id);
                Ok(())
            }
            Deed::RecvSize(octets) => {
                let target = Target::Connection(self.id()?);
                self.place.controls.set_recv_size(target, octets);
                Ok(())
            }
            Deed::Await(until) => self.wait_for(until),
            Deed::Unread(octets) => self.unread(octets),
            Deed::Listening => self.listening(),
            Deed::Layers => self.layers(),
            Deed::Simulate(simulation) => self.simulate(simulation),
            Deed::Recvs(wanted) => claim("calls of recv with octets", wanted, self.recvs),
            Deed::Responses(wanted) => claim("responses", wanted, self.responses),
            Deed::Crowd(clients) => self.connect_crowd(clients),
            Deed::AskTogether(times) => self.ask_together(times),
            Deed::ThreadEach => self.thread_each(),
            Deed::Measure => self.measure(),
            Deed::FewerThreads(than) => self.fewer_threads(than),
            Deed::MoreThreads(than) => self.more_threads(than),
        }
    }

    fn flow_of_new(&self, flow: Flow) {
        self.place.controls.set_flow(Target::New, flow);
    }

    fn drive(&mut self, flow: Flow) -> Result<(), Stop> {
        let target = Target::Connection(self.id()?);
        self.place.controls.set_flow(target, flow);
        Ok(())
    }

    /// Tells what the connection did, until it has done this.
    fn wait_for(&mut self, until: Until) -> Result<(), Stop> {
        let alarm = after(PATIENCE);
        let id = self.id()?;
        loop {
            while let Some((record, aloud)) = self.recorded.next(id) {
                let Event::Connection(_, activity) = &record.event else {
                    continue;
                };
                self.recvs += usize::from(matches!(activity, Activity::Received { .. }));
                self.responses += usize::from(matches!(activity, Activity::Responded { .. }));
                let found = until.is(activity);
                (self.tell)(Told::Server {
                    record: &record,
                    aloud,
                })?;
                if found {
                    return Ok(());
                }
            }
            if !self.listen(&alarm, &never())? {
                return unlike(format!("the server did not {until}"));
            }
        }
    }

    fn unread(&mut self, wanted: u64) -> Result<(), Stop> {
        let alarm = after(PATIENCE);
        let id = self.id()?;
        loop {
            let view = self.place.controls.kernel(id);
            match view.map(|view| view.unread) {
                Some(Some(unread)) if unread == wanted => {
                    let line = format!("{wanted} octets lie unread in the socket's receive buffer");
                    return (self.tell)(Told::Kernel(&line));
                }
                Some(None) => {
                    let line = "this system does not say how many octets lie unread";
                    return (self.tell)(Told::Kernel(line));
                }
                Some(Some(_)) | None => {}
            }
            if !self.listen(&alarm, &after(AGAIN))? {
                return unlike(format!("the kernel did not hold {wanted} octets unread"));
            }
        }
    }

    fn listening(&mut self) -> Result<(), Stop> {
        let alarm = after(PATIENCE);
        let is_listening = |event: &ListenerEvent| matches!(event, ListenerEvent::Listening { .. });
        while !self.recorded.listeners.iter().any(is_listening) {
            if !self.listen(&alarm, &never())? {
                return unlike("the server did not listen".into());
            }
        }
        for line in self.recorded.listener_calls() {
            (self.tell)(Told::Call(&line))?;
        }
        Ok(())
    }

    fn layers(&mut self) -> Result<(), Stop> {
        let id = self.id()?;
        let (server, client) = (self.place.address, self.client()?.local());
        let facts = self.place.controls.kernel(id).and_then(|view| view.tcp);
        let state = facts.and_then(|tcp| tcp.state);
        let state = state.map_or_else(String::new, |state| format!(", state {state}"));
        let tcp = format!(
            "TCP  from port {} to port {}{state}",
            client.port(),
            server.port()
        );
        (self.tell)(Told::Kernel(&tcp))?;
        let ip = format!("IP   from {} to {}", client.ip(), server.ip());
        (self.tell)(Told::Kernel(&ip))
    }

    fn simulate(&mut self, simulation: Simulation) -> Result<(), Stop> {
        let Simulation { settings, side, to } = simulation;
        let (_, lab) = match self.lab.take() {
            Some(run) if run.0 == settings => self.lab.insert(run),
            Some(_) | None => self.lab.insert((settings, Lab::new(settings))),
        };
        while lab.now() < to && !lab.is_done() {
            let tick = lab.tick();
            let lines: Vec<String> = match side {
                Side::Naive => tick.naive.iter().map(ToString::to_string).collect(),
                Side::Ordered => tick.ordered.iter().map(ToString::to_string).collect(),
            };
            for line in lines {
                (self.tell)(Told::Network(&format!("{:>4}  {line}", lab.now())))?;
            }
        }
        Ok(())
    }

    /// The server's name for the connection, once it has accepted it.
    fn id(&mut self) -> Result<ConnectionId, Stop> {
        let alarm = after(PATIENCE);
        let Some(local) = self.local else {
            return unlike("there is no connection".into());
        };
        loop {
            if let Some(id) = self.recorded.connection_from(local) {
                return Ok(id);
            }
            if !self.listen(&alarm, &never())? {
                return unlike("the server did not accept the connection".into());
            }
        }
    }

    /// Waits for a record, or until it is time to look `again`; says no when the alarm rings.
    fn listen(
        &mut self,
        alarm: &Receiver<Instant>,
        again: &Receiver<Instant>,
    ) -> Result<bool, Stop> {
        select_biased! {
            recv(alarm) -> _ => Ok(false),
            recv(self.place.records) -> record => {
                self.recorded.add(record.map_err(|_| Stop::Left)?);
                Ok(true)
            },
            recv(again) -> _ => Ok(true),
        }
    }

    /// Waits for the presenter. What happens in the meantime is kept.
    fn cue(&mut self) -> Result<(), Stop> {
        let Some(cues) = self.place.cues else {
            return Ok(());
        };
        loop {
            select_biased! {
                recv(cues) -> cue => return cue.map_err(|_| Stop::Left),
                recv(self.place.records) -> record => {
                    self.recorded.add(record.map_err(|_| Stop::Left)?);
                }
            }
        }
    }
}

fn claim(what: &str, wanted: usize, found: usize) -> Result<(), Stop> {
    if wanted == found {
        Ok(())
    } else {
        unlike(format!("{what}: {found}, where {wanted} was told"))
    }
}

fn unlike<T>(sentence: String) -> Result<T, Stop> {
    Err(Stop::Unlike(sentence))
}
