import { button, el } from "../chat/dom.js";
import { SLOTS } from "../chat/style.js";
import { slots } from "../chat/view.js";
import { $, api, day, done, hour, moment, problem } from "./portal.js";

const WEEKS = 4;
const DAYS = 2;
const sheet = new CSSStyleSheet();
sheet.replaceSync(SLOTS);
document.adoptedStyleSheets = [sheet];
const dialog = $("dialog");
const iso = (date) => date.toISOString().slice(0, 10);
const later = (text, days) => iso(new Date(Date.parse(`${text}T00:00Z`) + days * 86_400_000));
const dateOf = (slot) => slot.start.slice(0, 10);
const named = (one) => `${one.reason.label}, ${moment(one.start)}`;
// The same key for the same try: sent twice, it is done once.
const key = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2);

async function show() {
  const { appointments } = await api("/api/appointments");
  const list = $("upcoming");
  list.replaceChildren(...(appointments.length ? appointments.map(item) : [el("li", { class: "panel", text: "Vous n’avez aucun rendez-vous à venir." })]));
  list.setAttribute("aria-busy", "false");
}

function item(one) {
  const where = one.agency ? `${one.agency.name}, ${one.agency.address}` : `Par téléphone, au ${one.phone}`;
  return el("li", { class: "panel appointment", "data-id": one.id },
    el("h3", { text: one.reason.label }),
    el("p", { class: "when", text: moment(one.start) }),
    el("p", { text: where }),
    el("details", {},
      el("summary", { text: "Détail" }),
      el("dl", {},
        ...[["Référence", one.reference], ["Fin prévue", hour(one.end)], ["À préparer", one.documents], ["Horaires", one.agency?.hours], ["Accès", one.agency?.access]]
          .filter(([, value]) => value).flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })])),
      el("p", { class: "row" },
        el("a", { href: `/api/appointments/${one.id}/calendar.ics`, download: "rendez-vous.ics", text: "Ajouter à mon agenda (.ics)" }),
        one.channel === "phone" ? el("a", { href: "/informations", text: "Changer de numéro" }) : null)),
    el("p", { class: "row acts" },
      one.can.includes("move") ? button("✎ Déplacer", () => move(one), { "aria-label": `Déplacer\u00a0: ${named(one)}` }) : null,
      one.can.includes("cancel") ? button("✕ Annuler", () => cancel(one), { "aria-label": `Annuler\u00a0: ${named(one)}` }) : null));
}

function open(title, ...content) {
  dialog.replaceChildren(el("h2", { id: "dialog-title", tabindex: "-1", text: title }), el("p", { class: "problem", role: "alert", id: "refused", hidden: true }), ...content);
  if (!dialog.open) dialog.showModal();
  $("dialog-title").focus();
}

function refused(error) {
  problem(error);
  $("refused").textContent = $("problem").textContent;
  $("refused").hidden = false;
  problem(null);
}

const leave = (text) => button(text, () => dialog.close());

// -- the pencil: another time, the same reason, channel and agency ------------------------------------------

async function move(one, error) {
  const place = el("div", { "aria-busy": "true" });
  const note = el("p", { role: "status" });
  const more = button("Plus de disponibilités", () => offer(next));
  const search = { reason: one.reason.code, channel: one.channel, agency: one.agency_id };
  let next = today;
  let found = [];
  open(`Déplacer\u00a0: ${named(one)}`,
    el("p", { text: "Votre rendez-vous reste réservé tant que vous n’avez pas confirmé un autre créneau." }),
    place, note, el("p", { class: "row" }, more, leave("Ne rien changer")));
  if (error) refused(error);

  // The first days from a date on that have a free slot; or all that one day has.
  async function offer(from, days = DAYS, to = later(from, WEEKS * 7 - 1)) {
    const again = place.childElementCount > 0;
    more.disabled = true;
    try {
      const { slots: all, more: others } = await api(`/api/slots?${new URLSearchParams({ ...search, from, to, limit: 500 })}`);
      const dates = [...new Set(all.map(dateOf))].slice(0, days);
      const last = dates.at(-1);
      next = later(last && (others || last < dateOf(all.at(-1))) ? last : to, 1);
      found = all.filter((slot) => slot.start !== one.start && dates.includes(dateOf(slot)));
      note.textContent = found.length ? "" : `Aucun créneau libre du ${day(from)} au ${day(to)}. Choisissez une autre date.`;
      place.replaceChildren(slots({ slots: found.map(({ id, start }) => ({ value: id, start })) }, act));
      if (again) place.querySelector("button").focus();
    } catch (problem) {
      refused(problem);
    } finally {
      more.disabled = false;
      place.setAttribute("aria-busy", "false");
    }
  }

  const act = {
    choose: (id) => confirm(one, found.find((slot) => slot.id === id)),
    days: (_search, month) => api(`/api/days?${new URLSearchParams({ ...search, month })}`),
    pick: (date) => offer(date, 1, date),
  };
  await offer(today);
}

function confirm(one, slot) {
  const again = key();
  const yes = button("Confirmer le déplacement", async () => {
    yes.disabled = true;
    try {
      await api(`/api/appointments/${one.id}/move`, { method: "POST", body: { slot: slot.id, key: again } });
      await finish(`C’est fait : votre rendez-vous est déplacé au ${moment(slot.start)}.`);
    } catch (error) {
      if (["slot_taken", "own_conflict"].includes(error.code)) await move(one, error);
      else { refused(error); yes.disabled = false; }
    }
  }, { class: "main" });
  open("Confirmer le déplacement", el("dl", {},
    el("dt", { text: "Motif" }), el("dd", { text: one.reason.label }),
    el("dt", { text: "Au lieu de" }), el("dd", { text: moment(one.start) }),
    el("dt", { text: "Nouvelle date" }), el("dd", { text: moment(slot.start) })),
  el("p", { class: "row" }, yes, button("Choisir un autre créneau", () => move(one)), leave("Ne rien changer")));
}

// -- the cross ------------------------------------------------------------------------------------------------

function cancel(one) {
  const again = key();
  const yes = button("Oui, annuler ce rendez-vous", async () => {
    yes.disabled = true;
    try {
      await api(`/api/appointments/${one.id}/cancel`, { method: "POST", body: { key: again } });
      await finish(`Votre rendez-vous du ${moment(one.start)} est annulé.`);
    } catch (error) {
      refused(error);
      yes.disabled = false;
    }
  }, { class: "main" });
  open("Annuler ce rendez-vous\u202f?", el("p", { text: named(one) }), el("p", { class: "row" }, yes, leave("Non, le garder")));
}

async function finish(text) {
  dialog.close();
  done(text);
  await show();
  $("upcoming-title").focus();
}

const { today } = await api("/api/me").catch(() => ({ today: iso(new Date()) }));
await show().catch(problem);
