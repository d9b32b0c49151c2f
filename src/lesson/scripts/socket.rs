//! The calls of the socket API: what a socket is, where it comes from, what recv returns.

use crate::event::Breakpoint;
use crate::lesson::script::{Deed, Lesson, Question, Step, Until};

/// 35 octets.
const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// Its three lines.
const LINE_1: &str = "GET / HTTP/1.1\r\n";
const LINE_2: &str = "Host: localhost\r\n";
const LINE_3: &str = "\r\n";

pub(super) const SOCKETS: Lesson = Lesson {
    number: 4,
    title: "A socket is a queue",
    page: "sockets.html",
    steps: &[
        Step {
            say: "The server holds this connection: it does not call recv. The client sends a request in three calls.",
            ask: Some(Question {
                question: "Nobody receives. Will send wait?",
                answer: "No. send copies octets into the client's kernel and returns; TCP brings them to the server's, where they wait.",
            }),
            does: &[
                Deed::HoldNew,
                Deed::Connect,
                Deed::Await(Until::Held(Breakpoint::Recv)),
                Deed::Send(LINE_1),
                Deed::Unread(16),
                Deed::Send(LINE_2),
                Deed::Unread(33),
                Deed::Send(LINE_3),
                Deed::Unread(35),
            ],
            see: "All three calls succeeded, and the program has not seen one octet. They are in a queue in the kernel.",
        },
        Step {
            say: "Now the server does one thing: it calls recv once, and asks for ten octets.",
            ask: Some(Question {
                question: "What does recv return, and how many octets are left in the queue?",
                answer: "The first ten, in order. 25 are left.",
            }),
            does: &[
                Deed::RunNew,
                Deed::RecvSize(10),
                Deed::Step,
                Deed::Await(Until::Held(Breakpoint::Scan)),
                Deed::Unread(25),
                Deed::Recvs(1),
            ],
            see: "recv takes octets from the front of the queue and removes them. A program that needs them again must keep them itself.",
        },
        Step {
            say: "The server asks for 16 384 octets at a time again, and goes on.",
            ask: Some(Question {
                question: "How many calls of recv are needed for the 25 octets that are left of three sends?",
                answer: "One. The queue holds octets, not sends: recv drains what is there.",
            }),
            does: &[
                Deed::RecvSize(16384),
                Deed::ReleaseSlowly,
                Deed::Await(Until::Responded(200)),
                Deed::Recvs(1),
                Deed::Unread(0),
                Deed::Receive(200),
                Deed::Close,
            ],
            see: "Three sends, two recvs, one request. Order is kept, boundaries are not.",
        },
    ],
};

pub(super) const ACCEPT: Lesson = Lesson {
    number: 5,
    title: "socket, bind, listen, accept",
    page: "accept.html",
    steps: &[
        Step {
            say: "Before anything can come, the server has made three calls: socket, bind, listen.",
            ask: None,
            does: &[Deed::Listening],
            see: "From listen on, the kernel answers whoever connects. This socket listens, and never carries data.",
        },
        Step {
            say: "A client connects and says nothing.",
            ask: Some(Question {
                question: "Does the server notice, though nothing was sent?",
                answer: "Yes. The kernels have made the handshake, and accept returned a new socket for this connection.",
            }),
            does: &[Deed::Connect, Deed::Await(Until::Accepted), Deed::Layers],
            see: "A connection is not a request. The server now waits in recv on the new socket, in a thread of its own.",
        },
        Step {
            say: "The first client stays silent. A second one connects, and asks for something.",
            ask: Some(Question {
                question: "Must the second wait for the first? And which port does the server use for it?",
                answer: "It need not wait, and the server's port is the same. A connection is known by four values, both addresses and both ports.",
            }),
            does: &[
                Deed::Connect,
                Deed::Await(Until::Accepted),
                Deed::Layers,
                Deed::Send(GET),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
            ],
            see: "The server has one port and three sockets: one that listens and two that talk.",
        },
    ],
};

pub(super) const RECV: Lesson = Lesson {
    number: 6,
    title: "recv is not a message",
    page: "recv.html",
    steps: &[
        Step {
            say: "The server is held before its first recv. The client sends one request of 35 octets in one call.",
            ask: None,
            does: &[
                Deed::HoldNew,
                Deed::Connect,
                Deed::Await(Until::Held(Breakpoint::Recv)),
                Deed::Send(GET),
                Deed::Unread(35),
                Deed::RunNew,
            ],
            see: "One send, and its 35 octets wait in the kernel.",
        },
        Step {
            say: "Now each recv asks for four octets at most, and the server goes on.",
            ask: Some(Question {
                question: "How many recvs will there be for this one send?",
                answer: "Nine: 35 / 4 is 8.75, and the last recv brings the three octets that are left.",
            }),
            does: &[
                Deed::RecvSize(4),
                Deed::ReleaseSlowly,
                Deed::Await(Until::Responded(200)),
                Deed::Recvs(9),
                Deed::Receive(200),
            ],
            see: "One send, nine recvs, one request. The response is the same as ever.",
        },
        Step {
            say: "Held again, on the same connection. The client sends the same request in three calls, one for each line.",
            ask: Some(Question {
                question: "Each recv asks for 16 384 octets again. How many recvs will there be for the three sends?",
                answer: "One. TCP carries octets, and has forgotten how they were sent.",
            }),
            does: &[
                Deed::Hold,
                Deed::Await(Until::Held(Breakpoint::Recv)),
                Deed::RecvSize(16384),
                Deed::Send(LINE_1),
                Deed::Send(LINE_2),
                Deed::Send(LINE_3),
                Deed::Unread(35),
                Deed::ReleaseSlowly,
                Deed::Await(Until::Responded(200)),
                Deed::Recvs(1),
                Deed::Receive(200),
            ],
            see: "Three sends, one recv, one request.",
        },
        Step {
            say: "Once more the three lines; this time the client waits after each until the server has read it.",
            ask: Some(Question {
                question: "How many recvs now?",
                answer: "Three, because there were pauses, and not because there were three sends.",
            }),
            does: &[
                Deed::Release,
                Deed::Send(LINE_1),
                Deed::Await(Until::Matched(2)),
                Deed::Send(LINE_2),
                Deed::Await(Until::Matched(2)),
                Deed::Send(LINE_3),
                Deed::Await(Until::Responded(200)),
                Deed::Recvs(3),
                Deed::Receive(200),
                Deed::Close,
            ],
            see: "The same octets in nine recvs, in one, in three: a program may count on none of them. It must find the message itself: the next lesson.",
        },
    ],
};
