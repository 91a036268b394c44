# SPDX-License-Identifier: Apache-2.0
"""What strikes a program: a system call that fails or moves fewer bytes, an
allocation that fails, a death. A strike is a text that can be played again:

  EIO@57     the 57th system call gives this error (any errno that crash_at has)
  ENOSPC+@57 and so do all further calls of its kind
  EIO/syncs@5  the same, counting the calls of a list of crash_at alone
  half@57    the 57th call that moves bytes moves half of them
  kill@57    the program is killed before its 57th changing system call
  null@57    the 57th allocation gives NULL;  null+@57 and so do all after it

A history is one or more of them, each for a run of its own, and then a run on a
good day."""
import collections
import os
import random
import re
import subprocess
import time

BUILD = os.environ.get("TP_BUILD", os.getcwd())
CRASH_AT = os.path.join(BUILD, "tests/crash/crash_at")
STARVE = os.path.join(BUILD, "tests/fault/starve.so")
LIAR = os.path.join(BUILD, "tests/crash/liar.so")
KILLED, NOT_ALLOWED, ABORTED = 137, 77, 134
ERRORS = ("EIO", "ENOSPC", "EINTR", "ENOMEM")
# libconfig 1.5 does not look at what malloc gave, nor does libssh2 1.10 at what OpenSSL gave. Only how it ends is theirs.
FOREIGN = r"died in \S*/lib(config|ssh2|crypto)\.so"
CALLS = {"half": "data", "kill": "all"}


def sanitized(program):
    """A preloaded library and the sanitizer do not go together."""
    with open(program, "rb") as file:
        return b"__asan_init" in file.read()


def call_names():
    """The system's numbers of calls, in words where they are known."""
    for path in ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"):
        if os.path.exists(path):
            found = re.findall(r"#define __NR_(\w+) (\d+)", open(path, encoding="utf-8").read())
            return {int(number): name for name, number in found}
    return {}


def list_of(kind):
    """The list that a kind of strike counts in."""
    if kind.startswith("null"):
        return "null"
    return kind.split("/")[1] if "/" in kind else CALLS.get(kind.rstrip("+"), "every")


class Struck:
    """How a run ended that was struck."""

    def __init__(self, strike, words, count, environment, seconds=60):
        what, at = strike.split("@")
        environment = dict(environment, ASAN_OPTIONS="detect_leaks=0")
        if os.path.exists(count):
            os.unlink(count)
        if what.startswith("null"):
            environment.update(LD_PRELOAD=STARVE, TP_STARVE_AT=at, TP_STARVE_COUNT=count)
            if what.endswith("+"):
                environment["TP_STARVE_ON"] = "1"
            self.words = list(words)
        else:
            act = "" if what == "kill" else "=" + what.split("/")[0]
            self.words = [CRASH_AT, list_of(what), at + act, count] + list(words)
        self.begun = time.monotonic()
        try:
            done = subprocess.run(self.words, capture_output=True, text=True, errors="replace", env=environment,
                                  timeout=seconds)
            self.status, self.said, self.told = done.returncode, done.stderr, done.stdout
        except subprocess.TimeoutExpired as late:
            self.status, self.said, self.told = "hangs", str(late.stderr)[-500:], ""
        if isinstance(self.status, int) and self.status < 0:
            self.status = 128 - self.status
        self.seconds = time.monotonic() - self.begun
        numbers = open(count, encoding="utf-8").read().split() if os.path.exists(count) else []
        self.passed = int(numbers[0]) if numbers else 0
        self.call = int(numbers[1]) if len(numbers) > 1 else -1

    def bad_end(self, strike):
        """Why this is no way to end; "" when it is: well, killed as was meant, or with a word about it."""
        if self.status == 0 or (self.status == KILLED and strike.startswith("kill")):
            return ""
        if re.search(FOREIGN, self.said):
            return ""
        if self.status == ABORTED and re.search("memory|allocat", self.said):
            return ""
        if isinstance(self.status, int) and self.status < 128 and re.search(r"TP\d{4}|memory|allocat",
                                                                            self.said + self.told):
            return ""
        return "ended with %s: %s" % (self.status, (self.said + self.told)[-400:])


def draw(chance, kind, counts):
    """A strike of this kind at a point drawn; counts: how many points each list has."""
    return "%s@%d" % (kind, chance.randint(1, counts[list_of(kind)]))


def compound(chance, counts, kinds):
    return [draw(chance, chance.choice(kinds), counts) for _ in range(chance.randint(2, 4))]


def spread(total):
    """Every number from 1 to total, in an order that is even however early it is broken off."""
    step = 61
    while total % step == 0:
        step += 2
    return [turn * step % total + 1 for turn in range(total)]


def alone(kinds, counts):
    """Every point of every kind, spread evenly, the kinds in turn."""
    lists = [["%s@%d" % (kind, at) for at in spread(counts[list_of(kind)])] for kind in kinds]
    for turn in range(max(len(one) for one in lists)):
        for one in lists:
            if turn < len(one):
                yield [one[turn]]


def by_seed(seed, counts, kinds):
    chance = random.Random(seed)
    while True:
        yield compound(chance, counts, kinds)


class Sweep:
    """Plays histories until time is up or three went wrong; play gives "" or why."""

    def __init__(self, play):
        self.play, self.done, self.bad, self.struck, self.why = play, 0, 0, 0, []
        self.kinds = collections.Counter()

    def go(self, histories, seconds, most_bad=3, most=10 ** 9):
        until = time.monotonic() + seconds
        for history in histories:
            if self.bad >= most_bad or time.monotonic() > until or self.done >= most:
                break
            why = self.play(history)
            self.done += 1
            self.struck += len(history)
            self.kinds.update(strike.split("@")[0] for strike in history)
            if why:
                self.bad += 1
                self.why.append("%s: %s" % (" ".join(history), why))
        return self

    def counted(self):
        return ", ".join("%s %d" % it for it in sorted(self.kinds.items()))


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def result(self, good, name, why=()):
        self.number += 1
        self.failed += not good
        print("%sok %d - %s" % ("" if good else "not ", self.number, name), flush=True)
        for text in why if not good else ():
            print("# " + str(text).replace("\n", "\n# ")[:2500], flush=True)

    def skip(self, name, why):
        self.number += 1
        print("ok %d - %s # SKIP %s" % (self.number, name, why), flush=True)

    def end(self):
        print("1..%d" % self.number)
        return 1 if self.failed else 0
