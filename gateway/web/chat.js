// The demo chat page: signs in, sends what is written or picked, shows what comes back. Everything is shown as text.
const $ = (id) => document.getElementById(id);
const [log, input, typing, problem, composer] = ["log", "message", "typing", "problem", "composer"].map($);
let token = sessionStorage.getItem("rdv-token");
let busy = false;

const PROBLEMS = {
  offline: "Vous n’êtes plus connecté à Internet. Votre message n’est pas parti.",
  ended: "Votre session est terminée. Rechargez la page pour vous reconnecter.",
  failed: "Le service ne répond pas. Réessayez dans un instant, ou appelez le 3646.",
};

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer.json();
}

function say(text, mine) {
  const line = document.createElement("p");
  line.className = mine ? "message mine" : "message";
  line.textContent = text;
  log.append(line);
  line.scrollIntoView({ block: "end" });
}

function offer(choices) {
  if (!choices.length) return;
  const group = document.createElement("div");
  group.className = "choices";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Réponses proposées");
  for (const { title, value } of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => send({ value }, title));
    group.append(button);
  }
  log.append(group);
  group.scrollIntoView({ block: "end" });
}

async function send(body, shown) {
  if (busy) return;
  busy = true;
  problem.hidden = true;
  for (const button of log.querySelectorAll("button")) button.disabled = true;
  say(shown, true);
  typing.hidden = false;
  // The same id again gets the same answer again: a retry can never book twice.
  const id = crypto.randomUUID();
  try {
    const { messages } = await post("/web/messages", { ...body, id }).catch((error) =>
      error.status ? Promise.reject(error) : new Promise((retry) => setTimeout(retry, 1000)).then(() => post("/web/messages", { ...body, id })),
    );
    for (const message of messages) {
      if (message.text) say(message.text, false);
      offer(message.choices);
    }
  } catch (error) {
    problem.textContent = error.status === 401 ? PROBLEMS.ended : navigator.onLine ? PROBLEMS.failed : PROBLEMS.offline;
    problem.hidden = false;
    if (error.status === 401) sessionStorage.removeItem("rdv-token");
  } finally {
    busy = false;
    typing.hidden = true;
    input.focus();
  }
}

function open() {
  $("sign-in").hidden = true;
  $("chat").hidden = false;
  input.focus();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (!text || busy) return;
  input.value = "";
  send({ text }, text);
});

const { people } = await (await fetch("/web/people")).json();
for (const person of people) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = person;
  button.addEventListener("click", async () => {
    ({ token } = await post("/web/session", { demo: person }));
    sessionStorage.setItem("rdv-token", token);
    open();
    await send({ text: "Bonjour" }, "Bonjour");
  });
  $("people").append(button);
}
if (token) open();
