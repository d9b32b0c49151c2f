//! Clients that people use. Each does what it can of one small set of exchanges: a file, the
//! redirect of a directory, what is not there, a conditional request, HEAD, and a second
//! request on the same connection. A client that is missing is skipped, and that is said.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::support::{Server, settle};

/// How long a client may take, in seconds.
const PATIENCE: &str = "60";

/// The same files for every client, and the server that serves them.
struct Site {
    folder: tempfile::TempDir,
    server: Server,
}

impl Site {
    fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("hello.txt"), "hello").unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/index.html"), "index").unwrap();
        settle(&folder.path().join("hello.txt"));
        let server = Server::start(&[folder.path().to_str().unwrap()]);
        Self { folder, server }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.server.port())
    }

    /// Waits until the access log has these lines, in this order: method, target, status.
    fn logged(&self, expected: &[&str]) {
        self.server.eventually(&format!("{expected:?}"), |server| {
            let log = server.log();
            let mut lines = log.lines().filter_map(|line| {
                let (request, rest) = line.split_once('"')?.1.split_once("\" ")?;
                let (request, _version) = request.rsplit_once(' ')?;
                Some(format!("{request} {}", rest.get(..3)?))
            });
            let mut expected = expected.iter();
            expected.all(|line| lines.any(|l| l == *line)).then_some(())
        });
    }
}

/// A command that is ended, with everything it has started, when it takes too long; `None`
/// where there is no such program.
fn client(program: &str) -> Option<Command> {
    let known = Command::new(program)
        .arg(if program == "ab" { "-V" } else { "--version" })
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if known.is_err() {
        eprintln!("skipped: there is no {program} here");
        return None;
    }
    let mut command = Command::new("timeout");
    command.args(["-k", "1", PATIENCE, program]);
    command.stdin(Stdio::null());
    Some(command)
}

fn outcome(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("there is a timeout program");
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    (output, said)
}

/// What a client that must succeed writes to stdout.
#[track_caller]
fn stdout(command: &mut Command) -> String {
    let (output, said) = outcome(command);
    assert!(output.status.success(), "{:?}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn curl() {
    let site = Site::serve();
    let curl = |format: &str, arguments: &[&str]| {
        let mut command = client("curl")?;
        command.args(["-sS", "-m", "30", "-o", "/dev/null", "-w", format]);
        Some(stdout(command.args(arguments)))
    };
    let (hello, sub, none) = (site.url("/hello.txt"), site.url("/sub"), site.url("/none"));
    // The second request opens no connection.
    let format = "%{http_code} %{num_connects} %{size_download};";
    let twice = [hello.as_str(), "-o", "/dev/null", &hello];
    let Some(said) = curl(format, &twice) else {
        return;
    };
    assert_eq!(said, "200 1 5;200 0 5;");
    let said = curl(
        "%{http_code} %{num_redirects} %{num_connects}",
        &["-L", &sub],
    );
    assert_eq!(said.as_deref(), Some("200 1 1"));
    let said = curl("%{http_code}", &[&none]);
    assert_eq!(said.as_deref(), Some("404"));
    let said = curl("%{http_code} %{size_download}", &["-I", &hello]);
    assert_eq!(said.as_deref(), Some("200 0"));
    let etag = site.folder.path().join("etag");
    let etag = etag.to_str().unwrap();
    curl("", &["--etag-save", etag, &hello]);
    let said = curl("%{http_code}", &["--etag-compare", etag, &hello]);
    assert_eq!(said.as_deref(), Some("304"));
    // A body that waits for 100 Continue: without it curl waits a second.
    let expect = ["-X", "OPTIONS", "-H", "Expect: 100-continue", "-d", "abcde"];
    let mut command = client("curl").unwrap();
    let (_, said) = outcome(command.args(["-sv", "-m", "30"]).args(expect).arg(&hello));
    assert!(said.contains("< HTTP/1.1 100 Continue"), "{said}");
    assert!(said.contains("< HTTP/1.1 204 No Content"), "{said}");
    site.logged(&[
        "GET /hello.txt 200",
        "GET /hello.txt 200",
        "GET /sub 308",
        "GET /sub/ 200",
        "GET /none 404",
        "HEAD /hello.txt 200",
        "GET /hello.txt 304",
        "OPTIONS /hello.txt 204",
    ]);
}

#[test]
fn wget() {
    let site = Site::serve();
    let folder = tempfile::tempdir().unwrap();
    let wget = |arguments: &[&str]| {
        let mut command = client("wget")?;
        command.args(["--tries=1", "--timeout=30"]).args(arguments);
        Some(outcome(command.current_dir(folder.path())))
    };
    let (hello, sub, none) = (site.url("/hello.txt"), site.url("/sub"), site.url("/none"));
    let Some((output, said)) = wget(&["-N", &hello, &sub]) else {
        return;
    };
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Reusing existing connection"), "{said}");
    assert_eq!(fs::read(folder.path().join("hello.txt")).unwrap(), b"hello");
    // A newer file is asked for, and there is none.
    let (output, said) = wget(&["-N", &hello]).unwrap();
    assert!(output.status.success() && said.contains("304"), "{said}");
    let (output, _) = wget(&["-q", &none]).unwrap();
    assert_eq!(output.status.code(), Some(8));
    let (output, said) = wget(&["--spider", &hello]).unwrap();
    assert!(output.status.success(), "{said}");
    site.logged(&[
        "GET /hello.txt 200",
        "GET /sub 308",
        "GET /sub/ 200",
        "GET /hello.txt 304",
        "GET /none 404",
        "HEAD /hello.txt 200",
    ]);
}

#[test]
fn netcat() {
    // Typed with LF, which -C makes CR LF of; and typed as it must be.
    for (option, line_end) in [(Some("-C"), "\n"), (None, "\r\n")] {
        let site = Site::serve();
        let Some(mut command) = client("nc") else {
            return;
        };
        let port = site.server.port().to_string();
        let mut child = command
            .args(option)
            .args(["-N", "127.0.0.1", &port])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = "GET /hello.txt HTTP/1.1\nHost: localhost\n\n\
             GET /sub HTTP/1.1\nHost: localhost\n\n\
             GET /none HTTP/1.1\nHost: localhost\n\n\
             HEAD /hello.txt HTTP/1.1\nHost: localhost\n\n\
             GET /hello.txt HTTP/1.1\nHost: localhost\nIf-None-Match: *\n\n";
        let requests = requests.replace('\n', line_end);
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(requests.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        let statuses: Vec<_> = answer
            .match_indices("HTTP/1.1 ")
            .map(|(at, _)| &answer[at + 9..at + 12])
            .collect();
        assert_eq!(statuses, ["200", "308", "404", "200", "304"], "{answer}");
    }
    // Without -C a line ends in LF, and the answer says what to do.
    let site = Site::serve();
    let answer = site.server.exchange("GET / HTTP/1.1\nHost: localhost\n\n");
    assert!(answer.contains("nc -C"), "{answer}");
}

#[test]
fn apache_bench() {
    let site = Site::serve();
    let ab = |arguments: &[&str], path: &str| {
        let mut command = client("ab")?;
        command.args(["-q", "-n", "40", "-c", "4"]).args(arguments);
        Some(stdout(command.arg(site.url(path))))
    };
    let number = |said: &str, of: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(of));
        line.map(|line| line.trim().to_owned())
    };
    // HTTP/1.0: persistent when asked for, and closed when not.
    let Some(said) = ab(&["-k"], "/hello.txt") else {
        return;
    };
    assert_eq!(
        number(&said, "Keep-Alive requests:").as_deref(),
        Some("40"),
        "{said}"
    );
    for (arguments, path, others) in [
        (&["-k"][..], "/hello.txt", None),
        (&[], "/hello.txt", None),
        (&["-i"], "/hello.txt", None),
        (&["-k"], "/sub", Some("40")),
        (&["-k"], "/none", Some("40")),
        (&["-k", "-H", "If-None-Match: *"], "/hello.txt", Some("40")),
    ] {
        let said = ab(arguments, path).unwrap();
        for (what, count) in [
            ("Complete requests:", Some("40")),
            ("Failed requests:", Some("0")),
            ("Non-2xx responses:", others),
        ] {
            let context = format!("{arguments:?} {path}: {what} {said}");
            assert_eq!(number(&said, what).as_deref(), count, "{context}");
        }
    }
    site.logged(&[
        "GET /hello.txt 200",
        "HEAD /hello.txt 200",
        "GET /sub 308",
        "GET /none 404",
        "GET /hello.txt 304",
    ]);
}

#[test]
fn python() {
    let site = Site::serve();
    let Some(mut command) = client("python3") else {
        return;
    };
    let program = r#"
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
connection.connect()
socket = connection.sock
def ask(method, target, fields={}):
    connection.request(method, target, headers=fields)
    response = connection.getresponse()
    body = response.read()
    print(response.status, len(body), connection.sock is socket)
    return response
etag = ask("GET", "/hello.txt").getheader("ETag")
assert ask("GET", "/sub").getheader("Location") == "sub/"
ask("GET", "/none")
ask("GET", "/hello.txt", {"If-None-Match": etag})
ask("HEAD", "/hello.txt")
ask("GET", "/hello.txt")
"#;
    let port = site.server.port().to_string();
    let said = stdout(command.args(["-c", program, &port]));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 6, "{said}");
    for (line, (status, length)) in lines.iter().zip([
        ("200", Some("5")),
        ("308", None),
        ("404", None),
        ("304", Some("0")),
        ("200", Some("0")),
        ("200", Some("5")),
    ]) {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!((words[0], words[2]), (status, "True"), "{said}");
        assert!(length.is_none_or(|length| words[1] == length), "{said}");
    }
}

#[test]
fn node() {
    let site = Site::serve();
    let Some(mut command) = client("node") else {
        return;
    };
    let program = r#"
const at = process.argv[1];
let connects = 0;
require("node:diagnostics_channel").subscribe("undici:client:connected", () => connects++);
const ask = async (path, options) => {
  const response = await fetch(at + path, options);
  const text = await response.text();
  console.log(response.status, text.length, response.redirected);
  return response;
};
(async () => {
  const etag = (await ask("/hello.txt")).headers.get("etag");
  await ask("/sub");
  await ask("/none");
  await ask("/hello.txt", { headers: { "If-None-Match": etag } });
  await ask("/hello.txt", { method: "HEAD" });
  await ask("/hello.txt");
  console.log(connects < 6);
})();
"#;
    let said = stdout(command.args(["-e", program, &site.url("")]));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 7, "{said}");
    assert_eq!(lines[..2], ["200 5 false", "200 5 true"], "{said}");
    assert!(lines[2].starts_with("404 "), "{said}");
    assert_eq!(
        lines[3..],
        ["304 0 false", "200 0 false", "200 5 false", "true"],
        "{said}"
    );
}

#[test]
fn chromium() {
    let site = Site::serve();
    let page = r#"<!doctype html><title>clients</title><body><script>
const said = [];
const ask = async (path, options) => {
  const response = await fetch(path, options);
  said.push(`${response.status} ${(await response.text()).length} ${response.redirected}`);
};
(async () => {
  await ask("/hello.txt", { cache: "reload" });
  await ask("/sub");
  await ask("/none");
  await ask("/hello.txt", { cache: "no-cache" });
  await ask("/hello.txt", { method: "HEAD", cache: "no-store" });
  const entries = performance.getEntriesByType("resource");
  const reused = entries.some((entry) => entry.connectStart === entry.connectEnd);
  document.body.textContent = `[${said.join(", ")}, reused ${reused}]`;
})();
</script>"#;
    fs::write(site.folder.path().join("page.html"), page).unwrap();
    let Some(mut command) = client("chromium") else {
        return;
    };
    let profile = tempfile::tempdir().unwrap();
    let said = stdout(
        command
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--virtual-time-budget=20000",
                "--dump-dom",
            ])
            .arg(user_data_dir(profile.path()))
            .arg(site.url("/page.html")),
    );
    let missing = site.server.exchange("GET /none HTTP/1.0\r\n\r\n");
    let missing = missing.split_once("\r\n\r\n").unwrap().1.len();
    let expected = format!(
        "[200 5 false, 200 5 true, 404 {missing} false, 200 5 false, 200 0 false, reused true]"
    );
    assert!(said.contains(&expected), "{expected}: {said}");
    site.logged(&[
        "GET /page.html 200",
        "GET /hello.txt 200",
        "GET /sub 308",
        "GET /sub/ 200",
        "GET /none 404",
        // The browser has the file, and asks whether it is still the same.
        "GET /hello.txt 304",
        "HEAD /hello.txt 200",
    ]);
}

fn user_data_dir(path: &Path) -> String {
    format!("--user-data-dir={}", path.display())
}
