// The demo page: whom to sign in as, then the widget.
const $ = (id) => document.getElementById(id);

function open(person) {
  sessionStorage.setItem("demo", person);
  $("sign-in").hidden = true;
  const chat = document.createElement("rdv-chat");
  chat.setAttribute("demo", person);
  $("chat").replaceChildren(chat);
  $("chat").hidden = false;
}

const { people } = await (await fetch("/web/people")).json();
for (const person of people) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = person;
  button.addEventListener("click", () => open(person));
  $("people").append(button);
}
if (sessionStorage.getItem("demo")) open(sessionStorage.getItem("demo"));
