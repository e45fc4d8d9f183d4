// A month of days to pick from, by mouse or keyboard (the grid of the ARIA Authoring Practices' date picker).
import { button, el } from "./dom.js";
import { WORDS, day, month } from "./words.js";

const NAMES = ["lu", "ma", "me", "je", "ve", "sa", "di"];
const LONG = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const iso = (date) => date.toISOString().slice(0, 10);
const at = (text) => new Date(`${text}T00:00:00Z`);
const plus = (text, days) => iso(new Date(at(text).getTime() + days * 86_400_000));
const plusMonths = (text, months) => {
  const date = at(text);
  const target = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const length = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(date.getUTCDate(), length));
  return iso(target);
};
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

// `load(month)` gives {days, first, last} as ISO dates; `pick(date)` and `close()` tell what the person did.
export class Calendar {
  constructor({ start, load, pick, close }) {
    Object.assign(this, { current: start, load, pick, known: new Map() });
    this.title = el("h3", { "aria-live": "polite" });
    this.status = el("p", { class: "status", role: "status" });
    this.body = el("tbody");
    this.before = button("‹", () => this.show(plusMonths(this.current, -1)), { "aria-label": WORDS.previous, class: "small" });
    this.after = button("›", () => this.show(plusMonths(this.current, 1)), { "aria-label": WORDS.next, class: "small" });
    const heads = NAMES.map((name, n) => el("th", { scope: "col", abbr: LONG[n], text: name }));
    this.table = el("table", { role: "grid", "aria-label": WORDS.calendar }, el("thead", {}, el("tr", {}, ...heads)), this.body);
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.node = el("div", { class: "calendar", role: "group", "aria-label": WORDS.calendar },
      el("div", { class: "row" }, this.before, this.title, this.after, button("×", close, { "aria-label": WORDS.close, class: "small" })),
      this.table, this.status);
    this.node.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); } });
  }

  async show(date, focus = false) {
    const name = date.slice(0, 7);
    this.current = date;
    this.title.textContent = month(name);
    if (!this.known.has(name)) {
      this.status.textContent = WORDS.loading;
      try {
        this.known.set(name, await this.load(name));
      } catch {
        this.status.textContent = WORDS.reconnecting;
        return;
      }
      if (this.current.slice(0, 7) !== name) return;
    }
    const { days, first, last } = this.known.get(name);
    Object.assign(this, { first, last, free: new Set(days) });
    this.current = date < first ? first : date > last ? last : date;
    this.before.disabled = name <= first.slice(0, 7);
    this.after.disabled = name >= last.slice(0, 7);
    this.status.textContent = days.length ? "" : `${month(name)} : ${WORDS.noSlot}`;
    this.draw(name);
    if (focus) this.body.querySelector("[tabindex='0']")?.focus();
  }

  draw(name) {
    const start = `${name}-01`;
    const lead = (at(start).getUTCDay() + 6) % 7;
    const rows = [];
    for (let from = plus(start, -lead); from.slice(0, 7) <= name; from = plus(from, 7)) {
      rows.push(el("tr", {}, ...Array.from({ length: 7 }, (_, n) => this.cell(plus(from, n), name))));
    }
    this.body.replaceChildren(...rows);
  }

  cell(date, name) {
    if (date.slice(0, 7) !== name) return el("td");
    const free = this.free.has(date);
    const said = `${day(date)}, ${free ? WORDS.withSlot : WORDS.noSlot}`;
    return el("td", { role: "gridcell" }, button(String(Number(date.slice(8))), () => free && this.pick(date), {
      "aria-label": said, "aria-disabled": free ? undefined : "true", "data-date": date,
      class: free ? "free" : "full", tabindex: date === this.current ? "0" : "-1",
    }));
  }

  key(event) {
    const { current } = this;
    const weekday = (at(current).getUTCDay() + 6) % 7;
    const to = event.key in STEPS ? plus(current, STEPS[event.key])
      : event.key === "Home" ? plus(current, -weekday)
      : event.key === "End" ? plus(current, 6 - weekday)
      : event.key === "PageUp" ? plusMonths(current, -1)
      : event.key === "PageDown" ? plusMonths(current, 1) : undefined;
    if (!to) return;
    event.preventDefault();
    this.show(to < this.first ? this.first : to > this.last ? this.last : to, true);
  }
}
