"""The short code of an appointment that people read aloud: its number, shuffled. Nothing secret."""

from __future__ import annotations

# No vowels (no words), no 0, 1, I, O, S: nothing that is misread or misheard for a figure.
ALPHABET = "23456789BCDFGHJKLMNPQRTVWXYZ"
LENGTH = 6
SIZE = len(ALPHABET) ** LENGTH
# Any number prime to SIZE (so odd, and no multiple of 7) spreads neighbours apart.
SPREAD = 173_961_103
BACK: int = pow(SPREAD, -1, SIZE)


def reference(number: int) -> str:
    """ "K7M-2QD" for an appointment's number; another one for each up to 480 million."""
    left, letters = number * SPREAD % SIZE, ""
    for _ in range(LENGTH):
        left, place = divmod(left, len(ALPHABET))
        letters = ALPHABET[place] + letters
    return f"{letters[:3]}-{letters[3:]}"


def number_of(said: str) -> int | None:
    """The appointment's number for a reference however it is typed, None when it is not one."""
    letters = [c for c in said.upper() if c.isalnum()]
    if len(letters) != LENGTH or any(c not in ALPHABET for c in letters):
        return None
    value = 0
    for letter in letters:
        value = value * len(ALPHABET) + ALPHABET.index(letter)
    found: int = value * BACK % SIZE
    return found
