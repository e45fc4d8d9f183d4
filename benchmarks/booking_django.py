"""The search of benchmarks/booking.py by django-appointment: the first five free starts at an agency.

Run by it in an environment of its own. Prints one line of JSON: {"slots", "search_median_ms", "search_p95_ms"}.
An agency is nine members of staff; its free starts are found day by day, as that application's own pages do.
"""

from __future__ import annotations

import json
import logging
import random
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from datetime import time as hour

import django
from django.conf import settings
from django.core.management import call_command

quick = "--quick" in sys.argv
AGENCIES, DESKS, DAYS, SEARCHES = (12, 9, 60, 60) if quick else (120, 9, 60, 200)
STARTS = [hour(h, m) for h in range(9, 17) for m in (0, 30)]

settings.configure(
    SECRET_KEY="benchmark",
    USE_TZ=True,
    TIME_ZONE="Europe/Paris",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "appointment"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": tempfile.mkdtemp() + "/db"}},
    LOGGING_CONFIG=None,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
logging.disable(logging.CRITICAL)
django.setup()
call_command("migrate", verbosity=0, run_syncdb=True)

from appointment import models  # noqa: E402
from appointment.services import get_available_slots_for_staff  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402

User = get_user_model()
TODAY = date.today()  # noqa: DTZ011 - the application reads the machine's clock itself


def build() -> tuple[models.Service, list[models.StaffMember], list[date]]:
    """Staff, working hours, and one slot in five booked."""
    service = models.Service.objects.create(name="c2s", duration=timedelta(minutes=30), price=0)
    users = User.objects.bulk_create([User(username=f"u{n}") for n in range(AGENCIES * DESKS)])
    staff = models.StaffMember.objects.bulk_create(
        [models.StaffMember(user=u, slot_duration=30, lead_time=hour(9), finish_time=hour(17)) for u in users]
    )
    models.WorkingHours.objects.bulk_create(
        [
            models.WorkingHours(staff_member=s, day_of_week=d, start_time=hour(9), end_time=hour(17))
            for s in staff
            for d in range(1, 6)
        ]
    )
    days = [d for n in range(1, 85) if (d := TODAY + timedelta(days=n)).weekday() < 5][:DAYS]
    wanted = [
        (s, d, t) for s in staff for d in days for n, t in enumerate(STARTS) if (s.pk + d.toordinal() + n) % 5 == 0
    ]
    requests = models.AppointmentRequest.objects.bulk_create(
        [
            models.AppointmentRequest(
                date=d,
                start_time=t,
                end_time=hour(t.hour + (t.minute == 30), 0 if t.minute else 30),
                service=service,
                staff_member=s,
            )
            for s, d, t in wanted
        ],
        batch_size=2000,
    )
    models.Appointment.objects.bulk_create(
        [models.Appointment(client=users[0], appointment_request=r) for r in requests], batch_size=2000
    )
    return service, list(staff), days


def search(service: models.Service, staff: list[models.StaffMember], days: list[date], first: date) -> int:
    """The first five free starts of an agency from a day on; returns how many were found."""
    found: set[tuple[date, hour]] = set()
    for day in (d for d in days if d >= first):
        for member in staff:
            slots = get_available_slots_for_staff(day, member, (day.weekday() + 1) % 7, service)
            found |= {(day, slot.time()) for slot in slots}
        if len(found) >= 5:
            break
    return len(found)


service, staff, days = build()
chance, times = random.Random(1), []
for _ in range(SEARCHES):
    agency = chance.randrange(AGENCIES)
    first = chance.choice(days)
    began = time.perf_counter()
    assert search(service, staff[agency * DESKS : (agency + 1) * DESKS], days, first)
    times.append((time.perf_counter() - began) * 1000)
print(
    json.dumps(
        {
            "slots": len(staff) * DAYS * len(STARTS),
            "search_median_ms": statistics.median(times),
            "search_p95_ms": sorted(times)[int(len(times) * 0.95)],
        }
    )
)
