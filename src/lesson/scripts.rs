//! The lessons, in the order of their pages.

mod connection;
mod head;
mod link;
mod message;
mod socket;

use super::script::Lesson;

/// All of them, in order.
pub const ALL: [&Lesson; 12] = [
    &link::LAYERS,
    &link::IP_LOSES,
    &link::TCP_ORDERS,
    &socket::SOCKETS,
    &socket::ACCEPT,
    &socket::RECV,
    &head::CRLFCRLF,
    &head::PARSING,
    &head::STATUSES,
    &message::CONTENT_LENGTH,
    &connection::KEEP_ALIVE,
    &connection::HALF_CLOSE,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The strip of the dashboard has four lines of eighty.
    const LONGEST: usize = 260;

    #[test]
    fn each_lesson_has_its_number_and_short_texts() {
        for (lesson, number) in ALL.iter().zip(1..) {
            assert_eq!(lesson.number, number, "{}", lesson.title);
            assert!(!lesson.steps.is_empty());
            for step in lesson.steps {
                let ask = step.ask.map(|ask| [ask.question, ask.answer]);
                let texts = [step.say, step.see];
                for text in texts.into_iter().chain(ask.into_iter().flatten()) {
                    assert!(text.len() <= LONGEST, "{}: {text}", text.len());
                    assert!(text.ends_with(['.', '?']), "{text}");
                }
            }
        }
    }

    #[test]
    fn each_lesson_is_that_of_its_page() {
        let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_docroot/lessons");
        for lesson in ALL {
            let page = std::fs::read_to_string(pages.join(lesson.page)).unwrap();
            let number = format!("<meta name=\"lesson\" content=\"{}\"", lesson.number);
            assert!(page.contains(&number), "{}", lesson.page);
            let title = format!("<title>{}. {} ", lesson.number, lesson.title);
            assert!(page.contains(&title), "{}", lesson.page);
        }
    }
}
