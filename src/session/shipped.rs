//! The sessions that ship with the program: recorded from real clients, opened by name.
//! `cargo test --test recordings` records them again.

/// A session that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// What it is called.
    pub name: &'static str,
    /// What is to be seen in it, in a few words.
    pub about: &'static str,
    /// The file.
    pub octets: &'static [u8],
}

impl Shipped {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self {
            name: "browser",
            about: "a page on several connections, again (304), and one that is not there (404)",
            octets: include_bytes!("../../assets/sessions/browser.mcap"),
        },
        Self {
            name: "netcat",
            about: "a request typed by hand: LF LF, and so 400; then with CR LF",
            octets: include_bytes!("../../assets/sessions/netcat.mcap"),
        },
        Self {
            name: "class",
            about: "four octets a recv; then two requests at once, held and stepped",
            octets: include_bytes!("../../assets/sessions/class.mcap"),
        },
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shipped| shipped.name == name)
    }
}
