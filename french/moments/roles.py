"""Roles: what a moment is in what is said, wanted, refused, that of the appointment they have, or of something else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Optional, Tuple

from french.model import Moment, Role
from french.moments import bounds, busy, calendar
from french.moments.join import UNION
from french.moments.normal import normal
from french.moments.piece import WEEKDAY, Piece
from french.moments.ranges import HELD, MOVED, OF_HELD

EXCLUDED = re.compile(
    r"\b(?:sauf|excepte|hormis|hors|a part|pas|ni|jamais|jamais (?:dispo\w*|libre)|evite[zr]|sans|surtout pas|pas possible|impossible|indisponible|pas (?:dispo|libre|la)\w*|absente?|en (?:vacances|conges?|deplacement|voyage|formation|reunion)|occupee?) "
    r"(?:(?:le|la|les|l'|du|de|d'|a|au|en|ce|cet|cette|trop|pour|avant tout|vers|tous|toute|forcement|non plus|entre) ?)*$"
)
CANNOT = re.compile(
    r"(?! ?me pas)[ ,]*(?:(?:c'est|ca|cela|je|j'|on|la|ce jours|moi) ?){0,3}(?:ne |n')?(?:(?:m'arrange|aimerais|autant|prefere|prefererais|eviter|convient|suis|serai|est|me|sera|va|vais|peux|peut|puis|pourrai|sera|marche|fonctionne|etre|y) ?){0,3}"
    r"(?:pas\b|plus\b|jamais\b|impossible|mort|exclu|complique|absente?|indisponible|en deplacement|non\b|non plus|je travaille|j'ai (?:kine|cours|piscine|reunion))"
    r"(?! (?:avant|apres|plus|trop|tot|tard|mal|sur|forcement|le|la(?= \w)|les|un|avant|entre)\b| l'| [a-z]+di\b)"
)
EXISTING = re.compile(
    rf"(?:\b(?:mon|ma|mes|le|la|ce|cet|l'|notre|du|au) ?{HELD} (?:du |de |d'|de la |(?:est |c'est |tombe )?prevue? (?:le |a |pour (?:le )?)?|est |tombe )(?:l'|le )?"
    r"|\b(?:au lieu|a la place|plutot que|initialement|etait|prevue?s?|fixee?|programmee?|tombe|tombait|cale)(?: (?:du|de|d'|2|le|la|a|au|pour|prevu))*(?: ?l')? ?"
    r"|\b(?:je|on) dev(?:ais|ait|ions) (?:venir|passer|vous voir|vous rencontrer|avoir|etre (?:recue?|appelee?))(?: un| rdv| rendez vous| appel| chez vous| a l'agence)* (?:le |la |ce |a |pour )?(?:l')?"
    rf"|\b(?:j'ai|je|g|j'avais|ai) (?:deja )?(?:un |une |mon )?{HELD} (?:le |la |pour |a |de |du )?(?:l')?|\bdoit m'appeler (?:a |le )?|\b(?:vous m'(?:avez|aviez)|on m'(?:a|avait)|ils m'ont) (?:mis|donne|fixe|prevu|note|programme|cale|attribue|accorde)(?: (?:un|une|le|rdv|rendez vous|a|au|pour|du|de))* ?(?:l'|le |la )?"
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
    r"\bje (?:dois|devrai) (?:vous |le |la |les |tout )?(?:rendre|renvoyer|envoyer|payer|signer|remettre|quitter|liberer)(?: [a-z']+){0,4} (?:le |la |l'|au |pour le |avant le )?$"
    r"|\bje (?:vous |te |le |la |les |lui )?(?:rappelle|rappellerai|recontacte|recontacterai|recris|reecris|reecrirai|renvoie|envoie|enverrai|verrai|dirai|confirme(?= (?:ca|plus tard|tout|vous))|confirmerai|retelephone)(?: (?:ca|plus tard|peut etre|vous|tout|encore))* (?:le |la |l'|ce |cet |cette |en |dans )?$"
)
# "Vous n'auriez pas lundi ?" asks for Monday.
ASKED = re.compile(
    r"\b(?:auriez|avez|pourriez|pouvez|pourrait|peut|serait|y a|y aurait|est ce)(?: (?:vous|on|il|ce))? (?:pas|rien)(?: (?!sauf|pas)[a-z']+){0,5} $"
)
# "Sauf le mercredi" is every Wednesday.
EVERY = re.compile(r"\b(?:le|les|du|tous les) $")
INSTEAD = re.compile(r" ?(?:>>|->|=>|→|➔|»|>) ?")
# The time of something else than the appointment: a birth, a death, the end of a leave.
ELSEWHERE = re.compile(
    r"\b(?:(?:depuis|il y a|y a|ca fait|cela fait|voila|pendant|durant|nee?s?|morte?|decedee?s?|accouche\w*|accouchement|terme|dpa|hospitalisee?|operee?|operer|date|pris fin|prend fin|s'arretent?|"
    r"licencie\w*|embauche\w*|commence\w*|debute\w*|finit|finissait|termine\w*|expir\w*|reprends?|tombee?|blessee?|recu|envoyee?|marie\w*|divorce\w*)"
    r"(?: (?:est|sera|etait|prevue?|mon|travail|le|la|les|l'|ce|un|une|au|en|du|de|depuis|jusqu'a|jusqu'au|seulement|deja|chez vous|hier|a) ?)* ?"
    r"|(?:(?:aurai|aura|a|ai) (?:eu )?#?\d+ ans|(?:a la|en|ma|sa) retraite) (?:(?:le|au|en|a|partir|compter|du|de|depuis) )*"
    r"|(?:en arret|arretee?)(?: (?:de travail|maladie))? (?:du|depuis|jusqu'au|jusqu'a) (?:le )?"
    r"|(?:accident|deces|arret|courrier|lettre|operation|hospitalisation|appel)(?: (?:de|du) travail| de trajet| maladie)? (?:va |court |date |dure |est prolonge |prolonge |valable )?(?:du|jusqu'au|jusqu'a|jusqu'en) (?:le )?)$"
)
# What happened at the time that follows: "mon mari est décédé dimanche", "j'ai envoyé mon dossier mardi".
HAPPENED = re.compile(
    r"\b(?:j'ai|ai|a|as|ont|avons|avez|j'avais|avait|avaient|suis|est|sommes|sont|etait|etais|ete|m'etais|s'etait)"
    r" (?:(?:ete|deja|bien|fait|mal|juste|encore|aussi|tous|toutes|enfin|malheureusement|eu|vu|pas|plus|rien) )*"
    r"(?:decedee?s?|morte?s?|partie?s?|enterree?|inhumee?|perdue?|nee?s?|accouche|eu|vue?|fait|tombee?s?|arrivee?s?|survenue?s?|produite?s?|glisse|chute|blessee?s?|cassee?|brulee?|coupee?|coincee?|tordue?|fouleee?"
    r"|renversee?|percutee?|operee?s?|hospitalisee?s?|arretee?s?|opere|malade|appelee?s?|rappelee?s?|telephone|contactee?s?|ecrit|envoyee?s?|deposee?s?|depose|postee?|transmise?s?|transmis|recue?s?"
    r"|consultee?|venue?s?|allee?s?|vole|volee|tente|cherche|passee?|rencontree?|signee?|quittee?|licencie|licenciee|demissionne|reprise?|repris|demandee?|demenage|change de|marie|mariee|divorce|divorcee|separee?|embauchee?|commence|fini)"
    r"(?: (?!rdv|rendez|et |mais|donc|alors|je |j'|vous|on |il |elle |pour |dispo|libre|que |qu'|si |ou |est |c'est|#?(?:19|20)\d\d )[a-z'#0-9]+){0,5} "
    r"(?:(?:le|la|les|l'|ce|un|en|au|du|de|depuis|vers|a) ?)*$"
)
# "J'ai essayé de vous joindre ce matin".
TRIED = re.compile(
    r"\b(?:(?:j'etais|on etait|nous etions|il etait|elle etait) (?!dispo|libre)(?:[a-z']+ ){0,4}|(?:j'ai|on a|nous avons|mon mari a|ma femme a) (?:deja |bien |encore |plusieurs fois )*(?:essaye|tente|cherche|travaille|voulu|attendu|ete|bosse)(?: (?!rdv|rendez|mais|donc|alors|vous avez|dispo)[a-z'#0-9]+){0,6} )"
    r"(?:(?:le|la|les|l'|ce|un|en|au|du|de|depuis|vers|a) ?)*$"
)
# "Mon bébé est prévu pour le 15 février".
DUE = re.compile(
    r"\b(?:bebe|enfant|jumeaux|accouchement|accouche\w*|naissance|terme|dpa|naitra)(?: (?:est|sera|tombe|prevue?s?|attendue?s?|normalement|en principe|theoriquement|doit|arriver|arrive|naitre|calculee?))* (?:(?:pour|le|la|au|en|vers|autour|du) ?)*$"
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
    r"\b(?:j'avais|on avait|nous avions|on s'etait|vous (?:m')?aviez) (?:dit|demande|choisi|mis|pris|note|reserve|propose|convenu|parle)(?: (?:pour|le|la|au|a|un|rdv))* $"
)
TOLD_SO = re.compile(
    r"\b(?:m'ont|m'a|m'avait|m'avez|m'aviez|on a|avez|aviez|ont|avaient) (?:dit|promis|annonce|parle de|assure|indique)(?: [a-z']+){0,4} $"
)
# Of all days: "n'importe quel jour sauf samedi" means every Saturday.
ALL_DAYS = re.compile(r"\b(?:tous les jours|n'importe|toujours|quand vous voulez|tout le temps|tout me va)\b")


# "Plutôt vendredi que jeudi", "je préfère le matin à l'après-midi": the second is what is not wanted.
PREFERRED = re.compile(r"\b(?:prefer\w*|aime\w* mieux|plutot|mieux)(?: [a-z']+){0,3} (?:le |la |l')?$")
BETTER_THAN = re.compile(
    r"[ ,]*(?:(?:[a-z']+ ){0,4}(?:mieux|davantage) que|de preference (?:a|au|aux)|prefer\w* a)(?: (?:le|la|l'|du|des|ce))* ?(?:l')?"
)
TO_THE_OTHER = re.compile(r" (?:qu'a|qu'en|qu'au|que|qu'|a|au)(?: (?:le|la|l'|du|des|ce|a|au|en))* ?(?:l')?")
# The time that an appointment is moved to is wanted: "décaler à mardi, j'ai une radio".
MOVED_TO = re.compile(
    r"\b(?:decal|deplac(?!ement)|report|repouss|avanc|recul|chang|bascul|remett|mettre|mettez)\w*(?: (?!de |du |d')[a-z']+){0,4} (?:a|au|pour|vers)(?: le| la)? $"
)
# "Lundi vous m'avez mis un rendez-vous mais": the one they have.
HELD_THEN = re.compile(
    rf"[ ,]*(?:(?:vous m'(?:avez|aviez)|on m'(?:a|avait)) (?:mis|donne|fixe|prevu|note|programme|cale|attribue) (?:un |mon )?{HELD}|j'ai (?:deja )?(?:un |mon )?{HELD}(?<=vous)) (?:mais|or|sauf que|seulement|et)\b"
)
A_WEEKDAY = re.compile(rf"{WEEKDAY}\b(?! #?\d)")
# "Mardi je ne pourrai pas venir à mon rendez-vous".
NOT_TO_IT = re.compile(
    r"[ ,]*(?:je|on) (?:ne |n')?(?:peux|pourrai|viendrai|serai|vais|pourra|peut) (?:pas|plus) (?:pouvoir )?(?:venir |etre la |me rendre |assister |honorer )?(?:a |au |pour )?(?:mon|notre|le|ce) (?:rdv|rendez vous|entretien)"
)
# "Je bosse donc jeudi": the day that follows is another.
WORK_SO = re.compile(
    r"[ ,]*(?:moi )?je (?:travaille|bosse|taffe|suis (?:prise?|occupee?)) (?:donc|alors|du coup) (?:plutot )?(?:le )?$"
)
# "Je ne peux pas lundi, mardi alors".
SO_THAT = re.compile(r"[ ,]*(?:alors|plutot|du coup|dans ce cas|c'est bon|ok|si possible|svp|merci|\W)+")
# "J'étais plus là, vendredi de la semaine prochaine": no past holds that day.
TO_COME = re.compile(r"\bprochaine?\b|\bdemain\b|\bqui vient\b")
# What runs at that time: "le bus arrive à 9h50".
RUNS = re.compile(
    r"\b(?:bus|car|train|tram|metro|rer|avion|bateau|ferry|ambulance|taxi|vsl|navette|tgv|ter)(?: (?:qui|ne|n'|est|vient|me))* ?(?:arrive|part|passe|repart|depose|est|prend|decolle)\w*(?: (?:me|chercher|que|seulement|ici|la bas))* (?:a|vers) $"
)


def happened(before: str, said: str = "") -> bool:
    """True when the folded text before a moment `said` tells what took place then, or that a leave lasts so long."""
    if bounds.THEN_SAID.search(said) or TO_COME.search(said):
        return False
    told = normal(before[-120:]).text + " "
    return bool(
        HAPPENED.search(told) or DUE.search(told) or TRIED.search(told) or (LEAD.match(said) and LEAVE.search(told))
    )


def of(text: str, pieces: List[Piece]) -> List[Tuple[Role, bool]]:
    """The role of each piece of a normal text, and whether it means that day of every week ("sauf le mercredi")."""
    given: List[Role] = []
    result: List[Tuple[Role, bool]] = []
    refused = 0
    engaged = False
    for n, piece in enumerate(pieces):
        before = text[pieces[n - 1].end if n else 0 : piece.start]
        after = text[piece.end : pieces[n + 1].start if n + 1 < len(pieces) else len(text)]
        lead = LEAD.match(text, piece.start)
        before += lead[0] if lead else ""
        said = text[piece.start : piece.end]
        following = None
        if n + 1 < len(pieces):
            following = text[pieces[n + 1].end : pieces[n + 2].start if n + 2 < len(pieces) else len(text)]
        own, every = busy.role_of(
            before,
            after,
            said,
            hour=piece.point and piece.hours and not piece.days,
            following=following,
            spent=engaged,
        )
        engaged = busy.engaged(after, following) and not busy.BUSY_TWICE.match(after)
        if following is not None and PAS_THE_NEXT.fullmatch(after):
            # "Le matin, pas lundi": what is refused comes after it.
            after = ""
        if n == len(pieces) - 1 == 1 and before.strip() == "," and NOT_THAT.fullmatch(text, 0, pieces[0].start):
            own = "wanted"
        if following is not None and BEFORE_IT_CHANGED.search(before):
            own = "existing"
        if TOLD_SO.search(before) and said.startswith(("sous ", "dans ")):
            own = "other"
        if (
            n == len(pieces) - 1 > 1
            and before.strip() == ","
            and text[pieces[n - 2].end : piece.start].strip(" ,").startswith(("ni ", "et "))
            and NOT_THAT.fullmatch(text, 0, pieces[0].start)
        ):
            own = "wanted"  # "Pas demain ni vendredi, lundi"
        preferred = TO_THE_OTHER.fullmatch(before) and n and _preferred(text, pieces, n - 1)
        if given[-1:] == ["wanted"] and (preferred or BETTER_THAN.fullmatch(before)):
            own = "other"
        if following is not None and piece.days and pieces[n + 1].days and WORK_SO.match(after):
            own = "excluded"
        if NOT_TO_IT.match(after):
            own = "existing"
        if HELD_THEN.match(after) and not EXCLUDED.search(before):
            own = "existing"
        if own == "excluded" and (MOVED_TO.search(before) or (given[-1:] == ["existing"] and TO.fullmatch(before))):
            own = None if CANNOT.match(after) else "wanted"
        if bounds.THEN_SAID.search(said):
            own = "wanted"
        elif own == "excluded" and EXISTING.search(before):
            own = None
        role = own or _role(before, after, given[-1] if given else None, refused=refused)
        # "Mercredi je peux pas jeudi" refuses Wednesday: the words are spent.
        refusal = CANNOT.match(after) if role == "excluded" and not EXCLUDED.search(before) else None
        refused = refusal.end() if refusal else 0
        given.append(role)
        if result and result[-1][1] and UNION.fullmatch(before) and A_WEEKDAY.match(said):
            every = True  # "de repos le lundi et le jeudi après-midi"
        weekly = (every and len(piece.said.readings) == 1) or (
            role == "excluded" and said in calendar.DAYS and _of_every_week(text, before, pieces[:n], given, piece)
        )
        result.append((role, weekly))
    return result


def _preferred(text: str, pieces: List[Piece], n: int) -> bool:
    return bool(PREFERRED.search(text, pieces[n - 1].end if n else 0, pieces[n].start))


def _of_every_week(text: str, before: str, earlier: List[Piece], roles: List[Role], piece: Piece) -> bool:
    """ "Sauf le mercredi", "n'importe quel jour sauf samedi": no day but refused ones was said before."""
    if EVERY.search(before):
        return True
    alone = all(role == "excluded" or not p.days for p, role in zip(earlier, roles, strict=False))
    return alone and bool(ALL_DAYS.search(text, max(0, piece.start - 80), piece.start))


def _role(before: str, after: str, last: Optional[Role], *, refused: int = 0) -> Role:
    """`refused`: so many characters of `before` belong to the refusal of the moment said before it."""
    if ELSEWHERE.search(before[-60:]) or WILL_DO.search(before) or RUNS.search(before):
        return "other"
    if OF_HELD.search(before) and CANNOT.match(after):
        # "Mon rendez-vous de mardi, je ne peux pas": the one they have.
        return "existing"
    if (EXCLUDED.search(before[refused:]) and not ASKED.search(before) and not IF_NOT.search(before)) or CANNOT.match(
        after
    ):
        return "excluded"
    if (
        last == "excluded"
        and UNION.fullmatch(before)
        and not INSTEAD_OF_IT.search(before)
        and not (before.strip() == "," and SO_THAT.fullmatch(after))
        and not busy.OPEN.match(after)
    ):
        return "excluded"
    if (
        EXISTING.search(before)
        or INSTEAD.match(after)
        or (RDV_OF.search(before) and TO_BE_MOVED.match(after))
        or (MOVED.search(before) and TO.fullmatch(after))
    ):
        return "existing"
    return "wanted"


def both_refused(text: str, pieces: List[Piece], found: List[Moment]) -> List[Moment]:
    """ "mardi et mercredi je ne peux pas": neither can be had."""
    for n in range(len(found) - 2, -1, -1):
        after = text[pieces[n + 1].end : pieces[n + 2].start if n + 2 < len(pieces) else len(text)]
        if (
            found[n + 1].role == "excluded"
            and (CANNOT.match(after) or WORK_SO.match(after) or busy.engaged(after, None))
            and text[pieces[n].end : pieces[n + 1].start].strip() in ("et", "ni", "comme")
        ):
            found[n] = replace(found[n], role="excluded")
    return found
