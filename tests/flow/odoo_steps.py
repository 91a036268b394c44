# SPDX-License-Identifier: Apache-2.0
"""Steps of scenarios about Odoo, as the simulator plays it: asked by JSON-2, as
anybody would."""
import json
import urllib.request

from world import Failed


def call(world, model, method, **arguments):
    request = urllib.request.Request("http://127.0.0.1:%d/json/2/%s/%s" % (world.ports["odoo"], model, method),
                                     json.dumps(arguments).encode(), {"Authorization": "bearer scenario-key"})
    return json.load(urllib.request.urlopen(request))


def find(world, ref):
    rows = call(world, "res.partner", "search_read", domain=[["ref", "=", ref]], context={"active_test": False})
    return rows or call(world, "res.partner", "search_read", domain=[["name", "=", ref]],
                        context={"active_test": False})


def odoo(world, words, lines):
    """odoo [SETTING...] | odoo country ID CODE | odoo make {...} | odoo set REF|NAME {...} | odoo drop REF"""
    if words and words[0] == "country":
        world.ask("tables/odoo.res.country", {"id": words[1], "code": words[2], "name": words[2],
                                              "write_date": "2026-01-01 00:00:00"})
    elif words and words[0] == "make":
        call(world, "res.partner", "create", vals_list=[json.loads(" ".join(words[1:]))])
    elif words and words[0] in ("set", "drop"):
        name, _, values = " ".join(words[1:]).partition("{")
        rows = find(world, name.strip())
        if len(rows) != 1:
            raise Failed("odoo has %d rows for %s" % (len(rows), name))
        if words[0] == "drop":
            call(world, "res.partner", "unlink", ids=[rows[0]["id"]])
        else:
            call(world, "res.partner", "write", ids=[rows[0]["id"]], vals=json.loads("{" + values))
    else:
        world.write("secrets/odoo", "scenario-key", 0o600)
        world.systems["odoo"] = {"kind": '"odoo"', "url": '"http://127.0.0.1:%d"' % world.ports["odoo"],
                                 "database": '"odoo"', "user": '"EDI"', "secret": '"secret:odoo"',
                                 "settle": '"1s"', "overlap": '"1s"'}
        for setting in words:
            name, value = setting.split("=", 1)
            world.systems["odoo"][name] = '"%s"' % value
        world.settings()


def expect_odoo(world, words):
    """expect odoo REF|NAME N [key=value]...: so many rows, each with these values"""
    rows = find(world, words[0])
    if len(rows) != int(words[1]):
        raise Failed("odoo has %d rows for %s" % (len(rows), words[0]))
    for row in rows:
        for pair in words[2:]:
            key, value = pair.split("=", 1)
            if str(row.get(key)) != value:
                raise Failed("%s is %s, expected %s" % (key, row.get(key), value))
