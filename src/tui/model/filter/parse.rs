//! Text → expression, with the place and the reason when it is none.

use crate::tui::model::filter::status::StatusTest;
use crate::tui::model::filter::{Expr, Invalid, Key, Term, ends_word};
use crate::tui::model::search::Search;

/// How deep `!` and parentheses may be nested.
const DEEPEST: usize = 64;

pub(super) fn parse(text: &str) -> Result<Expr, Invalid> {
    let mut parser = Parser {
        characters: text.chars().collect(),
        at: 0,
        depth: 0,
    };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.invalid("this ) closes nothing")),
    }
}

/// The letters before the first colon, when there is nothing else before it.
pub(super) fn key_before_colon(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(':')?;
    let letters = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    letters.then_some(name)
}

struct Parser {
    characters: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn invalid(&self, why: impl Into<String>) -> Invalid {
        invalid(self.at, why)
    }

    fn any(&mut self) -> Result<Expr, Invalid> {
        let mut any = vec![self.all()?];
        while self.eat('|') {
            any.push(self.all()?);
        }
        Ok(one_or(any, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, Invalid> {
        let mut all = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some('|' | ')') if all.is_empty() => {
                    return Err(self.invalid("a term is missing here"));
                }
                None | Some('|' | ')') => return Ok(one_or(all, Expr::All)),
                Some(_) => all.push(self.unary()?),
            }
        }
    }

    fn unary(&mut self) -> Result<Expr, Invalid> {
        if self.depth >= DEEPEST {
            return Err(self.invalid("this is nested too deep"));
        }
        self.depth += 1;
        let begin = self.at;
        let expr = if self.eat('!') {
            Expr::Not(Box::new(self.unary()?))
        } else if self.eat('(') {
            let inner = self.any()?;
            if !self.eat(')') {
                return Err(invalid(begin, "this ( is not closed"));
            }
            inner
        } else {
            Expr::Term(self.term()?)
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn term(&mut self) -> Result<Term, Invalid> {
        let begin = self.at;
        if self.eat('/') {
            let source = self.regex(begin)?;
            return Search::pattern(&source)
                .map(Term::Regex)
                .map_err(|why| invalid(begin, format!("no regular expression: {why}")));
        }
        let key = self.key()?;
        let value_at = self.at;
        let value = self.value()?;
        let search = || Search::literal(&value).map_err(|why| invalid(value_at, why));
        Ok(match key {
            Some(key) if value.is_empty() && value_at == self.at => {
                let why = format!("{}: wants a value", key.name());
                return Err(invalid(value_at, why));
            }
            // What cannot begin a word.
            None if value_at == self.at => return Err(self.invalid("a term is missing here")),
            Some(Key::Method) => Term::Method(value),
            Some(Key::Path) => Term::Path(search()?),
            Some(Key::Status) => Term::Status(
                StatusTest::parse(&value)
                    .ok_or_else(|| invalid(value_at, "a status is written 404, 4xx or >=400"))?,
            ),
            Some(Key::Peer) => Term::Peer(search()?),
            Some(Key::Source) => Term::Source(search()?),
            Some(Key::State) => Term::State(search()?),
            Some(Key::Advice) => Term::Advice(search()?),
            Some(Key::Text) | None => Term::Text(search()?),
        })
    }

    /// Up to the `/` that ends it; `\/` is a slash.
    fn regex(&mut self, begin: usize) -> Result<String, Invalid> {
        let mut source = String::new();
        loop {
            match self.peek() {
                None => return Err(invalid(begin, "the / that ends it is missing")),
                Some('/') if source.is_empty() => {
                    return Err(invalid(begin, "between the / there is nothing"));
                }
                Some('/') => break,
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some('/') => source.push('/'),
                        Some(other) => source.extend(['\\', other]),
                        None => continue,
                    }
                }
                Some(other) => source.push(other),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(source)
    }

    /// The key and its colon, if there is one.
    fn key(&mut self) -> Result<Option<Key>, Invalid> {
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let letters = rest.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        if letters == 0 || rest.get(letters) != Some(&':') {
            return Ok(None);
        }
        let name: String = rest.iter().take(letters).collect();
        let key = Key::ALL
            .into_iter()
            .find(|key| key.name().eq_ignore_ascii_case(&name));
        let Some(key) = key else {
            let names = Key::ALL.map(Key::name).join(" ");
            let why = format!("no key is named {name}: there are {names}; or quote it");
            return Err(self.invalid(why));
        };
        self.at += letters + 1;
        Ok(Some(key))
    }

    fn value(&mut self) -> Result<String, Invalid> {
        let begin = self.at;
        let mut value = String::new();
        if !self.eat('"') {
            while let Some(character) = self.peek().filter(|&c| !ends_word(c)) {
                value.push(character);
                self.at += 1;
            }
            return Ok(value);
        }
        loop {
            if self.eat('"') {
                return Ok(value);
            }
            // Only what would end or escape is escaped.
            if self.eat('\\') && !matches!(self.peek(), Some('"' | '\\')) {
                value.push('\\');
                continue;
            }
            let Some(character) = self.peek() else {
                return Err(invalid(begin, "the closing quote is missing"));
            };
            value.push(character);
            self.at += 1;
        }
    }
}

fn invalid(at: usize, why: impl Into<String>) -> Invalid {
    let why = why.into();
    Invalid { at, why }
}

/// A list of one is that one.
fn one_or(mut list: Vec<Expr>, of: fn(Vec<Expr>) -> Expr) -> Expr {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        Some(last) => {
            list.push(last);
            of(list)
        }
        None => of(list),
    }
}
