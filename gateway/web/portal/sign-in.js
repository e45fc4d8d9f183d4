import { $, api, done, onSubmit, problem } from "./portal.js";

const asked = new URLSearchParams(location.search);
if (asked.has("fin")) done("Votre session est terminée. Reconnectez-vous pour continuer.");
if (asked.get("relier") === "oidc") done("Connectez-vous une fois avec votre code : votre fournisseur d’identité suffira ensuite.");
if (asked.get("refus") === "oidc") problem({ code: "failed" });

async function enter(body) {
  const { fresh } = await api("/api/session", { method: "POST", body });
  sessionStorage.clear();
  if (asked.get("relier") === "oidc" && !fresh) await api("/api/oidc/link", { method: "POST", body: {} }).catch(() => {});
  location.assign(fresh ? "/nouveau-code" : body.demo ? "/messagerie" : "/agenda");
}

onSubmit($("sign-in"), ({ nir, code }) => enter({ nir, code }).catch((error) => {
  $("code").value = "";
  $("code").focus();
  throw error;
}));

const { people, oidc } = await (await fetch("/web/people")).json();
$("other").hidden = !oidc;
$("demo").hidden = !people.length;
$("people").append(...people.map((person) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = person;
  button.addEventListener("click", () => enter({ demo: person }).catch(problem));
  return button;
}));
