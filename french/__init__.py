"""French as people say it when they make an appointment: understood with spans, and said for eye, SMS and ear."""

from french.answers import unsure
from french.model import Entity, Moment, Place, Reading, Understanding
from french.moods import angry
from french.understand import masked, secrets, understand

__all__ = [
    "Entity",
    "Moment",
    "Place",
    "Reading",
    "Understanding",
    "angry",
    "masked",
    "secrets",
    "understand",
    "unsure",
]
