"""Moments: when someone wants to come, as they say it.

`normal` writes each word in one way, `dates`, `named`, `days`, `lengths`, `periods`, `hours` and `wishes` are lists of small parsers, `join` puts what they
saw together (`ranges`, `bounds`, `together`); here the parsers are run, and each moment gets its role and its problem.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import List, Optional, Tuple

from french.model import Moment, Problem, Reading, Role
from french.moments import bounds, busy, calendar, dates, days, hours, lengths, named, periods, wishes
from french.moments.join import UNION, joined
from french.moments.normal import normal
from french.moments.piece import Parser, Piece
from french.moments.ranges import HELD, MOVED, OF_HELD, moved
from french.moments.together import crossed, past_midnight
from french.text import fold

# Where two begin at the same place the longer wins; of the same length, the first in this list.
PARSERS: Tuple[Parser, ...] = (
    *dates.PARSERS,
    *named.PARSERS,
    *days.PARSERS,
    *lengths.PARSERS,
    *periods.PARSERS,
    *hours.PARSERS,
    *wishes.PARSERS,
)

EXCLUDED = re.compile(
    r"\b(?:sauf|excepte|hormis|hors|a part|pas|ni|jamais|jamais (?:dispo\w*|libre)|evite[zr]|sans|surtout pas|pas possible|impossible|indisponible|pas (?:dispo|libre|la)\w*|absente?|en (?:vacances|conges?|deplacement|voyage|formation|reunion)|occupee?) "
    r"(?:(?:le|la|les|l'|du|de|d'|a|au|en|ce|cet|cette|trop|pour|avant tout|vers|tous|toute|forcement|non plus|entre) ?)*$"
)
CANNOT = re.compile(
    r"(?! ?me pas)[ ,]*(?:(?:c'est|ca|cela|je|j'|on|la|ce jours|moi) ?){0,3}(?:ne |n')?(?:(?:m'arrange|convient|suis|serai|est|me|sera|va|vais|peux|peut|puis|pourrai|sera|marche|fonctionne|etre|y) ?){0,3}"
    r"(?:pas\b|plus\b|jamais\b|impossible|mort|exclu|complique|absente?|indisponible|en deplacement|non\b|non plus|je travaille|j'ai (?:kine|cours|piscine|reunion))"
    r"(?! (?:avant|apres|plus|trop|tot|tard|mal|sur|forcement|le|la(?= \w)|les|un|avant|entre)\b| l'| [a-z]+di\b)"
)
EXISTING = re.compile(
    rf"(?:\b(?:mon|ma|mes|le|la|ce|cet|l'|notre|du|au) ?{HELD} (?:du |de |d'|de la |(?:est |c'est |tombe )?prevue? (?:le |a |pour (?:le )?)?|est |tombe )(?:l'|le )?"
    r"|\b(?:au lieu|a la place|plutot que|initialement|etait|prevue?s?|fixee?|programmee?|tombe|tombait|cale)(?: (?:du|de|d'|2|le|la|a|au|pour|prevu))*(?: ?l')? ?"
    rf"|\b(?:j'ai|j'avais|ai) (?:deja )?(?:un |une |mon )?{HELD} (?:le |la |pour |a |de |du )?(?:l')?|\bdoit m'appeler (?:a |le )?|\bvous m'(?:avez|aviez) (?:mis|donne|fixe|prevu|note|programme|cale)(?: (?:un|une|le|rdv|rendez vous|a|au|pour|du|de))* ?(?:l'|le |la )?"
    r"|\b(?:annul|decal|deplac|report|repouss|supprim|avanc|chang|modifi|boug)\w*(?: moi| donc| plutot)? celui (?:du|de|d') ?(?:l'|la |le )?)$"
)
# "Rdv du 27 à reporter au 30".
RDV_OF = re.compile(rf"\b{HELD} (?:du |de |d')?(?:le |la |l')?$")
TO_BE_MOVED = re.compile(r" (?:est |serait |sera )?a (?:report|decal|deplac|annul|chang|modif|avanc|repouss)")
INSTEAD_OF_IT = re.compile(r"\b(?:plutot|mais|sinon)\b")
TO = re.compile(r" (?:a|au|pour|vers)(?: le| la)? ")
# The words of a piece that belong to what comes before it as well.
LEAD = re.compile(r"(?:du|depuis|il y a|y a|ca fait|cela fait|voila|jusqu'au|jusqu'a) ")
# "Je vous rappelle demain": the person will do something then, and not come.
WILL_DO = re.compile(
    r"\bje (?:vous |te |le |la |les |lui )?(?:rappelle|rappellerai|recontacte|recontacterai|recris|reecris|reecrirai|renvoie|envoie|enverrai|verrai|dirai|confirme|confirmerai|retelephone)(?: (?:ca|plus tard|peut etre|vous|tout|encore))* (?:le |la |l'|ce |cet |cette |en |dans )?$"
)
# A past day in a story is no wish that cannot be granted: "hier j'ai appelé".
TOLD = re.compile(
    r"\b(?:j'ai (?!rdv|rendez)|j'avais|j'etais|m'a|m'ont|avez|etait|ete|suis (?:alle|venu|passe|tombe)\w*)\b"
)
# "Vous n'auriez pas lundi ?" asks for Monday.
ASKED = re.compile(
    r"\b(?:auriez|avez|pourriez|pouvez|pourrait|peut|serait|y a|y aurait|est ce)(?: (?:vous|on|il|ce))? (?:pas|rien)(?: (?!sauf|pas)[a-z']+){0,5} $"
)
# "Sauf le mercredi" is every Wednesday.
EVERY = re.compile(r"\b(?:le|les|du|tous les) $")
INSTEAD = re.compile(r" ?(?:>>|->|=>|→|➔|»|>) ?")
# "Bonne soirée", "rue du 11 novembre": no time at all; the bar stands where it would begin.
NO_TIME = re.compile(
    r"\b(?:(?:bonne|agreable|excellente?)(?: fin de| debut de)? \||bon \|(?:apres|week|midi|soir|debut|fin)"
    r"|vacances (?:scolaires )?(?:de |d'|de la )?\|(?:de |d'|a )?(?:la )?(?:janvier|fevrier|avril|mai|juillet|aout|octobre|novembre|decembre|noel|paques|toussaint|ete|hiver|printemps)"
    r"|(?:rue|avenue|av|boulevard|bd|bld|allees?|quai|impasse|chemin|square|(?<!au )cours|faubourg|esplanade|lycee|college|(?<!une )(?<!de )(?<!des )place) \|d[ue] |(?:habite|loge) \|(?:au|le) )"
)
# The time of something else than the appointment: a birth, a death, the end of a leave.
ELSEWHERE = re.compile(
    r"\b(?:(?:depuis|il y a|y a|ca fait|cela fait|voila|pendant|durant|nee?s?|morte?|decedee?s?|accouche\w*|accouchement|terme|dpa|hospitalisee?|operee?|operer|date|pris fin|prend fin|s'arretent?|"
    r"licencie\w*|embauche\w*|commence\w*|debute\w*|finit|finissait|termine\w*|expir\w*|reprends?|tombee?|blessee?|recu|envoyee?|marie\w*|divorce\w*)"
    r"(?: (?:est|sera|etait|prevue?|mon|travail|le|la|les|l'|ce|un|une|au|en|du|de|depuis|jusqu'a|jusqu'au|seulement|deja|chez vous|hier|a) ?)* ?"
    r"|(?:en arret|arretee?)(?: (?:de travail|maladie))? (?:du|depuis|jusqu'au|jusqu'a) (?:le )?"
    r"|(?:accident|deces|arret|courrier|lettre|operation|hospitalisation|appel)(?: (?:de|du) travail| de trajet| maladie)? (?:va |court |date |dure |est prolonge |prolonge |valable )?(?:du|jusqu'au|jusqu'a|jusqu'en) (?:le )?)$"
)
# What happened at the time that follows: "mon mari est décédé dimanche", "j'ai envoyé mon dossier mardi".
HAPPENED = re.compile(
    r"\b(?:j'ai|ai|a|as|ont|avons|avez|j'avais|avait|avaient|suis|est|sommes|sont|etait|etais|ete|m'etais|s'etait)"
    r" (?:(?:ete|deja|bien|fait|mal|juste|encore|aussi|tous|toutes|enfin|malheureusement|eu|vu|pas|plus|rien) )*"
    r"(?:decedee?s?|morte?s?|partie?s?|enterree?|inhumee?|perdue?|nee?s?|accouche|eu|vue?|fait|tombee?s?|glisse|chute|blessee?s?|cassee?|brulee?|coupee?|coincee?|tordue?|fouleee?"
    r"|renversee?|percutee?|operee?s?|hospitalisee?s?|arretee?s?|opere|malade|appelee?s?|rappelee?s?|telephone|contactee?s?|ecrit|envoyee?s?|deposee?s?|depose|postee?|transmise?s?|transmis|recue?s?"
    r"|consultee?|venue?s?|allee?s?|vole|volee|tente|cherche|passee?|rencontree?|signee?|quittee?|licencie|licenciee|demissionne|reprise?|repris|demandee?|demenage|change de|marie|mariee|divorce|divorcee|separee?|embauchee?|commence|fini)"
    r"(?: (?!rdv|rendez|et |mais|donc|alors|je |j'|vous|on |il |elle |pour |dispo|libre|que |qu'|si |ou |est |c'est|#?(?:19|20)\d\d )[a-z'#0-9]+){0,5} "
    r"(?:(?:le|la|les|l'|ce|un|en|au|du|de|depuis|vers|a) ?)*$"
)


# "J'ai essayé de vous joindre ce matin".
TRIED = re.compile(
    r"\b(?:j'ai|on a|nous avons|mon mari a|ma femme a) (?:deja |bien |encore |plusieurs fois )*(?:essaye|tente|cherche|travaille|voulu|attendu|ete|bosse)(?: (?!rdv|rendez|mais|donc|alors|vous avez|dispo)[a-z'#0-9]+){0,6} "
    r"(?:(?:le|la|les|l'|ce|un|en|au|du|de|depuis|vers|a) ?)*$"
)
# "Mon arrêt du 3 au 17", "mon arrêt va jusqu'au 15": a leave, also where the reason was understood already.
LEAVE = re.compile(
    r"\b(?:accident|deces|arret|courrier|lettre|operation|hospitalisation|conges?|maternite|paternite)(?: (?:de|du) travail| de trajet| maladie| maternite| paternite| mat| pat)?"
    r" (?:(?:va|court|date|dure|est|prolonge|valable|allant|prescrit|initial) )*$"
)


# "Pas mardi, jeudi": the second is what is wanted.
NOT_THAT = re.compile(r"(?:non |non, )?pas (?:(?:le|la|ce) )?")
# "Lundi et si c'est pas possible mardi" asks for Tuesday then.
IF_NOT = re.compile(r"\bsi (?:[a-z']+ ){1,4}(?:pas|plus|rien)(?: possible| de place| dispo\w*| libre)? $")
PAS_THE_NEXT = re.compile(r"[ ,]*(?:mais |et |donc |surtout |sauf )*pas (?:(?:le|la|les|l'|ce|un|en|du) ?)*")
# "J'avais dit mardi mais jeudi c'est mieux"; "ils m'ont dit sous quinze jours".
BEFORE_IT_CHANGED = re.compile(
    r"\bj'avais (?:dit|demande|choisi|mis|pris|note|reserve|propose)(?: (?:pour|le|la|au|a|un|rdv))* $"
)
TOLD_SO = re.compile(
    r"\b(?:m'ont|m'a|m'avait|m'avez|m'aviez|on a|avez|aviez|ont|avaient) (?:dit|promis|annonce|parle de|assure|indique)(?: [a-z']+){0,4} $"
)
# Of all days: "n'importe quel jour sauf samedi" means every Saturday.
ALL_DAYS = re.compile(r"\b(?:tous les jours|n'importe|toujours|quand vous voulez|tout le temps|tout me va)\b")
OTHERWISE = re.compile(r"\b(?:mais|par contre|en revanche|plutot|sinon)\b")


def happened(before: str, said: str = "") -> bool:
    """True when the folded text before a moment `said` tells what took place then, or that a leave lasts so long."""
    told = normal(before[-120:]).text + " "
    return bool(HAPPENED.search(told) or TRIED.search(told) or (LEAD.match(said) and LEAVE.search(told)))


def find(text: str, now: datetime) -> List[Moment]:
    """Every moment said in a text; `now` is naive local time."""
    plain = normal(fold(text))
    pieces = joined(plain.text, _seen(plain.text, plain.words, now), now)
    dated = any(p.days for p in pieces)
    found: List[Moment] = []
    roles: List[Role] = []
    refused = 0
    engaged = False
    for n, piece in enumerate(pieces):
        before = plain.text[pieces[n - 1].end if n else 0 : piece.start]
        after = plain.text[piece.end : pieces[n + 1].start if n + 1 < len(pieces) else len(plain.text)]
        lead = LEAD.match(plain.text, piece.start)
        before += lead[0] if lead else ""
        said_as = plain.text[piece.start : piece.end]
        following = None
        if n + 1 < len(pieces):
            following = plain.text[pieces[n + 1].end : pieces[n + 2].start if n + 2 < len(pieces) else len(plain.text)]
        own, every = busy.role_of(
            before,
            after,
            said_as,
            hour=piece.point and piece.hours and not piece.days,
            following=following,
            spent=engaged,
        )
        engaged = busy.engaged(after, following)
        if following is not None and PAS_THE_NEXT.fullmatch(after):
            # "Le matin, pas lundi": what is refused comes after it.
            after = ""
        if n == len(pieces) - 1 == 1 and before.strip() == "," and NOT_THAT.fullmatch(plain.text, 0, pieces[0].start):
            own = "wanted"
        if following is not None and BEFORE_IT_CHANGED.search(before):
            own = "existing"
        if TOLD_SO.search(before) and said_as.startswith(("sous ", "dans ")):
            own = "other"
        if bounds.THEN_SAID.search(said_as):
            own = "wanted"
        elif own == "excluded" and EXISTING.search(before):
            own = None
        role = own or _role(before, after, roles[-1] if roles else None, refused=refused)
        # "Mercredi je peux pas jeudi" refuses Wednesday: the words are spent.
        refusal = CANNOT.match(after) if role == "excluded" and not EXCLUDED.search(before) else None
        refused = refusal.end() if refusal else 0
        roles.append(role)
        start, end = plain.span(piece.start, piece.end)
        said = piece.said
        readings = () if said.problem == "impossible" else said.readings
        problem = said.problem or _past(piece, now)
        if problem == "past" and TOLD.search(plain.text):
            role = "other"
        if every and len(readings) == 1:
            readings = busy.weekly(readings)
        elif (
            role == "excluded"
            and _of_every_week(plain.text, before, pieces[:n], roles, piece)
            and plain.text[piece.start : piece.end] in calendar.DAYS
        ):
            readings = (Reading("day", weekdays=(calendar.weekday_number(plain.text[piece.start : piece.end]),)),)
        if said.kind == "time" and len(readings) == 1 and _window(readings[0]) and not dated:
            readings = (*readings, past_midnight(replace(readings[0], first=now.date(), last=now.date())))
        found.append(Moment(text[start:end], (start, end), readings, role, said.kind, problem, said.away))
    found = _on_the_day_refused(plain.text, pieces, _both_refused(plain.text, pieces, found))
    return _without_empty_wishes(found)


def _seen(text: str, words: frozenset[str], now: datetime) -> List[Piece]:
    """What the parsers see from left to right, without overlaps."""
    waiting: List[Tuple[int, int, int, re.Match[str]]] = []
    for order, (cues, pattern, _) in enumerate(PARSERS):
        if not cues.isdisjoint(words):
            m = pattern.search(text)
            if m:
                waiting.append((m.start(), -m.end(), order, m))
    pieces: List[Piece] = []
    end = 0
    while waiting:
        start, _, order, m = best = min(waiting)
        waiting.remove(best)
        pattern, meaning = PARSERS[order][1:]
        if start < end or m.end() == start:
            following = pattern.search(text, max(end, start + 1))
        else:
            said = meaning(m, now)
            if said is not None and not (
                meaning in (dates.between, hours.window)
                and (moved(text[max(0, start - 80) : start]) or moved(text[max(0, start - 80) : start] + m[0][:3]))
            ):
                end = m.end()
                if not NO_TIME.search(f"{text[max(0, start - 30) : start]}|{m[0]}"):
                    pieces.append(Piece(start, end, said))
            following = pattern.search(text, max(end, start + 1))
        if following:
            waiting.append((following.start(), -following.end(), order, following))
    return pieces


def _of_every_week(text: str, before: str, earlier: List[Piece], roles: List[Role], piece: Piece) -> bool:
    """ "Sauf le mercredi", "n'importe quel jour sauf samedi": no day but refused ones was said before."""
    if EVERY.search(before):
        return True
    alone = all(role == "excluded" or not p.days for p, role in zip(earlier, roles, strict=False))
    return alone and bool(ALL_DAYS.search(text, max(0, piece.start - 80), piece.start))


def _role(before: str, after: str, last: Optional[Role], *, refused: int = 0) -> Role:
    """`refused`: so many characters of `before` belong to the refusal of the moment said before it."""
    if ELSEWHERE.search(before[-60:]) or WILL_DO.search(before):
        return "other"
    if OF_HELD.search(before) and CANNOT.match(after):
        # "Mon rendez-vous de mardi, je ne peux pas": the one they have.
        return "existing"
    if (EXCLUDED.search(before[refused:]) and not ASKED.search(before) and not IF_NOT.search(before)) or CANNOT.match(
        after
    ):
        return "excluded"
    if last == "excluded" and UNION.fullmatch(before) and not INSTEAD_OF_IT.search(before):
        return "excluded"
    if (
        EXISTING.search(before)
        or INSTEAD.match(after)
        or (RDV_OF.search(before) and TO_BE_MOVED.match(after))
        or (MOVED.search(before) and TO.fullmatch(after))
    ):
        return "existing"
    return "wanted"


def _window(reading: Reading) -> bool:
    """True for a window of hours without a day: "avant 16h" is of any day, or of today."""
    return not (reading.first or reading.last or reading.weekdays) and (reading.until or reading.open) is not None


def _past(piece: Piece, now: datetime) -> Optional[Problem]:
    """ "past" when nothing of what is said is still to come."""
    readings = [r for r in piece.said.readings if r.first or r.last]
    if piece.said.kind != "time" or not readings or len(readings) < len(piece.said.readings):
        return None
    for r in readings:
        if r.weekdays or r.last is None or r.last > now.date():
            return None
        until = r.until or (r.since if r.open is None and not r.across else None)
        minute = now.time().replace(second=0, microsecond=0)
        if r.last == now.date() and (until is None or until >= minute or until == time(0)):
            return None
    return "past"


def _both_refused(text: str, pieces: List[Piece], found: List[Moment]) -> List[Moment]:
    """ "mardi et mercredi je ne peux pas": neither can be had."""
    for n in range(len(found) - 2, -1, -1):
        after = text[pieces[n + 1].end : pieces[n + 2].start if n + 2 < len(pieces) else len(text)]
        if (
            found[n + 1].role == "excluded"
            and CANNOT.match(after)
            and text[pieces[n].end : pieces[n + 1].start].strip() in ("et", "ni", "comme")
        ):
            found[n] = replace(found[n], role="excluded")
    return found


def _on_the_day_refused(text: str, pieces: List[Piece], found: List[Moment]) -> List[Moment]:
    """ "mardi matin je suis pris mais l'après-midi je suis libre": the afternoon of that Tuesday."""
    for n in range(1, len(found)):
        a, b = pieces[n - 1], pieces[n]
        if (
            found[n - 1].role == "excluded"
            and found[n].role == "wanted"
            and a.days
            and a.hours
            and b.hours
            and not b.days
            and OTHERWISE.search(text[a.end : b.start])
        ):
            day = replace(a.said.readings[0], since=None, until=None, open=None, grain="day")
            found[n] = replace(found[n], readings=crossed((day,), b.said.readings).readings)
    return found


def _narrowed(found: List[Moment]) -> List[Moment]:
    """ "je finis tôt le vendredi donc vendredi après-midi": the afternoon says more than the day."""
    wanted = [m.readings[0] for m in found if m.role == "wanted" and len(m.readings) == 1]
    timed = {(r.first, r.last) for r in wanted if r.first and r.first == r.last and (r.since or r.until)}
    return [
        m
        for m in found
        if not (
            m.role == "wanted"
            and len(m.readings) == 1
            and not (m.readings[0].since or m.readings[0].until)
            and (m.readings[0].first, m.readings[0].last) in timed
        )
    ]


def _without_empty_wishes(found: List[Moment]) -> List[Moment]:
    """ "n'importe quel jour, mardi ou jeudi": what is wanted says more than "n'importe quel jour"."""
    if any(m.kind == "time" and m.role == "wanted" for m in found):
        found = _narrowed(found)
        return [m for m in found if m.kind != "anytime"]
    return found
