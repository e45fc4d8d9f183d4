// What every page of the account shares: calling the API, saying what went wrong, the end of the session.
export const $ = (id) => document.getElementById(id);

const PROBLEMS = {
  unknown: "Ces informations ne correspondent pas. Vérifiez-les, ou utilisez «\u00a0code oublié\u00a0».",
  locked: "Trop d’essais. Patientez une demi-heure, ou appelez le 3646.",
  too_many_requests: "Trop d’essais en peu de temps. Patientez une minute.",
  slot_taken: "Ce créneau vient d’être pris par une autre personne. Rien n’a changé : choisissez-en un autre.",
  own_conflict: "Vous avez déjà un autre rendez-vous à ce moment-là. Rien n’a changé : choisissez un autre créneau.",
  too_late: "Le délai est passé : ce rendez-vous ne peut plus être changé ici. Appelez le 3646.",
  closed: "Ce rendez-vous n’est plus à venir.",
  not_found: "Ce rendez-vous n’est plus dans votre agenda.",
  invalid_phone: "Ce numéro n’est pas valide ou pas complet. L’ancien numéro ne change pas.",
  invalid_email: "Cette adresse e-mail n’est pas valide. L’ancienne ne change pas.",
  code_wrong: "Ce n’est pas le code envoyé. Vérifiez-le.",
  code_expired: "Ce code n’est plus valable. Demandez-en un autre.",
  code_weak: "Ce code ne respecte pas toutes les règles.",
  bad_parameter: "Il manque quelque chose, ou une information n’est pas complète.",
  offline: "Vous n’êtes plus connecté à Internet. Rien n’a été envoyé.",
};
const FAILED = "Le service ne répond pas. Réessayez dans un instant, ou appelez le 3646 (service gratuit + prix d’un appel).";

export class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? `status ${status}`);
    Object.assign(this, { status, code: body.error, ...body });
  }
}

// Whoever signs out is not told that the session ended, whatever calls are still under way.
let leaving = false;

// One call; raises Refused. Whoever is not signed in (any more) goes to the first page.
export async function api(path, { method = "GET", body } = {}) {
  let answer;
  try {
    answer = await fetch(path, { method, headers: body && { "Content-Type": "application/json" }, body: body && JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new Refused(0, { error: navigator.onLine ? "failed" : "offline" });
  }
  const given = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) {
    use(Date.now());
    tabs.postMessage(used);
    return given;
  }
  if (answer.status === 401 && given.error !== "unknown" && !leaving) location.assign("/?fin=1");
  if (given.error === "code_required") location.assign("/nouveau-code");
  throw new Refused(answer.status, given);
}

export function problem(error) {
  $("problem").textContent = error ? PROBLEMS[error.code] ?? FAILED : "";
  $("problem").hidden = !error;
}

export function done(text) { $("done").textContent = text; }

// A form that calls `work` with its fields; while it works the button waits.
export function onSubmit(form, work) {
  const submit = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // What is wrong, or done, is said where the person looks.
    submit.closest("p").before($("problem"));
    form.before($("done"));
    const missing = [...form.elements].find((field) => field.required && !field.value.trim());
    if (missing) {
      problem({ code: "bad_parameter" });
      missing.setAttribute("aria-invalid", "true");
      missing.focus();
      return;
    }
    for (const field of form.elements) field.removeAttribute("aria-invalid");
    problem(null);
    done("");
    submit.disabled = true;
    try {
      await work(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])));
    } catch (error) {
      problem(error);
    } finally {
      submit.disabled = false;
    }
  });
}

const FORMAT = (options) => new Intl.DateTimeFormat("fr-FR", { timeZone: "UTC", ...options });
const DAY = FORMAT({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
// Times are those of the agency, whatever the browser's zone.
export const day = (iso) => DAY.format(new Date(`${iso.slice(0, 10)}T00:00Z`)).replace(/ 1 /, " 1er ");
export const hour = (iso) => `${Number(iso.slice(11, 13))}\u00a0h${iso.slice(14, 16) === "00" ? "" : `\u00a0${iso.slice(14, 16)}`}`;
export const moment = (iso) => `${day(iso)} à ${hour(iso)}`;

// -- the session: it ends half an hour after the last use, and says so before ----------------------------

const MINUTE = 60_000;
// Using the session on one tab is using it on all of them.
const tabs = new BroadcastChannel("session");
let used = Date.now();
let asked = 0;

function use(at) {
  used = at;
  $("ending")?.remove();
}
tabs.onmessage = ({ data }) => use(data);

function watch() {
  const left = used + 30 * MINUTE - Date.now();
  if (left <= 0) location.assign("/?fin=1");
  const soon = left < 3 * MINUTE;
  if (soon && !$("ending")) {
    const stay = document.createElement("button");
    stay.type = "button";
    stay.textContent = "Rester connecté";
    stay.addEventListener("click", () => api("/api/me").then(() => document.querySelector("main").focus(), problem));
    const box = document.createElement("div");
    box.id = "ending";
    box.className = "panel";
    box.setAttribute("role", "alert");
    box.append("Sans action de votre part, votre session se termine dans moins de trois minutes. ", stay);
    document.querySelector("main").prepend(box);
  }
}

// Using the page, the chat included, is using the session.
function touch() {
  if (Date.now() - asked < 5 * MINUTE) return;
  asked = Date.now();
  api("/api/me").catch(() => {});
}

if ($("sign-out")) {
  setInterval(watch, 15_000);
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, touch);
  $("sign-out").addEventListener("click", async () => {
    leaving = true;
    await api("/api/session", { method: "DELETE" }).catch(() => {});
    sessionStorage.clear();
    location.assign("/");
  });
}
