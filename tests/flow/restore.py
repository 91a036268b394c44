#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A backup that is put back sends nothing again and posts nothing again: what
was under way waits, and the other side is asked before it goes on. A journal
that is put back without a word is refused."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import run_scenarios as play
from world import PROGRAM, World

number = failed = 0


def verdict(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", number, name), flush=True)
    if not good and why:
        print("# " + str(why).replace("\n", "\n# ")[:3000])


def files(world, code):
    return sorted(os.path.basename(name) for name in glob.glob(world.path("partners", code, "in", "[!.]*")))


def stamped(world):
    """The same with the time of each: a file that is sent again under its name is seen."""
    return [(name, os.stat(name).st_mtime_ns) for code in ("ACME", "BLUEFISH")
            for name in sorted(glob.glob(world.path("partners", code, "in", "[!.]*")))]


def tool(world, *words):
    result = world.tool(*words)
    world.said = result.stdout + result.stderr
    return result.returncode


def state(world, kind, order):
    rows = world.rows('SELECT state, code, reason FROM document WHERE "set" = ? AND number = ? ORDER BY id DESC',
                      kind, order)
    return rows[0]["state"] if rows else "none"


def lose_journal(world):
    shutil.rmtree(world.path("state"))
    os.makedirs(world.path("state"))


def release_all(world):
    for row in world.rows("SELECT id FROM document WHERE state = 'held'"):
        tool(world, "doc", "release", str(row["id"]), "--reason", "asked")


def orders(world, *numbers):
    play.nav_order(world, [",".join(numbers), "V10000"], ["70000 40 CASE 155.70"])


def work_until_backup(world):
    """One order sent, one that waits at a closed door; then the backup."""
    orders(world, "PO-1")
    tool(world, "run")
    door = world.path("partners/BLUEFISH/in")
    os.rename(door, door + ".away")
    orders(world, "PO-2", "PO-4")
    tool(world, "run")
    os.rename(door + ".away", door)
    verdict(state(world, "850", "PO-2") in ("queued", "deferred"), "an order waits when the backup is made", world.said)
    verdict(tool(world, "backup", "create", world.path("monday")) == 0, "a backup is made", world.said)
    verdict(tool(world, "backup", "verify", world.path("monday")) == 0, "and proved", world.said)


def work_after_backup(world):
    """What the backup does not know: the order leaves, another too, a ship notice is posted."""
    world.now = play.TODAY + "T14:00:00Z"
    orders(world, "PO-3")
    play.ship(world, ["BLUEFISH", "ASN-1", "PO-1", "BF-220:40"], [])
    tool(world, "run")
    tool(world, "run")
    verdict(state(world, "850", "PO-2") == "done" and state(world, "850", "PO-3") == "done" and
            state(world, "856", "ASN-1") == "done", "after it, orders leave and a ship notice is posted", world.said)
    for name in glob.glob(world.path("partners/BLUEFISH/in/850_*")):
        with open(name, encoding="utf-8") as file:
            taken = "PO-4" in file.read()
        if taken:
            os.unlink(name)  # the partner takes one


def damaged(world):
    """Every byte counts."""
    copy = world.path("damaged")
    wrong = 0
    for name in ("journal.db", "MANIFEST"):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(world.path("monday"), copy)
        path = os.path.join(copy, name)
        size = os.path.getsize(path)
        for at in [0, 20, size // 3, size // 2, size - 2, size - 1]:
            with open(path, "r+b") as file:
                file.seek(at)
                old = file.read(1)
                file.seek(at)
                file.write(bytes([old[0] ^ 1]))
            wrong += tool(world, "backup", "verify", copy) == 0
            with open(path, "r+b") as file:
                file.seek(at)
                file.write(old)
    verdict(wrong == 0 and tool(world, "backup", "verify", copy) == 0, "one changed byte is found, wherever it is",
            "%d were not; %s" % (wrong, world.said))
    store = glob.glob(os.path.join(copy, "store", "*"))
    if store:
        os.unlink(store[0])
        verdict(tool(world, "backup", "verify", copy) == 1 and "TP4062" in world.said, "a file that is missing is found",
                world.said)
    os.unlink(os.path.join(copy, "MANIFEST"))
    verdict(tool(world, "backup", "restore", copy) == 4 and "TP4061" in world.said,
            "without its manifest it is no backup", world.said)


def killed(world):
    """A restore that is killed leaves no journal, and goes through the next time."""
    stepper = os.path.join(os.environ.get("TP_BUILD", "."), "tests/crash/crash_at")
    words = [PROGRAM, "-c", world.path("etc"), "backup", "restore", world.path("monday")]
    environment = dict(os.environ, TRADEPOST_NOW=world.now, ASAN_OPTIONS="detect_leaks=0")
    spool = world.path("spool.kept")
    shutil.copytree(world.path("spool"), spool)

    def fresh():
        lose_journal(world)
        shutil.rmtree(world.path("spool"))
        shutil.copytree(spool, world.path("spool"))

    def at(call):
        return subprocess.run([stepper, "all", str(call), world.path("calls")] + words, capture_output=True,
                              env=environment, check=False).returncode
    fresh()
    if at(0) == 77:
        print("# ptrace is not allowed here")
        return
    with open(world.path("calls"), encoding="utf-8") as file:
        calls = int(file.read())
    bad = tried = 0
    for call in range(1, calls + 1, max(1, calls // int(os.environ.get("TP_POINTS", "40")))):
        fresh()
        at(call)
        tried += 1
        if os.path.exists(world.path("state/journal.db")):
            whole = tool(world, "backup", "resume", "-n", "--reason", "x") == 0
        else:
            whole = tool(world, "backup", "restore", world.path("monday")) == 0
        whole = whole and tool(world, "verify", "--repair") == 0
        if not whole:
            bad += 1
            print("# killed at call %d of %d: %s" % (call, calls, world.said))
    verdict(bad == 0 and tried >= 20, "killed at %d of %d calls, a restore is whole or not begun" % (tried, calls))
    fresh()


def put_back(world):
    before = stamped(world)
    receipts = len(world.ask("effects?kind=receipt"))
    verdict(tool(world, "backup", "restore", world.path("monday")) == 8 or "TP4063" in world.said,
            "a journal that is there is not overwritten", world.said)
    if not world.sshd:  # calls of the restore itself
        killed(world)
    lose_journal(world)
    verdict(tool(world, "backup", "restore", world.path("monday")) == 0, "the backup is restored", world.said)
    verdict(tool(world, "verify") == 0, "nothing is lost or changed in it", world.said)
    rows = world.rows("SELECT count(*) n FROM document WHERE state NOT IN ('held','done','dead','ignored','replaced')")
    verdict(rows[0]["n"] == 0, "nothing is under way", rows[0]["n"])
    for _ in range(3):
        world.now = world.now.replace("T14", "T15")
        tool(world, "run")
    verdict(stamped(world) == before, "three runs send nothing", stamped(world))
    verdict(state(world, "850", "PO-3") == "held" and state(world, "850", "PO-2") == "held",
            "what was captured again waits as well", world.said)
    release_all(world)
    for _ in range(3):
        tool(world, "run")
    verdict(state(world, "850", "PO-2") == "done" or state(world, "850", "PO-4") == "done",
            "what the partner has is found when it is released", world.said)
    again = [row["number"] for row in world.rows("SELECT number FROM document WHERE state = 'held' AND code = 'TP7016'")]
    verdict(len(again) == 2 and "PO-3" in again, "what nobody can tell is a person's to decide", again)
    verdict(set(before) <= set(stamped(world)), "and not sent again",
            stamped(world))
    names = [name.split("_")[-1] for name in files(world, "BLUEFISH")]
    verdict(len(names) == len(set(names)), "no control number comes twice", names)
    verdict(len(world.ask("effects?kind=receipt")) == receipts, "nothing is posted again")
    play.replay(world, [], [])
    tool(world, "run")
    release_all(world)
    for _ in range(3):
        tool(world, "run")
    verdict(len(world.ask("effects?kind=receipt")) == receipts,
            "nor when the partner gives its ship notice once more", world.ask("effects?kind=receipt"))
    verdict(tool(world, "verify") == 0, "verify agrees", world.said)


def go_on(world):
    verdict(tool(world, "backup", "resume", "--reason", "all were asked") == 0, "it is resumed", world.said)
    verdict(tool(world, "backup", "resume", "--reason", "again") == 8, "once", world.said)
    world.now = play.TODAY + "T18:00:00Z"
    orders(world, "PO-9")
    tool(world, "run")
    verdict(state(world, "850", "PO-9") == "done", "new orders go out by themselves again", world.said)
    rows = world.rows("SELECT isa FROM document WHERE number = 'PO-9'")
    verdict(int(rows[0]["isa"]) > 1000 + 917, "with a number that was never used", rows[0]["isa"])


def rolled_back(world):
    """The same journal, copied back by hand."""
    shutil.copytree(world.path("state"), world.path("kept"))
    world.now = play.TODAY + "T19:00:00Z"
    orders(world, "PO-10")
    tool(world, "run")
    sent = stamped(world)
    shutil.copytree(world.path("state"), world.path("newest"))
    shutil.rmtree(world.path("state"))
    shutil.copytree(world.path("kept"), world.path("state"))
    verdict(tool(world, "run") == 4 and "TP4060" in world.said, "an old journal that was copied back is refused",
            world.said)
    verdict(tool(world, "verify") == 1 and "TP4060" in world.said, "verify says so as well", world.said)
    verdict(tool(world, "today") in (0, 1), "looking is allowed", world.said)
    shutil.rmtree(world.path("state"))
    shutil.copytree(world.path("newest"), world.path("state"))
    verdict(tool(world, "run") == 0, "the newest one is not", world.said)
    shutil.rmtree(world.path("state"))
    shutil.copytree(world.path("kept"), world.path("state"))
    verdict(tool(world, "backup", "declare", "--reason", "the disk was put back") == 0, "it can be declared", world.said)
    tool(world, "run")
    verdict(stamped(world) == sent, "and then sends nothing again", stamped(world))
    release_all(world)
    tool(world, "run")
    verdict(tool(world, "verify") == 0, "and is whole", world.said)
    shutil.rmtree(world.path("state"))
    os.makedirs(world.path("state"))
    verdict(tool(world, "run") == 4 and "TP4060" in world.said, "a journal that is gone is refused, too", world.said)
    # The control: without what stands outside the journal nobody would know.
    shutil.rmtree(world.path("state"))
    shutil.copytree(world.path("kept"), world.path("state"))
    os.unlink(world.path("spool/.epoch"))
    tool(world, "run")
    verdict("sent" in world.said and stamped(world) != sent, "without the epoch outside the journal, it would send again",
            "%s\n%s" % (world.said, files(world, "BLUEFISH")))


def main():
    folder = tempfile.mkdtemp(prefix="tp-restore-")
    world = World(folder)
    world.said = ""
    try:
        world.start()
        if sys.argv[1:] == ["sftp"]:
            if not world.start_sshd():
                print("1..0 # SKIP there is no sshd")
                return 0
            for code in ("ACME", "BLUEFISH"):
                world.by_sftp(code)
        work_until_backup(world)
        work_after_backup(world)
        damaged(world)
        put_back(world)
        go_on(world)
        rolled_back(world)
    finally:
        world.stop()
        if failed == 0:
            shutil.rmtree(folder)
        else:
            print("# kept: " + folder)
    print("1..%d" % number)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
