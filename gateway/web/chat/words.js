// Everything the widget itself says: labels and what happens to the connection. The assistant's sentences come from the server.
export const WORDS = {
  conversation: "Conversation avec l’assistant",
  messages: "Messages",
  you: "Vous",
  assistant: "Assistant",
  typing: "L’assistant écrit…",
  label: "Votre message",
  send: "Envoyer",
  choices: "Réponses proposées",
  slots: "Créneaux libres",
  otherDate: "Choisir une autre date",
  calendar: "Choisir une date",
  previous: "Mois précédent",
  next: "Mois suivant",
  close: "Fermer le calendrier",
  noSlot: "aucun créneau",
  withSlot: "créneaux libres",
  loading: "Recherche des jours libres…",
  onDay: "Le {day}",
  recap: "À confirmer",
  booked: "Rendez-vous confirmé",
  moved: "Rendez-vous déplacé",
  cancel: "À annuler\u202f?",
  reason: "Motif",
  when: "Date",
  before: "Au lieu de",
  by: "Comment",
  phone: "Par téléphone, au {phone}",
  where: "Lieu",
  reference: "Référence",
  documents: "À préparer",
  addToCalendar: "Ajouter à mon agenda (.ics)",
  offline: "Vous n’êtes plus connecté à Internet. Vos messages partiront dès le retour de la connexion.",
  reconnecting: "La connexion au service est perdue. Nouvelle tentative en cours…",
  connected: "La connexion est rétablie.",
  failed: "Votre message n’est pas parti. Réessayez, ou appelez le 3646 (service gratuit + prix d’un appel).",
  closed: "L’assistant ne répond pas pour le moment. Réessayez, ou appelez le 3646 (service gratuit + prix d’un appel).",
  tooFast: "Vous envoyez beaucoup de messages. Patientez une minute, puis réessayez.",
  retry: "Réessayer",
  ended: "Votre session est terminée. Reconnectez-vous pour continuer.",
  dictate: "Dicter",
  notHeard: "Je n’ai rien entendu. Réessayez, ou écrivez votre message.",
  noDictation: "La dictée n’est pas possible ici. Autorisez le micro, ou écrivez votre message.",
  aloud: "Lire les réponses à voix haute",
};

const local = (iso) => new Date(`${iso.slice(0, 16)}:00Z`);
const format = (options) => new Intl.DateTimeFormat("fr-FR", { timeZone: "UTC", ...options });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const MONTH = format({ month: "long", year: "numeric" });

// A day and an hour in the agency's own time, whatever the browser's zone: "mardi 1er décembre", "13 h 30".
export const day = (iso) => DAY.format(local(iso.length > 10 ? iso : `${iso}T00:00`)).replace(/ 1 /, " 1er ");
export const month = (iso) => MONTH.format(local(`${iso}-01T00:00`));
export const hour = (iso) => `${Number(iso.slice(11, 13))}\u00a0h${iso.slice(14, 16) === "00" ? "" : `\u00a0${iso.slice(14, 16)}`}`;
export const moment = (iso) => `${day(iso)} à ${hour(iso)}`;
