#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The door: who is heard, what is kept, and what a hostile caller gets."""
import base64
import os
import signal
import ssl
import subprocess
import sys
import time
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from web_world import KEY, Site, done, is_cut, mac, number, signature, verdict  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.1, which must be refused
EDI = b"ISA*00*          *00*          *01*079240011      *ZZ*CRONUS01       *261122*1200*U*00401*000000007*0*P*>~IEA*0*000000007~"


def status_is(name, wanted, got):
    verdict(got[0] == wanted, name, "found %s, wanted %s" % (got[0], wanted))


def basic(user, secret):
    return "Basic " + base64.b64encode(user + b":" + secret).decode()


def proofs(site):
    body = b'{"events":[1]}'
    status_is("a signed hook is taken", 202, site.signed(body))
    verdict(site.hints() == 1, "it is one event of the journal", site.hints())
    verdict(site.count("SELECT text FROM cursor WHERE name = 'hint:nav'") != "", "and a hint to read the system")
    status_is("the same once more is known", 200, site.signed(body))
    status_is("one byte of the body differs", 401,
              site.ask("/hook/signed", b'{"events":[2]}', X_Signature=signature(body)))
    status_is("no signature", 401, site.ask("/hook/signed", body))
    status_is("half a signature", 401, site.ask("/hook/signed", body, X_Signature=signature(body)[:20]))
    status_is("another's key", 401, site.ask("/hook/signed", body, X_Signature=signature(body, b"other")))
    status_is("an id of its own", 202, site.signed(body, X_Delivery="7"))
    status_is("the id again, with another body", 200, site.signed(b'{"events":[3]}', X_Delivery="7"))
    verdict(site.hints() == 2, "what was refused or known left nothing", site.hints())


def times(site):
    body = b'{"a":1}'

    def timed(when, stamp=None):
        text = str(when)
        return site.ask("/hook/timed", body, X_Time=stamp or text,
                        X_Hub="sha256=" + mac(text.encode() + b"." + body).hexdigest())

    now = int(time.time())
    status_is("time and body are signed", 200, timed(now))
    status_is("an hour old", 401, timed(now - 3600))
    status_is("an hour early", 401, timed(now + 3600))
    status_is("another time than was signed", 401, timed(now, str(now - 1)))
    status_is("milliseconds", 200, timed(now * 1000))
    status_is("no number", 401, timed("soon"))


def schemes(site):
    key = KEY.decode()
    status_is("bearer", 202, site.ask("/hook/bearer", b'{"b":1}', Authorization="Bearer " + key))
    status_is("bearer, wrong", 401, site.ask("/hook/bearer", b'{"b":1}', Authorization="Bearer " + key + "x"))
    status_is("bearer, cut", 401, site.ask("/hook/bearer", b'{"b":1}', Authorization="Bearer " + key[:-1]))
    status_is("bearer, another word", 401, site.ask("/hook/bearer", b'{"b":1}', Authorization="Basic " + key))
    status_is("a shared header", 202, site.ask("/hook/header", b'{"h":1}', X_Key=key))
    status_is("a shared header, wrong", 401, site.ask("/hook/header", b'{"h":1}', X_Key="x"))
    status_is("a secret in the address", 202, site.ask("/hook/query?code=" + key, b'{"q":1}'))
    status_is("a secret in the address, wrong", 401, site.ask("/hook/query?code=x", b'{"q":1}'))
    got = site.ask("/hook/query?validationToken=abc-123")
    verdict(got[0] == 200 and site.answer == b"abc-123", "the token of a handshake comes back", site.answer)
    status_is("a token that is none", 400, site.ask("/hook/query?validationToken=%3Cscript%3E"))
    status_is("no handshake where none is agreed", 401, site.ask("/hook/signed?validationToken=abc"))
    status_is("a secret that cannot be read", 503, site.ask("/hook/broken", Authorization="Bearer x"))
    site.secret("hook", b"new")
    site.secret("hook.former", KEY)
    status_is("after a rotation: the former secret", 202, site.ask("/hook/header", b'{"h":2}', X_Key=key))
    status_is("after a rotation: the new one", 202, site.ask("/hook/header", b'{"h":3}', X_Key="new"))
    site.secret("hook", KEY)


def forms(site):
    body = b'{"f":1}'
    status_is("GET", 405, site.ask("/hook/signed", None, "GET"))
    status_is("PUT", 405, site.ask("/hook/signed", body, "PUT", X_Signature=signature(body)))
    status_is("another type", 415, site.ask("/hook/signed", body, Content_Type="text/xml",
                                            X_Signature=signature(body)))
    large = b"x" * 65537
    status_is("a byte too many", 413, site.ask("/hook/signed", large, X_Signature=signature(large)))
    just = b"y" * 65536
    status_is("as much as may be", 202, site.ask("/hook/signed", just, X_Signature=signature(just)))
    chunks = [b"a" * 1000, b"b" * 1000]
    status_is("in chunks", 202, site.ask("/hook/signed", iter(chunks), Transfer_Encoding="chunked",
                                         X_Signature=signature(b"".join(chunks))))
    got = site.ask("/hook/signed", iter([b"z" * 4096] * 20), Transfer_Encoding="chunked", X_Signature="x")
    status_is("too many chunks", 413, got)
    status_is("chunks without end", 0, site.ask("/hook/signed", iter([b"z" * 65536] * 400),
                                                Transfer_Encoding="chunked", X_Signature="x"))
    link = site.raw(b"POST /hook/signed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Signature: a\r\n"
                    b"X-Signature: b\r\nContent-Length: 2\r\n\r\n{}")
    verdict(b" 401 " in link.recv(100), "two signatures are none")
    link.close()


def files(site):
    key = basic(b"acme", KEY)
    before = site.count("SELECT count(*) FROM interchange")
    status_is("a partner's file", 202, site.ask("/hook/acme", EDI, Authorization=key,
                                                Content_Type="application/edi-x12", X_File_Name="../po.edi"))
    verdict(site.count("SELECT count(*) FROM interchange WHERE partner = 'ACME' AND channel = 'http' AND state ="
                       " 'received' AND name = '../po.edi' AND size = %d" % len(EDI)) == 1, "is an arrival of the journal")
    status_is("the file again", 200, site.ask("/hook/acme", EDI, Authorization=key, Content_Type="text/plain"))
    verdict(site.count("SELECT count(*) FROM interchange") == before + 1, "is no second arrival")
    status_is("another's password", 401, site.ask("/hook/acme", EDI, Authorization=basic(b"acme", b"x"),
                                                  Content_Type="text/plain"))
    status_is("another's name", 401, site.ask("/hook/acme", EDI, Authorization=basic(b"bcme", KEY),
                                              Content_Type="text/plain"))
    status_is("nothing in it", 400, site.ask("/hook/acme", b"", Authorization=key, Content_Type="text/plain"))


def flood(site):
    """The bad of one source is not another's."""
    for _ in range(40):
        got = site.ask("/hook/signed", source="127.0.0.2", X_Signature="bad")
        if got[0] == 429:
            break
    verdict(got[0] == 429 and 0 < int(got[1]["Retry-After"]) <= 301, "who is often wrong is not heard", got)
    body = b'{"flood":1}'
    status_is("not even when it is right", 429, site.signed(body, source="127.0.0.2"))
    status_is("others are", 202, site.signed(body))
    status_is("a name that is not there counts", 404, site.ask("/hook/nobody", source="127.0.0.4"))
    verdict(site.ask("/hook/signed", source="127.0.0.2", X_Forwarded_For="9.9.9.9", X_Signature="x")[0] == 429,
            "a claim to be somebody else is not believed")


def slow(site):
    links = [site.raw(b"POST /hook/signed HTT", "127.0.0.3") for _ in range(15)]
    begun = time.time()
    status_is("silent callers do not stop others", 202, site.signed(b'{"slow":1}'))
    took = time.time() - begun
    verdict(took < 5, "nor make them wait", took)
    dripping = links.pop()
    cut = False
    for _ in range(60):
        try:
            dripping.sendall(b"P")
        except OSError:
            cut = True
            break
        time.sleep(0.25)
    verdict(cut, "a byte now and then does not keep the place")
    verdict(all(is_cut(link, 15) for link in links), "silent callers are cut off")


def crash(site):
    good = 0
    for i in range(5):
        site.serve("door")
        body = b'{"crash":%d}' % i
        got = site.signed(body)
        site.stop(signal.SIGKILL)
        good += got[0] == 202 and site.count(
            "SELECT count(*) FROM event WHERE what = 'hint'") == i + 1 + crash.before
    verdict(good == 5, "killed right after its answer, it has what it answered", good)
    verdict(site.tool("verify").returncode == 0, "and verify finds nothing", site.tool("verify").stdout)


def latency(site):
    spent = []
    for i in range(100):
        body = b'{"latency":%d}' % i
        begun = time.perf_counter()
        site.signed(body)
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    print("# answered after %.1f ms (median), %.1f ms (95 of 100), with a connection of its own and a sync each"
          % (spent[50], spent[95]))


def proxies(site):
    site.settings('proxies = [ "127.0.0.1" ]; bad_most = 3;')
    site.serve("door")
    for _ in range(3):
        site.ask("/hook/signed", X_Signature="bad", X_Forwarded_For="10.0.0.1, 192.0.2.7")
    status_is("behind a proxy: its caller is not heard", 429,
              site.ask("/hook/signed", X_Signature="bad", X_Forwarded_For="10.0.0.9, 192.0.2.7"))
    status_is("behind a proxy: others are", 401, site.ask("/hook/signed", X_Signature="bad",
                                                          X_Forwarded_For="192.0.2.8"))
    site.stop()


def tls(site):
    key, certificate = (os.path.join(site.folder, name) for name in ("key", "crt"))
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                           "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                          capture_output=True, check=False)
    if made.returncode != 0:
        return
    site.secret("door.key", open(key, "rb").read())
    site.settings('certificate = "%s"; key = "secret:door.key";' % certificate)
    site.serve("door")
    trust = ssl.create_default_context(cafile=certificate)
    status_is("over TLS", 202, site.signed(b'{"tls":1}', tls=trust))
    old = ssl.create_default_context(cafile=certificate)
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    status_is("not over TLS 1.1", 0, site.signed(b'{"tls":2}', tls=old))
    status_is("not without TLS", 0, site.signed(b'{"tls":3}'))
    site.stop()


def wrong_settings(site):
    for hooks, part in (('{ name = "A b"; system = "nav"; secret = "secret:x"; }', "small letters"),
                        ('{ name = "a"; secret = "secret:x"; }', "either a system or a partner"),
                        ('{ name = "a"; system = "nobody"; secret = "secret:x"; }', "not one of"),
                        ('{ name = "a"; partner = "NOBODY"; secret = "secret:x"; }', "no such partner"),
                        ('{ name = "a"; system = "nav"; scheme = "magic"; secret = "secret:x"; }', "bearer"),
                        ('{ name = "a"; system = "nav"; secret = "in clear"; }', "not shown"),
                        ('{ name = "a"; system = "nav"; secret = "secret:x"; signed = "v0"; }', "{body}")):
        site.settings(hooks=hooks)
        got = site.tool("check")
        verdict(got.returncode == 4 and part in got.stdout, "check: " + part, got.stdout)


def main():
    site = Site("bad_most = 30; penalty = \"5m\"; patience = \"3s\";")
    site.serve("door")
    for part in (proofs, times, schemes, forms, files, flood, slow, latency):
        part(site)
    verdict(site.stop() == 0, "it ends when told")
    crash.before = site.hints()
    crash(site)
    site.serve("door", TRADEPOST_RESERVE_MB="1000000")
    status_is("with the disk nearly full nothing is taken", 507, site.signed(b'{"full":1}'))
    status_is("no file either", 507, site.ask("/hook/acme", EDI + b"\n", Authorization=basic(b"acme", KEY),
                                              Content_Type="text/plain"))
    site.stop()
    proxies(site)
    tls(site)
    with open(os.path.join(site.folder, "log"), "rb") as log:
        verdict(KEY not in log.read(), "no secret is in the log")
    wrong_settings(site)
    site.clean()
    done()


main()
