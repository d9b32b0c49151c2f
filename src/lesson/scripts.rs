//! The lessons, in the order of their pages.

mod check;
mod connection;
mod head;
mod link;
mod message;
mod socket;
mod threads;

use super::script::Lesson;

/// All of them, in order.
pub const ALL: [&Lesson; 14] = [
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
    &threads::THREADS,
    &check::CHECK,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns of text on the dashboard's strip, on screens of 80 and 120 columns.
    const STRIPS: [(usize, usize); 2] = [(5, 78), (4, 118)];

    fn rows(text: &str, columns: usize) -> usize {
        let mut rows = 1;
        let mut column = 0;
        for word in text.split(' ').map(|word| word.chars().count()) {
            if column + word > columns {
                rows += 1;
                column = 0;
            }
            column += word + 1;
        }
        rows
    }

    #[test]
    fn each_lesson_has_its_number_and_texts_for_which_there_is_room() {
        for (lesson, number) in ALL.iter().zip(1..) {
            assert_eq!(lesson.number, number, "{}", lesson.title);
            assert!(!lesson.steps.is_empty());
            for step in lesson.steps {
                let ask = step.ask.map(|ask| [ask.question, ask.answer]);
                let [question, answer] = ask.unwrap_or_default();
                let before = format!("Predict: {question}");
                let after = format!("Answer: {answer}");
                for (most, columns) in STRIPS {
                    for (text, ask) in [(step.say, &before), (step.see, &after)] {
                        let rows = rows(text, columns) + rows(ask, columns);
                        assert!(rows <= most, "{rows} rows: {text} {ask}");
                    }
                }
                let texts = [step.say, step.see];
                for text in texts.into_iter().chain(ask.into_iter().flatten()) {
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
