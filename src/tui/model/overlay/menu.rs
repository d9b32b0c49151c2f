//! The menu of what can be copied or written.

use crate::export::{self, Cannot, Form, Request, Response, Transcript, Written};

/// The key that masks secrets, or leaves them as they are.
pub(crate) const MASK: char = 'm';
/// The key that says which connections are meant where several are.
pub(crate) const SEVERAL: char = 's';

/// The forms of a response, which stand in the place of the request's.
const OF_RESPONSE: [Form; 3] = [Form::Raw, Form::Hex, Form::Content];

/// What is done with what is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Copy,
    Write,
}

/// The forms, with the cursor on one.
#[derive(Debug, Clone)]
pub(crate) struct Menu {
    pub(crate) action: Action,
    /// What is copied or written, such as `#7.1`.
    pub(crate) name: String,
    pub(crate) items: Vec<Item>,
    pub(crate) at: usize,
    /// The fields whose values are in what is copied or written, unless they are masked.
    pub(crate) secrets: Vec<&'static str>,
    pub(crate) masked: bool,
    /// Which connections are written where several are.
    pub(crate) several: Several,
    /// Those that can be chosen, and how many connections each is.
    pub(crate) sets: Vec<(Several, usize)>,
    /// What was there when the menu was opened.
    of: Of,
}

/// What the forms are written of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Of {
    pub(crate) request: Option<Request>,
    /// Where the octets of responses are shown.
    pub(crate) response: Option<Response>,
    pub(crate) transcript: Option<Transcript>,
}

impl Of {
    fn masked(&self) -> Self {
        Self {
            request: self.request.as_ref().map(Request::masked),
            response: self.response.as_ref().map(Response::masked),
            transcript: self.transcript.as_ref().map(Transcript::masked),
        }
    }

    fn secrets(&self, scope: Scope) -> Vec<&'static str> {
        let secrets = match scope {
            Scope::Request => self.request.as_ref().map(Request::secrets),
            Scope::Response => self.response.as_ref().map(Response::secrets),
            Scope::Connection | Scope::Several => self.transcript.as_ref().map(Transcript::secrets),
        };
        secrets.unwrap_or_default()
    }
}

/// One form of something.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) form: Form,
    pub(crate) scope: Scope,
    /// As it would be written now; `None` where that is done when it is chosen.
    pub(crate) written: Option<Result<Written, Cannot>>,
}

/// What a form is written of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Request,
    Response,
    Connection,
    Several,
}

/// A set of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Several {
    All,
    /// Those that the filter lists.
    Filtered,
    /// Those that are marked, or have a mark on them.
    Marked,
}

impl Several {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Filtered => "filtered",
            Self::Marked => "marked",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::All => "every connection",
            Self::Filtered => "the filtered connections",
            Self::Marked => "the marked connections",
        }
    }
}

/// What was chosen, written.
pub(crate) struct Chosen {
    pub(crate) written: Written,
    /// The fields whose values are in it.
    pub(crate) secrets: Vec<&'static str>,
}

impl Item {
    /// The key that chooses it.
    pub(crate) const fn letter(&self) -> char {
        match (self.form, self.scope) {
            (Form::Raw, _) => 'r',
            (Form::Hex, _) => 'h',
            (Form::Content, _) => 'b',
            (Form::Curl, _) => 'c',
            (Form::Netcat, _) => 'n',
            (Form::Url, _) => 'u',
            (Form::Har, Scope::Several) => 'A',
            (Form::Har, _) => 'a',
            (Form::Pcapng, Scope::Several) => 'P',
            (Form::Pcapng, _) => 'p',
            (Form::Text, Scope::Several) => 'T',
            (Form::Text, _) => 't',
        }
    }

    /// What it is, in a few words.
    pub(crate) fn about(&self, several: Several) -> String {
        let several = several.words();
        match (self.scope, self.form) {
            (Scope::Several, Form::Har) => format!("every exchange of {several}"),
            (Scope::Several, Form::Pcapng) => format!("{several} as packets"),
            (Scope::Several, _) => format!("a sentence on everything, {several}"),
            (Scope::Response, Form::Raw) => "the octets of the response".into(),
            (Scope::Request | Scope::Response | Scope::Connection, form) => form.about().into(),
        }
    }
}

impl Menu {
    /// The forms of a request and of its connection, as they are there now: nothing moves
    /// under the hand.
    pub(crate) fn new(action: Action, name: String, of: Of, sets: Vec<(Several, usize)>) -> Self {
        let scopes = [Scope::Request, Scope::Response, Scope::Connection];
        let mut secrets: Vec<_> = scopes.iter().flat_map(|&it| of.secrets(it)).collect();
        secrets.sort_unstable();
        secrets.dedup();
        let mut menu = Self {
            action,
            name,
            items: Vec::new(),
            at: 0,
            secrets,
            masked: false,
            several: Several::All,
            sets,
            of,
        };
        menu.write();
        menu
    }

    /// Masks secrets, or leaves them as they are.
    pub(crate) fn toggle_masking(&mut self) {
        self.masked = !self.masked;
        self.write();
    }

    /// The next set of connections.
    pub(crate) fn next_set(&mut self) {
        let here = self.sets.iter().position(|(set, _)| *set == self.several);
        let next = here.map_or(0, |here| here + 1);
        let next = self.sets.get(next).or_else(|| self.sets.first());
        self.several = next.map_or(Several::All, |(set, _)| *set);
    }

    /// Writes every form, so that the menu says how long it is, or why there is none.
    fn write(&mut self) {
        let of = if self.masked {
            &self.of.masked()
        } else {
            &self.of
        };
        let mut items: Vec<Item> = Vec::new();
        if let Some(response) = &of.response {
            items.extend(OF_RESPONSE.map(|form| Item {
                form,
                scope: Scope::Response,
                written: Some(export::response(form, response)),
            }));
        }
        for form in Form::ALL {
            let written = if form.is_of_connection() {
                let Some(transcript) = &of.transcript else {
                    continue;
                };
                let only = std::slice::from_ref(transcript);
                let written = (form != Form::Text).then(|| export::connections(form, only));
                items.push(Item {
                    form,
                    scope: Scope::Connection,
                    written,
                });
                continue;
            } else if of.response.is_some() && OF_RESPONSE.contains(&form) {
                continue;
            } else {
                match &of.request {
                    Some(request) => export::request(form, request),
                    None => Err(Cannot("nothing of a request has come yet")),
                }
            };
            items.push(Item {
                form,
                scope: Scope::Request,
                written: Some(written),
            });
        }
        if of.transcript.is_some() {
            let of_connection = Form::ALL.into_iter().filter(|f| f.is_of_connection());
            items.extend(of_connection.map(|form| Item {
                form,
                scope: Scope::Several,
                written: None,
            }));
        }
        self.items = items;
    }

    /// What an item is, written.
    pub(crate) fn choose(
        &self,
        item: &Item,
        transcripts: impl FnOnce() -> Vec<Transcript>,
        sentences: impl FnOnce() -> Result<Written, Cannot>,
    ) -> Result<Chosen, Cannot> {
        let (scope, form) = (item.scope, item.form);
        if form == Form::Text {
            return Ok(Chosen {
                written: sentences()?,
                secrets: Vec::new(),
            });
        }
        if scope == Scope::Several {
            return self.of_several(transcripts(), form);
        }
        let same = |item: &&Item| item.form == form && item.scope == scope;
        let item = self.items.iter().find(same);
        let written = item.and_then(|item| item.written.clone());
        // A URL holds no field, and the content of a response none of its head.
        let without = self.masked || matches!(form, Form::Url | Form::Content);
        let secrets = if without {
            Vec::new()
        } else {
            self.of.secrets(scope)
        };
        Ok(Chosen {
            written: written.unwrap_or(Err(Cannot("it is not there")))?,
            secrets,
        })
    }

    fn of_several(&self, mut transcripts: Vec<Transcript>, form: Form) -> Result<Chosen, Cannot> {
        let mut secrets = Vec::new();
        for transcript in &mut transcripts {
            if self.masked {
                *transcript = transcript.masked();
            } else {
                secrets.extend(transcript.secrets());
            }
        }
        secrets.sort_unstable();
        secrets.dedup();
        Ok(Chosen {
            written: export::connections(form, &transcripts)?,
            secrets,
        })
    }

    /// A name for the file of it.
    pub(crate) fn file_name(&self, scope: Scope, form: Form) -> String {
        let name = self.name.trim_start_matches('#');
        let extension = form.extension();
        match scope {
            Scope::Request => format!("request-{name}.{extension}"),
            Scope::Response if form == Form::Content => format!("content-{name}.{extension}"),
            Scope::Response => format!("response-{name}.{extension}"),
            Scope::Connection => {
                let connection = name.split('.').next().unwrap_or_default();
                format!("connection-{connection}.{extension}")
            }
            Scope::Several => match self.several {
                Several::All => format!("connections.{extension}"),
                set @ (Several::Filtered | Several::Marked) => {
                    format!("connections-{}.{extension}", set.name())
                }
            },
        }
    }
}
