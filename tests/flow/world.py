# SPDX-License-Identifier: Apache-2.0
"""A small world for tests: a sandbox that plays NAV, partners behind folders
(or behind an SSH server), and the settings with which the program reaches
them."""
import getpass
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.request

BUILD = os.environ.get("TP_BUILD", os.getcwd())
SOURCE = os.environ.get("TP_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PROGRAM = os.path.join(BUILD, "tradepost")
SANDBOX = os.path.join(BUILD, "tradepost-sandbox")
TODAY = "2026-11-22"
PARTNERS = {"ACME": ("01", "079240011", "079240011", "V10010"),
            "BLUEFISH": ("ZZ", "BLUEFISH01", "BLUEFISH01", "V10000"),
            "BIGMART": ("08", "9254110060", "BIGMART", "C20000")}


class Failed(Exception):
    pass


class World:
    """One scenario's folder, sandbox and settings."""

    def __init__(self, folder):
        self.folder = folder
        self.extra = []
        self.options = []      # of the sandbox
        self.environment = {}  # of the program
        self.sandbox = self.sshd = None
        self.control = 1000
        self.systems = {}    # beside nav, with their settings
        self.given = []      # folder and text of every file that a partner gave
        self.mounted = None  # a folder that is a disk of its own
        self.last_exit = self.requests = 0
        self.now = TODAY + "T12:00:00Z"
        self.nav = {"auth": '{ kind = "basic"; user = "EDI"; secret = "secret:nav"; }', "post": '"post"',
                    "payments": '"GENERAL"', "settle": '"1s"'}
        self.main = {"cutover": '"%s"' % TODAY}
        self.channels = {}
        for name in ("etc/partners", "state", "spool", "secrets", "sandbox"):
            os.makedirs(os.path.join(folder, name))
        os.chmod(os.path.join(folder, "secrets"), 0o700)
        self.write("secrets/nav", "scenario-key", 0o600)
        shutil.copy(os.path.join(SOURCE, "etc/tradepost.conf"), os.path.join(folder, "etc"))
        for name in ["default"] + [code.lower() for code in PARTNERS]:
            shutil.copy(os.path.join(SOURCE, "partners", name + ".conf"), os.path.join(folder, "etc/partners"))
        for code in PARTNERS:
            for side in ("in", "out"):
                os.makedirs(os.path.join(folder, "partners", code, side))
            self.channels[code] = 'kind = "dir"; stable_seconds = 0; put = "%s"; get = "%s";' % (
                self.path("partners", code, "in"), self.path("partners", code, "out"))
        self.folders = dict(self.channels)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(self.path(name), mode)

    def start(self):
        ports = self.path("sandbox/ports.json")
        if os.path.exists(ports):
            os.unlink(ports)
        with open(self.path("sandbox.log"), "a", encoding="utf-8") as log:
            self.sandbox = subprocess.Popen(
                [SANDBOX, "serve", "--small", "--dir", self.path("sandbox"), "--ports-file", ports, "--date", TODAY,
                 "--user", "EDI", "--key", "scenario-key"] + self.options, stderr=log)
        for _ in range(2000):
            if os.path.exists(ports):
                break
            if self.sandbox.poll() is not None:
                raise Failed("the sandbox ended: " + open(self.path("sandbox.log")).read()[-300:])
            time.sleep(0.005)
        self.ports = json.load(open(ports))
        self.nav["url"] = '"http://127.0.0.1:%d/BC"' % self.ports["nav"]
        self.settings()

    def settings(self):
        limits = {"still": '"0s"', "retry_first": '"1s"'}
        limits.update((name[7:], value) for name, value in self.main.items() if name.startswith("limits."))
        text = ["%s = %s;" % pair for pair in self.main.items() if "." not in pair[0]]
        text += ['paths = { data = "%s"; state = "%s"; spool = "%s"; secrets = "%s"; };'
                 % (SOURCE, self.path("state"), self.path("spool"), self.path("secrets")),
                 "systems = { %s };" % " ".join("%s = { %s };" % (name, " ".join("%s = %s;" % pair for pair in group.items()))
                                                for name, group in [("nav", self.nav)] + list(self.systems.items())),
                 "limits = { %s };" % " ".join("%s = %s;" % pair for pair in limits.items()),
                 "partners = {"]
        text += ["  %s = { channel = { %s }; };" % pair for pair in self.channels.items()]
        self.write("etc/env.conf", "\n".join(text + ["};"] + self.extra) + "\n")

    def start_sshd(self):
        """An OpenSSH server on 127.0.0.1; False where there is none."""
        sshd = shutil.which("sshd") or "/usr/sbin/sshd"
        if not os.path.exists(sshd) or shutil.which("ssh-keygen") is None:
            return False
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        os.makedirs(self.path("ssh"), exist_ok=True)
        for name in ("host", "client", "stranger"):
            if not os.path.exists(self.path("ssh", name)):
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f",
                                self.path("ssh", name)], check=True)
        shutil.copy(self.path("ssh/client.pub"), self.path("ssh/authorized"))
        for name in ("client", "stranger"):
            shutil.copy(self.path("ssh", name), self.path("secrets", name))
            os.chmod(self.path("secrets", name), 0o600)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.ssh_port = probe.getsockname()[1]
        self.write("ssh/config", "\n".join([
            "ListenAddress 127.0.0.1", "Port %d" % self.ssh_port, "HostKey " + self.path("ssh/host"),
            "AuthorizedKeysFile " + self.path("ssh/authorized"), "PidFile none", "StrictModes no", "UsePAM no",
            "PermitRootLogin yes", "PasswordAuthentication yes", "MaxStartups 200", "MaxAuthTries 20",
            "Subsystem sftp internal-sftp", "ForceCommand internal-sftp"]) + "\n")
        with open(self.path("ssh/log"), "a", encoding="utf-8") as log:
            self.sshd = subprocess.Popen([sshd, "-D", "-e", "-f", self.path("ssh/config")], stderr=log)
        for _ in range(500):
            if "Server listening" in open(self.path("ssh/log"), encoding="utf-8").read():
                return True
            if self.sshd.poll() is not None:
                break
            time.sleep(0.02)
        raise Failed("sshd does not start: " + open(self.path("ssh/log"), encoding="utf-8").read()[-300:])

    def by_sftp(self, code, key="client", host="host", more=""):
        """The partner is reached by this SSH server from now on."""
        print_of = subprocess.run(["ssh-keygen", "-lf", self.path("ssh", host + ".pub")], capture_output=True,
                                  text=True, check=True).stdout.split()[1]
        self.channels[code] = (
            'kind = "sftp"; host = "127.0.0.1"; port = %d; user = "%s"; %s hostkeys = [ "%s" ]; '
            'stable_seconds = 0; put = "%s"; get = "%s"; %s' % (
                self.ssh_port, getpass.getuser(), 'key = "secret:%s";' % key if key else "", print_of,
                self.path("partners", code, "in"), self.path("partners", code, "out"), more))
        self.settings()

    def by_cleo(self, code, more=""):
        """The partner is reached by the sandbox's Cleo mailbox from now on."""
        folder, mailbox = self.path("partners", code, "in"), self.path("sandbox/cleo/in", code)
        os.makedirs(mailbox, exist_ok=True)
        if not os.path.islink(folder):
            os.rmdir(folder)
            os.symlink(mailbox, folder)
        self.write("secrets/cleo", "sandbox-secret", 0o600)
        self.channels[code] = ('kind = "cleo"; url = "http://127.0.0.1:%d"; user = "cronus"; '
                               'password = "secret:cleo"; put = "/in/%s"; %s' % (self.ports["cleo"], code, more))
        self.settings()

    def stop(self):
        for child in (self.sandbox, self.sshd):
            if child and child.poll() is None:
                child.terminate()
                child.wait(10)
        if self.mounted:
            subprocess.run(["umount", self.mounted], check=False)
            self.mounted = None

    def ask(self, path, body=None, service="nav"):
        request = urllib.request.Request("http://127.0.0.1:%d/_sandbox/%s" % (self.ports[service], path),
                                         data=None if body is None else json.dumps(body).encode(),
                                         method="GET" if body is None else "POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def tool(self, *words, env=None, told=None):
        return subprocess.run([PROGRAM, "-c", self.path("etc")] + list(words), capture_output=True, text=True,
                              timeout=600, input=told, env=dict(os.environ, TRADEPOST_NOW=self.now, **self.environment, **(env or {})))

    def daemon(self, log):
        """A daemon that is ready, by what it tells systemd; or one that has ended."""
        notice = self.path("notify")
        if os.path.exists(notice):
            os.unlink(notice)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            heard.bind(notice)
            heard.settimeout(0.05)
            daemon = subprocess.Popen([PROGRAM, "-c", self.path("etc"), "daemon"], stderr=log, env=dict(
                os.environ, TRADEPOST_NOW=self.now, NOTIFY_SOCKET=notice, **self.environment))
            while daemon.poll() is None:
                try:
                    if b"READY=1" in heard.recv(512):
                        break
                except socket.timeout:
                    continue
        return daemon

    def run(self, *words):
        """`tradepost run`, or with TP_BY_DAEMON a daemon that works as long as this run waits for it."""
        if not os.environ.get("TP_BY_DAEMON"):
            return self.tool("run", *words)
        with open(self.path("daemon.log"), "a+", encoding="utf-8") as log:
            begun = log.tell()
            daemon = self.daemon(log)
            result = self.tool("run", *words)
            daemon.terminate()
            try:
                daemon.wait(90)
            except subprocess.TimeoutExpired:
                daemon.kill()
                raise Failed("the daemon does not end")
            log.seek(begun)
            result.stderr += log.read()
            if daemon.returncode != 0 and result.returncode == 0:
                result.returncode = daemon.returncode
            return result

    def conserved(self):
        """"" or why accepted is not what was done, held, dead, ignored, replaced or is in progress: by the audit chain
        (verify), by the metrics, and by counting."""
        result = self.tool("verify")
        if result.returncode != 0:
            return "verify: " + result.stdout + result.stderr
        figures = dict(line.rsplit(" ", 1) for line in self.tool("metrics").stdout.splitlines() if line[:1] not in ("", "#"))
        accepted = int(float(figures["tradepost_documents_accepted_total"]))
        there = sum(row[0] for row in self.rows("SELECT count(*) FROM document GROUP BY state"))
        if accepted != there or float(figures["tradepost_conservation_error"]) != 0:
            return "%d were accepted, %d are there, conservation_error %s" % (
                accepted, there, figures["tradepost_conservation_error"])
        return ""

    def rows(self, select, *values):
        base = sqlite3.connect("file:%s?mode=ro" % self.path("state/journal.db"), uri=True)
        base.row_factory = sqlite3.Row
        try:
            return base.execute(select, values).fetchall()
        finally:
            base.close()
