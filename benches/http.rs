//! The protocol core against httparse and against itself.
//!
//! Two ways of doing the same thing take turns within one run, and the ratio of their
//! medians is printed: absolute numbers mean little on a machine that does other work.
//!
//! `cargo bench --bench http [-- ROUNDS]`

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use glassport::http::{
    BoundaryScanner, ChunkedDecoder, Connection, Found, Limits, LineEnds, RequestHead, Step,
};

/// What curl sends for `curl http://localhost:8080/`.
const CURL: &[u8] = b"GET / HTTP/1.1\r\n\
    Host: localhost:8080\r\n\
    User-Agent: curl/8.5.0\r\n\
    Accept: */*\r\n\
    \r\n";

/// What Chrome sends for a page on localhost, with a few cookies other sites there left.
const CHROME: &[u8] = b"GET /lessons/from-ip-to-tcp.html?section=3&from=index HTTP/1.1\r\n\
    Host: localhost:8080\r\n\
    Connection: keep-alive\r\n\
    Cache-Control: max-age=0\r\n\
    sec-ch-ua: \"Chromium\";v=\"131\", \"Not_A Brand\";v=\"24\", \"Google Chrome\";v=\"131\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    DNT: 1\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n\
    Sec-Fetch-Site: same-origin\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-User: ?1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Referer: http://localhost:8080/lessons/index.html\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n\
    Cookie: session=4a1f9d0c7be24b6d8a53e0f1c2d3b4a5; theme=dark; _ga=GA1.1.1234567890.1700000000; csrftoken=Zk3jY8sQmP0aLwXvUeTr5NhBgFdCiOy1\r\n\
    If-None-Match: \"65a1f3c2-1b4e\"\r\n\
    If-Modified-Since: Fri, 12 Jan 2024 23:10:58 GMT\r\n\
    \r\n";

fn main() {
    let rounds = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(31);
    heads(rounds);
    boundary(rounds);
    chunked(rounds);
}

fn heads(rounds: usize) {
    println!("head                             ns   to httparse");
    for (name, head) in [("curl", CURL), ("Chrome", CHROME)] {
        let ways: [(&str, &mut dyn FnMut()); 3] = [
            ("httparse", &mut || with_httparse(black_box(head))),
            ("RequestHead::parse", &mut || {
                let parsed = RequestHead::parse(black_box(head), 0, LineEnds::CrLf);
                black_box(parsed).expect("the head is well-formed");
            }),
            ("recv to Parsed", &mut || {
                let mut connection = Connection::new(Limits::default());
                connection.receive(black_box(head));
                while !matches!(black_box(connection.step()), Step::Parsed { .. }) {}
            }),
        ];
        let names = ways.each_ref().map(|(name, _)| *name);
        let times = take_turns(rounds, ways.map(|(_, way)| way));
        for (way, time) in names.iter().zip(times) {
            let ratio = time / times[0];
            println!("{name:>6}, {way:<19} {time:>7.0} {ratio:>13.2}");
        }
        println!("{:>6}, {} octets", "", head.len());
    }
}

/// The quickest way it offers: room for as many fields as are taken here, not written before.
fn with_httparse(head: &[u8]) {
    let mut headers = [const { MaybeUninit::uninit() }; 128];
    let mut request = httparse::Request::new(&mut []);
    let parsed = request.parse_with_uninit_headers(head, &mut headers);
    assert_eq!(parsed, Ok(httparse::Status::Complete(head.len())));
    black_box(request.headers.len());
}

/// The search for CR LF CR LF: how fast, and that its cost follows the octets received.
fn boundary(rounds: usize) {
    let head = |octets: usize| {
        let line = b"Cookie: session=4a1f9d0c7be24b6d8a53e0f1c2d3b4a5; theme=dark; _ga=GA1.1.1\r\n";
        let lines = line.iter().cycle().take(octets - 4);
        lines.chain(b"\r\n\r\n").copied().collect::<Vec<u8>>()
    };
    let plain = |octets: usize| [vec![b'a'; octets - 4], b"\r\n\r\n".to_vec()].concat();
    println!("\nsearch for CR LF CR LF                   GB/s   ns an octet");
    for (name, octets, each) in [
        ("64 KiB in one read, lines of 76", head(1 << 16), 1 << 16),
        ("64 KiB in one read, one line", plain(1 << 16), 1 << 16),
        ("4 KiB, an octet a read", head(1 << 12), 1),
        ("64 KiB, an octet a read", head(1 << 16), 1),
    ] {
        let [time] = take_turns(rounds, [&mut || search(black_box(&octets), each)]);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let an_octet = time / octets.len() as f64;
        println!("{name:<36} {:>8.2} {an_octet:>13.3}", 1.0 / an_octet);
    }
}

/// Searches in what has come so far, whenever `each` octets more have come.
fn search(head: &[u8], each: usize) {
    let mut scanner = BoundaryScanner::default();
    let mut found = Found::Nothing;
    let mut received = 0;
    while received < head.len() {
        received = (received + each).min(head.len());
        found = scanner.scan(&head[..received]);
    }
    assert_eq!(found, Found::Boundary(head.len()));
}

fn chunked(rounds: usize) {
    println!("\nchunked coding                           GB/s   ns a chunk");
    for (size, chunks) in [(1, 1000_u32), (100, 1000), (16 << 10, 10)] {
        let chunk = [
            format!("{size:x}\r\n").into_bytes(),
            vec![b'x'; size],
            b"\r\n".to_vec(),
        ];
        let mut body = chunk.concat().repeat(chunks as usize);
        body.extend(b"0\r\n\r\n");
        let [time] = take_turns(
            rounds,
            [&mut || {
                let decoded = ChunkedDecoder::default().decode(black_box(&body));
                assert!(decoded.is_ok_and(|d| d.complete && d.taken == body.len()));
            }],
        );
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let octets = body.len() as f64;
        let a_chunk = time / f64::from(chunks);
        println!(
            "chunks of {size:>5} octets {:>22.2} {a_chunk:>12.1}",
            octets / time
        );
    }
}

/// The median time of one call of each way, in nanoseconds. The ways take turns, so that
/// what else the machine does falls on all of them alike.
fn take_turns<const N: usize>(rounds: usize, mut ways: [&mut dyn FnMut(); N]) -> [f64; N] {
    let calls = ways.each_mut().map(|way| {
        let start = Instant::now();
        let mut calls = 0_u32;
        while start.elapsed() < Duration::from_millis(4) {
            way();
            calls += 1;
        }
        calls.max(1)
    });
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds.max(1) {
        for ((way, calls), times) in ways.iter_mut().zip(calls).zip(&mut times) {
            let start = Instant::now();
            for _ in 0..calls {
                way();
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(calls));
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}
