# SPDX-License-Identifier: Apache-2.0
"""A line that tests can spoil: a TCP relay to a port of 127.0.0.1. It counts
the bytes that pass, breaks a connection after a byte of our choice, falls
silent there, or is slow.

  line = Relay(port)          the program connects to line.port
  line.arm("down", 57, "rst") after the 57th byte from the server, from now on,
                              that connection is reset; "fin": it ends; "silent":
                              it stays, and nothing passes any more
  line.passed["up"]           bytes toward the server since it was armed
  line.struck                 whether the byte was reached

Connections made later are carried as they are."""
import select
import socket
import struct
import threading
import time


class Relay:
    def __init__(self, port, rate=None):
        self.to, self.rate = port, rate  # rate: bytes a second that come back, at most
        self.lock = threading.Lock()
        self.arm(None, 0, "")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def arm(self, way, after, how):
        with self.lock:
            self.way, self.after, self.how = way, after, how
            self.struck, self.passed, self.connections = False, {"up": 0, "down": 0}, 0

    def disarm(self):
        with self.lock:
            self.way = None

    def close(self):
        self.listener.close()

    def serve(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        try:
            far = socket.create_connection(("127.0.0.1", self.to))
        except OSError:
            near.close()
            return
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if not self.strikes("", 0)[1] or self.how == "silent":
                self.exchange(near, far)
            else:
                self.break_off(near)
        except OSError:
            pass
        for end in (near, far):
            end.close()

    def exchange(self, near, far):
        """Until one has ended and the other too, or it is broken off."""
        open_ends, other = [near, far], {near: far, far: near}
        while open_ends:
            for source in select.select(open_ends, [], [])[0]:
                some = source.recv(65536)
                if not some:
                    open_ends.remove(source)
                    other[source].shutdown(socket.SHUT_WR)
                    continue
                keep, strikes = self.strikes("up" if source is near else "down", len(some))
                if self.rate and source is far:
                    time.sleep(len(some) / self.rate)
                other[source].sendall(some[:keep])
                if strikes and self.how == "silent":
                    self.stay_silent(near)
                if strikes:
                    return self.break_off(near)

    def strikes(self, way, size):
        """How many of these bytes pass, and whether the line breaks behind them."""
        with self.lock:
            here = not self.struck and self.way is not None and (way == self.way or (size == 0 and self.after == 0))
            keep = min(size, max(0, self.after - self.passed[self.way])) if here else size
            if way:
                self.passed[way] += keep
            if here and self.passed[self.way] >= self.after:
                self.struck = True
                return keep, True
            return keep, False

    def break_off(self, near):
        if self.how == "rst":
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    @staticmethod
    def stay_silent(near):
        """Until the other side gives up."""
        while near.recv(65536):
            pass
