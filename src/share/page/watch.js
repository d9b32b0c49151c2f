// Follows the dashboard. What comes is put into the page as text, never as markup.
"use strict";
(() => {
  const base = location.pathname.replace(/\/$/, "");
  const $ = (id) => document.getElementById(id);
  const screen = $("screen");

  // A name for this tab, so that it finds its viewpoint again, and one for this browser, which
  // has one answer. Neither tells anything about whoever it is.
  const name = (store, key) => {
    try {
      const kept = store.getItem(key);
      if (kept) return kept;
    } catch { /* Nothing is kept here: then the name is as good until the page is left. */ }
    const made = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) =>
      n.toString(16).padStart(2, "0")).join("");
    try { store.setItem(key, made); } catch { /* as above */ }
    return made;
  };
  const viewer = name(sessionStorage, "glassport-viewer");
  const browser = name(localStorage, "glassport-browser");

  let rows = [];
  let own = false;
  let question = null;
  let stream = null;
  let asked = "";
  let heard = 0;
  let retry = 0;

  // ---- drawing

  const piece = ([style, text, columns]) => {
    const span = document.createElement("span");
    if (style) span.className = style;
    // A font may have its own idea of how wide these are.
    if (columns !== undefined) {
      span.classList.add("wide");
      span.style.width = columns + "ch";
    }
    span.textContent = text;
    return span;
  };
  const fill = (row, pieces) => row.replaceChildren(...pieces.map(piece));

  const frame = (event) => {
    const told = JSON.parse(event.data);
    rows = told.rows.map((pieces) => {
      const row = document.createElement("div");
      row.className = "row";
      fill(row, pieces);
      return row;
    });
    screen.replaceChildren(...rows);
    screen.dataset.columns = told.columns;
    tell(told.told);
    say();
  };
  const change = (event) => {
    const told = JSON.parse(event.data);
    for (const [at, pieces] of Object.entries(told.rows)) {
      if (rows[at]) fill(rows[at], pieces);
    }
    if (told.told !== undefined) tell(told.told);
  };

  // Said to whoever listens, once it has been the same for a moment.
  let toSay = null;
  const tell = (text) => {
    clearTimeout(toSay);
    toSay = setTimeout(() => { if ($("told").textContent !== text) $("told").textContent = text; }, 700);
  };

  // ---- what is said above

  const say = (wrong) => {
    document.body.className = wrong ? "lost" : own ? "own" : "live";
    $("status").textContent = wrong ||
      (own ? "You look around on your own" : "You see what the teacher sees");
    $("follow").hidden = !own;
  };

  const ask = () => {
    $("question").hidden = !question;
    if (!question) { asked = ""; return; }
    const key = question.number + question.text;
    if (key === asked) return;
    asked = key;
    $("asked").textContent = question.text;
    $("said").textContent = "";
    $("answers").replaceChildren(...question.answers.map((text, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => answer(index));
      return button;
    }));
  };
  const answer = async (index) => {
    const answered = await post("answer", { browser, question: question.number, answer: index });
    if (answered !== null) { $("said").textContent = answered; return; }
    [...$("answers").children].forEach((button, at) =>
      button.setAttribute("aria-pressed", String(at === index)));
    $("said").textContent = "Your answer is taken; nobody sees whose it is.";
  };

  // ---- the stream

  // How many characters fit.
  const room = () => {
    const probe = document.createElement("span");
    probe.textContent = "0".repeat(50);
    const row = document.createElement("div");
    row.className = "row";
    row.append(probe);
    screen.append(row);
    const width = probe.getBoundingClientRect().width / 50;
    const height = row.getBoundingClientRect().height;
    row.remove();
    const columns = Math.floor(screen.clientWidth / width);
    const top = screen.getBoundingClientRect().top + window.scrollY;
    const lines = Math.floor((window.innerHeight - top - 8) / height);
    return { columns: Math.max(columns, 32), lines: Math.max(lines, 24), width, height };
  };

  let size = "";
  const connect = () => {
    clearTimeout(retry);
    if (stream) stream.close();
    const { columns, lines } = room();
    size = columns + "x" + lines;
    heard = Date.now();
    const source = new EventSource(`${base}/events?viewer=${viewer}&size=${size}`);
    stream = source;
    const on = (name, then) => source.addEventListener(name, (event) => {
      heard = Date.now();
      then(event);
    });
    on("frame", frame);
    on("rows", change);
    on("state", (event) => {
      ({ own, question } = JSON.parse(event.data));
      say();
      ask();
    });
    // Browsers differ in what they try again after; this one tries until it has the page back.
    source.onerror = () => {
      source.close();
      lost();
    };
  };
  const lost = async () => {
    say("The connection is lost: trying again");
    let wait = 1000;
    try {
      const answered = await fetch(`${base}/watch.css`, { cache: "no-store" });
      if (answered.status === 404) {
        say("This address is over: ask for the new one");
        wait = 10000;
      } else {
        const full = await fetch(`${base}/events?viewer=${viewer}`, { method: "HEAD" });
        if (full.status === 503) {
          say("As many watch as there is room for: trying again");
          wait = 5000;
        }
      }
    } catch { /* The server is not there yet. */ }
    clearTimeout(retry);
    retry = setTimeout(connect, wait);
  };
  // The server says something at least every 15 seconds; a network that was changed tells nobody.
  setInterval(() => {
    if (stream && stream.readyState === EventSource.OPEN && document.visibilityState === "visible"
      && Date.now() - heard > 120000) connect();
  }, 10000);

  let settle = 0;
  const resized = () => {
    clearTimeout(settle);
    settle = setTimeout(() => {
      const { columns, lines } = room();
      if (columns + "x" + lines !== size) connect();
    }, 250);
  };
  window.addEventListener("resize", resized);

  // ---- looking around

  // What went wrong, or null. One after the other: a step back and a step on are not the same
  // the other way round.
  let before = Promise.resolve();
  const post = (what, values) => (before = before.then(() => send(what, values)));
  const send = async (what, values) => {
    try {
      const answered = await fetch(`${base}/${what}?${new URLSearchParams(values)}`, {
        method: "POST", headers: { "X-Glassport": "1" }, cache: "no-store",
      });
      return answered.ok ? null : (await answered.text()).trim();
    } catch {
      return "The server does not answer";
    }
  };
  const look = async (wish) => {
    const wrong = await post("look", { viewer, ...wish });
    if (wrong === null) return;
    $("status").textContent = wrong;
    setTimeout(() => { if ($("status").textContent === wrong) say(); }, 5000);
  };

  $("follow").addEventListener("click", () => post("follow", { viewer }));
  document.querySelector("nav").addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) look({ do: button.dataset.do });
  });
  screen.addEventListener("click", (event) => {
    // Whoever selects text wants the text.
    if (!getSelection().isCollapsed) return;
    const row = event.target.closest(".row");
    if (!row) return;
    const box = row.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / room().width);
    look({ cell: `${column}x${rows.indexOf(row)}` });
  });

  const keys = {
    j: "down", k: "up", h: "left", l: "right",
    ArrowDown: "down", ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right",
    PageDown: "page-down", PageUp: "page-up", Enter: "open", Escape: "back",
    g: "first", G: "present", F: "follow", x: "dump", o: "other-direction", "\\": "maximise",
    ",": "record-back", ".": "record-on", "{": "exchange-back", "}": "exchange-on",
    "(": "seconds-back", ")": "seconds-on", e: "next-oddity", E: "previous-oddity",
    1: "show-buffer", 2: "show-head", 3: "show-ladder", 4: "show-kernel", 5: "show-syscalls",
  };
  screen.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const wish = keys[event.key];
    if (!wish) return;
    event.preventDefault();
    look({ do: wish });
  });

  // ---- the size of the text

  const kept = "glassport-text";
  const text = (step) => {
    const now = parseFloat(getComputedStyle(screen).fontSize);
    screen.style.fontSize = Math.min(40, Math.max(8, now + step)) + "px";
    try { localStorage.setItem(kept, screen.style.fontSize); } catch { /* as above */ }
    resized();
  };
  try {
    const chosen = parseFloat(localStorage.getItem(kept));
    if (chosen) screen.style.fontSize = Math.min(40, Math.max(8, chosen)) + "px";
  } catch { /* as above */ }
  $("smaller").addEventListener("click", () => text(-1));
  $("larger").addEventListener("click", () => text(1));

  connect();
})();
