//! Where content ends.

use crate::event::CloseReason;
use crate::lesson::script::{Deed, Lesson, Question, Step, Until};

pub(super) const CONTENT_LENGTH: Lesson = Lesson {
    number: 10,
    title: "Content-Length",
    page: "content-length.html",
    steps: &[
        Step {
            say: "café.txt is a text of 398 characters, and some have an accent. The client asks for it.",
            ask: Some(Question {
                question: "Which Content-Length will the response have?",
                answer: "410. Lengths are octets: é is one character and, in UTF-8, two octets.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /caf%C3%A9.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "The client counted 410 octets behind the empty line, and knew that the response was whole.",
        },
        Step {
            say: "Now the client sends content. It announces 22 octets, and sends the first twelve.",
            ask: Some(Question {
                question: "Does the server answer?",
                answer: "No, it waits: ten octets of this message are still to come, and nothing else can end it.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send(
                    "POST /.glassport/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 22\r\n\r\nHello from g",
                ),
                Deed::Await(Until::Body(12)),
                Deed::Responses(0),
            ],
            see: "The head was found by its mark; the content has none, so the server counts: 12 of 22.",
        },
        Step {
            say: "The client sends the ten octets that are missing.",
            ask: None,
            does: &[
                Deed::Send("lassport.\n"),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
            ],
            see: "At the 22nd octet the message was whole, and the answer went out at once.",
        },
        Step {
            say: "Next, one that counts wrong: it announces 15 octets, sends five, and goes on with its next request.",
            ask: Some(Question {
                question: "What becomes of the second request, GET / HTTP/1.1?",
                answer: "Its first ten octets, GET / HTTP, are counted as content. What is left, /1.1, is no request-line: 400.",
            }),
            does: &[
                Deed::Send(
                    "POST /.glassport/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\nhelloGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                ),
                Deed::Await(Until::Responded(200)),
                Deed::Await(Until::Rejected),
                Deed::Await(Until::Responded(400)),
                Deed::Receive(200),
                Deed::Receive(400),
                Deed::ReceiveEnd,
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::Refused)),
            ],
            see: "Both sides must count alike: if they do not, all that follows is read wrongly.",
        },
        Step {
            say: "The last one announces fifteen octets too, sends five, and then FIN.",
            ask: Some(Question {
                question: "Will the server go on waiting for the ten?",
                answer: "No. FIN says that they will never come: the message is incomplete, and the answer is 400 (RFC 9112 §8).",
            }),
            does: &[
                Deed::Connect,
                Deed::Send(
                    "POST /.glassport/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\nhello",
                ),
                Deed::Await(Until::Body(5)),
                Deed::HalfClose,
                Deed::Await(Until::Responded(400)),
                Deed::Receive(400),
                Deed::ReceiveEnd,
                Deed::Close,
            ],
            see: "With the length announced, a message that was cut short cannot be taken for a whole one.",
        },
    ],
};
