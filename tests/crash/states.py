#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a disk may hold after a power cut, by a model: all that was synced, and
of the rest any part. The driver's system calls are recorded once; states that
could be found after each of them are laid out, and the driver must recover
from each: what it had told is there, and every effect happens once.

  states.py [SECONDS [SEED]]       0 seconds: every state (make torture)

The model: data of a file lasts when that file was synced; names in a folder
(made, renamed, removed) last when the folder was; syncfs makes all of it last.
Of what does not last everything, nothing, all but one change, one change alone,
or half of one write may be there. Planted defects show that it finds them.
Prints TAP and the seed."""
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
BUILD = os.environ.get("TP_BUILD", os.getcwd())
DRIVER = os.path.join(BUILD, "tests/crash/store_driver")
LIAR = os.path.join(BUILD, "tests/crash/liar.so")
CALLS = "openat,write,pwrite64,fsync,fdatasync,syncfs,rename,unlink,mkdir,rmdir,ftruncate"
TEXT = r'"((?:\\x[0-9a-f]{2})*)"'
NAMES = ("make", "folder", "rename", "remove")


def plain(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Recording:
    """The changes that one run of the driver made, in order."""

    def __init__(self, folder, lie=""):
        self.home, self.world = os.path.join(folder, "home"), os.path.join(folder, "world")
        self.told = os.path.join(folder, "told")
        self.changes, self.files, self.at, self.inodes = [], {}, {}, 0
        os.mkdir(self.home)
        trace = os.path.join(folder, "trace")
        words = ["strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", "trace=" + CALLS, "-o", trace]
        if lie:
            words += ["-E", "LD_PRELOAD=" + LIAR, "-E", "TP_LIE=" + lie]
        with open(self.told, "wb") as told:
            subprocess.run(words + [DRIVER, "run", self.home], stdout=told, check=True, env=environment(self.world))
        for line in open(trace, encoding="latin-1"):
            self.take(re.sub(r"^\d+\s+", "", line))

    def take(self, line):
        if " = -1 " in line or "= ?" in line:
            return
        call = line.split("(", 1)[0]
        if call == "openat":
            self.opened(line)
        elif call in ("write", "pwrite64"):
            self.written(line)
        elif call in ("fsync", "fdatasync", "syncfs"):
            path = self.path_of(line)
            self.changes.append(("all",) if call == "syncfs" else ("sync", self.files.get(path), path))
        elif call in ("rename", "unlink", "mkdir", "rmdir"):
            self.named(call, [plain(text).decode() for text in re.findall(TEXT, line)])
        elif call == "ftruncate":
            path = self.path_of(line)
            if path in self.files:
                size = int(re.search(r">, (\d+)\)", line)[1])
                self.changes.append(("cut", self.files[path], size))

    @staticmethod
    def path_of(line):
        path = re.search(r"\(\d+<([^>]*)>", line)[1]
        return plain(path).decode() if "\\x" in path else path

    def opened(self, line):
        found = re.match(r"openat\([^,]+, " + TEXT + r", ([A-Z_|]+)", line)
        path, flags = plain(found[1]).decode(), found[2]
        if not path.startswith(self.home + "/") or path.endswith("-shm"):
            return
        if path not in self.files and "O_CREAT" in flags:
            self.inodes += 1
            self.files[path] = self.inodes
            self.changes.append(("make", path, self.inodes))
        elif "O_TRUNC" in flags and path in self.files:
            self.changes.append(("cut", self.files[path], 0))
        self.at[path] = 0

    def written(self, line):
        found = re.match(r"(write|pwrite64)\(\d+<[^>]*>, " + TEXT + r", \d+(?:, (\d+))?\)\s+= (\d+)", line)
        path = self.path_of(line)
        data = plain(found[2])[:int(found[4])]
        if path == self.told:
            self.changes.append(("told", data))
        elif path == self.world:
            self.changes.append(("effect", data))
        elif path in self.files:
            at = int(found[3]) if found[1] == "pwrite64" else self.at[path]
            if found[1] == "write":
                self.at[path] += len(data)
            self.changes.append(("write", self.files[path], at, data))

    def named(self, call, paths):
        if not paths[-1].startswith(self.home + "/") or paths[0].endswith("-shm"):
            return
        if call == "mkdir":
            self.changes.append(("folder", paths[0]))
        elif call == "rename":
            inode = self.files.pop(paths[0], None)
            self.files[paths[1]] = inode
            self.changes.append(("rename", paths[1], paths[0], inode))
        else:
            self.files.pop(paths[0], None)
            self.changes.append(("remove", paths[0]))


def environment(world, **more):
    return dict(os.environ, STORE_DRIVER_WORLD=world, TRADEPOST_RESERVE_MB="0", ASAN_OPTIONS="detect_leaks=0", **more)


def lasting(changes):
    """Which of the changes last if the power goes now."""
    kept = set()
    for number, change in enumerate(changes):
        if change[0] == "all":
            kept.update(range(number))
        elif change[0] == "sync":
            inode, path = change[1], change[2]
            for before in range(number):
                old = changes[before]
                if old[0] in ("write", "cut") and old[1] == inode:
                    kept.add(before)
                elif old[0] in NAMES and os.path.dirname(old[1]) == path:
                    kept.add(before)
    return kept


def laid_out(changes, chosen, torn=None):
    """Folders and files as the chosen changes leave them."""
    folders, names, data = set(), {}, {}
    for number in sorted(chosen):
        change = changes[number]
        if change[0] == "folder":
            folders.add(change[1])
        elif change[0] == "make":
            names[change[1]] = change[2]
        elif change[0] == "rename":
            names.pop(change[2], None)
            names[change[1]] = change[3]
        elif change[0] == "remove":
            names.pop(change[1], None)
            folders.discard(change[1])
        elif change[0] == "cut":
            size = change[2]
            data[change[1]] = data.get(change[1], b"")[:size].ljust(size, b"\0")
        elif change[0] == "write":
            piece = change[3][:len(change[3]) // 2] if number == torn else change[3]
            old = data.get(change[1], b"").ljust(change[2], b"\0")
            data[change[1]] = old[:change[2]] + piece + old[change[2] + len(piece):]
    return folders, {path: data.get(inode, b"") for path, inode in names.items()}


class Disk:
    """Puts a state where the driver finds it, and lets it recover."""

    def __init__(self, folder, recording):
        self.recording, self.folder = recording, folder
        self.world, self.told = os.path.join(folder, "world2"), os.path.join(folder, "told2")
        self.seen, self.tried, self.failures = set(), 0, []

    def put(self, state, before):
        shutil.rmtree(self.recording.home)
        os.mkdir(self.recording.home)
        folders, files = state
        for path in sorted(folders):
            os.makedirs(path, exist_ok=True)
        for path, content in files.items():
            # A name in a folder whose own name was lost is lost with it.
            if os.path.isdir(os.path.dirname(path)):
                with open(path, "wb") as out:
                    out.write(content)
        for path, kind in ((self.told, "told"), (self.world, "effect")):
            with open(path, "wb") as out:
                out.write(b"".join(change[1] for change in before if change[0] == kind))
        if not os.path.getsize(self.world):
            os.unlink(self.world)

    def recovers(self):
        for mode in ("check", "run", "end"):
            with open(self.told, "ab") as told:
                result = subprocess.run([DRIVER, mode, self.recording.home, self.told], stdout=told,
                                        stderr=subprocess.PIPE, timeout=60,
                                        env=environment(self.world, TRADEPOST_BOOT="after-the-cut"))
            if result.returncode != 0:
                return "%s: %s" % (mode, result.stderr.decode()[-300:])
        return ""

    def look(self, number, chosen, what, torn=None):
        before = self.recording.changes[:number + 1]
        state = laid_out(before, chosen, torn)
        outside = [change for change in before if change[0] in ("told", "effect")]
        key = hashlib.sha256(repr((sorted(state[0]), sorted(state[1].items()), outside)).encode()).digest()
        if key in self.seen:
            return
        self.seen.add(key)
        self.put(state, before)
        self.tried += 1
        why = self.recovers()
        if why:
            self.failures.append("after change %d (%s), %s: %s" % (
                number, before[-1][0], what, why.strip().replace("\n", " | ")))

    def look_all(self, number, chance=None):
        """All states after the change, or with chance a few of them."""
        changes = self.recording.changes[:number + 1]
        every = {at for at, change in enumerate(changes) if change[0] in NAMES + ("write", "cut")}
        kept = lasting(changes) & every
        self.look(number, every, "all of it")
        self.look(number, kept, "what lasts alone")
        loose = sorted(every - kept)
        if chance and len(loose) > 3:
            loose = chance.sample(loose, 3)
        for one in loose:
            kind = changes[one][0]
            self.look(number, every - {one}, "all but %s %d" % (kind, one))
            self.look(number, kept | {one}, "what lasts and %s %d" % (kind, one))
            if kind == "write" and len(changes[one][3]) > 1:
                self.look(number, every, "half of write %d" % one, torn=one)


def sweep(lie, seconds, seed, most):
    """States until time is up, or so many have failed: the disk."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="tp-states-", dir=base)
    try:
        disk = Disk(folder, Recording(folder, lie))
        points = list(range(len(disk.recording.changes)))
        chance = random.Random(seed) if seconds > 0 else None
        if chance:
            chance.shuffle(points)
        until = time.monotonic() + seconds
        for point in points:
            if len(disk.failures) >= most or (seconds > 0 and time.monotonic() > until):
                break
            disk.look_all(point, chance)
        return disk
    finally:
        shutil.rmtree(folder)


# Writing under the final name instead of renaming is none of them: nothing that the journal names is looked at before
# its commit, so a torn file there is never read (tried, in all states of such writes).
DEFECTS = ("no-sync", "no-file-sync", "no-folder-sync", "lazy-journal")


def main():
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_CRASH_SECONDS", "20"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    if shutil.which("strace") is None:
        print("1..0 # SKIP strace is not here")
        return 0
    disk = sweep("", seconds, seed, 5)
    bad = bool(disk.failures)
    print("%s 1 - %d states of %d changes, seed %d: what was told is there, every effect happens once" % (
        "not ok" if bad else "ok", disk.tried, len(disk.recording.changes), seed))
    for failure in disk.failures:
        print("#", failure)
    sanitized = b"__asan_init" in open(DRIVER, "rb").read()
    for number, lie in enumerate(DEFECTS, 2):
        if sanitized:
            print("ok %d - found: %s # SKIP a preloaded library and the sanitizer do not go together" % (number, lie))
            continue
        disk = sweep(lie, 120, seed, 1)
        bad |= not disk.failures
        print("%s %d - %s: %s, in %d states" % ("ok" if disk.failures else "not ok", number,
                                               "found" if disk.failures else "not found", lie, disk.tried))
        sys.stdout.flush()
    print("1..%d" % (len(DEFECTS) + 1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
