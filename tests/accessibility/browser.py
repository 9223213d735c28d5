"""Pages opened in Chromium without a window: judged by axe, printed, read back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

LEVEL_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
"""Tags of the rules whose violation is a fault."""
SECONDS = 120
POLICY = '<meta http-equiv="Content-Security-Policy"'
"""Begins the line that forbids scripts; the copy that axe judges goes without it."""
MARK = '<pre id="axe-found">'
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"),
)
RUN = """
addEventListener("load", async () => {
  document.querySelectorAll("details").forEach(d => { d.open = true; });
  const found = await axe.run(document, {resultTypes: ["violations", "incomplete"]});
  const told = list => list.map(rule => ({
    id: rule.id, tags: rule.tags, help: rule.help,
    nodes: rule.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary)}));
  const out = document.createElement("pre");
  out.id = "axe-found";
  out.textContent = JSON.stringify({
    version: axe.version, passes: found.passes.length,
    violations: told(found.violations), incomplete: told(found.incomplete)});
  document.body.append(out);
});
"""


@dataclass(frozen=True)
class Found:
    """What axe found on a page."""

    version: str
    passes: int
    violations: list[dict[str, Any]]
    incomplete: list[dict[str, Any]]

    def faults(self) -> list[str]:
        """Violations of level A or AA, a line each."""
        return [
            f"{rule['id']} ({rule['help']}): {node}"
            for rule in self.violations
            if set(rule["tags"]) & set(LEVEL_AA)
            for node in rule["nodes"]
        ]


def chromium() -> str:
    """Where Chromium is; without it the test is skipped, but fails where all tests must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("there is no chromium: install Debian's package chromium")
    if found is None:
        pytest.skip("there is no chromium in which to open the pages")
    return found


def run(folder: Path, *words: str) -> str:
    """Run the browser with a profile of its own, and return what it prints."""
    # Snap and crash folders of the caller's home stay as they are.
    home = os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    call = [chromium(), *FLAGS, f"--user-data-dir={folder / 'profile'}", *words]
    done = subprocess.run(call, capture_output=True, check=False, timeout=SECONDS, env=home)
    return done.stdout.decode("utf-8")


def judged(page: Path, folder: Path, width: int = 1280) -> Found:
    """Return what axe finds on a page, everything unfolded, in a window of a width (pixels)."""
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    lines = page.read_text(encoding="utf-8").split("\n")
    scripts = f"<script>{axe}</script>\n<script>{RUN}</script>"
    assert "</script" not in axe
    copy = folder / "judged.html"
    kept = "\n".join(line for line in lines if not line.lstrip().startswith(POLICY))
    copy.write_text(kept.replace("</head>", f"{scripts}\n</head>", 1), encoding="utf-8")
    words = ("--virtual-time-budget=20000", f"--window-size={width},900", "--dump-dom", copy.as_uri())
    dom = run(folder, *words)
    assert MARK in dom, f"axe has not run: {dom[-500:]}"
    return Found(**json.loads(unescape(dom.split(MARK, 1)[1].split("</pre>", 1)[0])))
