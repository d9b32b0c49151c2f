//! The head of a request: where it ends, what its parts are, what is said when it is wrong.

use crate::event::CloseReason;
use crate::lesson::script::{Deed, Lesson, Question, Step, Until};

/// Connects, sends a request that is refused with 400, and sees the server close.
macro_rules! refused {
    ($request:literal) => {
        &[
            Deed::Connect,
            Deed::Send($request),
            Deed::Await(Until::Rejected),
            Deed::Await(Until::Responded(400)),
            Deed::Receive(400),
            Deed::ReceiveEnd,
            Deed::Close,
            Deed::Await(Until::Closed(CloseReason::Refused)),
        ]
    };
}

pub(super) const CRLFCRLF: Lesson = Lesson {
    number: 7,
    title: "CR LF CR LF",
    page: "crlfcrlf.html",
    steps: &[
        Step {
            say: "The client sends a request, all but its very last octet. The server searches its receive buffer for CR LF CR LF.",
            ask: Some(Question {
                question: "How many of the four octets match at the end?",
                answer: "Three: CR LF CR. The server waits, and remembers the three.",
            }),
            does: &[
                Deed::Connect,
                Deed::Await(Until::Accepted),
                Deed::Send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r"),
                Deed::Await(Until::Matched(3)),
            ],
            see: "The mark that ends the head was cut in two. Who looks for it in each recv alone will wait for ever.",
        },
        Step {
            say: "Now comes the missing LF, and behind it G, E, T: the beginning of the next request.",
            ask: Some(Question {
                question: "Where does the head end, and what becomes of G, E, T?",
                answer: "It ends with the LF. G, E, T stay in the receive buffer until the rest of that request comes.",
            }),
            does: &[
                Deed::Send("\nGET"),
                Deed::Await(Until::Responded(200)),
                Deed::Await(Until::Matched(0)),
                Deed::Receive(200),
            ],
            see: "The head is cut off and answered, and nothing behind it is lost. No octet was looked at twice.",
        },
        Step {
            say: "The client sends the rest of its second request.",
            ask: None,
            does: &[
                Deed::Send(" /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(200)),
                Deed::Responses(1),
                Deed::Receive(200),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "One request was made of octets from two recvs, as the one before. How it was cut did not matter.",
        },
        Step {
            say: "Another client ends its lines with LF alone, as nc does without -C.",
            ask: Some(Question {
                question: "Will this server find the end of the head?",
                answer: "It finds the empty line, and does not take it: lines end in CR LF (RFC 9112 §2.2). It says so with 400.",
            }),
            does: refused!("GET /hello.txt HTTP/1.1\nHost: localhost\n\n"),
            see: "Some servers take LF, some do not. Where two in a row differ, a request can be smuggled past the first.",
        },
    ],
};

pub(super) const PARSING: Lesson = Lesson {
    number: 8,
    title: "Parsing",
    page: "parsing.html",
    steps: &[
        Step {
            say: "A request that looks odd: its field is called hOsT, and no space follows the colon.",
            ask: Some(Question {
                question: "Is it right?",
                answer: "Yes. In a field name upper and lower case do not matter, and white space around the value is no part of it.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /hello.txt HTTP/1.1\r\nhOsT:localhost\r\n\r\n"),
                Deed::Await(Until::Parsed),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "Each octet has a role: method, target, version, name, colon, value.",
        },
        Step {
            say: "Here a space stands before the colon of Host.",
            ask: Some(Question {
                question: "What is the status?",
                answer: "400. A name with a space at its end is two things to two readers, so a server has to refuse it (RFC 9112 §5.1).",
            }),
            does: refused!("GET /hello.txt HTTP/1.1\r\nHost : localhost\r\n\r\n"),
            see: "The server closes: after a malformed request it cannot be sure where the next one begins.",
        },
        Step {
            say: "Here two spaces stand between the method and the target.",
            ask: None,
            does: refused!("GET  /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            see: "400 again: the parts of a request-line have one space between them (RFC 9112 §3).",
        },
        Step {
            say: "Here the method is written small: get.",
            ask: Some(Question {
                question: "400 as well?",
                answer: "No: 501. Methods are case-sensitive, so get is a well-formed method that this server does not know.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("get /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(501)),
                Deed::Receive(501),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "What is unknown is not malformed: the connection stayed open until the client closed it.",
        },
        Step {
            say: "And here there is no Host at all.",
            ask: None,
            does: refused!("GET /hello.txt HTTP/1.1\r\n\r\n"),
            see: "400: many sites may live at one address, and an HTTP/1.1 request has to say which is meant (RFC 9112 §3.2).",
        },
    ],
};

pub(super) const STATUSES: Lesson = Lesson {
    number: 9,
    title: "400 and 404",
    page: "statuses.html",
    steps: &[
        Step {
            say: "The client asks, in perfect form, for a page that is not there.",
            ask: Some(Question {
                question: "Is the connection closed after the 404?",
                answer: "No. 404 is an answer like any other: I read it well, and there is nothing here.",
            }),
            does: &[
                Deed::Connect,
                Deed::Send("GET /no-such-page HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(404)),
                Deed::Receive(404),
            ],
            see: "A 404 proves that name, route, connection, request and response have all worked.",
        },
        Step {
            say: "On the same connection it asks for one that is there.",
            ask: None,
            does: &[
                Deed::Send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Deed::Await(Until::Responded(200)),
                Deed::Receive(200),
                Deed::Close,
                Deed::Await(Until::Closed(CloseReason::PeerFinished)),
            ],
            see: "200. The server knew where the 404's request ended, and so where this one began.",
        },
        Step {
            say: "Now a request without Host, for a page that is there.",
            ask: Some(Question {
                question: "Does the server look for the page?",
                answer: "No. 400 means: I could not read that, so nothing can be said about what was wanted.",
            }),
            does: refused!("GET /hello.txt HTTP/1.1\r\n\r\n"),
            see: "No lookup of a file, just the refusal; then the server closed.",
        },
        Step {
            say: "At last the client tries a port where nobody listens.",
            ask: Some(Question {
                question: "Which status code comes back?",
                answer: "None. The kernel answers SYN with RST: there was no connection, so no request and no response.",
            }),
            does: &[Deed::Knock],
            see: "“Connection refused” is TCP speaking. HTTP never got to say a word, and the server saw nothing.",
        },
    ],
};
