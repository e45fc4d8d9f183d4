"""The rules of what is deployed: who runs as whom, what meets what, which secrets go where, all from the lock files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.settings import Settings
from tests.security.test_production import begin

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
KUBERNETES = [
    manifest
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text("utf8"))
]
WORKLOADS = {m["metadata"]["name"]: m for m in KUBERNETES if m["kind"] in ("Deployment", "Job")}
POLICIES = {m["metadata"]["name"]: m["spec"] for m in KUBERNETES if m["kind"] == "NetworkPolicy"}
CONTAINERFILES = sorted(DEPLOY.glob("*.Containerfile"))


def pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = WORKLOADS[name]["spec"]["template"]["spec"]
    return spec


# -- images ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CONTAINERFILES, ids=lambda p: p.stem)
def test_images_come_from_the_lock_files_and_are_nobody_s(path: Path) -> None:
    text = path.read_text("utf8")
    final = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert final.index("USER") < final.index("ENTRYPOINT")
    assert re.search(r"uv sync --frozen --no-dev", text)
    assert "uv.lock" in text
    assert not re.search(r"pip install (?!.*uv==\d)", text)
    assert "pip install" not in final
    assert not re.search(r"RDV_\w*(SECRET|PASSWORD|KEY)\w*=", text)
    assert ":latest" not in text


@pytest.mark.parametrize("path", CONTAINERFILES, ids=lambda p: p.stem)
def test_what_images_copy_is_there(path: Path) -> None:
    for line in path.read_text("utf8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


def test_uv_is_the_one_of_the_makefile() -> None:
    wanted = re.search(r"UV_VERSION := (\S+)", (ROOT / "Makefile").read_text())
    assert wanted
    for path in CONTAINERFILES:
        assert f"uv=={wanted[1]}" in path.read_text()


# -- compose --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_compose_services_can_write_nothing_and_become_nobody(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["cpus"]
    assert "privileged" not in service


def test_compose_publishes_the_balancer_only_on_the_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"balancer": ["127.0.0.1:8080:8080"]}


def test_compose_networks_meet_only_where_they_must() -> None:
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    inside = {name for name, options in COMPOSE["networks"].items() if options.get("internal")}
    # Rasa and the stores have no way out, and Rasa none to the core's stores but its own database's server.
    for name in ("rasa", "postgres", "redis", "migrate"):
        assert networks[name] <= inside, name
    assert "stores" not in networks["rasa"]
    assert networks["balancer"].isdisjoint({"stores", "trackers"})
    assert "redis" not in {name for name, of in networks.items() if "stores" in of}
    assert {name for name, of in networks.items() if "limits" in of} == {"gateway", "redis"}


def test_secrets_are_files_and_each_has_those_it_needs_only() -> None:
    for name, service in SERVICES.items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search(r"SECRET|PASSWORD|_KEY|DATABASE_URL|TRACKER_URL|SMTP", variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert value.removeprefix("/run/secrets/") in service["secrets"], (name, variable)
    assert set(SERVICES["rasa"]["secrets"]) == {"rasa_secret", "tracker_url", "redis_password"}
    assert {s for service in SERVICES.values() for s in service.get("secrets", ())} == set(COMPOSE["secrets"])


def test_migrations_come_first_and_more_than_one_of_each_runs() -> None:
    assert SERVICES["migrate"]["command"] == ["db", "upgrade"]
    assert SERVICES["gateway"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["gateway"]["deploy"]["replicas"] >= 2
    assert SERVICES["rasa"]["deploy"]["replicas"] >= 2


def test_the_gateway_starts_with_these_settings(tmp_path: Path) -> None:
    environ = {}
    for name, value in SERVICES["gateway"]["environment"].items():
        if name.endswith("_FILE"):
            path = tmp_path / name
            path.write_text("smtps://mail.exemple.fr" if "SMTP" in name else f"{name} of thirty-two characters or more")
            environ[name] = str(path)
        else:
            environ[name] = re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) or "x"
    settings = begin(environ)
    assert not settings.demo
    assert settings.shared_secret.startswith("RDV_RASA_SECRET_FILE")


def test_every_setting_that_is_deployed_exists() -> None:
    known = {f"RDV_{name.upper()}" for name in Settings.__dataclass_fields__}
    [config] = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["configMapGenerator"]
    named = {literal.partition("=")[0] for literal in config["literals"]} | set(SERVICES["gateway"]["environment"])
    named |= {e["name"] for e in pod("gateway")["containers"][0]["env"] + pod("migrate")["containers"][0]["env"]}
    assert {name.removesuffix("_FILE") for name in named} <= known


# -- Rasa among others ----------------------------------------------------------------------------


def test_rasa_gets_all_that_its_endpoints_name() -> None:
    named = set(
        re.findall(r"\$\{(\w+)\}", (DEPLOY / "endpoints.yml").read_text() + (ROOT / "credentials.yml").read_text())
    )
    script = (DEPLOY / "rasa.sh").read_text()
    for given in (
        set(SERVICES["rasa"]["environment"]),
        {e["name"] for e in pod("rasa")["containers"][0]["env"]},
    ):
        assert {name.removesuffix("_FILE") for name in given} == named
        assert all(name.removesuffix("_FILE") in script for name in given if name.endswith("_FILE"))


def test_rasa_s_endpoints_are_those_of_the_laptop_and_a_shared_lock() -> None:
    shared = yaml.safe_load((DEPLOY / "endpoints.yml").read_text())
    laptop = yaml.safe_load((ROOT / "endpoints.yml").read_text())
    assert shared.pop("lock_store")["type"] == "bot.locks.KeyLockStore"
    assert shared == laptop


# -- balancer -------------------------------------------------------------------------------------


def test_the_balancer_cuts_off_slow_heads_and_hides_the_inside() -> None:
    lines = [line.strip() for line in (DEPLOY / "haproxy.cfg").read_text().splitlines()]
    assert "timeout http-request 10s" in lines
    assert "http-request deny deny_status 404 if { path -m beg /metrics /readyz }" in lines
    assert any(line.startswith("http-request deny deny_status 429") for line in lines)
    assert "no log" in lines


# -- Kubernetes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORKLOADS)
def test_pods_are_restricted(name: str) -> None:
    spec = pod(name)
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in spec["containers"]:
        own = container["securityContext"]
        assert own["readOnlyRootFilesystem"] is True
        assert own["allowPrivilegeEscalation"] is False
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]) == {"requests", "limits"}
        for of in container["resources"].values():
            assert set(of) == {"cpu", "memory"}


@pytest.mark.parametrize("name", [n for n, w in WORKLOADS.items() if w["kind"] == "Deployment"])
def test_deployments_are_probed_spread_and_never_all_away(name: str) -> None:
    [container] = pod(name)["containers"]
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
    assert WORKLOADS[name]["spec"]["replicas"] >= 2
    budgets = {m["metadata"]["name"] for m in KUBERNETES if m["kind"] == "PodDisruptionBudget"}
    assert name in budgets


@pytest.mark.parametrize("name", WORKLOADS)
def test_secrets_are_mounted_and_each_has_those_it_needs_only(name: str) -> None:
    [container] = pod(name)["containers"]
    [mounted] = [v["secret"] for v in pod(name)["volumes"] if "secret" in v]
    paths = {f"/run/secrets/rdv/{item['path']}" for item in mounted["items"]}
    assert {e["value"] for e in container["env"] if e["name"].endswith("_FILE")} == paths
    assert not any("secretKeyRef" in str(e) for e in container["env"])
    if name == "rasa":
        assert paths.isdisjoint({"/run/secrets/rdv/secret", "/run/secrets/rdv/database_url"})


def test_nobody_talks_with_anybody_but_for_what_is_said() -> None:
    assert POLICIES["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = {
        name: {p["port"] for rule in spec.get("ingress", ()) for p in rule["ports"]} for name, spec in POLICIES.items()
    }
    assert ports == {"nobody": set(), "names": set(), "gateway": {8080, 5055}, "rasa": {5005}, "migrate": set()}
    [callers] = POLICIES["rasa"]["ingress"]
    assert callers["from"] == [{"podSelector": {"matchLabels": {"app": "gateway"}}}]
    for name, spec in POLICIES.items():
        for rule in (*spec.get("ingress", ()), *spec.get("egress", ())):
            assert rule.get("from") or rule.get("to"), f"{name} opens to everybody"
            assert rule["ports"], name


def test_probes_and_services_name_ports_that_are_listened_on() -> None:
    listened = {
        name: {p["name"]: p["containerPort"] for p in pod(name)["containers"][0]["ports"]}
        for name in ("gateway", "rasa")
    }
    assert listened == {"gateway": {"http": 8080, "actions": 5055}, "rasa": {"http": 5005}}
    for manifest in KUBERNETES:
        if manifest["kind"] == "Service":
            for port in manifest["spec"]["ports"]:
                assert port["targetPort"] in listened[manifest["spec"]["selector"]["app"]]


# -- scripts --------------------------------------------------------------------------------------


def test_rasa_s_start_reads_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\necho "$RDV_SECRET|$RDV_TRACKER_URL|$RDV_REDIS_PASSWORD|$*"\n')
    (tmp_path / "python").chmod(0o755)
    (tmp_path / "secret").write_text("a $secret 'of' \"its\" own\n")
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "RDV_SECRET_FILE": str(tmp_path / "secret"),
        "RDV_TRACKER_URL": "postgresql://x",
        "RDV_REDIS_PASSWORD_FILE": str(tmp_path / "secret"),
    }
    command = ["sh", str(DEPLOY / "rasa.sh")]
    said = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    secret, tracker, password, arguments = said.strip().split("|")
    assert secret == password == "a $secret 'of' \"its\" own"
    assert tracker == "postgresql://x"
    assert arguments.startswith("-m bot.light run ")
    # A secret that is not there stops the start.
    missing = subprocess.run(command, env=environ | {"RDV_SECRET_FILE": "/nowhere"}, capture_output=True, check=False)
    assert missing.returncode != 0


def test_secrets_are_made_once_and_are_all_that_compose_names(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    found = []
    for _ in range(2):
        subprocess.run(["sh", str(tmp_path / "secrets.sh")], check=True, capture_output=True)
        found.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    first, made = found
    assert made == first
    assert {f"secrets/{name}" for name in made} == {secret["file"] for secret in COMPOSE["secrets"].values()}
    assert len({made[name] for name in ("rdv_secret", "rasa_secret", "redis_password")}) == 3
    assert len(made["rdv_secret"]) == 64
    assert made["postgres_password"] in made["database_url"]
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_images_take_no_environment_no_data_and_no_secret_along() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"**/.venv", "var", "models", "deploy/secrets", ".git"} <= set(ignored)
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
