#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The line breaks after each byte of five dialogues, either way: NAV is read,
NAV is written to, the token server is asked, Cleo takes and gives a file, SFTP
takes and gives a file. The connection is reset or ends; then the line is well
again. Nothing is lost, nothing happens twice, and no run takes long.

  cuts.py [SECONDS [SEED]]            0 seconds: every byte (make torture)
  cuts.py --play DIALOGUE WAY BYTE HOW     one cut; its folder is kept

The control: a program that has forgotten what it was doing when the line broke
(its journal is put back) does something twice, and this must be seen; a token
server that refuses keeps the order here, and this must be seen.
Prints TAP and the seed. TP_FAULT_SECONDS sets the time as well."""
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "flow")]
import run_scenarios as play  # noqa: E402
from relay import Relay  # noqa: E402
from strikes import Tap  # noqa: E402
from world import Failed, World  # noqa: E402

LONGEST = 60  # seconds that a run may take
ROUNDS = 6    # runs on a good day until all must be done
FRESH = 250   # cuts in one world


class Dialogue:
    """A world in which every turn has a piece of work of its own."""
    name, service = "NAV is read", "nav"

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tp-cuts-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.world = World(self.folder)
        self.turn, self.effects_at, self.taken, self.longest = 0, 0, [], 0
        self.clock = datetime.datetime(2026, 11, 22, 12)
        self.world.start()
        self.world.nav["overlap"] = '"0s"'  # else each order is read again for ten minutes
        self.world.nav["timeout"] = '"2s"'  # of a silent line
        self.begin()
        self.world.settings()
        self.run()
        self.outside()

    def begin(self):
        self.line = Relay(self.world.ports["nav"])
        self.world.nav["url"] = '"http://127.0.0.1:%d/BC"' % self.line.port

    def end(self):
        self.line.close()
        self.world.stop()

    def run(self):
        self.clock += datetime.timedelta(minutes=40)
        self.world.now = self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")
        begun = time.monotonic()
        result = self.world.tool("run")
        self.longest = max(self.longest, time.monotonic() - begun)
        if not 0 <= result.returncode < 100:
            raise Failed("run: exit %d: %s" % (result.returncode, result.stderr[-500:]))
        self.said = result.stdout + result.stderr

    def outside(self):
        """What came about outside since the last look: sorted words."""
        effects, path = [], self.world.path("sandbox/effects.jsonl")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                file.seek(self.effects_at)
                effects = [json.loads(line) for line in file.readlines()]
                self.effects_at = file.tell()
        seen = ["%s %s" % (one["kind"], one["table"]) for one in effects if one["kind"] in self.kinds]
        return seen + (self.take() if self.takes_at_once else [])

    kinds = ()
    takes_at_once = True  # a file that is sent again is there twice, and not found there before

    def take(self):
        """The partner takes what it has."""
        folder = self.world.path("partners/BLUEFISH/in")
        names = [name for name in os.listdir(folder) if not name.startswith(".")]
        for name in names:
            os.unlink(os.path.join(folder, name))
        return ["file " + name.split("_")[0] for name in names]

    def order(self):
        self.number = "PO-%06d" % self.turn
        play.nav_order(self.world, [self.number, "V10000"], ["70000 40 CASE 155.70"])

    def give(self):
        self.order()

    wanted = ["file 850"]

    def done(self):
        return self.world.rows("SELECT 1 FROM document WHERE number = ? AND state = 'done'", self.number)

    def once(self, way, after, how, forgets=False):
        """One cut; "" or what is wrong. The line's counts are those of the run that was cut."""
        self.turn += 1
        self.give()
        if forgets:
            shutil.copytree(self.world.path("state"), self.world.path("kept"))
        self.line.arm(way, after, how)
        self.run()
        self.cut, self.passed = self.line.struck, dict(self.line.passed)
        self.line.disarm()
        seen = self.outside()
        if forgets:
            shutil.rmtree(self.world.path("state"))
            os.rename(self.world.path("kept"), self.world.path("state"))
            for name in (".epoch",):
                if os.path.exists(self.world.path("spool", name)):
                    os.unlink(self.world.path("spool", name))
        for _ in range(ROUNDS):
            if self.done():
                break
            self.run()
            seen += self.outside()
        if not self.done():
            rows = self.world.rows("SELECT number, state, code, reason FROM document WHERE number = ?", self.number)
            return "not done: %s; %s" % ([tuple(row) for row in rows], self.said[-300:])
        if self.turn % 8 == 0:
            self.run()  # nothing comes later, either
            seen += self.outside()
        if not self.takes_at_once:
            seen += self.take()
        if sorted(seen) != sorted(self.wanted):
            return "outside are %s, expected %s" % (sorted(seen), sorted(self.wanted))
        return ""


class Token(Dialogue):
    """Only the token server's line breaks."""
    name, service = "the token server is asked", "token"

    def begin(self):
        self.line = Relay(self.world.ports["token"])
        self.world.write("secrets/nav", "sandbox-secret", 0o600)
        self.world.nav["auth"] = ('{ kind = "oauth2"; client = "tradepost"; secret = "secret:nav"; '
                                  'url = "http://127.0.0.1:%d/sandbox/oauth2/v2.0/token"; }' % self.line.port)


class Post(Dialogue):
    """A receipt and an invoice of one case each, of one large order."""
    name = "NAV is written to"
    kinds = ("receipt", "post", "payment")
    wanted = ["receipt purchaseReceipts", "post purchaseInvoices", "file 997", "file 997"]

    def begin(self):
        play.nav_order(self.world, ["PO-1", "V10000"], ["70000 900000 CASE 155.70"])
        play.ship(self.world, "BLUEFISH ASN-1 PO-1 BF-220:800000".split(), [])
        self.world.tool("run")
        super().begin()

    def give(self):
        self.number = "INV-%06d" % self.turn
        play.ship(self.world, ["BLUEFISH", "ASN-%06d" % self.turn, "PO-1", "BF-220:1"], [])
        play.bill(self.world, ["BLUEFISH", self.number, "PO-1", "BF-220:1:155.7"], [])

    def done(self):
        return len(self.world.rows("SELECT 1 FROM document WHERE number IN (?, ?) AND state = 'done'", self.number,
                                   "ASN-%06d" % self.turn)) == 2


class Cleo(Dialogue):
    """An order goes out, an acknowledgement is fetched. What is not listed was not sent, so files stay there."""
    name, service = "Cleo takes and gives files", "cleo"
    kinds = ("upload", "remove")
    wanted = ["upload cleo", "remove cleo", "file 850"]
    takes_at_once = False

    def begin(self):
        self.line = Relay(self.world.ports["cleo"])
        self.box = self.world.path("sandbox/cleo/out/BLUEFISH")
        os.makedirs(self.box, exist_ok=True)
        ports = dict(self.world.ports)
        self.world.ports["cleo"] = self.line.port
        self.world.by_cleo("BLUEFISH", 'get = "/out/BLUEFISH"; absent = "unsent";')
        self.world.ports.update(ports)

    def give(self):
        self.order()
        play.give(self.world, ["BLUEFISH", "997"], ["AK1*PO*%d" % (900000 + self.turn), "AK2*850*0001", "AK5*A",
                                                    "AK9*A*1*1*1"])
        folder = self.world.path("partners/BLUEFISH/out")
        for name in os.listdir(folder):
            shutil.move(os.path.join(folder, name), os.path.join(self.box, name))

    def taken_in(self):
        return len(self.world.rows("SELECT 1 FROM document WHERE \"set\" = '997' AND direction = 'in'")) == self.turn

    def done(self):
        return super().done() and self.taken_in() and not os.listdir(self.box)


class Sftp(Cleo):
    name, service = "SFTP takes and gives files", "sftp"
    kinds, wanted, takes_at_once = (), ["file 850"], True

    def begin(self):
        if not self.world.start_sshd():
            raise play.Skipped("there is no sshd")
        self.box = self.world.path("partners/BLUEFISH/out")
        self.line = Relay(self.world.ssh_port)
        self.world.ssh_port = self.line.port
        self.world.by_sftp("BLUEFISH")

    def give(self):
        self.order()
        play.give(self.world, ["BLUEFISH", "997"], ["AK1*PO*%d" % (900000 + self.turn), "AK2*850*0001", "AK5*A",
                                                    "AK9*A*1*1*1"])




class Refused(Token):
    """The control: a token server that says no instead of going stops NAV until a person resumes it."""

    def once(self, way, after, how, forgets=False):
        if forgets:
            self.world.write("secrets/nav", "wrong", 0o600)
        return super().once(None, 0, "")


DIALOGUES = (Dialogue, Token, Post, Cleo, Sftp)
WAYS, HOWS = ("up", "down"), ("rst", "fin")


class Sweep:
    """One dialogue's worlds, one after the other, and what was found in them."""

    def __init__(self, kind):
        self.kind, self.dialogue, self.size = kind, None, None
        self.cuts = self.missed = self.forgotten = self.found = 0
        self.longest, self.why = 0, []

    def leave(self):
        if self.dialogue:
            self.longest = max(self.longest, self.dialogue.longest)
            self.dialogue.end()
            shutil.rmtree(self.dialogue.folder)
            self.dialogue = None

    def fresh(self):
        self.leave()
        self.dialogue = self.kind()
        # The second time: nothing is new to it but the work itself.
        for _ in range(2):
            why = self.dialogue.once(None, 0, "")
            if why:
                raise Failed("unharmed, " + why)
        self.size = self.size or dict(self.dialogue.passed)

    def cut(self, way, after, how):
        if self.dialogue is None or self.dialogue.turn > FRESH:
            self.fresh()
        try:
            why = self.dialogue.once(way, after, how)
            if not why and self.dialogue.turn % 50 == 0:
                why = self.dialogue.world.conserved()
        except (Failed, OSError, subprocess.TimeoutExpired) as failed:
            why = str(failed)
        self.cuts += self.dialogue.cut
        self.missed += not self.dialogue.cut
        if self.dialogue.longest > LONGEST:
            why = why or "a run took %.0f s" % self.dialogue.longest
        if why:
            self.why.append("--play %r %s %d %s: %s" % (self.kind.name, way, after, how, why))
            self.leave()

    def forget(self, chance):
        """The control: cuts after which the program has forgotten, until this is seen."""
        kind = self.kind
        self.kind = Refused if kind is Token else kind
        while not self.found and self.forgotten < 12:
            way = chance.choice(WAYS)
            self.forgotten += 1
            try:
                self.fresh()
                after = self.size[way] - chance.randint(0, self.size[way] // 4)
                self.found += self.dialogue.once(way, after, chance.choice(HOWS), forgets=True) != ""
            finally:
                self.leave()
        self.kind = kind

def all_cuts(sweep):
    """Every byte, each way and manner; silence seldom, where we may set how long it is borne."""
    for how in HOWS:
        for way in WAYS:
            for after in range(sweep.size[way] + 1):
                yield way, after, how
    if sweep.kind in (Dialogue, Post):
        for after in range(0, sweep.size["down"], 397):
            yield "down", after, "silent"


def drawn_cuts(sweep, chance):
    while True:
        way = chance.choice(WAYS)
        yield way, chance.randint(0, sweep.size[way]), chance.choice(HOWS)


def sweep_all(seconds, seed):
    tap, chance = Tap(), random.Random(seed)
    for kind in DIALOGUES:
        sweep = Sweep(kind)
        try:
            sweep.fresh()
            until = time.monotonic() + (seconds / len(DIALOGUES) if seconds else 10 ** 9)
            for cut in drawn_cuts(sweep, chance) if seconds else all_cuts(sweep):
                sweep.cut(*cut)
                if len(sweep.why) >= 3 or time.monotonic() > until:
                    break
            if sweep.dialogue and not sweep.why:
                sweep.why += [why for why in [sweep.dialogue.world.conserved()] if why]
            sweep.leave()
            tap.result(not sweep.why and sweep.cuts, "%s (%d bytes up, %d down): cut at %d bytes, seed %d; nothing lost, "
                       "nothing twice; the longest run took %.1f s" % (
                           kind.name, sweep.size["up"], sweep.size["down"], sweep.cuts, seed, sweep.longest), sweep.why)
            sweep.forget(chance)
            tap.result(sweep.found, "%s: what a program does that %s, after %d cuts" % (
                "found" if sweep.found else "not found",
                "stops for good" if kind is Token else "has forgotten", sweep.forgotten))
        except play.Skipped as why:
            tap.skip(kind.name, why)
        finally:
            sweep.leave()
    return tap.end()


def main():
    if sys.argv[1:2] == ["--play"]:
        name, way, after, how = sys.argv[2:6]
        sweep = Sweep([kind for kind in DIALOGUES if kind.name == name][0])
        sweep.fresh()
        print(sweep.dialogue.once(way, int(after), how) or "all is well", sweep.dialogue.passed)
        print("# kept", sweep.dialogue.folder)
        sweep.dialogue.end()
        return 0
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_FAULT_SECONDS", "3"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    return sweep_all(seconds, seed)


if __name__ == "__main__":
    sys.exit(main())
