//! Who waits for the first octet: a thread for each connection, or one for all that are silent.

use crate::lesson::script::{Deed, Lesson, Question, Step};

/// How many clients connect to either server.
const CLIENTS: usize = 40;
/// How often each of them asks, all of them together.
const TIMES: usize = 25;

pub(super) const THREADS: Lesson = Lesson {
    number: 13,
    title: "Threads",
    page: "threads.html",
    steps: &[
        Step {
            say: "Forty clients connect, ask for a page once, and are silent then.",
            ask: Some(Question {
                question: "How many threads does the server need for forty silent connections?",
                answer: "None. They rest, and a few threads wait for all of them together, in epoll_wait.",
            }),
            does: &[
                Deed::Measure,
                Deed::Crowd(CLIENTS),
                Deed::Measure,
                Deed::FewerThreads(CLIENTS),
            ],
            see: "Threads serve octets, not silence.",
        },
        Step {
            say: "Now all forty ask at the same time, and again, 25 times over.",
            ask: None,
            does: &[
                Deed::AskTogether(TIMES),
                Deed::Measure,
                Deed::FewerThreads(CLIENTS),
            ],
            see: "While one more was readable, a thread served that instead of going to sleep.",
        },
        Step {
            say: "The same with a server as the tutorial has it: --threads connection. Each connection has a thread, which is blocked in recv.",
            ask: Some(Question {
                question: "How many threads are there now?",
                answer: "One for each client, for as long as it is connected, and those that wait in accept.",
            }),
            does: &[
                Deed::ThreadEach,
                Deed::Measure,
                Deed::Crowd(CLIENTS),
                Deed::Measure,
                Deed::MoreThreads(CLIENTS),
            ],
            see: "It is the same code that serves them. Each thread has a stack, silent or not.",
        },
        Step {
            say: "And all forty ask at the same time, as often as before.",
            ask: Some(Question {
                question: "How often is one thread put aside for another, in one request?",
                answer: "About once: the thread of each connection is woken for its request, and sleeps again behind it.",
            }),
            does: &[Deed::AskTogether(TIMES), Deed::Measure],
            see: "Both grow with connections here; before, with what there is to do.",
        },
    ],
};
