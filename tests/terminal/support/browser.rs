//! Chromium without a screen, told what to do through a pipe (the DevTools protocol), where it
//! is installed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::eventually;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];

/// A browser.
pub(crate) struct Browser {
    process: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
    number: u64,
    /// What it said beside answers: errors and refusals of a page.
    pub(crate) wrong: Vec<String>,
    _profile: TempDir,
}

/// A page that is open in it.
pub(crate) struct Tab(String);

impl Browser {
    /// Starts it; says so in words where there is none.
    pub(crate) fn start() -> Option<Self> {
        let is_there = |name: &&&str| {
            let asked = Command::new(name).arg("--version").output();
            asked.is_ok_and(|output| output.status.success())
        };
        let Some(name) = NAMES.iter().find(is_there) else {
            eprintln!("skipped: there is no Chromium here to look at the page with");
            return None;
        };
        let profile = TempDir::new().expect("a temporary directory");
        // It asks on descriptor 3 and says on 4.
        let script = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut process = Command::new("sh")
            .args(["-c", script, name])
            .args(["--headless=new", "--no-sandbox", "--disable-gpu"])
            .args(["--no-first-run", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be run");
        let asks = process.stdin.take().expect("it is a pipe");
        let says = BufReader::new(process.stdout.take().expect("it is a pipe"));
        Some(Self {
            process,
            asks,
            says,
            number: 0,
            wrong: Vec::new(),
            _profile: profile,
        })
    }

    fn ask(&mut self, tab: Option<&Tab>, method: &str, params: &Value) -> Value {
        self.number += 1;
        let mut asked = json!({ "id": self.number, "method": method, "params": params });
        if let Some(Tab(session)) = tab {
            asked["sessionId"] = json!(session);
        }
        self.asks
            .write_all(format!("{asked}\0").as_bytes())
            .expect("it listens");
        loop {
            let mut said = Vec::new();
            self.says.read_until(0, &mut said).expect("it speaks");
            assert!(!said.is_empty(), "the browser has gone");
            said.pop();
            let said: Value = serde_json::from_slice(&said).expect("it speaks JSON");
            if said["id"] == json!(self.number) {
                assert!(said["error"].is_null(), "{method}: {said}");
                return said["result"].clone();
            }
            if said["method"] == "Runtime.exceptionThrown" || said["method"] == "Log.entryAdded" {
                self.wrong.push(said["params"].to_string());
            }
        }
    }

    /// Opens a page in a window of this size.
    pub(crate) fn open(&mut self, url: &str, (width, height): (u16, u16)) -> Tab {
        let target = self.ask(
            None,
            "Target.createTarget",
            &json!({ "url": "about:blank" }),
        );
        let attached = self.ask(
            None,
            "Target.attachToTarget",
            &json!({ "targetId": target["targetId"], "flatten": true }),
        );
        let tab = Tab(attached["sessionId"].as_str().expect("a session").into());
        for domain in ["Runtime.enable", "Log.enable", "Page.enable"] {
            self.ask(Some(&tab), domain, &json!({}));
        }
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.ask(Some(&tab), "Emulation.setDeviceMetricsOverride", &size);
        self.ask(Some(&tab), "Page.navigate", &json!({ "url": url }));
        tab
    }

    /// The value of an expression in a page, once it is one.
    pub(crate) fn value(&mut self, tab: &Tab, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
        });
        let said = self.ask(Some(tab), "Runtime.evaluate", &asked);
        said["result"]["value"].clone()
    }

    /// Waits until an expression is true in a page.
    pub(crate) fn eventually(&mut self, tab: &Tab, expression: &str) {
        eventually(expression, || self.value(tab, expression) == json!(true));
    }

    /// Waits until a page shows this.
    pub(crate) fn eventually_shows(&mut self, tab: &Tab, text: &str) {
        let text = json!(text);
        self.eventually(tab, &format!("document.body.innerText.includes({text})"));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
