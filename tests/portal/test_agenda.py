""" "Mon agenda" by its API: the pencil, the cross, the number, the file, the mailbox."""

from __future__ import annotations

from datetime import timedelta

import icalendar

from gateway.notices import Words
from gateway.ports import live
from tests.portal.conftest import CODE, Front, Person, Post, new_person


def test_moving_and_cancelling(front: Front, person: Person) -> None:
    booked, client = person.book(), person.signed_in()
    [one] = client.get("/api/appointments").json()["appointments"]
    assert (one["id"], one["reference"], one["can"]) == (booked.id, booked.reference, ["move", "cancel"])
    assert one["documents"]
    found = client.get(
        "/api/slots",
        params={
            "reason": one["reason"]["code"],
            "channel": one["channel"],
            "agency": one["agency_id"],
            "from": "2026-11-23",
            "to": "2026-12-20",
        },
    ).json()["slots"]
    body = {"slot": found[3]["id"], "key": "k1"}
    moved = client.post(f"/api/appointments/{one['id']}/move", json=body)
    assert (moved.status_code, moved.json()["start"]) == (200, found[3]["start"])
    assert client.post(f"/api/appointments/{one['id']}/move", json=body).json() == moved.json()
    assert [a.start.isoformat() for a in person.core.upcoming(person.id)] == [found[3]["start"]]

    other = new_person(front)
    front.core.book(other.id, found[5]["id"], "arret_travail", holder="o", key=f"o{other.id}", medium="web")
    answer = client.post(f"/api/appointments/{one['id']}/move", json={"slot": found[5]["id"]})
    assert (answer.status_code, answer.json()) == (409, {"error": "slot_taken"})
    assert [a.start.isoformat() for a in person.core.upcoming(person.id)] == [found[3]["start"]]

    file = client.get(f"/api/appointments/{one['id']}/calendar.ics")
    [event] = icalendar.Calendar.from_ical(file.content).events
    assert event["DTSTART"].dt.isoformat() == found[3]["start"]
    cancelled = client.post(f"/api/appointments/{one['id']}/cancel", json={}).json()
    assert (cancelled["status"], cancelled["can"]) == ("cancelled", [])
    assert person.core.upcoming(person.id) == []
    again = client.post(f"/api/appointments/{one['id']}/cancel", json={})
    assert (again.status_code, again.json()["error"]) == (409, "closed")


def test_another_person_s_appointment_does_not_exist(front: Front, person: Person) -> None:
    booked, client = new_person(front).book(), person.signed_in()
    path = f"/api/appointments/{booked.id}"
    answers = [
        client.get(path),
        client.get(f"{path}/calendar.ics"),
        client.post(f"{path}/move", json={"slot": "1"}),
        client.post(f"{path}/cancel", json={}),
        client.get("/api/appointments/999999"),
    ]
    assert {(a.status_code, a.json()["error"]) for a in answers} == {(404, "not_found")}
    assert front.core.appointment(booked.person_id, booked.id).status == "booked"


def test_a_new_number_counts_once_its_code_is_given_back(front: Front, person: Person) -> None:
    booked, client = person.book(), person.signed_in()
    before = client.get("/api/me").json()["contact"]["mobile"]
    asked = client.post("/api/contact", json={"kind": "phone", "value": "06 39 98 29 77"}).json()
    assert (asked["done"], asked["contact"]["mobile"]) == (False, before)
    [sent] = [o for o in front.sent() if o.person_id == person.id and o.kind == "code"]
    assert sent.to == "+33639982977"
    wrong = client.post("/api/contact/confirm", json={"code": "000000" if sent.code != "000000" else "111111"})
    assert (wrong.status_code, wrong.json()["error"]) == (409, "code_wrong")
    assert client.post("/api/contact/confirm", json={"code": sent.code}).json()["contact"]["mobile"] == "+33639982977"
    assert front.core.appointment(person.id, booked.id).phone == "+33639982977"
    bad = client.post("/api/contact", json={"kind": "phone", "value": "06 39"})
    assert (bad.status_code, bad.json()) == (422, {"error": "invalid_phone"})


def test_the_mailbox(front: Front, person: Person) -> None:
    person.book()
    client = person.signed_in()
    front.sent()
    assert len(client.get("/api/letters").json()["letters"]) == 1


def test_a_reminder_also_comes_in_the_open_chat(front: Front, person: Person) -> None:
    booked = person.book(in_days=3)
    person.signed_in()
    front.sent()
    front.clock.set(booked.start - timedelta(hours=47))
    post, words = Post(), Words(front.core)
    # Days have passed: signed in again.
    client = front.client()
    assert client.post("/api/session", json={"nir": person.nir, "code": CODE}).status_code == 200
    session = client.post("/api/chat", json={}).json()["session"]
    front.core.dispatch(live({"email": post, "sms": post}, front.core, words.line), words)
    assert [o.kind for o in post.sent if o.person_id == person.id] == ["reminder"]
    [line] = front.client(Authorization=f"Bearer {session}").get("/web/messages").json()["messages"]
    assert line["text"].startswith("Rappel")
    assert [c["value"] for c in line["choices"]] == ["intent:move_appointment", "intent:cancel_appointment"]
    front.core.tell(person.id, {"from": "assistant", "text": "x", "choices": []}, mark="m")
    front.core.tell(person.id, {"from": "assistant", "text": "x", "choices": []}, mark="m")
    assert len(front.client(Authorization=f"Bearer {session}").get("/web/messages").json()["messages"]) == 2
