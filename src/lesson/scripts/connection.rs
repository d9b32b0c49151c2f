//! How long a connection lasts, and how it ends.

use crate::event::{Breakpoint, CloseReason};
use crate::lesson::script::{Deed, Lesson, Question, Step, Until};

const GET: &str = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub(super) const KEEP_ALIVE: Lesson = Lesson {
    number: 11,
    title: "Keep-alive",
    page: "keep-alive.html",
    steps: &[
        Step {
            say: "A client asks for a page, and receives it.",
            ask: Some(Question {
                question: "Who closes the connection now?",
                answer: "Nobody. In HTTP/1.1 it stays open for the next request, unless one side says Connection: close.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send(GET),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
            ],
            see: "Both sides know where the response ended, by its length. Nobody needs to close to say so.",
        },
        Step {
            say: "It asks again, on the same connection.",
            ask: None,
            does: &[
                Deed::Send(GET),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
            ],
            see: "Two exchanges, one handshake: the second request cost no round trip of its own to connect.",
        },
        Step {
            say: "Now it does not wait: it sends two requests in one call. That is pipelining.",
            ask: Some(Question {
                question: "How many recvs, and how many responses?",
                answer: "One recv and two responses, in the order of the requests.",
            }),
            does: &[
                Deed::Send(
                    "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET /empty.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
                ),
                Deed::Await(Until::Responded(200)),
                Deed::Await(Until::Responded(200)),
                Deed::Recvs(1),
                Deed::Responses(2),
                Deed::Receive(200),
                Deed::Receive(200),
            ],
            see: "While the first was answered, the second lay in the receive buffer, behind the cut.",
        },
        Step {
            say: "The last request says Connection: close.",
            ask: Some(Question {
                question: "Who closes, and when?",
                answer: "The server, after the response: it sends FIN, and the client's recv returns 0.",
            }),
            does: &[
                Deed::Send(
                    "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                ),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
                Deed::ReceiveEnd,
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::CloseAsked)),
            ],
            see: "Five requests, one connection. Either side may end it, and a silent one is ended for being idle.",
        },
    ],
};

pub(super) const HALF_CLOSE: Lesson = Lesson {
    number: 12,
    title: "Half-close",
    page: "half-close.html",
    steps: &[
        Step {
            say: "The server is held. The client sends a request, then calls shutdown(SHUT_WR): its kernel sends FIN behind the last octet.",
            ask: Some(Question {
                question: "The client has finished. Does it still get an answer?",
                answer: "Yes. FIN means: I shall send no more. It does not mean: I shall not listen.",
            }),
            does: &[
                Deed::HoldNew,
                Deed::Connect,
                Deed::Await(Until::Held(Breakpoint::Recv)),
                Deed::Send(GET),
                Deed::HalfClose,
                Deed::Unread(44),
                Deed::RunNew,
                Deed::ReleaseSlowly,
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
            ],
            see: "The request came first, in order, and was answered in full.",
        },
        Step {
            say: "The octets are read. FIN is still there, in its place behind them.",
            ask: Some(Question {
                question: "What does the server's next recv return?",
                answer: "0: the end of the stream. The server has answered everything, and closes its direction too.",
            }),
            does: &[
                Deed::Await(Until::PeerFinished),
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
                Deed::ReceiveEnd,
                Deed::Close,
            ],
            see: "Two directions, closed one after the other, each by its own FIN.",
        },
        Step {
            say: "Now FIN comes in the middle of a request.",
            ask: Some(Question {
                question: "Will the server wait for the rest?",
                answer: "No, there will be none. An incomplete request is answered 400, at once (RFC 9112 §8).",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /hello.txt HTTP/1.1\r\nHost: loc"),
                Deed::HalfClose,
                Deed::Await(Until::PeerFinished),
                Deed::Await(Until::Responded(400)),
                Deed::Receive(400),
                Deed::ReceiveEnd,
                Deed::Close,
            ],
            see: "Even then the answer reached the client: only one direction was closed.",
        },
        Step {
            say: "The rude way: the client sends a request, and closes with RST before the server, which is held, has read it.",
            ask: Some(Question {
                question: "Will the client get its answer?",
                answer: "No. Linux still hands over the octets that came before; but the answer has nowhere to go, and a call of the server fails: connection reset.",
            }),
            does: &[
                Deed::HoldNew,
                Deed::Connect,
                Deed::Await(Until::Held(Breakpoint::Recv)),
                Deed::Send(GET),
                Deed::Unread(44),
                Deed::RunNew,
                Deed::Reset,
                Deed::Release,
                Deed::Await(Until::Closed(CloseReason::Broken)),
            ],
            see: "FIN ends a direction in order; RST breaks the connection. A program that closes with octets unread sends RST without meaning to.",
        },
    ],
};
