import { el } from "../chat/dom.js";
import { $, api, done, onSubmit, problem } from "./portal.js";

const NAMES = { mobile: "Mobile", landline: "Téléphone fixe", email: "Adresse e-mail" };
const written = (value) => (value?.startsWith("+33") ? `0${value.slice(3)}`.replace(/(\d\d)(?=\d)/g, "$1 ") : value) ?? "non renseigné";

function show(contact) {
  $("contact").replaceChildren(...Object.entries(NAMES).flatMap(([name, label]) => [el("dt", { text: label }), el("dd", { text: written(contact[name]) })]));
}

for (const kind of ["phone", "email"]) {
  onSubmit($(kind), async ({ value }) => {
    const answer = await api("/api/contact", { method: "POST", body: { kind, value, key: crypto.randomUUID?.() } });
    show(answer.contact);
    $("confirm").hidden = answer.done;
    if (answer.done) {
      $(kind).reset();
      done("C’est enregistré.");
    } else {
      $("confirm-code").focus();
    }
  });
}

onSubmit($("confirm"), async ({ code }) => {
  show((await api("/api/contact/confirm", { method: "POST", body: { code } })).contact);
  $("confirm").hidden = true;
  for (const form of ["confirm", "phone", "email"]) $(form).reset();
  done("C’est enregistré.");
});

await api("/api/me").then(({ contact }) => show(contact), problem);
