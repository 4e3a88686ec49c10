"""A real browser, without a window: what it makes of a page."""

import json
import subprocess
import tempfile
from html import escape, unescape
from pathlib import Path
from typing import Any

from tests.components import require_program

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: The page stands in a frame as wide as asked for; the frame is asked, the page runs no script.
_FRAME = """<!doctype html><meta charset="utf-8">
<iframe id="page" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>
<pre id="told"></pre>
<script>
const frame = document.getElementById("page");
frame.onload = () => {{
  const page = frame.contentDocument;
  const told = (() => {{ {script} }})();
  document.getElementById("told").textContent = "told:" + JSON.stringify(told) + ":told";
}};
</script>
"""


def ask(page: str, script: str, width: int) -> Any:
    """What a script says of a page that is so wide; it has the page's document as `page`."""
    program = require_program("chromium", "chromium")
    with tempfile.TemporaryDirectory(prefix="opskit-browser-") as folder:
        frame = Path(folder, "frame.html")
        text = _FRAME.format(width=width, page=escape(page), script=script)
        frame.write_text(text, "utf-8")
        done = subprocess.run(
            [program, *_FLAGS, f"--user-data-dir={folder}/profile", "--dump-dom", frame.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    told = unescape(done.stdout).rpartition('id="told">told:')[2].partition(":told")[0]
    return json.loads(told)
