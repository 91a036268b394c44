# SPDX-License-Identifier: Apache-2.0
"""A site with a door and a desk, and clients for them, on loopback alone."""
import base64
import hashlib
import hmac
import http.client
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import time

BUILD = os.environ.get("TP_BUILD", os.getcwd())
SOURCE = os.environ.get("TP_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PROGRAM = os.path.join(BUILD, "tradepost")
KEY = b"canary-of-the-door"
HOOKS = '''
  { name = "signed"; system = "nav"; header = "X-Signature"; secret = "secret:hook"; delivery = "X-Delivery";
    body_bytes = 65536; },
  { name = "timed"; system = "nav"; header = "X-Hub"; prefix = "sha256="; encoding = "hex"; timestamp = "X-Time";
    tolerance = "5m"; secret = "secret:hook"; answer = 200; },
  { name = "bearer"; system = "nav"; scheme = "bearer"; secret = "secret:hook"; },
  { name = "header"; system = "nav"; scheme = "header"; header = "X-Key"; secret = "secret:hook"; },
  { name = "query"; system = "nav"; scheme = "query"; header = "code"; secret = "secret:hook"; handshake = true; },
  { name = "broken"; system = "nav"; scheme = "bearer"; secret = "secret:nobody-has-it"; },
  { name = "acme"; partner = "ACME"; scheme = "basic"; user = "acme"; secret = "secret:hook"; }'''
number = failed = 0


def verdict(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", number, name))
    if not good:
        print("# " + str(why))


def done():
    print("1..%d" % number)
    raise SystemExit(1 if failed else 0)


def mac(body, key=KEY):
    return hmac.new(key, body, hashlib.sha256)


def signature(body, key=KEY):
    return base64.b64encode(mac(body, key).digest()).decode()


class Site:
    def __init__(self, door="", hooks=HOOKS, desk='listen = "127.0.0.1:0";'):
        self.folder = tempfile.mkdtemp()
        self.child = None
        self.etc = os.path.join(self.folder, "etc")
        os.makedirs(os.path.join(self.etc, "secrets"), 0o700)
        shutil.copy(os.path.join(SOURCE, "etc/tradepost.conf"), self.etc)
        shutil.copytree(os.path.join(SOURCE, "partners"), os.path.join(self.etc, "partners"))
        self.secret("hook", KEY)
        self.settings(door, hooks, desk)

    def settings(self, door="", hooks=HOOKS, desk='listen = "127.0.0.1:0";'):
        with open(os.path.join(self.etc, "env.conf"), "w", encoding="utf-8") as out:
            out.write('paths = { state = "state"; spool = "spool"; data = "%s"; };\n'
                      'door = { listen = "127.0.0.1:0"; %s hooks = (%s); };\ndesk = { %s };\n'
                      % (SOURCE, door, hooks, desk))

    def secret(self, name, value):
        path = os.path.join(self.etc, "secrets", name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(value)

    def tool(self, *words):
        return subprocess.run([PROGRAM, "-c", self.etc] + list(words), capture_output=True, text=True, check=False)

    def serve(self, what, **environment):
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.child = subprocess.Popen([PROGRAM, "-c", self.etc, "-v", "serve", what], stdout=subprocess.PIPE,
                                      stderr=self.log, env=dict(os.environ, **environment))
        line = self.child.stdout.readline().decode()
        if "listens on" not in line:
            raise SystemExit("the %s does not listen: %s%s" % (
                what, line, open(os.path.join(self.folder, "log"), encoding="utf-8").read()))
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self, how=signal.SIGTERM):
        self.child.send_signal(how)
        code = self.child.wait(20)
        self.child.stdout.close()
        self.child = None
        return code

    def clean(self):
        if self.child:
            self.stop()
        shutil.rmtree(self.folder)

    def ask(self, path, body=b"{}", method="POST", source="127.0.0.1", tls=None, **headers):
        """Status and headers of one exchange, on a connection of its own; 0 when it was cut."""
        kind = {"timeout": 20, "source_address": (source, 0)}
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, context=tls, **kind) if tls else
                      http.client.HTTPConnection("127.0.0.1", self.port, **kind))
        fields = {"Content-Type": "application/json"}
        fields.update((name.replace("_", "-"), value) for name, value in headers.items())
        try:
            connection.request(method, path, body, fields, encode_chunked="Transfer-Encoding" in fields)
            answer = connection.getresponse()
            self.answer = answer.read()
            return answer.status, answer.headers
        except (OSError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def signed(self, body=b'{"events":[]}', **more):
        return self.ask("/hook/signed", body, X_Signature=signature(body), **more)

    def count(self, query):
        with sqlite3.connect("file:%s/state/journal.db?mode=ro" % self.etc, uri=True) as journal:
            return journal.execute(query).fetchone()[0]

    def hints(self):
        return self.count("SELECT count(*) FROM event WHERE what = 'hint'")

    def raw(self, data, source="127.0.0.1"):
        link = socket.create_connection(("127.0.0.1", self.port), 10, (source, 0))
        link.sendall(data)
        return link


def is_cut(link, seconds):
    """Whether the other side ends the connection in this time."""
    link.settimeout(seconds)
    try:
        while link.recv(4096):
            pass
        return True
    except socket.timeout:
        return False
    except OSError:
        return True
