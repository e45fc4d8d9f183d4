// Talks to the service: one session, messages that are sent until they arrive, lines that come by events or by asking.
const WAITS = [500, 1000, 2000, 4000, 8000];
const POLL = 3000;
const PATIENCE = 6000;
const pause = (ms, signal) => new Promise((done) => { const t = setTimeout(done, ms); signal?.addEventListener("abort", () => { clearTimeout(t); done(); }, { once: true }); });

export class Refused extends Error {
  constructor(status) { super(`status ${status}`); this.status = status; }
}

export class Client {
  // `on` has line(body), typing(bool), connection("on" | "lost" | "offline"), ended().
  constructor(base, on) {
    this.base = base.replace(/\/$/, "");
    this.on = on;
    this.last = 0;
    this.stopped = new AbortController();
  }

  async fetch(path, { method = "GET", body, signal } = {}) {
    const headers = {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.base + path, { method, headers, signal, credentials: "omit", cache: "no-store", body: body && JSON.stringify(body) });
    if (answer.status === 401) { this.end(); throw new Refused(401); }
    if (!answer.ok) throw new Refused(answer.status);
    return answer;
  }

  async json(path, options) { return (await this.fetch(path, options)).json(); }

  // A session: one kept for this tab, one that another tab of the same person has, or a new one.
  async open(credentials, name) {
    const key = `rdv-chat ${this.base} ${name}`;
    const channel = new BroadcastChannel(key);
    this.stopped.signal.addEventListener("abort", () => channel.close());
    channel.onmessage = ({ data }) => { if (data === "who" && this.token) channel.postMessage({ token: this.token }); };
    this.forget = () => { try { sessionStorage.removeItem(key); } catch { /* storage is blocked */ } };
    this.token = read(key) || (await ask(channel));
    channel.onmessage = ({ data }) => { if (data === "who" && this.token) channel.postMessage({ token: this.token }); };
    if (this.token && (await this.known())) return write(key, this.token);
    this.token = undefined;
    const fresh = typeof credentials === "function" ? await credentials() : credentials;
    this.token = fresh.session ?? (await this.json("/web/session", { method: "POST", body: fresh })).token;
    return write(key, this.token);
  }

  async known() {
    try {
      const headers = { Authorization: `Bearer ${this.token}` };
      const answer = await fetch(`${this.base}/web/messages?after=999999999`, { headers, credentials: "omit" });
      return answer.status !== 401;
    } catch { return true; }
  }

  end() {
    if (!this.token) return;
    this.token = undefined;
    this.forget?.();
    this.stop();
    this.on.ended();
  }

  stop() { this.stopped.abort(); }

  receive(lines) {
    for (const line of lines) {
      if (!line || line.id <= this.last) continue;
      this.last = line.id;
      this.on.line(line);
    }
  }

  // What was said before; tried until the service answers.
  async history() {
    for (let n = 0; ; n += 1) {
      try {
        const { messages, typing } = await this.json(`/web/messages?after=${this.last}`);
        this.receive(messages);
        this.on.typing(typing);
        this.on.connection("on");
        return;
      } catch (error) {
        if (error.status) throw error;
        this.lost();
        await this.wait(n);
        if (this.stopped.signal.aborted) return;
      }
    }
  }

  lost() { this.on.connection(navigator.onLine ? "lost" : "offline"); }

  // Waits longer each time, and no longer once the browser says that it is back on line.
  async wait(n) {
    const back = new AbortController();
    window.addEventListener("online", () => back.abort(), { once: true, signal: this.stopped.signal });
    await pause(WAITS[Math.min(n, WAITS.length - 1)], back.signal);
  }

  // The same id again gets the same answer again: sending twice can never book twice.
  async send(body) {
    for (let n = 0; ; n += 1) {
      try {
        const { messages, said } = await this.json("/web/messages", { method: "POST", body });
        this.on.connection("on");
        // The line before these may have been said on another tab: then the events bring them all, in order.
        const lines = said ? [said, ...messages] : messages;
        if (lines.length && lines[0].id === this.last + 1) this.receive(lines);
        else await this.history();
        return;
      } catch (error) {
        if (error.status === 401 || (error.status >= 400 && error.status < 500)) throw error;
        if (error.status && n >= WAITS.length) throw error;
        if (!error.status) this.lost();
        await this.wait(n);
        if (this.stopped.signal.aborted) throw error;
      }
    }
  }

  // Live events for as long as the session lasts; where they cannot pass, the service is asked every few seconds.
  async listen() {
    const { signal } = this.stopped;
    for (let n = 0; !signal.aborted; n += 1) {
      const began = Date.now();
      try {
        await this.stream();
        n = Date.now() - began > 10_000 ? 0 : n;
      } catch { /* asked below */ }
      if (signal.aborted) return;
      try {
        await this.poll(n);
      } catch (error) {
        if (error.status) await pause(POLL, signal);
        else { this.lost(); await this.wait(n); }
      }
    }
  }

  async poll(n) {
    // The first failure may be a restart: look once and try the events again. Later ones: ask for a while.
    const times = n === 0 ? 1 : 10;
    for (let i = 0; i < times && !this.stopped.signal.aborted; i += 1) {
      const { messages, typing } = await this.json(`/web/messages?after=${this.last}`, { signal: this.stopped.signal });
      this.receive(messages);
      this.on.typing(typing);
      this.on.connection("on");
      if (i + 1 < times) await pause(POLL, this.stopped.signal);
    }
  }

  async stream() {
    const own = new AbortController();
    this.stopped.signal.addEventListener("abort", () => own.abort(), { signal: own.signal });
    // A proxy that keeps the events back gives nothing at all, not even the first comment.
    const late = setTimeout(() => own.abort(), PATIENCE);
    try {
      const answer = await this.fetch(`/web/events?after=${this.last}`, { signal: own.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(late);
        this.on.connection("on");
        text += value;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        for (const block of blocks) this.event(block);
      }
    } finally {
      clearTimeout(late);
      own.abort();
    }
  }

  event(block) {
    const field = (name) => block.split("\n").find((row) => row.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field("data") && JSON.parse(field("data"));
    const name = field("event");
    if (name === "line") this.receive([data]);
    else if (name === "typing") this.on.typing(data.typing);
    else if (name === "ended") this.end();
  }
}

const read = (key) => { try { return sessionStorage.getItem(key) ?? undefined; } catch { return undefined; } };
const write = (key, token) => { try { sessionStorage.setItem(key, token); } catch { /* storage is blocked: this page only */ } };

// Another tab of the same person may have the conversation open.
async function ask(channel) {
  const answer = new Promise((done) => { channel.onmessage = ({ data }) => data?.token && done(data.token); });
  channel.postMessage("who");
  return Promise.race([answer, pause(150)]);
}
