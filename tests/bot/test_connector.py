"""What the connector changes in Rasa to be quicker gives what Rasa gave."""

from __future__ import annotations

import subprocess

from gateway import rasa
from gateway.settings import ROOT

GRAPHS = """
import dask
from rasa.engine.runner import dask as runner
stock = dask.get
import bot.connector
ours = runner.dask.get
assert ours is not stock

calls = []
def node(name):
    def call(*given):
        calls.append(name)
        return (name, given)
    return call

graph = {
    "message": ("message", ["bonjour"]),
    "entities": (node("entities"), "message"),
    "intent": (node("intent"), "entities", "message"),
    "rules": (node("rules"), "intent", "tracker"),
    "memory": (node("memory"), "intent"),
    "best": (node("best"), "rules", "memory"),
}
# Rasa hands in what its targets need and nothing else.
for targets in (["best"], ["best", "intent", "memory"]):
    expected, times = stock(graph, targets), sorted(calls)
    calls.clear()
    assert list(expected) == ours(graph, targets), targets
    assert sorted(calls) == times, (calls, times)
    calls.clear()
"""


def test_a_graph_gives_what_dask_gives_each_node_once() -> None:
    done = subprocess.run(
        [str(rasa.PYTHON), "-c", GRAPHS],
        cwd=ROOT,
        env=rasa.environment(secret="", actions_url="", tracker_url=""),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
