"""What operators and agencies type: schedules, slots, purge, agenda, cancellations, what is held on a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click
from rich.progress import Progress

from booking_core import Agency, Core, Person, Refusal, ScheduleError


def commands(core_of: Callable[[], Core]) -> list[click.Command]:
    """The commands, each opening the core that `core_of` gives."""

    @click.group()
    def schedule() -> None:
        """When the desks and advisers of agencies receive."""

    @schedule.command("import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_(file: Path) -> None:
        """Take the schedules of a YAML or CSV FILE; every bad line is named, and then nothing is taken."""
        try:
            taken = core_of().import_schedules(file)
        except ScheduleError as bad:
            for line, code, detail in bad.problems:
                click.echo(f"{file}:{line}: {code}: {detail}", err=True)
            raise click.ClickException(f"{len(bad.problems)} bad lines: nothing was imported") from None
        click.echo(f"{taken} patterns and absences imported. Next: rdv slots publish")

    @click.group()
    def slots() -> None:
        """What can be booked."""

    @slots.command()
    def publish() -> None:
        """Publish the slots of every schedule up to the horizon; safe to repeat, never touches what is booked."""
        with Progress() as bar:
            task = bar.add_task("publishing", total=None)
            done = core_of().publish(
                lambda name, n, total: bar.update(task, completed=n, total=total, description=name)
            )
        click.echo(f"{done.added} added, {done.kept} kept, {done.removed} removed.")
        for appointment in done.unfit:
            click.echo(f"appointment {appointment} no longer fits its schedule: the agency has to settle it", err=True)

    @click.command()
    def purge() -> None:
        """Erase what is older than its retention; run it daily."""
        for table, rows in core_of().purge().items():
            click.echo(f"{table}: {rows}")

    @click.command()
    @click.argument("agency")
    @click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day, today when left out.")
    @click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet, safe from formulas.")
    def agenda(agency: str, day: datetime | None, as_csv: bool) -> None:
        """Show the appointments of an AGENCY (its code or town) on a day."""
        core = core_of()
        place, on = _agency(core, agency), day.date() if day else core.local_now().date()
        click.echo(core.agenda_csv(place.id, on) if as_csv else _table(core, place, on), nl=not as_csv)

    @click.command()
    @click.argument("agency")
    @click.option("--renew", is_flag=True, help="Make another address; the one before is worth nothing.")
    def feed(agency: str, renew: bool) -> None:
        """Print the path of the private calendar feed of an AGENCY, for its calendar program."""
        core = core_of()
        click.echo(f"/agencies/{core.feed(_agency(core, agency).id, renew=renew)}.ics")

    @click.command()
    @click.argument("reference")
    def cancel(reference: str) -> None:
        """Cancel the appointment of this REFERENCE for its agency; the person is told, and invited to book again."""
        try:
            gone = core_of().cancel_by_agency(reference, key=f"agency-cancel:{reference.upper()}")
        except Refusal as refusal:
            raise click.ClickException(refusal.code) from None
        click.echo(f"{gone.reference} is cancelled; the person will be told.")

    @click.command()
    @click.argument("reference")
    @click.argument("status", type=click.Choice(["fulfilled", "noshow"]))
    def outcome(reference: str, status: str) -> None:
        """Note that the person of this REFERENCE came, or did not."""
        try:
            core_of().outcome(reference, status)
        except Refusal as refusal:
            raise click.ClickException(refusal.code) from None

    @click.command()
    @click.argument("person")
    @click.confirmation_option(prompt="Cancel what is upcoming and erase all that tells who they were?")
    def erase(person: str) -> None:
        """Erase what is held on a PERSON (GDPR erasure): of the demo, or "-", and their NIR is asked for unseen."""
        core = core_of()
        core.erase(_person(core, person).id)

    @click.command()
    @click.argument("person")
    def export(person: str) -> None:
        """Print all that is held on a PERSON, as JSON (GDPR access): of the demo, or "-": their NIR is asked for."""
        core = core_of()
        click.echo(json.dumps(core.export(_person(core, person).id), ensure_ascii=False, indent=2, default=str))

    return [schedule, slots, purge, agenda, feed, cancel, outcome, export, erase]


def _person(core: Core, said: str) -> Person:
    # A number typed on the command line would stay in its history.
    asked = click.prompt("NIR", hide_input=True, err=True) if said == "-" else ""
    found = core.person_by_nir(asked) if asked else core.person_by_key(said)
    if found is None:
        raise click.ClickException(f"no such person: {said}")
    return found


def _agency(core: Core, said: str) -> Agency:
    for one in core.agencies():
        if said.lower() in (one.code.lower(), one.town.lower()):
            return one
    raise click.ClickException(f"no such agency: {said}. There are: {', '.join(a.code for a in core.agencies())}")


def _table(core: Core, agency: Agency, day: date) -> str:
    rows = [
        f"{a.start:%H:%M}-{a.end:%H:%M}  {a.channel:9}  {a.reason}  {a.reference}" for a in core.agenda(agency.id, day)
    ]
    return "\n".join([f"{agency.name}, {day:%Y-%m-%d}", *(rows or ["nothing"])])
