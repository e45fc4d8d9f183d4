import { el } from "../chat/dom.js";
import { $, api, moment, problem } from "./portal.js";

// The chat of this session: the same conversation on every tab.
const chat = document.querySelector("rdv-chat");
chat.name = "account";
chat.credentials = () => api("/api/chat", { method: "POST", body: {} });
chat.start();
chat.addEventListener("rdv-ended", () => api("/api/me").catch(() => {}));
chat.addEventListener("rdv-change", () => setTimeout(() => letters().catch(() => {}), 3000));

async function letters() {
  const { letters: found } = await api("/api/letters");
  $("letters").replaceChildren(...(found.length
    ? found.map((one) => el("details", { class: "panel" }, el("summary", {}, el("strong", { text: one.subject }), ` – ${moment(one.at)}`), el("p", { class: "letter", text: one.text })))
    : [el("p", { text: "Aucun message pour l’instant." })]));
}

await letters().catch(problem);
// A letter about what was just done is on its way for some seconds; asking for ever would keep the session alive.
for (const seconds of [3, 8]) setTimeout(() => letters().catch(() => {}), seconds * 1000);
