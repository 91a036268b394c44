#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One partner among fifty is dead: its port refuses, or takes the connection
and never says a word. Every other partner gets its answer in every round all
the same. With SECONDS, rounds are counted for as long, once with all alive and
once with the silent one, and the share is printed.

  dead_partner.py [SECONDS]           120 in make torture

Prints TAP. The control: one of those alive gets nothing (its folder is away),
and the round is not complete."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "flow")]
import run_scenarios as play  # noqa: E402
from strikes import Tap  # noqa: E402
from world import Failed, World  # noqa: E402

COUNT = 50
CONF = """name = "Partner %(n)02d"; isa = "ZZ:PARTNER%(n)02d"; gs = "PARTNER%(n)02d";
vendor = "V9%(n)04d"; send = ( { set = "850"; } ); receive = ( { set = "856"; } );
"""


class Fifty:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tp-fifty-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.world = World(self.folder)
        self.round = 0
        self.silent = socket.create_server(("127.0.0.1", 0), backlog=1000)  # nobody accepts, nobody speaks
        for number in range(COUNT):
            for side in ("in", "out"):
                os.makedirs(self.world.path("partners", self.code(number), side))
            self.alive(number)
            self.world.write("etc/partners/p%02d.conf" % number, CONF % {"n": number})
        self.world.start()

    @staticmethod
    def code(number):
        return "P%02d" % number

    def alive(self, number):
        code = self.code(number)
        self.world.channels[code] = 'kind = "dir"; stable_seconds = 0; put = "%s"; get = "%s";' % (
            self.world.path("partners", code, "in"), self.world.path("partners", code, "out"))

    def dead(self, number, port):
        self.world.write("secrets/key", "none", 0o600)
        self.world.channels[self.code(number)] = (
            'kind = "sftp"; host = "127.0.0.1"; port = %d; user = "nobody"; password = "secret:key"; '
            'hostkeys = [ "SHA256:%s" ]; stable_seconds = 0; put = "/in"; get = "/out";' % (port, "A" * 43))
        self.world.settings()

    def give(self):
        """Everybody gives one ship notice, which deserves an answer."""
        self.round += 1
        for number in range(COUNT):
            play.ship(self.world, [
                "BLUEFISH", "ASN-%02d-%05d" % (number, self.round), "PO-0", "X-1:4", "from=ZZ:PARTNER%02d" % number,
                "box=p%02d" % number, "control=%d" % (self.round * 100 + number)], [])

    def answered(self):
        """Partners that have the answers of every round."""
        return [number for number in range(COUNT)
                if len(os.listdir(self.world.path("partners", self.code(number), "in"))) >= self.round]

    def close(self):
        self.silent.close()
        self.world.stop()
        shutil.rmtree(self.folder)


def counted(fifty, rounds, dead):
    """Rounds of a run each; how many answers the others have, and the longest run."""
    longest = 0
    for _ in range(rounds):
        fifty.give()
        begun = time.monotonic()
        result = fifty.world.tool("run")
        longest = max(longest, time.monotonic() - begun)
        if not 0 <= result.returncode < 100:
            raise Failed("run: %d %s" % (result.returncode, result.stderr[-400:]))
    others = [number for number in fifty.answered() if number != dead]
    return len(others), longest


def answers(fifty):
    """All but those of number 0."""
    return sum(len(os.listdir(fifty.world.path("partners", fifty.code(number), "in"))) for number in range(1, COUNT))


def find_out(fifty):
    """That a partner is silent is learnt once, and takes a while."""
    begun = time.monotonic()
    fifty.give()
    while " down " not in fifty.world.tool("endpoint", "list").stdout:
        if time.monotonic() - begun > 150:
            raise Failed("it is not found out: " + fifty.world.tool("endpoint", "list").stdout)
        time.sleep(0.5)
    print("# it took %.0f s to learn that it is silent" % (time.monotonic() - begun), flush=True)


def timed(fifty, seconds, silent):
    """A daemon, and as many rounds as it does in the time: answers of the others, and the longest round."""
    with open(fifty.world.path("daemon.log"), "a+", encoding="utf-8") as log:
        daemon = fifty.world.daemon(log)
    try:
        if silent:
            find_out(fifty)
        before, begun, longest = answers(fifty), time.monotonic(), 0
        until, last = begun + seconds, begun
        while time.monotonic() < until:
            if len([n for n in fifty.answered() if n != 0]) == COUNT - 1:
                last = time.monotonic()
                fifty.give()
            longest = max(longest, time.monotonic() - last)
            time.sleep(0.02)
        return answers(fifty) - before, longest
    finally:
        daemon.terminate()
        daemon.wait(120)


def in_time(tap, seconds):
    figures = []
    for kill in (False, True):
        fifty = Fifty()
        try:
            if kill:
                fifty.dead(0, fifty.silent.getsockname()[1])
            figures.append(timed(fifty, seconds, kill))
        finally:
            fifty.close()
    (alive, calm), (beside, longest) = figures
    # A busy machine is not even; a round that waits for the silent one takes as long as its silence is borne.
    tap.result(longest < 15 and beside > 0, "in %d s the others got %d answers (no round took more than %.1f s), and %d "
               "beside a silent partner (%.1f s): %.0f %%" % (seconds, alive, calm, beside, longest,
                                                             100 * beside / max(1, alive)))


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    tap, fifty = Tap(), Fifty()
    try:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        fifty.dead(7, port)
        others, longest = counted(fifty, 3, 7)
        tap.result(others == COUNT - 1, "a port that refuses: %d of %d others have all answers, the longest run took %.1f s"
                   % (others, COUNT - 1, longest))
        why = fifty.world.conserved()
        tap.result(not why, "and nothing is lost", [why])
        away = fifty.world.path("partners/P11/in")
        os.rename(away, away + ".away")
        fifty.give()
        fifty.world.tool("run")
        os.rename(away + ".away", away)
        others = [number for number in fifty.answered() if number != 7]
        tap.result(len(others) == COUNT - 2, "found: one that got nothing")
    except (Failed, OSError, subprocess.TimeoutExpired) as why:
        tap.result(False, "fifty partners", [why])
    finally:
        fifty.close()
    if seconds:
        in_time(tap, seconds)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
