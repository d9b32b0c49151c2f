// Progressive enhancement only: every page is complete without this file.
// It fills in the address in the example commands, and adds buttons that send
// requests a link cannot send.
"use strict";

const pictures = ["porthole.jpg", "ports.jpg", "packets.jpg", "octets.png", "hops.webp", "congestion-window.webp"];

const experiments = [
  {
    label: "HEAD",
    about: "The same head a GET would get, and no content, even though Content-Length is there.",
    run: () => send("/gallery.html", { method: "HEAD" }),
  },
  {
    label: "Conditional GET",
    about: "Two requests. The first response brings an entity tag; the second request sends it back.",
    run: async () => {
      const first = await send("/hello.txt", { cache: "no-store" });
      const tag = first.response.headers.get("etag");
      if (!tag) {
        return [first];
      }
      return [first, await send("/hello.txt", { cache: "no-store", headers: { "If-None-Match": tag } })];
    },
  },
  {
    label: "A range",
    about: "Sixteen octets out of a large picture. Content-Range says which ones came.",
    run: () => send("/pictures/stream.jpg", { cache: "no-store", headers: { Range: "bytes=0-15" } }),
  },
  {
    label: "A missing file",
    about: "404 is an answer, not a failure: fetch() does not throw, and the connection stays open.",
    run: () => send("/no-such-page", { cache: "no-store" }),
  },
  {
    label: "A redirect",
    about: "fetch() follows the redirect by itself. The terminal shows both requests, this page only the last response.",
    run: () => send("/notes", { cache: "no-store" }),
  },
  {
    label: "POST to a file",
    about: "A file can be read but not written to. Allow lists the methods that the server has for it.",
    run: () => send("/hello.txt", { method: "POST", body: "a little content" }),
  },
  {
    label: "Echo",
    about: "The content of the response is the request itself, octet by octet: with every field that the browser added. Only what cookies hold is masked.",
    run: () => send("/.glassport/echo", { method: "PUT", headers: { "X-Asked-By": "a button" }, body: "a little content" }),
  },
  {
    label: "A broken request-target",
    about: "%zz is a percent sign without two hexadecimal digits, so it cannot be decoded.",
    run: () => send("/%zz", { cache: "no-store" }),
  },
  {
    label: "Six at once",
    about: "Six requests in the same moment. Look at how many connections the browser uses.",
    run: () => Promise.all(pictures.map((name) => send("/pictures/" + name, { cache: "no-store" }))),
  },
];

// Sends one request and waits until its content is complete.
async function send(target, options) {
  const began = performance.now();
  const response = await fetch(target, options);
  const content = new Uint8Array(await response.arrayBuffer());
  return { target, options, response, content, took: performance.now() - began };
}

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) {
    node.className = className;
  }
  if (text !== undefined) {
    node.textContent = text;
  }
  return node;
}

function isText(response) {
  return /^(text\/|message\/|application\/(http|json|xml))/.test(response.headers.get("content-type") || "");
}

// What the request looked like, as far as this page knows.
function describeRequest({ target, options }) {
  const block = element("pre");
  block.append(element("span", "sent", (options.method || "GET") + " " + target));
  for (const [name, value] of Object.entries(options.headers || {})) {
    block.append("\n", element("span", "name", name), ": " + value);
  }
  return block;
}

function describeResponse({ response, content, took }) {
  const block = element("pre");
  block.append(element("span", "status", (response.status + " " + response.statusText).trim()));
  if (response.redirected) {
    block.append("   after a redirect to " + new URL(response.url).pathname);
  }
  for (const [name, value] of response.headers) {
    block.append("\n", element("span", "name", name), ": " + value);
  }
  const octets = content.length === 1 ? "1 octet" : content.length.toLocaleString("en") + " octets";
  block.append("\n\n" + octets + " of content, " + took.toFixed(1) + " ms");
  if (content.length > 0 && content.length <= 16) {
    block.append("\n" + Array.from(content, (o) => o.toString(16).padStart(2, "0")).join(" "));
  } else if (content.length > 0 && content.length <= 4096 && isText(response) && !/html/.test(response.headers.get("content-type"))) {
    block.append("\n\n" + new TextDecoder().decode(content).trimEnd());
  }
  return block;
}

function summarise(results) {
  const block = element("pre");
  for (const { target, response, content, took } of results) {
    block.append(
      element("span", "status", String(response.status)), "  ",
      element("span", "sent", target),
      "  " + content.length.toLocaleString("en") + " octets, " + took.toFixed(1) + " ms\n");
  }
  return block;
}

async function perform(experiment, answer) {
  answer.replaceChildren(element("p", "", experiment.about), element("pre", "", "waiting for the response"));
  const parts = [];
  try {
    const results = [await experiment.run()].flat();
    if (results.length > 2) {
      parts.push(summarise(results));
    } else {
      for (const result of results) {
        parts.push(describeRequest(result), describeResponse(result));
      }
      parts.push(element("p", "", "fetch() gives field names in lower case. The terminal shows them as they were sent."));
    }
  } catch (error) {
    parts.push(element("pre", "", "No response: " + error.message));
  }
  // A later click may have taken the panel over in the meantime.
  if (answer.dataset.current === experiment.label) {
    answer.replaceChildren(element("p", "", experiment.about), ...parts);
  }
}

function fillAddresses() {
  const fills = {
    authority: location.host,
    hostname: location.hostname.replace(/^\[|\]$/g, ""),
    port: location.port || "80",
  };
  for (const node of document.querySelectorAll("[data-fill]")) {
    node.textContent = fills[node.dataset.fill] || node.textContent;
  }
}

// Only the first page has room for them.
function offerExperiments() {
  const section = document.getElementById("ask");
  if (!section) {
    return;
  }
  const group = section.querySelector(".asks");
  const answer = section.querySelector(".answer");
  for (const experiment of experiments) {
    const button = element("button", "", experiment.label);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      for (const other of group.children) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      answer.dataset.current = experiment.label;
      perform(experiment, answer);
    });
    group.append(button);
  }
  section.hidden = false;
}

if (location.protocol.startsWith("http")) {
  fillAddresses();
  offerExperiments();
}
