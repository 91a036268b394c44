#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Incidents: each begins once and ends once, and every channel hears of both at
most once, whatever fails meanwhile. Mail goes to a real SMTP server (aiosmtpd)
with STARTTLS and a sign-in, where one is installed."""
import email
import email.policy
import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
try:
    import aiosmtpd.controller
    import aiosmtpd.smtp
except ImportError:
    aiosmtpd = None
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/lib/python3/dist-packages/aiosmtpd"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from web_world import BUILD, PROGRAM, Site, done, verdict  # noqa: E402


class Chat(http.server.BaseHTTPRequestHandler):
    """Takes what webhooks post; fails or hangs when told."""
    heard, status, hangs = [], 200, False

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Chat.heard.append((self.path, body))
        if Chat.hangs:
            time.sleep(30)
        self.send_response(Chat.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Post:
    """A mailbox behind SMTP; refuses for now when told."""
    letters, later = [], False

    async def handle_DATA(self, server, session, envelope):
        if Post.later:
            return "451 not now"
        Post.letters.append((envelope, session.ssl is not None))
        return "250 taken"


def edges(path):
    return [body["edge"] for where, body in Chat.heard if where == path]


def start_mail(site):
    key, certificate = (os.path.join(site.folder, name) for name in ("key", "crt"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days",
                    "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    good = aiosmtpd.smtp.AuthResult(success=True)
    bad = aiosmtpd.smtp.AuthResult(success=False, handled=False)
    mail = aiosmtpd.controller.Controller(
        Post(), "127.0.0.1", 0, tls_context=context, require_starttls=True, auth_required=True,
        authenticator=lambda server, session, envelope, kind, data:
        good if (data.login, data.password) == (b"gateway", b"mail-canary") else bad)
    mail.port = free_port()
    mail.start()
    return mail, certificate


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(site, more, mail=None, certificate=None):
    smtp = ('mail = [ "edi@cronus.example", "ap@cronus.example" ]; smtp = { host = "127.0.0.1"; port = %d; user = "gateway";'
            ' secret = "secret:mail"; from = "tradepost@cronus.example"; ca_file = "%s"; };' % (mail.port, certificate)
            if mail else "mail = [];")
    site.settings()
    with open(os.path.join(site.etc, "env.conf"), "a", encoding="utf-8") as out:
        out.write("alerts = { %s %s };\n" % (smtp, more))


def run(site, now, **environment):
    return subprocess.run([PROGRAM, "-c", site.etc, "run", "acknowledgements"], capture_output=True, text=True, check=False,
                          env=dict(os.environ, TRADEPOST_NOW=now, **environment))


def listed(site, *words):
    got = site.tool("incident", "list", "--json", *words)
    return got.returncode, [json.loads(line) for line in got.stdout.splitlines()]


def one_life(site, mail):
    """The disk runs low, and has room again."""
    low = {"TRADEPOST_RESERVE_MB": "1000000"}
    run(site, "2026-11-22T12:00:00Z", **low)
    code, rows = listed(site)
    verdict(code == 1 and len(rows) == 1 and rows[0]["class"] == "disk" and rows[0]["severity"] == 1,
            "a full disk is an incident", rows)
    verdict(edges("/json") == ["start"], "a webhook is told", Chat.heard)
    run(site, "2026-11-22T12:10:00Z", **low)
    run(site, "2026-11-22T12:20:00Z", **low)
    verdict(edges("/json") == ["start"] and len(listed(site)[1]) == 1, "once, however long it lasts", Chat.heard)
    slack = [body for where, body in Chat.heard if where == "/slack"]
    verdict(len(slack) == 1 and list(slack[0]) == ["text"] and "nearly full" in slack[0]["text"], "in Slack's form", slack)
    teams = [body for where, body in Chat.heard if where == "/teams"]
    verdict(len(teams) == 1 and teams[0]["attachments"][0]["content"]["type"] == "AdaptiveCard", "in Teams' form", teams)
    if mail:
        letter, covered = Post.letters[0] if Post.letters else (None, False)
        verdict(len(Post.letters) == 1 and covered and letter.rcpt_tos == ["edi@cronus.example", "ap@cronus.example"],
                "one letter to all, over TLS", Post.letters)
        text = email.message_from_bytes(letter.content, policy=email.policy.default)
        verdict("nearly full" in text["Subject"] and text["Auto-Submitted"] == "auto-generated" and
                text["Message-ID"].startswith("<incident-1-start.") and "incident show 1" in text.get_content(),
                "which says what, and what to do", letter.content)
    else:
        print("# SKIP mail: aiosmtpd is not installed")
    got = site.tool("incident", "ack", "1", "--as", "anna")
    verdict(got.returncode == 0 and "seen by anna" in got.stdout, "somebody says that it was seen", got.stdout + got.stderr)
    got = site.tool("incident", "show", "1")
    verdict("Seen by  anna" in got.stdout and "webhook-1 of its start: done" in got.stdout, "the story", got.stdout)
    verdict(site.tool("incident", "show", "9").returncode == 3, "no such incident")
    run(site, "2026-11-22T12:30:00Z")
    run(site, "2026-11-22T12:40:00Z")
    verdict(edges("/json") == ["start", "end"], "its end is told, once", edges("/json"))
    verdict(not mail or len(Post.letters) == 2, "by mail, too", len(Post.letters))
    verdict(listed(site) == (0, []) and listed(site, "--all")[1][0]["ended"], "and nothing is wrong any more")


def failing(site):
    """A channel that fails is tried again; one that may have heard is not."""
    low = {"TRADEPOST_RESERVE_MB": "1000000"}
    Chat.heard.clear()
    Chat.status = 503
    run(site, "2026-11-22T14:00:00Z", **low)
    first = len(edges("/json"))
    Chat.status = 200
    run(site, "2026-11-22T15:00:00Z", **low)
    run(site, "2026-11-22T16:00:00Z", **low)
    verdict(first == 1 and len(edges("/json")) <= 2, "an answer of 503 is not taken for a yes", edges("/json"))
    run(site, "2026-11-22T17:00:00Z")
    Chat.heard.clear()
    Chat.hangs = True
    child = subprocess.Popen([PROGRAM, "-c", site.etc, "run", "acknowledgements"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL,
                             env=dict(os.environ, TRADEPOST_NOW="2026-11-22T18:00:00Z", **low))
    for _ in range(600):
        if edges("/json"):
            break
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    Chat.hangs = False
    run(site, "2026-11-22T19:00:00Z", **low)
    run(site, "2026-11-22T20:00:00Z", **low)
    verdict(edges("/json") == ["start"], "killed while it told, it does not tell again", edges("/json"))
    verdict("slack" in str(Chat.heard), "but those that were not told yet", Chat.heard)
    run(site, "2026-11-22T21:00:00Z")
    verdict(edges("/json") == ["start", "end"], "and its end is told", edges("/json"))


def quiet(site):
    """A late acknowledgment can wait until the morning."""
    Chat.heard.clear()
    settings(site, HOOKS % site.chat + 'quiet = { from = "22:00"; to = "06:30"; };')
    run(site, "2026-11-24T04:00:00Z")  # 23:00 in New York
    rows = [row for row in listed(site)[1] if row["class"] == "late"]
    verdict(len(rows) == 1 and rows[0]["severity"] == 2 and rows[0]["partner"] == "ACME", "a late acknowledgment", rows)
    verdict(edges("/json") == [], "nobody is woken by it", Chat.heard)
    run(site, "2026-11-24T11:40:00Z")  # 06:40
    told = [body for where, body in Chat.heard if where == "/json" and body["class"] == "late"]
    verdict(len(told) == 1, "in the morning it is told", Chat.heard)
    held = [body for where, body in Chat.heard if where == "/json" and body["class"] == "held"]
    verdict(len(held) >= 1, "and what is held for long", Chat.heard)


def syslog(site):
    """The system's log hears of both edges; one that nobody reads is told later."""
    low = {"TRADEPOST_RESERVE_MB": "1000000"}
    path = os.path.join(site.folder, "log")
    settings(site, 'syslog = true; syslog_socket = "%s";' % path)
    run(site, "2026-11-23T08:00:00Z", **low)
    code, rows = listed(site)
    shown = site.tool("incident", "show", str(rows[-1]["id"])).stdout if rows else ""
    verdict("nobody listens at" in shown, "a log that nobody reads is a failure", shown)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(path)
        log.settimeout(20)
        run(site, "2026-11-23T09:00:00Z", **low)
        line = log.recv(4096).decode()
        verdict(re.fullmatch(r"<26>Nov 23 09:00:00 tradepost\[\d+\]: incident \d+ begins: .*nearly full.*", line),
                "which is tried again, and then hears of it", line)
        run(site, "2026-11-23T10:00:00Z")
        line = log.recv(4096).decode()
        verdict(line.startswith("<29>") and "is over" in line, "and that it is over", line)
        log.setblocking(False)
        run(site, "2026-11-23T11:00:00Z")
        try:
            line = log.recv(4096).decode()
        except BlockingIOError:
            line = ""
        verdict(line == "", "once", line)


HOOKS = ('webhooks = ( { url = "secret:json"; }, { url = "secret:slack"; form = "slack"; },'
         ' { url = "secret:teams"; form = "teams"; } );%.0s')


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = Site()
    site.chat = server.server_port
    for name in ("json", "slack", "teams"):
        site.secret(name, b"http://127.0.0.1:%d/%s" % (server.server_port, name.encode()))
    site.secret("mail", b"mail-canary")
    mail, certificate = start_mail(site) if aiosmtpd else (None, None)
    settings(site, HOOKS % site.chat, mail, certificate)
    one_life(site, mail)
    settings(site, HOOKS % site.chat)
    failing(site)
    syslog(site)
    verdict(site.tool("verify").returncode == 0, "verify finds nothing", site.tool("verify").stdout)
    site.clean()
    site = Site()
    site.chat = server.server_port
    for name in ("json", "slack", "teams"):
        site.secret(name, b"http://127.0.0.1:%d/%s" % (server.server_port, name.encode()))
    subprocess.run([os.path.join(BUILD, "tests/cli/seed"), os.path.join(site.etc, "state")], check=True,
                   env=dict(os.environ, TRADEPOST_NOW="2026-11-22T14:00:00Z"))
    quiet(site)
    if mail:
        mail.stop()
    site.clean()
    done()


main()
