// The browser's own speech, where there is one: dictating a message, and hearing the answers.
import { button } from "./dom.js";
import { WORDS } from "./words.js";

// A button that dictates into the input, or nothing.
export function dictation(input) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recognition) return null;
  let running = null;
  const toggle = button("🎤", () => {
    if (running) return running.stop();
    running = new Recognition();
    running.lang = "fr-FR";
    running.onresult = (event) => { input.value = event.results[0][0].transcript; };
    running.onend = () => { running = null; toggle.setAttribute("aria-pressed", "false"); input.focus(); };
    toggle.setAttribute("aria-pressed", "true");
    return running.start();
  }, { "aria-label": WORDS.dictate, "aria-pressed": "false", class: "small", title: WORDS.dictate });
  return toggle;
}

// A button that turns reading aloud on and off (off at first), and the function that reads.
export function reading() {
  if (!window.speechSynthesis) return { toggle: null, read: () => {} };
  let on = false;
  const toggle = button("🔊", () => {
    on = !on;
    if (!on) speechSynthesis.cancel();
    toggle.setAttribute("aria-pressed", String(on));
  }, { "aria-label": WORDS.aloud, "aria-pressed": "false", class: "small", title: WORDS.aloud });
  const read = (text) => {
    if (!on) return;
    const said = new SpeechSynthesisUtterance(text);
    said.lang = "fr-FR";
    speechSynthesis.speak(said);
  };
  return { toggle, read };
}
