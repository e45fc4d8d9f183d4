"""docs/threats.md: every threat names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LETTERS = (
    "Spoofing",
    "Tampering",
    "Repudiation",
    "Information disclosure",
    "Denial of service",
    "Elevation of privilege",
)


def test_every_threat_names_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "threats.md").read_text("utf8").partition("**Accepted.**")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]
    heads = [row[0].strip("*") for row in rows if row[0].startswith("**")]
    assert tuple(heads) == LETTERS
    threats = [row for row in rows[1:] if not row[0].startswith("**")]
    assert len(threats) > 20
    for threat, stopped_by, tests in threats:
        named = re.findall(r"`([\w/.]+)`", tests)
        assert stopped_by, threat
        assert named, threat
        for name in named:
            path = ROOT / "tests" / name
            found = [path] if path.suffix else list(path.glob("test_*.py"))
            assert found, (threat, name)
            assert all("def test_" in one.read_text("utf8") for one in found), (threat, name)
