//! What the server does, seen from the other end of a real socket.

use super::support::{Peer, Server, get, sample};

#[test]
fn the_index_page_comes_whole_with_its_fields() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get("/"));
    let response = peer.response();
    assert_eq!(response.status(), 200);
    assert_eq!(response.body, sample("index.html"));
    assert_eq!(
        response.field("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(response.field("Cache-Control"), Some("no-cache"));
    for field in ["Date", "Last-Modified", "ETag", "Accept-Ranges"] {
        assert!(
            response.field(field).is_some(),
            "{field} in {}",
            response.head
        );
    }
    let date = httpdate::parse_http_date(response.field("Date").unwrap());
    assert!(date.is_ok(), "IMF-fixdate: {}", response.head);
}

#[test]
fn binary_files_come_intact_small_and_large() {
    let server = Server::start(&[]);
    for path in [
        "pictures/octets.png",
        "pictures/stream.jpg",
        "favicon.ico",
        "empty.txt",
    ] {
        let mut peer = server.connect();
        peer.send(get(&format!("/{path}")));
        assert!(peer.response().body == sample(path), "{path}");
    }
}

#[test]
fn files_of_a_folder_come_intact_by_read_and_by_sendfile() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    for size in [0, 1, 65535, 65536, 65537, 5 << 20] {
        let octets: Vec<u8> = (0..size)
            .map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        std::fs::write(folder.path().join("file"), &octets).unwrap();
        let mut peer = server.connect();
        peer.send(get("/file"));
        assert!(peer.response().body == octets, "{size} octets");
    }
}

#[test]
fn a_request_cut_anywhere_is_the_same_request() {
    let server = Server::start(&[]);
    let request = get("/hello.txt");
    let expected = sample("hello.txt");
    for cut in 1..request.len() {
        let mut peer = server.connect();
        let (first, second) = request.split_at(cut);
        peer.send(first);
        peer.send(second);
        assert_eq!(peer.response().body, expected, "cut at {cut}");
    }
}

#[test]
fn the_size_of_a_recv_changes_nothing_a_peer_can_see() {
    for size in ["1", "7", "1024", "65536"] {
        let server = Server::start(&["--recv-size", size]);
        let mut peer = server.connect();
        peer.send(get("/hello.txt"));
        assert_eq!(
            peer.response().body,
            sample("hello.txt"),
            "--recv-size {size}"
        );
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send([get("/hello.txt"), get("/no-such-file"), get("/empty.txt")].concat());
    assert_eq!(peer.response().body, sample("hello.txt"));
    assert_eq!(peer.response().status(), 404);
    assert_eq!(peer.response().body, b"");
}

#[test]
fn a_peer_that_has_finished_sending_still_gets_its_answers() {
    let server = Server::start(&[]);
    let text = server.exchange([get("/hello.txt"), get("/hello.txt")].concat());
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
}

#[test]
fn http_1_1_persists_and_1_0_only_when_asked() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    for _ in 0..3 {
        peer.send(get("/hello.txt"));
        assert_eq!(peer.response().field("Connection"), None);
    }
    peer.send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(peer.response().field("Connection"), Some("close"));
    assert!(peer.is_closed());

    let mut peer = server.connect();
    peer.send("GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(peer.response().field("Connection"), Some("keep-alive"));
    peer.send("GET /hello.txt HTTP/1.0\r\n\r\n");
    assert_eq!(peer.response().field("Connection"), Some("close"));
    assert!(peer.is_closed());
}

#[test]
fn nothing_after_close_is_served() {
    let server = Server::start(&[]);
    let close = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let text = server.exchange(format!("{close}{}", get("/")));
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{text}");
    assert!(
        text.contains("Hello from glassport"),
        "the answer is not lost to a reset: {text}"
    );
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get("/hello.txt"));
    let of_get = peer.response();
    peer.send("HEAD /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let of_head = peer.response_to("HEAD");
    let without_date = |head: &str| {
        head.lines()
            .filter(|l| !l.starts_with("Date:"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(without_date(&of_head.head), without_date(&of_get.head));
    peer.send(get("/hello.txt"));
    assert_eq!(
        peer.response().body,
        sample("hello.txt"),
        "no content came in between"
    );
}

#[test]
fn other_methods_are_refused_and_their_bodies_skipped_in_step() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    let bodies = [
        ("Content-Length: 5", "hello"),
        (
            "Transfer-Encoding: chunked",
            "5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        ),
        ("X: y", ""),
    ];
    for (framing, body) in bodies {
        for (method, status) in [("POST", 405), ("DELETE", 405), ("BREW", 501), ("get", 501)] {
            peer.send(format!(
                "{method} / HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n{body}"
            ));
            let response = peer.response();
            assert_eq!(response.status(), status, "{method}");
            assert_eq!(response.field("Allow").is_some(), status == 405);
        }
    }
    peer.send(get("/hello.txt"));
    assert_eq!(peer.response().body, sample("hello.txt"));
    peer.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Allow")),
        (204, Some("GET, HEAD, OPTIONS"))
    );
}

#[test]
fn a_body_longer_than_is_skipped_closes_the_connection_after_the_answer() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        2 << 20
    ));
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Connection")),
        (405, Some("close"))
    );
    peer.send(vec![b'x'; 2 << 20]);
    assert!(peer.is_closed());

    let mut peer = server.connect();
    peer.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = [b"10000\r\n".as_slice(), &b"x".repeat(65536), b"\r\n"].concat();
    peer.send(chunk.repeat(20));
    assert_eq!(peer.response().field("Connection"), Some("close"));
}

#[test]
fn a_peer_that_waits_for_100_is_answered_at_once() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(
        "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    );
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Connection")),
        (405, Some("close"))
    );
}

#[test]
fn a_request_with_bare_lf_gets_the_reason_and_the_remedy() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send("GET / HTTP/1.1\nHost: localhost\n\n");
    let response = peer.response();
    assert_eq!(response.status(), 400);
    assert_eq!(
        response.field("Content-Type"),
        Some("text/plain; charset=utf-8")
    );
    let text = response.text();
    assert!(
        text.contains("octet 14") && text.contains("RFC 9112 §2.2") && text.contains("nc -C"),
        "{text}"
    );
    assert!(peer.is_closed());

    let server = Server::start(&["--accept-lf"]);
    let mut peer = server.connect();
    peer.send("GET /hello.txt HTTP/1.1\nHost: localhost\n\n");
    assert_eq!(peer.response().body, sample("hello.txt"));
}

#[test]
fn a_browser_gets_the_sites_own_400_page_with_the_reason_in_it() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send("GET /%zz HTTP/1.1\r\nHost: localhost\r\nAccept: text/html,*/*\r\n\r\n");
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Content-Type")),
        (400, Some("text/html; charset=utf-8"))
    );
    assert!(
        response.text().contains("octet 5, RFC 3986 §2.1"),
        "{}",
        response.text()
    );
}

#[test]
fn what_is_not_there_is_404_with_the_sites_own_page() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get("/no-such-file"));
    let response = peer.response();
    assert_eq!(
        (response.status(), response.body),
        (404, sample("404.html"))
    );

    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    let mut peer = server.connect();
    peer.send(get("/no-such-file"));
    let response = peer.response();
    assert_eq!(response.status(), 404);
    assert!(
        response.text().starts_with("404 Not Found\n\n"),
        "{}",
        response.text()
    );
}

#[test]
fn nothing_outside_of_the_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("site");
    std::fs::create_dir(&root).unwrap();
    std::fs::create_dir(folder.path().join("site-secret")).unwrap();
    std::fs::write(folder.path().join("site-secret/key"), "SECRET").unwrap();
    std::fs::write(folder.path().join("key"), "SECRET").unwrap();
    std::os::unix::fs::symlink(folder.path().join("key"), root.join("link")).unwrap();
    let server = Server::start(&[root.to_str().unwrap()]);
    for target in [
        "/../key",
        "/%2e%2e/key",
        "/..%2fkey",
        "/..%5ckey",
        "/x/../../key",
        "/../site-secret/key",
        "//key",
        "/link",
        "/./../key",
        "/.%2e/key",
        "http://localhost/../key",
    ] {
        let mut peer = server.connect();
        peer.send(get(target));
        let response = peer.response();
        assert!(
            matches!(response.status(), 400 | 403 | 404),
            "{target}: {}",
            response.head
        );
        assert!(!response.text().contains("SECRET"), "{target}");
    }
}

#[test]
fn a_browser_that_has_a_file_is_told_so() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get("/style.css"));
    let first = peer.response();
    let (etag, modified) = (
        first.field("ETag").unwrap(),
        first.field("Last-Modified").unwrap(),
    );
    for condition in [
        format!("If-None-Match: {etag}"),
        format!("If-Modified-Since: {modified}"),
    ] {
        peer.send(format!(
            "GET /style.css HTTP/1.1\r\nHost: localhost\r\n{condition}\r\n\r\n"
        ));
        let response = peer.response();
        assert_eq!(response.status(), 304, "{condition}");
        assert_eq!(response.field("ETag"), Some(etag));
        assert_eq!(response.field("Content-Length"), None);
    }
    peer.send("GET /style.css HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"other\"\r\n\r\n");
    assert_eq!(peer.response().status(), 200);
}

#[test]
fn a_part_of_a_file_is_served_as_a_part() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=6-9\r\n\r\n");
    let response = peer.response();
    assert_eq!((response.status(), response.text()), (206, "from".into()));
    assert_eq!(response.field("Content-Range"), Some("bytes 6-9/22"));
    peer.send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n");
    assert_eq!(peer.response().status(), 200, "two Range lines are none");
    let etag = response.field("ETag").unwrap_or_default();
    for (validators, status) in [
        (format!("If-Range: {etag}\r\n"), 206),
        (format!("If-Range: {etag}\r\nIf-Range: \"x\"\r\n"), 200),
    ] {
        let asked = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=6-9\r\n";
        peer.send(format!("{asked}{validators}\r\n"));
        assert_eq!(peer.response().status(), status, "{validators}");
    }
    peer.send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=99-\r\n\r\n");
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Content-Range")),
        (416, Some("bytes */22"))
    );
}

#[test]
fn a_directory_without_its_slash_is_redirected() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get("/notes?x=1"));
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Location")),
        (308, Some("notes/?x=1"))
    );
    peer.send(get("/notes/"));
    assert_eq!(peer.response().body, sample("notes/index.html"));
}

#[test]
fn the_redirect_of_a_directory_holds_behind_any_prefix() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["deep/er", "a:b", "..x", "q?", "-"] {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    let server = Server::start(&["-a", folder.path().to_str().unwrap()]);
    let mut peer = server.connect();
    for (path, location) in [
        ("/deep", "deep/"),
        ("/deep/er?to=/x//", "er/?to=/x//"),
        ("/deep/../deep/./er", "er/"),
        // What has a colon in its first segment would be read as a scheme (RFC 3986 §4.2).
        ("/a:b", "a%3Ab/"),
        ("/..x", "..x/"),
        ("/q%3F", "q%3F/"),
        ("/-", "-/"),
    ] {
        peer.send(get(path));
        let response = peer.response();
        assert_eq!(
            (response.status(), response.field("Location")),
            (308, Some(location)),
            "{path}"
        );
    }
}

#[test]
fn names_with_a_space_and_names_beyond_ascii_are_served() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get("/two%20words.txt"));
    assert_eq!(peer.response().body, sample("two words.txt"));
    peer.send(get("/caf%C3%A9.txt"));
    let response = peer.response();
    assert_eq!(response.body, sample("café.txt"));
    assert_eq!(
        response.field("Content-Type"),
        Some("text/plain; charset=utf-8")
    );
}

#[test]
fn ipv4_and_ipv6_are_both_served() {
    let server = Server::start(&[]);
    let Ok(probe) = std::net::TcpListener::bind("[::1]:0") else {
        eprintln!("skipped: this machine has no IPv6 loopback address");
        return;
    };
    drop(probe);
    let mut peer = Peer::connect(("::1", server.port()));
    peer.send(format!(
        "GET /hello.txt HTTP/1.1\r\nHost: [::1]:{}\r\n\r\n",
        server.port()
    ));
    assert_eq!(peer.response().status(), 200);
}

#[test]
fn a_foreign_host_is_misdirected_on_loopback() {
    let foreign = "GET /hello.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(foreign);
    let response = peer.response();
    assert_eq!(response.status(), 421);
    assert!(
        response.text().contains("--allow-host"),
        "{}",
        response.text()
    );
    let server = Server::start(&["--allow-host", "evil.example"]);
    let mut peer = server.connect();
    peer.send(foreign);
    assert_eq!(peer.response().status(), 200);
}
