"""The applet, as EEM would run it: actions in the order of their labels, each variable set before it is read."""

from __future__ import annotations

import re

from pcapinspect.plan.eem import applet
from pcapinspect.settings import Settings

SET = {"_regexp_result", "_cli_result", "_result"}
"""Variables that EEM sets itself."""


def actions(settings: Settings) -> list[tuple[str, str]]:
    found = [re.fullmatch(r"\s*action (\d+) (.*)", line) for line in applet(settings)]
    return [(match[1], match[2]) for match in found if match]


def test_labels_sort_as_text_in_the_order_that_is_meant():
    labels = [label for label, _ in actions(Settings())]
    assert labels == sorted(labels)
    assert len(set(labels)) == len(labels)


def test_every_if_has_its_end():
    depth = 0
    for _, action in actions(Settings()):
        depth += action.startswith("if ")
        depth -= action == "end"
        assert depth >= 0
    assert depth == 0


def test_no_variable_is_read_before_it_is_set():
    known = SET | set(re.findall(r"^event manager environment (\S+)", "\n".join(applet(Settings())), re.MULTILINE))
    for _, action in actions(Settings()):
        for name in re.findall(r"\$(\w+)", action):
            assert name in known, action
        if action.startswith("regexp"):
            known |= set(action.split('" ')[-1].split())
        if action.startswith("set "):
            known.add(action.split()[1])


def test_the_counter_of_the_show_command_is_matched():
    pattern = next(re.search(r'regexp "([^"]+)"', action)[1] for _, action in actions(Settings()) if "regexp" in action)
    assert re.search(pattern, "HTTP server statistics:\r\nAccepted connections total: 1294\r\n")[1] == "1294"


def test_threshold_and_window_are_those_of_the_settings():
    text = "\n".join(applet(Settings(limit=40, window=30)))
    assert "timer watchdog time 30 " in text
    assert "if $accepted ge 30" in text
    assert "in 30 s, limit 40" in text
    said = re.sub(r"action \d+", "", text)
    assert "60" not in said
    assert "80" not in said
