#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A file of a hundred megabytes in the drop box: its sets become documents, it
is answered once, and the program never needs 64 MB. Killed while it takes one
apart, the next run goes on behind the last set that is in the journal.

  large.py [MEGABYTES]

Prints TAP. TP_LARGE_MB sets the size as well; a build with sanitizers takes
5 MB and its memory is not looked at."""
import glob
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tap  # noqa: E402
from tap import ok  # noqa: E402
from world import PROGRAM, World  # noqa: E402

LINES, MOST_MB = 400, 64
FETCHED_MB = 48  # of a file of 24 MB, by a channel


def fill(path, megabytes, control, wrong=3):
    """Ship notices, each of one order; every wrong-th lacks its date. Returns how many."""
    goods = "".join("HL*%d*2*I~LIN*%d*VN*BF-220~SN1*%d*40*CA~PID*F****%s~" % (i + 3, i + 1, i + 1, "SALMON " * 11)
                    for i in range(LINES))
    count = 0
    with open(path, "w", encoding="ascii") as out:
        out.write("ISA*00*          *00*          *ZZ*BLUEFISH01     *ZZ*CRONUS01       *261122*1200*U*00401*%09d*0*P*>~\n"
                  "GS*SH*BLUEFISH01*CRONUS01*20261122*1200*%d*X*004010~\n" % (control, control))
        while out.tell() < megabytes << 20:
            count += 1
            out.write("ST*856*%04d~BSN*00*ASN-%d-%d*%s*1432*0001~HL*1**S~DTM*011*20261122~HL*2*1*O~PRF*PO-%d~%s"
                      "CTT*%d~SE*%d*%04d~\n" % (count, control, count, "20261122" if count % wrong else "2026", count,
                                                goods, LINES + 2, 8 + 4 * LINES, count))
        out.write("GE*%d*%d~\nIEA*1*%09d~\n" % (count, control, control))
    return count


def run(world, environment=None, kill_after=None):
    """Its end, its words, and the most memory that it had, in MB."""
    child = subprocess.Popen([PROGRAM, "-c", world.path("etc"), "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env=dict(os.environ, TRADEPOST_NOW=world.now, **(environment or {})))
    if kill_after:
        kill_after(child)
    said = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return os.waitstatus_to_exitcode(status), said, usage.ru_maxrss / 1024


def documents(world):
    return [tuple(row) for row in world.rows(
        "SELECT ordinal, number, state, valid, code, reason, key FROM document WHERE direction = 'in' ORDER BY ordinal")]


def answer(world):
    """The 997, without its own numbers and times."""
    names = glob.glob(world.path("partners/BLUEFISH/in/997_*"))
    text = open(names[0], encoding="ascii").read() if len(names) == 1 else "there are %d" % len(names)
    return "~".join(re.findall(r"A[BK]\d\*[^~]*", text))


def when_some_are_there(world, least):
    def wait(child):
        for _ in range(6000):
            time.sleep(0.02)
            try:
                if world.rows("SELECT count(*) FROM document WHERE direction = 'in'")[0][0] >= least:
                    break
            except Exception:  # no journal yet
                pass
        child.send_signal(signal.SIGKILL)
    return wait


def drop(world, megabytes, control):
    os.makedirs(world.path("spool/in/bluefish"), exist_ok=True)
    count = fill(world.path("hidden"), megabytes, control)
    os.rename(world.path("hidden"), world.path("spool/in/bluefish/large.edi"))
    return count


def in_world(base, play):
    folder = tempfile.mkdtemp(prefix="tp-large-", dir=base)
    world = World(folder)
    try:
        world.start()
        return play(world)
    finally:
        world.stop()
        shutil.rmtree(folder)


def whole(megabytes, watched):
    def play(world):
        count = drop(world, megabytes, 1001)
        code, said, most = run(world)
        rows = documents(world)
        states = {row[2:5] for row in rows}
        ok(code == 0 and len(rows) == count and [row[0] for row in rows] == list(range(1, count + 1)),
           "%d sets of %d MB are as many documents, in order" % (count, megabytes), "%d %s" % (code, said[-500:]))
        ok(len(states) == 2 and sum(row[3] == "bad" for row in rows) == count // 3,
           "a wrong one harms no other", states)
        ok(not watched or most < MOST_MB, "its memory stays below %d MB" % MOST_MB, "%.0f MB" % most)
        sets = len(re.findall("AK2", answer(world)))
        ok(sets == count and answer(world).endswith("AK9*P*%d*%d*%d" % (count, count, count - count // 3)),
           "one 997 tells of each", answer(world)[-300:])
        verified = world.tool("verify")
        ok(verified.returncode == 0, "every byte is accounted for", verified.stdout + verified.stderr)
        drop(world, megabytes, 1001)
        again = run(world)[1]
        ok(len(documents(world)) == count, "the same file once more makes no document", again[-300:])
    return play


def small_and_large(world_of):
    """The same bytes, in memory and set by set."""
    seen = []
    for limit in ("100000000", "1000"):
        def play(world):
            drop(world, 1, 1001)
            code, said, _ = run(world, {"TRADEPOST_LARGE_BYTES": limit})
            return code, documents(world), answer(world), [tuple(row) for row in world.rows(
                'SELECT state, partner, control, sha256, size, "offset" FROM interchange WHERE arrival > 0')], [
                tuple(row) for row in world.rows(
                    "SELECT p.role, y.sha256 FROM part p JOIN payload y ON y.id = p.payload JOIN document d"
                    " ON d.id = p.document WHERE d.direction = 'in' ORDER BY d.ordinal, p.role")]
        seen.append(world_of(play))
    names = ("exit", "documents", "997", "interchange", "contents")
    differ = [name for name, one, other in zip(names, *seen) if one != other]
    ok(not differ, "set by set is the same as in memory: documents, findings, records, bytes, 997", differ)


def fetched(megabytes, watched, by):
    """The same by a channel: it goes to the disk in pieces."""
    def play(world):
        if by == "sftp":
            if not world.start_sshd():
                print("# no sshd")
                return
            world.by_sftp("BLUEFISH")
        world.settings()
        count = fill(world.path("hidden"), megabytes, 1004)
        os.rename(world.path("hidden"), world.path("partners/BLUEFISH/out/large.edi"))
        code, said, most = run(world)
        ok(code == 0 and len(documents(world)) == count and not os.listdir(world.path("partners/BLUEFISH/out")),
           "%d MB by %s are taken, and removed there" % (megabytes, by), "%d %d %s" % (code, count, said[-500:]))
        ok(not watched or most < FETCHED_MB, "its memory stays below %d MB" % FETCHED_MB, "%.0f MB" % most)
        verified = world.tool("verify")
        ok(verified.returncode == 0 and not os.path.exists(world.path("spool/.fetching")),
           "every byte is accounted for, and nothing is left", verified.stdout + verified.stderr)
    return play


def killed(world):
    count = drop(world, 3, 1002)
    environment = {"TRADEPOST_LARGE_BYTES": "1000"}
    code = run(world, environment, when_some_are_there(world, 1))[0]
    there = len(documents(world))
    ok(code == -signal.SIGKILL and 0 < there < count, "killed when some of its sets are there", (code, there, count))
    code, said, _ = run(world, environment)
    rows = documents(world)
    ok(code == 0 and [row[0] for row in rows] == list(range(1, count + 1)), "the next run adds the others, once",
       "%s %d of %d" % (said[-300:], len(rows), count))
    ok(len(re.findall("AK2", answer(world))) == count, "and answers once, for all of them", answer(world)[-200:])
    verified = world.tool("verify")
    ok(verified.returncode == 0, "every byte is accounted for", verified.stdout + verified.stderr)


def forgotten(world):
    """Its partner is there no longer when the next run goes on, and then is again."""
    count = drop(world, 3, 1003)
    environment = {"TRADEPOST_LARGE_BYTES": "1000"}
    run(world, environment, when_some_are_there(world, 1))
    there = len(documents(world))
    with open(world.path("etc/partners/bluefish.conf"), encoding="utf-8") as file:
        settings = file.read()
    world.write("etc/partners/bluefish.conf", settings.replace("BLUEFISH01", "BLUEFISH02"))
    said = run(world, environment)[1]
    held = world.rows("SELECT id FROM document WHERE state = 'held' AND code = 'TP7045'")
    verified = world.tool("verify")
    ok(0 < there < count and len(held) == 1 and verified.returncode == 0,
       "what is left of a file whose partner is gone waits as one document", said + verified.stdout + verified.stderr)
    world.write("etc/partners/bluefish.conf", settings)
    released = world.tool("doc", "release", str(held[0][0] if held else 0), "--reason", "it is there again")
    code, said, _ = run(world, environment)
    rows = [row for row in documents(world) if row[0] > 0]
    verified = world.tool("verify")
    ok(released.returncode == code == verified.returncode == 0 and [row[0] for row in rows] == list(range(1, count + 1)),
       "released, the rest comes in", "%s%s%d of %d %s" % (released.stderr, said[-300:], len(rows), count, verified.stdout))


def sanitized():
    with open(PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


def main():
    watched = not sanitized()
    megabytes = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_LARGE_MB", "110" if watched else "5"))
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    small_and_large(lambda play: in_world(base, play))
    in_world(base, killed)
    in_world(base, forgotten)
    in_world(base, whole(megabytes, watched))
    for by in ("dir", "sftp"):
        in_world(base, fetched(24 if watched else 5, watched, by))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
