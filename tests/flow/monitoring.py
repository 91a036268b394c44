#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What doc/monitoring names is there: each metric of the alerts and of the
dashboard is printed by `tradepost metrics`, each command that an alert points to
is a command. Against a system behind TLS, the end of its certificate is told.
promtool judges the rules and the figures, where it is installed."""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run_scenarios import nav_order  # noqa: E402
import tap  # noqa: E402
from tap import ok  # noqa: E402
from world import PROGRAM, SOURCE, World  # noqa: E402

DOC = os.path.join(SOURCE, "doc/monitoring")


def certificate(world):
    key, own = world.path("server.key"), world.path("server.crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", own, "-days", "30",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=True)
    end = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", own], capture_output=True, text=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    return context, own, ssl.cert_time_to_seconds(end.stdout.split("=", 1)[1].strip())


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def cover(context, port):
    """TLS in front of a port of this machine; gives the port of it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(near):
        try:
            near = context.wrap_socket(near, server_side=True)
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=pump, args=(near, far), daemon=True).start()
        pump(far, near)

    def serve():
        while True:
            threading.Thread(target=carry, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def tells_of_certificates(world):
    context, own, ends = certificate(world)
    world.start()
    world.nav["url"] = '"https://127.0.0.1:%d/BC"' % cover(context, world.ports["nav"])
    world.nav["ca_file"] = '"%s"' % own
    world.settings()
    nav_order(world, ["PO-1", "V10000"], ["70000 40 CASE 155.70"])
    said = world.tool("run")
    text = world.tool("metrics").stdout
    got = re.search(r'^tradepost_cert_expires_timestamp\{name="system/nav"\} (\d+)$', text, re.M)
    ok(got and int(got.group(1)) == ends, "the end of a system's certificate is told", "%s %s\n%s" % (
        got and got.group(0), ends, said.stdout + said.stderr))
    return text


def main():
    folder = tempfile.mkdtemp(prefix="tp-monitoring-")
    world = World(folder)
    try:
        text = tells_of_certificates(world)
        printed = set(re.findall(r"^# TYPE (\S+)", text, re.M))
        for name in ("tradepost-alerts.yml", "tradepost-dashboard.json"):
            with open(os.path.join(DOC, name), encoding="utf-8") as file:
                says = file.read()
            named = {re.sub("_(bucket|sum|count)$", "", it) for it in re.findall(r"tradepost_[a-z_]+", says)}
            ok(len(named) > 10 and named <= printed, "each metric of %s is printed" % name, sorted(named - printed))
        with open(os.path.join(DOC, "tradepost-dashboard.json"), encoding="utf-8") as file:
            panels = json.load(file)["panels"]
        ids = [panel["id"] for panel in panels]
        ok(len(set(ids)) == len(ids) > 20 and all(panel["type"] == "row" or panel["targets"] for panel in panels),
           "the dashboard is JSON, and each panel asks for something")
        with open(os.path.join(DOC, "tradepost-alerts.yml"), encoding="utf-8") as file:
            words = set(re.findall(r"`tradepost ([a-z ]+)", file.read()))
        wrong = [it for it in sorted(words) if subprocess.run([PROGRAM] + it.split() + ["--help"],
                                                              capture_output=True, check=False).returncode != 0]
        ok(words and not wrong, "each command that an alert names is there", wrong)
        if shutil.which("promtool"):
            rules = subprocess.run(["promtool", "check", "rules", os.path.join(DOC, "tradepost-alerts.yml")],
                                   capture_output=True, text=True, check=False)
            ok(rules.returncode == 0, "promtool takes the rules", rules.stdout + rules.stderr)
            lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
            ok(lint.returncode != 1 and "error while linting" not in lint.stderr, "promtool reads the figures",
               lint.stdout + lint.stderr)
        else:
            print("# promtool is not here")
    finally:
        world.stop()
        shutil.rmtree(folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
