#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command that changes something is killed at each of its system calls
that do; then it is given once more, and the program runs to its end. It did
what it says, once: the journal looks as after a command that was not killed,
accepted is what was done, held and so on, and nobody outside sees anything
twice. A command whose work is lost is found.

  commands.py [SECONDS [SEED]]        all calls when SECONDS is 0 (make torture)

Prints TAP and the seed. TP_CRASH_SECONDS sets the time as well."""
import collections
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
from run_crash import CRASH_AT, KILLED, NOT_ALLOWED  # noqa: E402
from world import PROGRAM, Failed, World  # noqa: E402

# The command; @NUMBER is a document's id, %NAME a path, < what it is told.
COMMANDS = (
    "doc hold @PO-2 --reason why", "doc release @PO-3 --reason why", "doc ignore @PO-3 --reason why",
    "doc retry @PO-2 --reason why", "doc resend @PO-1 --reason why", "doc reissue @PO-1 --reason why",
    "doc reprocess @ASN-9 --reason why", "doc keep @PO-1 --reason why", "lookup set item NEW-9 70009 --partner BLUEFISH",
    "endpoint pause ACME --reason why", "endpoint resume BLUEFISH --reason why",
    "secret set one <first", "secret rotate two <second", "secret rotate", "secret rm two", "verify --repair",
    "backup create %backup", "queue dead requeue --reason why", "queue dead export %dead", "purge",
    "support bundle %bundle")
class Command:
    """A world in which every command has something to do, brought back for each history."""

    def __init__(self, folder):
        self.live, self.begin = os.path.join(folder, "live"), os.path.join(folder, "begin")
        os.mkdir(self.live)
        self.world = world = World(self.live)
        world.nav["overlap"] = '"0s"'
        world.start()
        world.main["retention"] = '{ payloads = "1d"; }'
        world.settings()
        play.nav_order(world, ["PO-1", "V10000"], ["70000 40 CASE 155.70"])
        play.ship(world, "BLUEFISH ASN-9 PO-1 NEW-9:4".split(), [])  # waits for an item
        self.must("run")
        door = world.path("partners/BLUEFISH/in")
        os.rename(door, door + ".away")
        play.nav_order(world, ["PO-2,PO-3", "V10000"], ["70000 10 CASE 155.70"])
        self.must("run")
        os.rename(door + ".away", door)
        self.must("doc", "hold", str(self.id_of("PO-3")), "--reason", "not yet")
        self.must("endpoint", "pause", "BLUEFISH", "--reason", "not yet")
        self.must("secret", "set", "two", told="two")
        world.stop()
        shutil.copytree(self.live, self.begin)

    def must(self, *words, told=None):
        result = self.world.tool(*words, told=told)
        if result.returncode not in (0, 6, 9):
            raise Failed("%s: %d %s" % (" ".join(words), result.returncode, result.stdout + result.stderr))

    def id_of(self, number):
        return self.world.rows("SELECT id FROM document WHERE number = ? ORDER BY id LIMIT 1", number)[0]["id"]

    def restore(self):
        shutil.rmtree(self.live)
        shutil.copytree(self.begin, self.live)

    def words(self, line):
        words = line.split(" <")[0].split()
        return [str(self.id_of(word[1:])) if word[0] == "@" else self.world.path(word[1:]) if word[0] == "%" else word
                for word in words], line.split(" <")[1] if " <" in line else None

    def give(self, line, call=None):
        """The command, perhaps killed at a call; its exit, calls passed, and words."""
        words, told = self.words(line)
        count = self.world.path("count")
        step = [] if call is None else [CRASH_AT, "all", str(call), count]
        result = subprocess.run(step + [PROGRAM, "-c", self.world.path("etc")] + words, capture_output=True, text=True,
                                errors="replace", input=told or "", timeout=120,
                                env=dict(os.environ, TRADEPOST_NOW=self.world.now, ASAN_OPTIONS="detect_leaks=0"))
        passed = int(open(count, encoding="utf-8").read().split()[0]) if call is not None else 0
        return result.returncode, passed, result.stdout + result.stderr

    def seen(self):
        """What the journal holds, without what may differ."""
        why = self.world.conserved()
        if why:
            raise Failed(why)
        seen = collections.Counter()
        for row in self.world.rows('SELECT direction, "set", number, state, code FROM document'):
            seen[("document",) + tuple(row)] += 1
        for line in self.world.tool("endpoint", "list").stdout.splitlines():
            seen[("endpoint",) + tuple(line.split()[:2])] += 1
        result = self.world.tool("secret", "list", "-o", "json")
        for name in ("one", "two"):
            seen[("secret", name, name in result.stdout)] += 1
        return seen

    def finish(self, line):
        """Runs to the end; what is there then."""
        self.world.start()
        try:
            if "endpoint" not in line:
                self.must("endpoint", "resume", "BLUEFISH", "--reason", "end")
            for hour in range(3):
                self.world.now = "2026-11-22T%02d:00:00Z" % (16 + 2 * hour)
                self.must("run")
            seen = self.seen()
        finally:
            self.world.stop()
            self.world.now = "2026-11-22T12:00:00Z"
        folder = self.world.path("partners/BLUEFISH/in")
        for name in os.listdir(folder):
            seen[("file", name)] += 1
        return seen

    def history(self, line, call, forgets=False):
        """Killed at the call, given once more, and run to the end; what is there then."""
        self.restore()
        status, _, said = self.give(line, call)
        if status not in (0, KILLED):
            raise Failed("it ended with %d: %s" % (status, said[-300:]))
        if forgets:
            shutil.rmtree(self.world.path("state"))
            shutil.copytree(os.path.join(self.begin, "state"), self.world.path("state"))
        if status == KILLED and not forgets:
            shutil.rmtree(self.world.path("backup"), ignore_errors=True)
            shutil.rmtree(self.world.path("bundle"), ignore_errors=True)
            again, _, said = self.give(line)
            if again not in (0, 3, 8) or (again != 0 and "TP" not in said):
                raise Failed("given again, it ended with %d: %s" % (again, said[-300:]))
        return self.finish(line)


def differences(wanted, seen):
    return "\n".join(["  missing %d: %s" % (wanted[key] - seen[key], key) for key in wanted if seen[key] < wanted[key]] +
                     ["  too many %d: %s" % (seen[key] - wanted[key], key) for key in seen if seen[key] > wanted[key]])


def sweep(command, seconds, seed):
    chance, lines = random.Random(seed), list(COMMANDS)
    chance.shuffle(lines)
    until, bad, done, total = time.monotonic() + seconds, 0, 0, 0
    command.restore()
    if command.give(lines[0], 0)[0] == NOT_ALLOWED:
        print("1..0 # SKIP ptrace or seccomp is not allowed here")
        return 0
    for line in lines:
        if bad >= 3 or (seconds > 0 and done and time.monotonic() > until):
            break
        command.restore()
        status, calls, said = command.give(line, 0)
        if status != 0:
            raise Failed("%s: %d %s" % (line, status, said))
        wanted, total = command.finish(line), total + calls
        for call in range(1, calls + 1) if seconds == 0 else chance.sample(range(1, calls + 1), min(3, calls)):
            try:
                text = differences(wanted, command.history(line, call))
            except (Failed, subprocess.TimeoutExpired, OSError) as failed:
                text = str(failed)
            done += 1
            if text:
                bad += 1
                print("# %s: killed at call %d of %d:\n# %s" % (line, call, calls, text.replace("\n", "\n# ")))
            if bad >= 3 or (seconds > 0 and time.monotonic() > until):
                break
        sys.stdout.flush()
    print("%s 1 - commands were killed at %d of %d calls, seed %d: what each says is done, once" % (
        "not ok" if bad or not done else "ok", done, total, seed))
    return bad


def control(command):
    """The command said that it is done, and the journal knows nothing of it."""
    line = "doc resend @PO-1 --reason why"
    command.restore()
    command.give(line, 0)
    wanted = command.finish(line)
    try:
        found = differences(wanted, command.history(line, 10 ** 6, forgets=True)) != ""
    except Failed:
        found = True
    print("%s 2 - %s: a command whose work is lost\n1..2" % (
        "ok" if found else "not ok", "found" if found else "not found"))
    return not found


def main():
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else min(4, float(os.environ.get("TP_CRASH_SECONDS", "4"))))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    folder = tempfile.mkdtemp(prefix="tp-commands-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    command = None
    try:
        command = Command(folder)
        bad = sweep(command, seconds, seed)
        return 1 if bad + control(command) else 0
    finally:
        if command:
            command.world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
