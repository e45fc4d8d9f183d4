// The browser's own speech, where there is one: dictating a message, and hearing the answers.
import { button } from "./dom.js";
import { WORDS } from "./words.js";

const MICROPHONE = "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zm-6-3a6 6 0 0 0 12 0M12 18v3";
const LOUDSPEAKER = "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11";

// Drawn here: a font may have no such sign.
function toggle(path, label, onclick) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const line = document.createElementNS(svg.namespaceURI, "path");
  line.setAttribute("d", path);
  svg.append(line);
  const node = button("", onclick, { "aria-label": label, "aria-pressed": "false", class: "small icon", title: label });
  node.append(svg);
  return node;
}

// A button that dictates into the input, or nothing; `tell` says why it does not work.
export function dictation(input, tell) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recognition) return null;
  let running = null;
  const node = toggle(MICROPHONE, WORDS.dictate, () => {
    if (running) return running.stop();
    running = new Recognition();
    running.lang = "fr-FR";
    running.onresult = (event) => { input.value = event.results[0][0].transcript; };
    running.onerror = ({ error }) => tell(error === "no-speech" ? WORDS.notHeard : WORDS.noDictation);
    running.onend = () => { running = null; node.setAttribute("aria-pressed", "false"); input.focus(); };
    node.setAttribute("aria-pressed", "true");
    tell("");
    return running.start();
  });
  return node;
}

// A button that turns reading aloud on and off (off at first), and the function that reads.
export function reading() {
  if (!window.speechSynthesis) return { toggle: null, read: () => {} };
  let on = false;
  const node = toggle(LOUDSPEAKER, WORDS.aloud, () => {
    on = !on;
    if (!on) speechSynthesis.cancel();
    node.setAttribute("aria-pressed", String(on));
  });
  const read = (text) => {
    if (!on) return;
    const said = new SpeechSynthesisUtterance(text);
    said.lang = "fr-FR";
    speechSynthesis.speak(said);
  };
  return { toggle: node, read };
}
