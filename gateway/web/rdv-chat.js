// <rdv-chat>: the assistant in any page. One script tag and one element, nothing to build:
//   <script type="module" src="https://service/static/rdv-chat.js"></script>
//   <rdv-chat src="https://service" token="a JWT that the portal signed"></rdv-chat>
// `src`: the service (where the script came from unless told); `token`: exchanged for a session; `theme`: light or dark.
// Events: `rdv-change` when an appointment was booked or moved; `rdv-ended` when the session is over.
import { Client } from "./chat/client.js";
import { button, el } from "./chat/dom.js";
import { dictation, reading } from "./chat/speech.js";
import { STYLE } from "./chat/style.js";
import { line } from "./chat/view.js";
import { WORDS, day } from "./chat/words.js";

const HOME = new URL("..", import.meta.url).href;
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

class RdvChat extends HTMLElement {
  static observedAttributes = ["token", "demo"];

  // A page that signs people in by other means sets a function that gives {session} or {token}.
  credentials = null;
  name = "";

  connectedCallback() {
    if (!this.shadowRoot) this.build();
    this.start();
  }

  disconnectedCallback() {
    this.client?.stop();
    this.client = null;
  }

  attributeChangedCallback(_name, before, after) {
    if (!this.isConnected || before === after || !this.shadowRoot) return;
    this.client?.stop();
    this.client = null;
    this.start();
  }

  build() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.input = el("input", { id: "message", type: "text", autocomplete: "off", maxlength: "2000", required: true });
    this.log = el("div", { id: "log", role: "log", "aria-live": "polite", "aria-label": WORDS.messages, tabindex: "0" });
    this.typing = el("p", { id: "typing", text: WORDS.typing, hidden: true });
    this.status = el("p", { id: "status", role: "status" });
    this.problem = el("p", { id: "problem", role: "alert", hidden: true });
    const speech = reading();
    this.read = speech.read;
    const form = el("form", { id: "composer" },
      el("div", { class: "row" }, el("label", { for: "message", text: WORDS.label }), dictation(this.input, (text) => this.show(this.problem, text)), speech.toggle),
      el("div", { class: "row" }, this.input, el("button", { type: "submit", text: WORDS.send })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      if (!text || this.busy) return;
      this.input.value = "";
      this.send({ text }, text);
    });
    root.append(this.log, this.typing, this.status, this.problem, form);
  }

  async start() {
    const demo = this.getAttribute("demo");
    const token = this.getAttribute("token");
    const credentials = this.credentials ?? (token ? { token } : demo ? { demo } : null);
    if (!credentials || this.client) return;
    this.log.replaceChildren();
    this.pending = new Map();
    this.show(this.problem, "");
    this.busy = false;
    this.early = true;
    const client = new Client(this.getAttribute("src") ?? HOME, {
      line: (body) => this.line(body),
      typing: (on) => { this.typing.hidden = !on && !this.busy; },
      connection: (state) => this.connection(state),
      ended: () => { this.show(this.problem, WORDS.ended); this.busy = false; this.typing.hidden = true; this.input.disabled = true; this.settle(); this.dispatchEvent(new CustomEvent("rdv-ended", { bubbles: true })); },
    });
    this.client = client;
    try {
      this.input.disabled = false;
      await client.open(credentials, this.name || (demo ? `demo ${demo}` : subject(token)));
      await client.history();
    } catch {
      if (this.client !== client) return;
      this.client = null;
      if (this.problem.hidden) this.offer(WORDS.closed, () => this.start());
      return;
    }
    this.early = false;
    client.listen();
    if (!this.log.childElementCount) await this.send({ text: "Bonjour", opening: true });
  }

  async send(body, shown) {
    const { client } = this;
    if (this.busy || !client?.token) return;
    this.busy = true;
    this.show(this.problem, "");
    const id = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    if (shown !== undefined) {
      const mine = line({ from: "person", text: shown }, this);
      mine.classList.add("pending");
      this.pending.set(id, mine);
      this.add(mine);
    }
    this.settle();
    this.typing.hidden = false;
    try {
      await client.send({ ...body, id, ...(body.value && { title: shown }) });
    } catch (error) {
      if (client !== this.client || error.status === 401) return;
      this.pending.get(id)?.remove();
      this.pending.delete(id);
      this.offer(error.status === 429 ? WORDS.tooFast : WORDS.failed, () => this.send(body, shown));
    } finally {
      if (client === this.client) {
        this.busy = false;
        this.typing.hidden = true;
        this.settle();
        // On a touch screen the focus would open the keyboard over what was just answered.
        if (client.token && !matchMedia("(pointer: coarse)").matches) this.input.focus();
      }
    }
  }

  line(body) {
    const mine = body.mark && this.pending.get(body.mark);
    if (mine) {
      mine.classList.remove("pending");
      this.pending.delete(body.mark);
      return;
    }
    const node = line(body, this);
    node.dataset.from = body.from;
    this.add(node);
    this.settle();
    if (this.early || body.from === "person") return;
    this.read(body.text);
    if (["booked", "moved"].includes(body.card?.kind)) this.dispatchEvent(new CustomEvent("rdv-change", { bubbles: true, detail: body.card }));
  }

  add(node) {
    // Lines that are still on their way stay last.
    const waiting = this.log.querySelector(".pending");
    if (waiting && !node.classList.contains("pending") && node.dataset.from === "person") waiting.before(node);
    else this.log.append(node);
    // What is read first stays in sight: the last thing that the person said, then as much of the answer as there is room for.
    const from = [...this.log.querySelectorAll(".mine")].at(-1) ?? this.log.firstElementChild;
    this.log.scrollTop = this.early || !from ? this.log.scrollHeight : Math.max(from.offsetTop - 12, 0);
  }

  // Only the choices of the latest answer can be taken, and only when nothing is on its way.
  settle() {
    const lines = [...this.log.children];
    const from = lines.findLastIndex((node) => node.classList.contains("mine"));
    lines.forEach((node, n) => {
      for (const one of node.querySelectorAll("button:not(.keep)")) one.disabled = this.busy || n < from || !this.client?.token;
    });
  }

  connection(state) {
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    clearTimeout(this.calm);
    if (state === "on") {
      this.status.textContent = before ? WORDS.connected : "";
      this.calm = setTimeout(() => { this.status.textContent = ""; }, 4000);
    } else {
      this.status.textContent = state === "offline" ? WORDS.offline : WORDS.reconnecting;
    }
  }

  offer(problem, again) {
    this.problem.replaceChildren(problem, " ", button(WORDS.retry, again));
    this.problem.hidden = false;
  }

  show(node, text) {
    node.textContent = text;
    node.hidden = !text;
  }

  // -- what lines can ask for ------------------------------------------------------------------

  choose(value, title) { return this.send({ value }, title); }

  pick = (date) => {
    const text = WORDS.onDay.replace("{day}", `${day(date)} ${date.slice(0, 4)}`);
    return this.send({ text }, text);
  };

  days({ reason, channel, agencies }, month) {
    const query = new URLSearchParams([["reason", reason], ["channel", channel], ["month", month], ...agencies.map((a) => ["agency", a])]);
    return this.client.json(`/web/days?${query}`);
  }

  async download({ id }) {
    const file = await (await this.client.fetch(`/web/appointments/${id}.ics`)).blob();
    const link = el("a", { href: URL.createObjectURL(file), download: "rendez-vous.ics" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

// Whom a portal's token speaks of: one conversation for each, on whatever tab.
function subject(token) {
  try {
    const { iss, sub } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return `${iss} ${sub}`;
  } catch {
    return "";
  }
}

customElements.define("rdv-chat", RdvChat);
