import { button, el } from "../chat/dom.js";
import { $, api, day, done, hour, moment, problem } from "./portal.js";

const WEEKS = 4;
const dialog = $("dialog");
const iso = (date) => date.toISOString().slice(0, 10);
const later = (text, days) => iso(new Date(Date.parse(`${text}T00:00Z`) + days * 86_400_000));
const named = (one) => `${one.reason.label}, ${moment(one.start)}`;
// The same key for the same try: sent twice, it is done once.
const key = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2);

async function show() {
  const { appointments } = await api("/api/appointments");
  const list = $("upcoming");
  list.replaceChildren(...(appointments.length ? appointments.map(item) : [el("li", { text: "Vous n’avez aucun rendez-vous à venir." })]));
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
    el("p", { class: "row" },
      one.can.includes("move") ? button("✎ Déplacer", () => move(one), { "aria-label": `Déplacer : ${named(one)}` }) : null,
      one.can.includes("cancel") ? button("✕ Annuler", () => cancel(one), { "aria-label": `Annuler : ${named(one)}` }) : null));
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
  const days = el("div", { "aria-busy": "true" });
  const more = button("Plus de disponibilités", () => load());
  const since = el("input", { id: "since", type: "date", value: today, min: today });
  let from = today;
  since.addEventListener("change", () => {
    if (!since.value) return;
    from = since.value < today ? today : since.value;
    days.replaceChildren();
    load();
  });
  open(`Déplacer : ${named(one)}`, el("p", { text: "Votre rendez-vous reste réservé tant que vous n’avez pas confirmé un autre créneau." }), el("p", {}, el("label", { for: "since", text: "Chercher à partir du" }), since), days, el("p", { class: "row" }, more, leave("Ne rien changer")));
  if (error) refused(error);
  const load = async () => {
    more.disabled = true;
    try {
      const to = later(from, WEEKS * 7 - 1);
      const query = new URLSearchParams({ reason: one.reason.code, channel: one.channel, agency: one.agency_id, from, to, limit: 40 });
      const { slots, more: others } = await api(`/api/slots?${query}`);
      from = others ? later(slots.at(-1).start.slice(0, 10), 1) : later(to, 1);
      const free = slots.filter((slot) => slot.start !== one.start);
      days.append(...grouped(free).map(([date, found]) => group(one, date, found)));
      if (!days.childElementCount) days.append(el("p", { text: `Aucun créneau libre jusqu’au ${day(to)}.` }));
    } catch (problem) {
      refused(problem);
    } finally {
      more.disabled = false;
      days.setAttribute("aria-busy", "false");
    }
  };
  await load();
}

function grouped(slots) {
  const days = new Map();
  for (const slot of slots) days.set(slot.start.slice(0, 10), [...(days.get(slot.start.slice(0, 10)) ?? []), slot]);
  return [...days];
}

function group(one, date, slots) {
  return el("section", { "aria-label": day(date) }, el("h3", { text: day(date) }),
    el("div", { class: "row" }, ...slots.map((slot) => button(hour(slot.start), () => confirm(one, slot), { "aria-label": moment(slot.start) }))));
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
  open("Annuler ce rendez-vous ?", el("p", { text: named(one) }), el("p", { class: "row" }, yes, leave("Non, le garder")));
}

async function finish(text) {
  dialog.close();
  done(text);
  await show();
  $("upcoming-title").focus();
}

const { today } = await api("/api/me").catch(() => ({ today: iso(new Date()) }));
await show().catch(problem);
