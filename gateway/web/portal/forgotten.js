import { $, api, onSubmit } from "./portal.js";

onSubmit($("ask"), async (body) => {
  const { sent_to } = await api("/api/code/forgotten", { method: "POST", body });
  $("address").textContent = sent_to;
  $("ask").hidden = true;
  $("sent").hidden = false;
  $("sent").focus();
});
