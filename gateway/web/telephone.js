// The demo's telephone: plays the TwiML of the webhooks as a platform does. Everything is shown as text.
const $ = (id) => document.getElementById(id);
const [log, state, words, keypad, pressed, aloud] = ["log", "state", "words", "keypad", "pressed", "aloud"].map($);
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
// Milliseconds after the last key, when fewer came than could.
const BETWEEN_KEYS = 3000;
let call = null; // its id; null when nobody calls
let gather = null; // what the assistant listens for: { action, digits, speech }
let digits = "";
let timer = null;

function show(text, mine) {
  const line = document.createElement("p");
  line.className = mine ? "message mine" : "message";
  line.textContent = text;
  log.append(line);
  line.scrollIntoView({ block: "nearest" });
}

async function post(to, fields) {
  const answer = await fetch("/telephone/events", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ call, to, fields }),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

const parsed = (text) => new DOMParser().parseFromString(text, "application/xml").documentElement;

function voice(text) {
  if (!aloud.checked || !window.speechSynthesis) return Promise.resolve();
  return new Promise((done) => {
    const said = new SpeechSynthesisUtterance(text);
    said.lang = "fr-FR";
    said.onend = said.onerror = done;
    speechSynthesis.speak(said);
  });
}

function listening(on) {
  for (const id of ["words", "silence", "microphone"]) $(id).disabled = !on || !gather.speech;
  document.querySelector("#speech [type=submit]").disabled = !on || !gather.speech;
  keypad.disabled = !on;
  if (!on) return;
  digits = "";
  pressed.textContent = "aucune";
}

async function event(to, fields) {
  clearTimeout(timer);
  window.speechSynthesis?.cancel();
  const mine = call;
  listening(false);
  gather = null;
  state.textContent = "L’assistant réfléchit…";
  try {
    const response = parsed(await post(to, fields));
    if (call === mine) await play(response);
  } catch {
    show("La ligne est coupée : le service ne répond pas.", false);
    ended();
  }
}

async function play(response) {
  for (const verb of response.children) {
    const action = verb.getAttribute("action");
    if (verb.tagName === "Say") {
      show(verb.textContent, false);
      await voice(verb.textContent);
    } else if (verb.tagName === "Gather") {
      gather = { action, digits: Number(verb.getAttribute("numDigits")), speech: verb.getAttribute("input").includes("speech") };
      listening(true);
      state.textContent = gather.speech ? "À vous : parlez, écrivez ou tapez." : "Patientez, ou tapez 0.";
      if (gather.speech) words.focus();
      const waited = gather;
      for (const said of verb.children) {
        show(said.textContent, false);
        await voice(said.textContent);
      }
      // A person may think as long as they like here; only a phrase to wait with goes on by itself.
      if (!waited.speech) timer = setTimeout(() => gather === waited && event(action, {}), Number(verb.getAttribute("timeout")) * 1000);
      return;
    } else if (verb.tagName === "Dial") {
      state.textContent = "Transfert en cours.";
      const summary = parsed(await post(verb.firstElementChild.getAttribute("url"), {})).textContent;
      show(`(Le conseiller entend : ${summary})`, false);
      $("transfer").hidden = false;
      $("transfer").dataset.action = action;
      return;
    } else if (verb.tagName === "Hangup") {
      ended();
      return;
    }
  }
}

function ended() {
  clearTimeout(timer);
  gather = null;
  listening(false);
  call = null;
  $("transfer").hidden = true;
  $("call").disabled = false;
  $("hang-up").disabled = true;
  state.textContent = "Téléphone raccroché.";
}

$("call").addEventListener("click", () => {
  call = crypto.randomUUID();
  log.replaceChildren();
  $("call").disabled = true;
  $("hang-up").disabled = false;
  event("/voice/twilio", { CallStatus: "ringing" });
});

$("hang-up").addEventListener("click", () => {
  window.speechSynthesis?.cancel();
  post("/voice/twilio/status", { CallStatus: "completed" }).catch(() => {});
  ended();
});

$("transfer").addEventListener("click", ({ target }) => {
  if (!target.dataset.status) return;
  $("transfer").hidden = true;
  event($("transfer").dataset.action, { DialCallStatus: target.dataset.status });
});

function say(text, confidence) {
  if (!gather || !text) return;
  show(text, true);
  event(gather.action, { SpeechResult: text, Confidence: String(confidence) });
}

$("speech").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const text = words.value.trim();
  words.value = "";
  say(text, 0.95);
});

$("silence").addEventListener("click", () => {
  if (!gather) return;
  show("…", true);
  event(gather.action, {});
});

function press(key) {
  if (!gather) return;
  clearTimeout(timer);
  if (key !== "#") digits += key;
  pressed.textContent = digits || "aucune";
  window.speechSynthesis?.cancel();
  const typed = () => {
    if (!gather) return;
    show(`touches ${digits || "#"}`, true);
    event(gather.action, { Digits: digits });
  };
  if (key === "#" || digits.length >= gather.digits) typed();
  else timer = setTimeout(typed, BETWEEN_KEYS);
}

for (const key of KEYS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = key;
  button.setAttribute("aria-label", { "*": "étoile", "#": "dièse" }[key] ?? key);
  button.addEventListener("click", () => press(key));
  document.querySelector(".keys").append(button);
}

if (Recognition) {
  $("microphone").hidden = false;
  $("microphone").addEventListener("click", () => {
    window.speechSynthesis?.cancel();
    const recognition = new Recognition();
    recognition.lang = "fr-FR";
    recognition.onresult = ({ results }) => say(results[0][0].transcript, results[0][0].confidence);
    recognition.start();
  });
}

async function messages() {
  const answer = await fetch("/telephone/messages");
  if (!answer.ok) return;
  const texts = (await answer.json()).messages.map(({ to, text }) => `${to} : ${text}`);
  if (texts.join() === [...$("messages").children].map((i) => i.textContent).join()) return;
  $("messages").replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}
setInterval(messages, 2000);
messages();
