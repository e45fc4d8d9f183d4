// One line of the conversation as elements: what was said, then choices, slots by day, or a card.
import { Calendar } from "./calendar.js";
import { button, el } from "./dom.js";
import { WORDS, day, hour, moment } from "./words.js";

// `act` has choose(value, title), days(search, month), pick(date), download(appointment).
export function line(body, act) {
  const mine = body.from === "person";
  const node = el("div", { class: mine ? "line mine" : "line" },
    el("p", { class: "message" },
      el("span", { class: "sr", text: `${mine ? WORDS.you : WORDS.assistant} : ` }),
      el("span", { text: body.text })));
  const { card, choices = [] } = body;
  if (card && card.kind in CARDS) node.append(CARDS[card.kind](card, act));
  const others = card?.kind === "slots" ? choices.filter(({ value }) => !value.startsWith("slot:")) : choices;
  if (others.length) {
    node.append(el("div", { class: "choices", role: "group", "aria-label": WORDS.choices },
      ...others.map(({ title, value }) => button(title, () => act.choose(value, title), { class: "choice" }))));
  }
  return node;
}

const CARDS = {
  slots,
  recap: (card) => details(card, WORDS.recap, [[WORDS.before, card.old && moment(card.old)]]),
  cancel: (card) => details(flat(card), WORDS.cancel, []),
  booked: (card, act) => confirmed(card, act, WORDS.booked),
  moved: (card, act) => confirmed(card, act, WORDS.moved),
  appointments: (card, act) => el("div", { class: "cards" }, ...card.appointments.map((one) => confirmed(one, act, flat(one).reason))),
};

// Slots by day, each day a group of hours; another date from a calendar. Also on the page that moves an appointment.
export function slots(card, act) {
  const days = new Map();
  for (const slot of card.slots) {
    const key = slot.start.slice(0, 10);
    days.set(key, [...(days.get(key) ?? []), slot]);
  }
  const groups = [...days].map(([date, found]) => el("div", { class: "day", role: "group", "aria-label": day(date) },
    el("h3", { text: day(date) }),
    el("div", { class: "choices" }, ...found.map(({ value, start }) =>
      button(hour(start), () => act.choose(value, moment(start)), { class: "choice slot", "aria-label": moment(start) })))));
  const place = el("div", { class: "place" });
  const opener = button(WORDS.otherDate, () => (place.firstChild ? close() : open()), { class: "choice other", "aria-expanded": "false" });
  const close = () => {
    place.replaceChildren();
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  };
  const open = () => {
    const start = card.slots[0]?.start.slice(0, 10) ?? new Date().toISOString().slice(0, 10);
    const calendar = new Calendar({ start, close, load: (month) => act.days(card.search, month), pick: act.pick });
    place.replaceChildren(calendar.node);
    opener.setAttribute("aria-expanded", "true");
    calendar.show(start, true).then(() => calendar.node.scrollIntoView({ block: "nearest" }));
  };
  return el("div", { class: "slots", role: "group", "aria-label": WORDS.slots }, ...groups, opener, place);
}

const flat = (card) => ({ ...card, reason: card.reason.label ?? card.reason });

function confirmed(card, act, title) {
  const node = details(flat(card), title, [[WORDS.reference, card.reference]]);
  node.append(el("p", {}, button(WORDS.addToCalendar, () => act.download(card), { class: "keep" })));
  return node;
}

function details(card, title, more) {
  const where = card.agency && `${card.agency.name}, ${card.agency.address}`;
  const rows = [
    [WORDS.reason, card.reason], [WORDS.when, moment(card.start)], ...more,
    [WORDS.by, card.channel === "phone" && card.phone && WORDS.phone.replace("{phone}", card.phone)],
    [WORDS.where, where], [WORDS.documents, card.documents],
  ].filter(([, value]) => value);
  return el("div", { class: "card", role: "group", "aria-label": title },
    el("h3", { text: title }),
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })])));
}
