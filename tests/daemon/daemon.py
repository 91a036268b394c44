#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon from outside: its processes, its signals, what systemd hears, and
that work goes on whoever of them is killed. Prints TAP."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flow"))
import run_scenarios  # noqa: E402
from relay import Relay  # noqa: E402
from world import PROGRAM, Failed, World  # noqa: E402

ROLES = ("keeper", "clerk", "courier", "scout", "ledger")  # and the desk, where the settings have one
LONG = 30  # seconds: generous, for a busy machine


def until(what, condition, seconds=LONG):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise Failed("not within %d s: %s" % (seconds, what))


def check(what, good):
    if not good:
        raise Failed(what)


def fields(pid):
    """The state and times of a process: (name, state, parent, ticks)."""
    try:
        text = open("/proc/%d/stat" % pid, encoding="utf-8").read()
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return name, rest[0], int(rest[1]), int(rest[11]) + int(rest[12])


class Daemon:
    def __init__(self, world):
        self.world = world
        self.log = open(world.path("daemon.log"), "a+", encoding="utf-8")
        self.process = world.daemon(self.log)

    def roles(self):
        """Living roles: name to process id."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            it = fields(int(entry))
            if it and it[2] == self.process.pid and it[1] != "Z" and it[0].startswith("tp-"):
                found[it[0][3:]] = int(entry)
        return found

    def translators(self):
        """The clerk's process that starts them, and theirs: name to process id."""
        parents, found = [self.roles().get("clerk")], {}
        for name in ("nursery", "translator"):
            for entry in os.listdir("/proc"):
                it = fields(int(entry)) if entry.isdigit() else None
                if it and it[2] in parents and it[1] != "Z" and it[0] == "tp-" + name:
                    found[name] = int(entry)
                    parents.append(int(entry))
        return found

    def are_new(self, names, before):
        """All roles live, and those named are not the processes they were."""
        now = self.roles()
        return set(ROLES) <= set(now) and all(now[name] != before[name] for name in names)

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(LONG * 3)
        return self.process.returncode


def order(world, number):
    run_scenarios.nav_order(world, [number, "V10000"], ["70000 40 CASE 155.70"])


def delivered(world, number):
    folder = world.path("partners/BLUEFISH/in")
    return [name for name in os.listdir(folder) if number in open(os.path.join(folder, name)).read()]


def done(world, number):
    return len(world.rows("SELECT 1 FROM document WHERE number = ? AND state = 'done'", number))


def send(world, number):
    order(world, number)
    result = world.tool("run")
    check("run: %d %s" % (result.returncode, result.stdout + result.stderr), result.returncode == 0)
    check("%s is not delivered once: %s" % (number, delivered(world, number)), len(delivered(world, number)) == 1)


def it_works_and_ends(world):
    daemon = Daemon(world)
    check("the roles are %s" % daemon.roles(), set(ROLES) == set(daemon.roles()))
    send(world, "PO-1")
    check("it ends with %d" % daemon.end(), daemon.end() == 0)
    check("a role is left", not daemon.roles())


def a_dropped_file_is_noticed(world):
    """No run, no poll: the folder itself wakes it."""
    daemon = Daemon(world)
    order(world, "PO-2")
    world.tool("run")
    run_scenarios.ship(world, ["BLUEFISH", "ASN-2", "PO-2", "BF-220:40", "box=bluefish"], [])
    until("the ship notice is taken", lambda: world.rows("SELECT 1 FROM document WHERE number = 'ASN-2'"))
    until("the ship notice is posted", lambda: done(world, "ASN-2"))
    check("the file is still there", not os.listdir(world.path("spool/in/bluefish")))
    daemon.end()


def any_role_may_be_killed(world):
    daemon = Daemon(world)
    for number, name in enumerate(ROLES):
        before = daemon.roles()
        os.kill(before[name], signal.SIGKILL)
        until("%s begins again" % name, lambda: daemon.are_new([name], before))
        send(world, "PO-K%d" % number)
    check("it ends with %d" % daemon.end(), daemon.end() == 0)
    check("verify", world.tool("verify").returncode == 0)


def without_its_supervisor_nobody_works(world):
    daemon = Daemon(world)
    roles = daemon.roles()
    daemon.process.kill()
    daemon.process.wait()
    until("the roles end", lambda: all((fields(pid) or (0, "Z"))[1] == "Z" for pid in roles.values()))
    daemon = Daemon(world)
    send(world, "PO-S")
    daemon.end()


def commands_go_through_it(world):
    daemon = Daemon(world)
    send(world, "PO-3")
    number = world.rows("SELECT id FROM document WHERE number = 'PO-3' AND state = 'done'")[0]["id"]
    result = world.tool("doc", "hold", str(number), "--reason", "a test")
    check("a document that is done was held", result.returncode not in (0, 75))
    begun = time.monotonic()
    check("run --wait", world.tool("run", "--wait", "90s").returncode == 0)
    check("it waited for the next poll, with nothing owed", time.monotonic() - begun < 30)
    check("doc show: " + result.stderr, world.tool("doc", "show", "PO-3").returncode == 0)
    second = subprocess.run([PROGRAM, "-c", world.path("etc"), "daemon"], capture_output=True, text=True, timeout=LONG)
    check("a second daemon: %d %s" % (second.returncode, second.stderr),
          second.returncode == 8 and "TP4010" in second.stderr)
    daemon.end()


def reload_needs_right_settings(world):
    daemon = Daemon(world)
    before = daemon.roles()
    good = open(world.path("etc/env.conf"), encoding="utf-8").read()
    world.write("etc/env.conf", good + "cutover = \"yesterday\";\n")
    daemon.process.send_signal(signal.SIGHUP)
    until("it says that it did not reload", lambda: "not reloaded" in daemon.said())
    check("roles were started anew", daemon.roles() == before)
    world.write("etc/env.conf", good)
    daemon.process.send_signal(signal.SIGHUP)
    until("the roles are new", lambda: daemon.are_new([name for name in ROLES if name != "keeper"], before))
    check("the keeper was started anew", daemon.roles()["keeper"] == before["keeper"])
    send(world, "PO-4")
    check("it ends with %d" % daemon.end(), daemon.end() == 0)


STUCK = 12  # seconds; a role at rest pulses more often


def a_role_that_hangs_is_replaced(world):
    world.main["limits.stuck"] = '"%ds"' % STUCK
    world.settings()
    daemon = Daemon(world)
    courier = daemon.roles()["courier"]
    os.kill(courier, signal.SIGSTOP)
    until("the courier is replaced", lambda: daemon.roles().get("courier", courier) != courier)
    check("it is not said", "courier has made no progress" in daemon.said())
    send(world, "PO-5")
    daemon.end()


def a_slow_transfer_is_no_hang(world):
    """It takes longer than a role may be silent, and bytes move all the time."""
    if not world.start_sshd():
        print("# no sshd here: skipped")
        return
    world.main["limits.stuck"] = '"%ds"' % STUCK
    slow = Relay(world.ssh_port, rate=65536)
    world.ssh_port = slow.port
    world.by_sftp("BLUEFISH")
    daemon = Daemon(world)
    courier = daemon.roles()["courier"]
    folder = world.path("partners/BLUEFISH/out")
    bill = ["BIG*20261122*INV-7*20261122*PO-7***DR", "IT1*1*40*CA*155.7**VN*BF-220"] + \
        ["NTE*GEN*%077d" % 0] * (65536 * (STUCK + 4) // 86) + ["TDS*622800", "CTT*1"]
    begun = time.monotonic()
    run_scenarios.give(world, ["BLUEFISH", "810"], bill)
    until("the file is taken", lambda: not os.listdir(folder), 6 * STUCK)
    check("it was not slow enough to show it", time.monotonic() - begun > STUCK + 1)
    check("the courier was replaced: " + daemon.said()[-500:], daemon.roles()["courier"] == courier)
    daemon.end()
    slow.close()


def idle_it_costs_nothing(world):
    daemon = Daemon(world)
    send(world, "PO-6")
    pids = list(daemon.roles().values()) + list(daemon.translators().values()) + [daemon.process.pid]
    check("a translator is there", len(daemon.translators()) == 2)
    time.sleep(1)
    before = sum(fields(pid)[3] for pid in pids)
    time.sleep(5)
    spent = sum(fields(pid)[3] for pid in pids) - before
    memory = 0
    for pid in pids:
        for line in open("/proc/%d/smaps_rollup" % pid, encoding="utf-8"):
            if line.startswith("Pss:"):
                memory += int(line.split()[1])
    print("# idle: %d ticks of CPU in 5 s, %.1f MB in %d processes" % (spent, memory / 1024, len(pids)))
    check("%d ticks in 5 s" % spent, spent <= 10)
    sanitized = b"__asan_init" in open(PROGRAM, "rb").read()
    check("%d KB" % memory, sanitized or memory < 64 * 1024)
    daemon.end()


def wrong_settings_keep_it_from_beginning(world):
    world.write("etc/env.conf", open(world.path("etc/env.conf"), encoding="utf-8").read() + "cutover = \"no\";\n")
    result = subprocess.run([PROGRAM, "-c", world.path("etc"), "daemon"], capture_output=True, text=True, timeout=LONG)
    check("exit %d: %s" % (result.returncode, result.stderr), result.returncode == 4 and "TP" in result.stderr)


CASES = (it_works_and_ends, a_dropped_file_is_noticed, any_role_may_be_killed, without_its_supervisor_nobody_works,
         commands_go_through_it, reload_needs_right_settings, a_role_that_hangs_is_replaced, a_slow_transfer_is_no_hang, idle_it_costs_nothing,
         wrong_settings_keep_it_from_beginning)


def play(case):
    folder = tempfile.mkdtemp(prefix="tp-daemon-")
    world = World(folder)
    try:
        world.start()
        case(world)
    except Exception:
        if os.path.exists(world.path("state/journal.db")):
            for row in world.rows("SELECT id, number, state, reason FROM document"):
                print("#", tuple(row))
        if os.path.exists(world.path("daemon.log")):
            print("# " + open(world.path("daemon.log"), encoding="utf-8").read()[-2000:].replace("\n", "\n# "))
        raise
    finally:
        for entry in os.listdir("/proc"):  # daemons that a failed case left
            try:
                if entry.isdigit() and folder.encode() in open("/proc/%s/cmdline" % entry, "rb").read() and \
                        b"daemon" in open("/proc/%s/cmdline" % entry, "rb").read():
                    os.kill(int(entry), signal.SIGKILL)
            except OSError:
                pass
        world.stop()
        shutil.rmtree(folder)


def main():
    wanted = [case for case in CASES if case.__name__ in sys.argv[1:]] or CASES
    bad = 0
    print("1..%d" % len(wanted))
    for number, case in enumerate(wanted, 1):
        title = case.__name__.replace("_", " ")
        try:
            play(case)
            print("ok %d - %s" % (number, title))
        except Exception as failed:
            bad += 1
            print("not ok %d - %s" % (number, title))
            print("# %s: %s" % (type(failed).__name__, str(failed).replace("\n", "\n# ")))
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
