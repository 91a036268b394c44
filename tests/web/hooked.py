#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Door and desk as roles of the daemon: a system's word makes its flows due, a
partner's file goes its way, and a listener that is killed comes back."""
import http.client
import os
import shutil
import signal
import socket
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "daemon"), os.path.join(here, "..", "flow")]
from daemon import Daemon, delivered, order, until  # noqa: E402
from web_world import done, signature, verdict  # noqa: E402
from world import World  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, method, path, body=None, **headers):
    fields = {"Content-Type": "application/json"}
    fields.update((name.replace("_", "-"), value) for name, value in headers.items())
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        link.request(method, path, body, fields)
        answer = link.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        link.close()


def hook(port, body):
    return ask(port, "POST", "/hook/nav", body, X_Signature=signature(body, b"hook-key"))[0]


def children(daemon, name):
    return daemon.roles().get(name)


def play(world):
    door, desk = free_port(), free_port()
    world.write("secrets/hook", "hook-key", 0o600)
    world.main["door"] = ('{ listen = "127.0.0.1:%d"; hooks = ( { name = "nav"; system = "nav"; secret = "secret:hook"; },'
                          ' { name = "acme"; partner = "ACME"; scheme = "header"; secret = "secret:hook"; } ); }' % door)
    world.main["desk"] = '{ listen = "127.0.0.1:%d"; }' % desk
    world.settings()
    daemon = Daemon(world)
    until("the door listens", lambda: ask(door, "GET", "/")[0] != 0)
    until("the desk is ready", lambda: ask(desk, "GET", "/ready")[0] == 200)
    verdict(b"tradepost_conservation_error 0\n" in ask(desk, "GET", "/metrics")[1], "the daemon's desk has the figures")
    world.tool("run")  # the first look is over
    order(world, "PO-H1")
    time.sleep(3)
    verdict(not delivered(world, "PO-H1"), "the order waits until the system is read again")
    verdict(hook(door, b'{"order":1}') == 202, "the system's word is taken")
    until("the order is sent", lambda: delivered(world, "PO-H1"))
    verdict(True, "and the system is read at once")
    for name in ("door", "desk"):
        before = children(daemon, name)
        os.kill(before, signal.SIGKILL)
        until("%s begins again" % name, lambda: children(daemon, name) not in (None, before))
    until("the door listens again", lambda: hook(door, b'{"order":2}') in (200, 202))
    verdict(True, "who is killed comes back")
    verdict(ask(door, "POST", "/hook/acme", b"no EDI at all", X_Webhook_Secret="hook-key",
                Content_Type="text/plain")[0] == 202, "a partner's file is taken")
    until("it is taken apart", lambda: world.rows("SELECT 1 FROM interchange WHERE channel = 'http' AND state <> 'received'"))
    verdict(True, "and goes its way")
    verdict(daemon.end() == 0, "it ends when told")
    verdict(world.tool("verify").returncode == 0, "verify finds nothing")


folder = tempfile.mkdtemp()
world = World(folder)
try:
    world.start()
    play(world)
finally:
    world.stop()
    shutil.rmtree(folder)
done()
