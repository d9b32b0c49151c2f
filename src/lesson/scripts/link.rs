//! Below the sockets: layers, what IP does, what TCP makes of it.

use crate::event::Breakpoint;
use crate::lab::{Loss, Settings};
use crate::lesson::script::{Deed, Lesson, Question, Side, Simulation, Step, Until};

pub(super) const LAYERS: Lesson = Lesson {
    number: 1,
    title: "Layers",
    page: "layers.html",
    steps: &[
        Step {
            say: "A client connects, and says nothing. HTTP has not begun; but TCP and IP below it are at work.",
            ask: None,
            does: &[
                Deed::HoldNew,
                Deed::Connect,
                Deed::Await(Until::Held(Breakpoint::Recv)),
                Deed::Layers,
            ],
            see: "IP knows from which machine to which. TCP knows from which program to which: a port on each side. HTTP knows nothing yet.",
        },
        Step {
            say: "Now the client sends a request of 44 octets. The server is held, so they wait in the kernel.",
            ask: Some(Question {
                question: "TCP and IP put their headers, 40 octets or more, in front of it. How many octets will the program receive?",
                answer: "44. Each layer takes off the header that its like put on, and hands the rest upward.",
            }),
            does: &[
                Deed::Send(HELLO),
                Deed::Unread(44),
                Deed::RunNew,
                Deed::Step,
                Deed::Await(Until::Held(Breakpoint::Scan)),
            ],
            see: "recv returned what the client sent, octet for octet: no address, no port, no packet.",
        },
        Step {
            say: "HTTP finds the end of the head, takes it apart, and answers. It trusts TCP to bring the answer over.",
            ask: None,
            does: &[
                Deed::ReleaseSlowly,
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
                Deed::Close,
            ],
            see: "Which machine? IP. Which program? TCP. Which page? HTTP: the request-target. Each question has its own layer.",
        },
    ],
};

const HELLO: &str = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Four packets: one is lost, an answer is lost, one comes late and one twice.
const NAIVE: Settings = Settings {
    seed: 362,
    packets: 4,
    loss: percent(20),
    delay: 24,
    reorder: 12,
    window: 6,
};

/// Five packets: one is lost twice, and three wait for it.
const ORDERED: Settings = Settings {
    seed: 138,
    packets: 5,
    loss: percent(30),
    ..NAIVE
};

const fn percent(percent: u8) -> Loss {
    match Loss::percent(percent) {
        Some(loss) => loss,
        None => Loss::MOST,
    }
}

const fn naive(to: u64) -> Deed {
    Deed::Simulate(Simulation {
        settings: NAIVE,
        side: Side::Naive,
        to,
    })
}

const fn ordered(to: u64) -> Deed {
    Deed::Simulate(Simulation {
        settings: ORDERED,
        side: Side::Ordered,
        to,
    })
}

pub(super) const IP_LOSES: Lesson = Lesson {
    number: 2,
    title: "IP loses packets",
    page: "ip-loses.html",
    steps: &[
        Step {
            say: "Four packets cross a simulated network that loses one of five. The sender calls send_packet for each, and hopes for an answer.",
            ask: Some(Question {
                question: "Who will tell the sender that a packet was lost?",
                answer: "Nobody. A router whose queue is full throws a packet away and tells neither end.",
            }),
            does: &[naive(60)],
            see: "p2 is lost, and the others go upward as if nothing were missing. The sender cannot see it: it only has no answer.",
        },
        Step {
            say: "The answers come back over the same network. They are packets too.",
            ask: Some(Question {
                question: "p4 has arrived. Will the sender know?",
                answer: "No: its answer is lost. To the sender that looks the same as if p4 itself were.",
            }),
            does: &[naive(88)],
            see: "No answer means: the packet was lost, or the answer was, or both are only late.",
        },
        Step {
            say: "So the sender does all it can do: it sends again what was not answered, until all has succeeded.",
            ask: Some(Question {
                question: "GET and a space were sent. What will the receiver have?",
                answer: "All of it, and not what was sent: p2 came last, and p4 twice.",
            }),
            does: &[naive(u64::MAX)],
            see: "Resending brings everything over in the end, but neither in order nor only once. For that, packets need numbers: the next lesson.",
        },
    ],
};

pub(super) const TCP_ORDERS: Lesson = Lesson {
    number: 3,
    title: "TCP puts in order",
    page: "tcp-orders.html",
    steps: &[
        Step {
            say: "Five packets again, now with numbers. The receiver puts each at its place in an array, and hands upward what has no hole before it.",
            ask: Some(Question {
                question: "p3 arrives first, before p1 and p2. Is it handed upward?",
                answer: "No. It waits at its place: there are holes before it.",
            }),
            does: &[ordered(48)],
            see: "p1 came and went upward at once. p3 and p5 have arrived, and cannot be used yet: p2 was lost.",
        },
        Step {
            say: "Each acknowledgement says how far everything is complete. It says the same again while a hole remains.",
            ask: Some(Question {
                question: "An acknowledgement is lost. Must it be sent again?",
                answer: "No. Each later one says as much or more.",
            }),
            does: &[ordered(137)],
            see: "Ack 1, again and again: still waiting for p2.",
        },
        Step {
            say: "No acknowledgement comes for p2 in time, so the sender sends it again, and once more when that is lost too.",
            ask: Some(Question {
                question: "When p2 fills the hole at last, how many packets go upward?",
                answer: "Four, p2 to p5, in one moment. The program sees octets in order, and no trouble at all.",
            }),
            does: &[ordered(u64::MAX)],
            see: "Everything once and in order, over a network that promises neither. Real TCP does this with octets in place of packets (RFC 9293 §3.4).",
        },
    ],
};
