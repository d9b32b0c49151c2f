//! `/.glassport/echo`: the request exactly as it came, and nothing that it could do.

use super::support::{Response, Server, get};

/// A request for the echo, with these fields and this body.
fn request(start: &str, fields: &str, body: &str) -> String {
    format!("{start} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n{body}")
}

fn ask(server: &Server, octets: impl AsRef<[u8]>) -> Response {
    let mut peer = server.connect();
    peer.send(octets);
    peer.response()
}

#[test]
fn any_method_gets_its_request_back_octet_by_octet() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    for sent in [
        get("/.glassport/echo"),
        get("/.glassport/echo?a=b&c"),
        get("http://localhost/.glassport/echo"),
        request("POST /.glassport/echo", "Content-Length: 5\r\n", "hello"),
        request("BREW /.glassport/echo", "x-ODD:\tcase  \r\nx-odd: \r\n", ""),
        request("DELETE /.glassport/echo", "", ""),
        request("OPTIONS /.glassport/echo", "Origin: http://a\r\n", ""),
        request("TRACE /.glassport/echo", "", ""),
        request(
            "PUT /.glassport/echo",
            "Transfer-Encoding: chunked\r\n",
            "2;x=y\r\nhi\r\n0\r\nTrailer: t\r\n\r\n",
        ),
    ] {
        peer.send(&sent);
        let echo = peer.response();
        assert_eq!((echo.status(), echo.text()), (200, sent));
        assert_eq!(
            echo.field("Content-Type"),
            Some("text/plain; charset=utf-8")
        );
        assert_eq!(echo.field("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(echo.field("Cache-Control"), Some("no-store"));
        let policy = echo.field("Content-Security-Policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert_eq!(echo.field("Glassport-Masked"), None);
    }
}

#[test]
fn pipelined_and_cut_anywhere_each_request_gets_its_own_echo() {
    let server = Server::start(&["--recv-size", "7"]);
    let first = request("POST /.glassport/echo", "Content-Length: 3\r\n", "abc");
    let second = request(
        "PUT /.glassport/echo",
        "Transfer-Encoding: chunked\r\n",
        "1\r\nx\r\n0\r\n\r\n",
    );
    let all = [
        &*first,
        &second,
        &get("/hello.txt"),
        &get("/.glassport/echo"),
    ]
    .concat();
    let mut peer = server.connect();
    peer.send(&all);
    assert_eq!(peer.response().text(), first);
    assert_eq!(peer.response().text(), second);
    assert_eq!(peer.response().status(), 200);
    assert_eq!(peer.response().text(), get("/.glassport/echo"));
    for cut in 1..first.len() {
        let mut peer = server.connect();
        let (before, after) = first.split_at(cut);
        peer.send(before);
        peer.send(after);
        assert_eq!(peer.response().text(), first, "cut at {cut}");
    }
}

#[test]
fn octets_that_are_no_utf_8_come_back_as_they_are() {
    let server = Server::start(&[]);
    let mut sent = request("POST /.glassport/echo", "Content-Length: 3\r\n", "").into_bytes();
    sent.extend_from_slice(b"\xff\x00\x80");
    let echo = ask(&server, &sent);
    assert_eq!(echo.body, sent);
    assert_eq!(echo.field("Content-Type"), Some("text/plain"));
}

#[test]
fn head_has_the_fields_and_no_content() {
    let server = Server::start(&[]);
    let sent = request("HEAD /.glassport/echo", "", "");
    let mut peer = server.connect();
    peer.send(&sent);
    let head = peer.response_to("HEAD");
    assert_eq!(
        head.field("Content-Type"),
        Some("text/plain; charset=utf-8")
    );
    // To GET it would be one octet shorter, and no other length may be said (RFC 9110 §8.6).
    assert_eq!(head.field("Content-Length"), None);
    peer.send(get("/hello.txt"));
    assert_eq!(peer.response().status(), 200);
}

#[test]
fn what_cookies_hold_is_masked_and_said_to_be() {
    let server = Server::start(&[]);
    let sent = request(
        "GET /.glassport/echo",
        "cookie: sid=secret; t=night\r\n",
        "",
    );
    let echo = ask(&server, &sent);
    assert_eq!(
        echo.text(),
        sent.replace("secret", "******").replace("night", "*****")
    );
    assert_eq!(echo.field("Glassport-Masked"), Some("Cookie"));
    let page = ask(&server, sent.replace("echo", "echo?html"));
    let text = page.text();
    assert!(
        !text.contains("secret") && !text.contains("night"),
        "{text}"
    );
    assert!(text.contains("sid=******; t=*****") && text.contains("masked"));
}

#[test]
fn a_body_that_is_too_long_is_refused_before_or_while_it_comes() {
    let server = Server::start(&[]);
    let fits = request(
        "POST /.glassport/echo",
        "Content-Length: 65536\r\n",
        &"x".repeat(65536),
    );
    assert_eq!(ask(&server, &fits).text(), fits);
    let chunk = format!("ffff\r\n{}\r\n", "x".repeat(65535));
    for sent in [
        request("POST /.glassport/echo", "Content-Length: 65537\r\n", ""),
        request(
            "POST /.glassport/echo",
            "Content-Length: 65537\r\nExpect: 100-continue\r\n",
            "",
        ),
        // Longer than what is skipped of any request.
        request(
            "PUT /.glassport/echo",
            "Content-Length: 3000000\r\nExpect: 100-continue\r\n",
            "",
        ),
        request(
            "POST /.glassport/echo",
            "Transfer-Encoding: chunked\r\n",
            &chunk,
        ),
    ] {
        let mut peer = server.connect();
        peer.send(&sent);
        let refusal = peer.response();
        assert_eq!(refusal.status(), 413, "{}", refusal.head);
        assert_eq!(refusal.field("Connection"), Some("close"));
        assert!(
            refusal.text().contains("longer than the 64 KiB"),
            "{}",
            refusal.text()
        );
        assert!(peer.is_closed());
    }
}

#[test]
fn s2_the_page_shows_a_request_and_lets_nothing_of_it_act() {
    let server = Server::start(&["--recv-size", "32"]);
    let sent = request(
        "POST /.glassport/echo?html",
        "X: <script>alert(1)</script>\"'&\u{202e}\r\nContent-Length: 17\r\n",
        "</pre><b>\x1b[31m&am",
    );
    let page = ask(&server, &sent);
    assert_eq!(page.field("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.field("Cache-Control"), Some("no-store"));
    assert_eq!(page.field("X-Content-Type-Options"), Some("nosniff"));
    let text = page.text();
    assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
    assert!(!text.contains('\x1b') && !text.contains('\u{202e}'));
    for part in [
        "&lt;script&gt;alert(1)",
        "&lt;/pre&gt;&lt;b&gt;\\x1b[31m&amp;am",
        "\\u{202e}",
        "Content-Length announced 17 octets.",
        "3 field lines",
        "32 to 63",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let runs = sent.len().div_ceil(32);
    assert!(text.contains(&format!("{} octets came in {runs} recvs", sent.len())));
    let framed = text
        .split(" e\">")
        .skip(2)
        .filter_map(|rest| rest.split('<').next());
    let framed: String = framed.filter(|octets| octets.ends_with(' ')).collect();
    assert_eq!(framed, "0d 0a 0d 0a ");
}

#[test]
fn a_foreign_host_gets_no_echo_of_anything() {
    let server = Server::start(&[]);
    let sent = "POST /.glassport/echo HTTP/1.1\r\nHost: evil.example\r\nCookie: a=b\r\n\
                Content-Length: 2\r\n\r\nhi";
    let refusal = ask(&server, sent);
    assert_eq!(refusal.status(), 421);
    assert!(!refusal.text().contains("Cookie"), "{}", refusal.text());
}

#[test]
fn pages_of_other_origins_may_use_any_method_where_they_may_use_one() {
    let server = Server::start(&["--cors"]);
    let preflight = "Origin: http://a.example\r\nAccess-Control-Request-Method: PUT\r\n";
    let answer = {
        let mut peer = server.connect();
        peer.send(request("OPTIONS /.glassport/echo", preflight, ""));
        peer.response_to("OPTIONS")
    };
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.field("Access-Control-Allow-Methods"), Some("*"));
}

#[test]
fn without_its_corner_the_server_echoes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for options in [
        &["--no-builtin"][..],
        &["--no-builtin", folder.path().to_str().unwrap()],
    ] {
        let server = Server::start(options);
        assert_eq!(ask(&server, get("/.glassport/echo")).status(), 404);
        let post = request("POST /.glassport/echo", "Content-Length: 2\r\n", "hi");
        assert_eq!(ask(&server, post).status(), 405);
    }
    let server = Server::start(&[]);
    for target in [
        "/.glassport/",
        "/.glassport",
        "/.glassport/echo/",
        "/%2eglassport/echo",
    ] {
        assert_eq!(ask(&server, get(target)).status(), 404, "{target}");
    }
}
