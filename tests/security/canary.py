#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No secret shows anywhere. The program works, fails and crashes with secrets
that occur nowhere else; then everything that it has made is searched for
them, plain, in base64, URL-encoded, in hexadecimal and in parts: journal,
spool, output, command lines and environments of its processes, core dumps and
the bundle for support. What a search must find is planted once in each kind of
place, and found."""
import base64
import glob
import http.server
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.environ.get("TP_SOURCE", "."), "tests/flow"))
import run_scenarios as play  # noqa: E402
from world import PROGRAM, World  # noqa: E402

number = failed = 0


def verdict(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", number, name), flush=True)
    if not good and why:
        print("# " + str(why).replace("\n", "\n# ")[:3000])


# ---- secrets that occur nowhere else

def canary():
    """With characters that each encoding writes in its own way."""
    return "c%s+/=%s" % (os.urandom(12).hex(), os.urandom(12).hex())


SECRETS = {name: canary() for name in ("basic", "oauth", "cleo", "sftp", "token", "wrong", "loose")}


def encodings(value):
    """What the secret may look like, by name."""
    raw = value.encode()
    yield "plain", raw
    yield "its beginning", raw[:14]
    yield "its end", raw[-14:]
    for quoted in (urllib.parse.quote(value, safe=""), urllib.parse.quote(value), urllib.parse.quote_plus(value)):
        yield "URL-encoded", quoted.encode()
        yield "URL-encoded", quoted.lower().encode()
    yield "hexadecimal", raw.hex().encode()
    yield "hexadecimal", raw.hex().upper().encode()
    yield "UTF-16", value.encode("utf-16-le")
    for shift in range(3):  # whatever stands before it in the same text
        whole = base64.b64encode(b"x" * shift + raw)
        cut = whole[(4 if shift else 0):len(whole) - 8]
        yield "base64", cut
        yield "base64", cut.replace(b"+", b"-").replace(b"/", b"_")


NEEDLES = []


def know(name, value):
    SECRETS[name] = value
    NEEDLES.extend((name, how, needle) for how, needle in encodings(value))


def search(where, data, found):
    for name, how, needle in NEEDLES:
        if needle in data:
            found.append("%s: secret %s (%s)" % (where, name, how))


def search_files(folders):
    found = []
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    search(path, file.read(), found)
                search(path, name.encode(), found)
    return found


# ---- looking at processes while they work

def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            below = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return below + [more for child in below for more in children(child)]


def look(pid, seen):
    for process in [pid] + children(pid):
        for name in ("cmdline", "environ"):
            try:
                with open("/proc/%d/%s" % (process, name), "rb") as file:
                    seen.add(file.read())
            except OSError:
                pass


class Works:
    """Runs the program, keeps what it says, and looks at its processes."""

    def __init__(self, world):
        self.world, self.seen, self.output = world, set(), b""
        self.looks = 0

    def start(self, *words, env=None, stdin=b""):
        process = subprocess.Popen(
            [PROGRAM, "-c", self.world.path("etc"), "-v"] + list(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self.world.path("cwd"),
            env=dict(os.environ, TRADEPOST_NOW=self.world.now, TMPDIR=self.world.path("tmp"), **(env or {})))
        if stdin:
            process.stdin.write(stdin)
        process.stdin.close()
        process.stdin = None
        return process

    def finish(self, process):
        end = threading.Event()

        def watch():
            while not end.is_set():
                look(process.pid, self.seen)
                self.looks += 1
                time.sleep(0.004)
        watcher = threading.Thread(target=watch)
        watcher.start()
        said = process.communicate(timeout=120)[0]
        end.set()
        watcher.join()
        self.output += said
        self.last = said.decode(errors="replace")
        return process.returncode

    def run(self, *words, **more):
        return self.finish(self.start(*words, **more))


class Tokens(http.server.BaseHTTPRequestHandler):
    """A token server whose tokens NAV does not take."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"access_token": SECRETS["token"], "token_type": "Bearer", "expires_in": 3600}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# ---- the work

def prepare(world):
    for folder in ("cwd", "tmp", "reports", "etc/partners"):
        os.makedirs(world.path(folder), exist_ok=True)
    world.options = ["--key", SECRETS["basic"], "--client", "tradepost", "--secret", SECRETS["oauth"],
                     "--mailbox", "cronus", "--password", SECRETS["cleo"]]
    world.main["environment"] = '"test"'
    world.start()


def put_secrets(world, works):
    for name in ("basic", "oauth", "cleo", "sftp", "wrong"):
        if works.run("secret", "set", name, stdin=SECRETS[name].encode()) != 0:
            raise play.Failed(works.last)
    with open(world.path("etc/vault.key")) as file:
        key = [line.strip() for line in file if line[0] != "#"][0]
    know("the vault's key", key)
    NEEDLES.append(("the vault's key", "as bytes", bytes.fromhex(key)))
    world.nav["auth"] = '{ kind = "basic"; user = "EDI"; secret = "secret:basic"; }'
    world.settings()


def send(world, works, order, vendor="V10000"):
    play.nav_order(world, [order, vendor], ["70000 40 CASE 155.70"])
    works.run("run")


def by_oauth(world, url):
    world.nav["auth"] = '{ kind = "oauth2"; client = "tradepost"; secret = "secret:oauth"; url = "%s"; }' % url
    world.settings()


def nav_signs_in(world, works):
    send(world, works, "PO-1")
    verdict(bool(world.rows("SELECT 1 FROM document WHERE number = 'PO-1' AND state = 'done'")),
            "orders go out, NAV by Basic from the vault", works.last)
    by_oauth(world, "http://127.0.0.1:%d/sandbox/oauth2/v2.0/token" % world.ports["token"])
    send(world, works, "PO-2")
    verdict(bool(world.rows("SELECT 1 FROM document WHERE number = 'PO-2' AND state = 'done'")),
            "and by OAuth", works.last)
    play.ship(world, ["BLUEFISH", "ASN-1", "PO-1", "BF-220:40"], [])
    works.run("run")
    verdict(bool(world.rows("SELECT 1 FROM document WHERE number = 'ASN-1' AND state = 'done'")),
            "a ship notice is posted", works.last)


def nav_refuses(world, works):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tokens)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    by_oauth(world, "http://127.0.0.1:%d/token" % server.server_port)
    works.run("ping")
    verdict("TP6" in works.last, "a token that NAV refuses", works.last)
    server.shutdown()
    world.nav["auth"] = '{ kind = "basic"; user = "EDI"; secret = "secret:wrong"; }'
    world.settings()
    works.run("ping")
    verdict("TP6003" in works.last or "401" in works.last, "a wrong password", works.last)
    works.run("run")
    world.nav["url"] = '"http://127.0.0.1:1/BC"'
    world.settings()
    works.run("endpoint", "resume", "nav", "--reason", "it is elsewhere")
    works.run("run")
    verdict("TP5001" in works.last or "refused" in works.last, "a NAV that is away", works.last)
    world.nav["url"] = '"http://127.0.0.1:%d/BC"' % world.ports["nav"]
    world.nav["auth"] = '{ kind = "basic"; user = "EDI"; secret = "secret:basic"; }'
    world.settings()
    works.run("endpoint", "resume", "nav", "--reason", "it is back")


def partners_sign_in(world, works):
    world.channels["ACME"] = ('kind = "cleo"; url = "http://127.0.0.1:%d"; user = "cronus"; password = "secret:cleo"; '
                              % world.ports["cleo"])
    world.settings()
    works.run("partner", "ping", "acme")
    works.run("run")
    if not world.start_sshd():
        print("# no sshd here")
        return
    with open(world.path("secrets/client")) as file:
        know("the SSH key", "".join(file.read().split("\n")[2:4])[:60])
    world.by_sftp("BLUEFISH")
    works.run("secret", "import", world.path("secrets"))
    send(world, works, "PO-3")
    verdict(bool(world.rows("SELECT 1 FROM document WHERE number = 'PO-3' AND state = 'done'")),
            "an order goes out by SFTP with a key", works.last)
    world.by_sftp("BLUEFISH", key="stranger", more='password = "secret:sftp";')
    send(world, works, "PO-4")
    verdict("TP5035" in works.last, "a password that the server refuses", works.last)
    world.by_sftp("BLUEFISH", host="stranger", key="stranger", more='password = "secret:sftp";')
    works.run("partner", "ping", "bluefish")
    verdict("TP5033" in works.last, "a host key that has changed", works.last)
    world.by_sftp("BLUEFISH")


def mistakes(world, works):
    """Secrets where they do not belong."""
    kept = world.channels["ACME"]
    world.channels["ACME"] = kept.replace("secret:cleo", SECRETS["loose"])
    world.settings()
    works.run("check")
    verdict("not shown" in works.last, "a password in the settings", works.last)
    works.run("support", "bundle", world.path("bundle-loose"))
    world.channels["ACME"] = kept
    world.settings()
    works.run("secret", "set", "../x", stdin=SECRETS["loose"].encode())
    works.run("secret", "rotate", "nobody", stdin=SECRETS["loose"].encode())
    with open(world.path("etc/vault.key"), "r+") as file:
        key = file.read()
        file.seek(0)
        file.write(key.replace("\n", "\n0", 3))
    works.run("check")
    verdict("TP4051" in works.last, "a key file that is spoilt", works.last)
    world.write("etc/vault.key", key, 0o600)
    works.run("secret", "rotate", "wrong", stdin=SECRETS["loose"].encode())
    works.run("secret", "rotate")


def everything_that_shows(world, works):
    ids = [str(row[0]) for row in world.rows("SELECT id FROM document")]
    for one in ids:
        for option in ((), ("--raw",), ("--record",), ("--segments",)):
            works.run("doc", "show", one, *option)
    for words in (("today",), ("status", "--json"), ("secret", "list"), ("secret", "list", "--json"), ("check",),
                  ("partner", "show", "acme"), ("partner", "show", "bluefish"), ("partner", "check", "bluefish"),
                  ("verify",), ("queue", "list"), ("help", "config"), ("explain",), ("report", "exceptions"),
                  ("report", "register", "-o", "csv")):
        works.run(*words)
    works.run("support", "bundle", world.path("bundle"), *ids[:3])
    verdict(os.path.exists(world.path("bundle/settings.txt")), "a bundle for support", works.last)


def crash(world, works):
    """Killed by a signal that dumps core, in the middle of its work."""
    play.fault(world, ["*", "*", "slow", "seconds=4"], [])
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    process = works.start("run")
    time.sleep(1)
    process.send_signal(signal.SIGABRT)
    code = works.finish(process)
    verdict(code == -signal.SIGABRT, "the program is killed in the middle", "%s %s" % (code, works.last))
    other = subprocess.Popen([sys.executable, "-c", "import os, sys, time\nx = sys.stdin.read() * 3\nos.abort()"],
                             stdin=subprocess.PIPE, cwd=world.path("planted"))
    other.communicate(SECRETS["basic"].encode())
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
    return bool(glob.glob(world.path("planted", "*core*")))


def planted(world, works, cores):
    """What the search must find, in each kind of place."""
    value = SECRETS["basic"]
    world.write("planted/base64", base64.b64encode(b"EDI:" + value.encode()).decode())
    world.write("planted/url", "client_secret=" + urllib.parse.quote(value, safe=""))
    world.write("planted/hex", value.encode().hex())
    world.write("planted/part", "the password " + value[:14] + "...")
    subprocess.run([PROGRAM, "-c", world.path("etc"), "doc", "hold", "1", "--reason", value], capture_output=True,
                   check=False)
    names = ["base64", "url", "hex", "part"]
    found = search_files([world.path("planted")])
    for name in names:
        verdict(any("/" + name + ":" in line for line in found), "planted: %s is found" % name, "\n".join(found))
    if cores:
        verdict(any("core" in line for line in found), "planted: a core dump is found")
    else:
        print("# this machine makes no core dumps here")
    base = search_files([world.path("state")])
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(5)", value], env={"PASSWORD": value})
    lines = []
    for _ in range(50):  # it may not have begun yet
        seen = set()
        look(other.pid, seen)
        lines = []
        for data in seen:
            search("process", data, lines)
        if len(lines) >= 2:
            break
        time.sleep(0.05)
    other.kill()
    other.wait()
    verdict(len(lines) >= 2, "planted: a command line and an environment are found", lines)
    import sqlite3
    with sqlite3.connect(world.path("planted/journal.db")) as copy:
        copy.execute("CREATE TABLE t(x)")
        copy.execute("INSERT INTO t VALUES(?)", (value,))
    verdict(bool(search_files([world.path("planted")])) and base == [], "planted: a row of a journal is found", base)


def searched(world, works):
    places = ("state", "spool", "partners", "cwd", "tmp", "bundle", "bundle-loose", "reports")
    found = search_files([world.path(place) for place in places])
    verdict(found == [], "no secret in journal, spool, what was sent, or the bundle", "\n".join(found))
    found = []
    search("output", works.output, found)
    verdict(found == [] and len(works.output) > 20000, "nor in %d bytes of output" % len(works.output), found)
    found = []
    for data in works.seen:
        search("process", data, found)
    verdict(found == [] and works.looks > 100,
            "nor in command lines and environments, looked at %d times" % works.looks, found)
    cores = [name for name in glob.glob(world.path("cwd", "*")) if "core" in name]
    verdict(cores == [], "and no core dump", cores)


def main():
    folder = tempfile.mkdtemp(prefix="tp-canary-")
    for name, value in list(SECRETS.items()):
        know(name, value)
    world = World(folder)
    os.makedirs(world.path("planted"))
    works = Works(world)
    try:
        prepare(world)
        put_secrets(world, works)
        nav_signs_in(world, works)
        nav_refuses(world, works)
        partners_sign_in(world, works)
        mistakes(world, works)
        everything_that_shows(world, works)
        cores = crash(world, works)
        searched(world, works)
        planted(world, works, cores)
    finally:
        world.stop()
        if not failed and not os.environ.get("TP_KEEP"):
            shutil.rmtree(folder)
        else:
            print("# kept: " + folder)
    print("1..%d" % number)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
