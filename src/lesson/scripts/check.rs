//! Checking a server: what is asked of one to find out whether it is right.

use crate::event::CloseReason;
use crate::lesson::script::{Deed, Lesson, Question, Step, Until};

pub(super) const CHECK: Lesson = Lesson {
    number: 14,
    title: "Is it right?",
    page: "check.html",
    steps: &[
        Step {
            say: "A server of your own is to be checked; this one stands in for it. First: half a request, and nothing more.",
            ask: Some(Question {
                question: "What must come back?",
                answer: "Nothing yet. Who answers now has not waited for the empty line.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /hello.txt HTTP/1.1\r\nHost: loc"),
                Deed::Await(Until::Matched(0)),
                Deed::Responses(0),
            ],
            see: "The server has searched what came, found no end, and waits. A check of silence needs a clock: how long is long enough?",
        },
        Step {
            say: "The other half comes, and behind it a whole second request, in the same piece.",
            ask: Some(Question {
                question: "How many answers must come, and in which order?",
                answer: "Two, in the order of the requests: what is left over is the next request.",
            }),
            does: &[
                Deed::Send("alhost\r\n\r\nGET /no-such-page HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(200)),
                Deed::Await(Until::Responded(404)),
                Deed::Receive(200),
                Deed::Receive(404),
                Deed::Responses(2),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "200, then 404, each with its length, and the connection stayed. A check asks for two different things, or it would not see the order.",
        },
        Step {
            say: "One client sends half a request and falls silent. Another connects, and sends a whole one.",
            ask: Some(Question {
                question: "Must the second wait for the first?",
                answer: "No. One slow client stops nobody else.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /hello.txt HT"),
                Deed::Await(Until::Matched(0)),
                Deed::Connect,
                Deed::Send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "A server that calls recv on one connection at a time would have let both wait.",
        },
        Step {
            say: "Last: a request that breaks a rule. HTTP/1.1 needs a Host field, and this one has none.",
            ask: Some(Question {
                question: "Which answers are right, and which are wrong?",
                answer: "400 is right. 200 is wrong (RFC 9112 §3.2), and so is silence.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /hello.txt HTTP/1.1\r\n\r\n"),
                Deed::Await(Until::Rejected),
                Deed::Await(Until::Responded(400)),
                Deed::Receive(400),
                Deed::ReceiveEnd,
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::Refused)),
            ],
            see: "And the server lives: the next client is answered. glassport check asks all this, and more, of any server on this machine.",
        },
    ],
};
