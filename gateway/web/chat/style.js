// The widget's looks. A host changes the --rdv-… variables; `theme="light"` or `"dark"` overrides the system's choice.
const LIGHT = `
  --ink: var(--rdv-ink, #1b2430); --paper: var(--rdv-paper, #f5f7fa); --card: var(--rdv-card, #ffffff);
  --line: var(--rdv-line, #5f6b7a); --soft: var(--rdv-soft, #dfe6ee); --accent: var(--rdv-accent, #0b4f8a);
  --on-accent: var(--rdv-on-accent, #ffffff); --warn: var(--rdv-warn, #9a1c1c); --focus: var(--rdv-focus, #b35900); color-scheme: light;`;
const DARK = `
  --ink: var(--rdv-ink-dark, #eef2f6); --paper: var(--rdv-paper-dark, #12171e); --card: var(--rdv-card-dark, #1d2530);
  --line: var(--rdv-line-dark, #8fa0b3); --soft: var(--rdv-soft-dark, #2f3b49); --accent: var(--rdv-accent-dark, #8cc4f5);
  --on-accent: var(--rdv-on-accent-dark, #0a1826); --warn: var(--rdv-warn-dark, #ff9c9c); --focus: var(--rdv-focus-dark, #ffc266); color-scheme: dark;`;

// Slots and their calendar: also on the page that moves an appointment, whose colours have the same names.
export const SLOTS = `
.choices { display: flex; flex-wrap: wrap; gap: .5rem; }
.slots { display: flex; flex-direction: column; gap: .75rem; align-items: flex-start; width: min(38rem, 100%); }
.day h3, .calendar h3 { font-size: 1rem; margin: 0 0 .35rem; }
.day h3::first-letter, .calendar h3::first-letter { text-transform: uppercase; }
.day { width: 100%; }
.day .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.25rem, 1fr)); }
.day button { padding-inline: .25rem; }
.place { width: 100%; }
.calendar { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; width: min(23rem, 100%); }
.calendar .row { display: flex; align-items: center; gap: .35rem; flex-wrap: nowrap; margin-bottom: .35rem; }
.calendar h3 { flex: 1; min-width: 0; text-align: center; margin: 0; }
.calendar .small { min-width: 2.75rem; padding: .25rem; border-color: transparent; background: none; font-size: 1.25rem; line-height: 1; }
.calendar .status { margin: .35rem 0 0; }
.calendar .status:empty { margin: 0; }
table { border-collapse: separate; border-spacing: .2rem; width: 100%; table-layout: fixed; } th { font-weight: 600; padding: 0; } td { padding: 0; }
td button { width: 100%; min-height: 2.5rem; padding: 0; }
td .free { font-weight: 700; }
td .full { border-color: transparent; background: none; color: var(--ink); opacity: .7; cursor: default; }
@media (max-width: 26rem) { .calendar { padding: .35rem; } .calendar .row { gap: 0; } .calendar .small { min-width: 2.25rem; } table { border-spacing: .1rem; } }
`;

export const STYLE = `
:host { ${LIGHT} display: flex; flex-direction: column; min-height: 24rem; height: var(--rdv-height, 70vh);
  background: var(--paper); color: var(--ink); font: var(--rdv-font, 1rem/1.5 system-ui, "Segoe UI", Roboto, Arial, sans-serif); }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([theme="dark"]) { ${DARK} }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
#log { position: relative; flex: 1; overflow-y: auto; min-height: 0; display: flex; flex-direction: column; gap: .75rem; padding: .75rem; overscroll-behavior: contain; }
.line { display: flex; flex-direction: column; gap: .5rem; align-items: flex-start; }
.line.mine { align-items: flex-end; }
.message { margin: 0; max-width: 88%; padding: .6rem .9rem; border-radius: .6rem; background: var(--card); border: 1px solid var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.mine .message { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
.pending .message { border-style: dashed; border-color: var(--on-accent); }
.cards { display: flex; flex-direction: column; gap: .6rem; align-items: flex-start; max-width: 100%; }
h3 { font-size: 1rem; margin: 0 0 .35rem; }
.card { background: var(--card); border: 1px solid var(--soft); border-inline-start: .3rem solid var(--accent); border-radius: .5rem; padding: .75rem 1rem; max-width: min(34rem, 100%); }
dl { margin: 0; display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .25rem .9rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; } .card p { margin: .6rem 0 0; }
button { font: inherit; min-height: 2.75rem; padding: .4rem 1rem; border-radius: .4rem; border: 2px solid var(--accent); background: var(--card); color: var(--accent); cursor: pointer; }
button:hover:not(:disabled) { background: var(--soft); }
button:disabled { opacity: .6; cursor: default; border-color: var(--soft); color: var(--ink); }
button.small { min-width: 2.75rem; padding: .4rem; }
.icon { display: grid; place-items: center; border-color: transparent; background: none; }
svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
button[aria-pressed="true"] { background: var(--accent); color: var(--on-accent); }
button[type="submit"] { background: var(--accent); color: var(--on-accent); }
button[type="submit"]:hover:not(:disabled), button[aria-pressed="true"]:hover { background: var(--ink); border-color: var(--ink); color: var(--paper); }
#typing, #status { margin: 0; padding: 0 .75rem; font-style: italic; }
#problem { margin: 0 .75rem; padding: .5rem .75rem; color: var(--warn); font-weight: 600; border-inline-start: .3rem solid var(--warn); background: var(--card); }
#composer { padding: .5rem .75rem .75rem; border-top: 1px solid var(--soft); background: var(--card); }
label { font-weight: 600; flex: 1; }
#composer .row { display: flex; gap: .5rem; align-items: center; }
#composer .row:has(label) { margin-bottom: .25rem; gap: 0; }
input { flex: 1 1 9rem; min-width: 0; font: inherit; min-height: 2.75rem; padding: .4rem .75rem; border: 2px solid var(--line); border-radius: .4rem; background: var(--card); color: var(--ink); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
@media (max-width: 26rem) { .message { max-width: 96%; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .3rem; } }
@media (prefers-reduced-motion: no-preference) { .line { animation: appear .15s ease-out; } @keyframes appear { from { opacity: 0; } } }
${SLOTS}
@media (forced-colors: active) { .mine .message { border: 2px solid; } }
`;
