import { $, api, onSubmit, problem } from "./portal.js";

const field = $("code");
const items = [...$("rules").children];
const HERE = {
  length: (code) => code.length >= 8 && code.length <= 50,
  lower: (code) => code !== code.toUpperCase(),
  upper: (code) => code !== code.toLowerCase(),
  other: (code) => /[^\p{L}\s]/u.test(code),
};
let latest = 0;

function show(broken) {
  for (const item of items) {
    const met = field.value !== "" && !broken.includes(item.dataset.rule);
    item.classList.toggle("met", met);
    item.dataset.mark = met ? "✓" : "•";
  }
  const count = items.filter((item) => item.classList.contains("met")).length;
  $("met").textContent = field.value ? `${count} règles respectées sur ${items.length}.` : "";
}

// What needs no secret is checked here, the rest by the service, which knows the number and the date.
field.addEventListener("input", async () => {
  const code = field.value;
  const turn = (latest += 1);
  const here = Object.keys(HERE).filter((rule) => !HERE[rule](code));
  show([...here, "personal"]);
  if (!code) return;
  await new Promise((later) => setTimeout(later, 250));
  if (turn !== latest) return;
  const { rules } = await api("/api/code", { method: "POST", body: { code, check: true } }).catch(() => ({ rules: [...here, "personal"] }));
  if (turn === latest) show(rules);
});

$("see").addEventListener("change", ({ target }) => {
  for (const name of ["code", "again"]) $(name).type = target.checked ? "text" : "password";
});

onSubmit($("choose"), async ({ code, again }) => {
  if (code !== again) {
    problem({ code: "bad_parameter" });
    $("problem").textContent = "Les deux codes ne sont pas les mêmes.";
    $("again").focus();
    return;
  }
  try {
    await api("/api/code", { method: "POST", body: { code } });
  } catch (error) {
    if (error.rules) show(error.rules);
    throw error;
  }
  location.assign("/agenda");
});

show([...Object.keys(HERE), "personal"]);
await api("/api/me").catch(problem);
