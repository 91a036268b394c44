#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The desk: what monitors read, and nothing else."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from web_world import SOURCE, Site, done, verdict  # noqa: E402

site = Site()
site.tool("run", "acknowledgements")  # makes the journal; nobody is reached
if not os.path.exists(os.path.join(site.etc, "state/journal.db")):
    raise SystemExit("there is no journal")
site.serve("desk", TRADEPOST_RESERVE_MB="0")
got = site.ask("/metrics", None, "GET")
text = site.answer
verdict(got[0] == 200 and got[1]["Content-Type"].startswith("text/plain; version=0.0.4"), "metrics", got)
check = subprocess.run([sys.executable, os.path.join(SOURCE, "tests/cli/metrics_check.py"), "tradepost_documents",
                        "tradepost_conservation_error"], input=text, capture_output=True, check=False)
verdict(check.returncode == 0, "metrics are well formed", check.stdout)
verdict(b"tradepost_conservation_error 0\n" in text, "nothing is lost")
verdict(site.ask("/health", None, "GET")[0] == 200, "health")
got = site.ask("/ready", None, "GET")
verdict(got[0] == 200, "ready", (got[0], site.answer))
verdict(site.ask("/ready", None, "HEAD")[0] == 200, "HEAD is as good as GET")
verdict(site.ask("/metrics")[0] == 405, "nobody writes here")
verdict(site.ask("/hook/signed")[0] == 405, "the door is elsewhere")
verdict(site.ask("/", None, "GET")[0] == 404, "there is nothing else")
verdict(site.ask("/metrics/../etc/passwd", None, "GET")[0] == 404, "nor behind it")
verdict(site.stop() == 0, "it ends when told")
site.serve("desk", TRADEPOST_RESERVE_MB="1000000")
got = site.ask("/ready", None, "GET")
verdict(got[0] == 503 and b"nearly full" in site.answer, "not ready while nothing is taken in", site.answer)
verdict(site.ask("/health", None, "GET")[0] == 200, "but alive")
site.ask("/metrics", None, "GET")
verdict(b"tradepost_intake_stopped 1\n" in site.answer, "and it says so")
site.stop()
site.settings(desk='listen = "0.0.0.0:0";')
got = site.tool("check")
verdict(got.returncode == 4 and "anywhere = true" in got.stdout, "an address of the network needs a word", got.stdout)
got = site.tool("serve", "desk")
verdict(got.returncode == 4 and "this machine alone" in got.stderr, "and is not listened on", got.stderr)
site.clean()
done()
