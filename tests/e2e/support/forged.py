# SPDX-License-Identifier: Apache-2.0
"""Fixed forged requests: each claims fields that only the relay may set, in a spelling that somebody might take for them."""
import random
import re

MARK = "forged"
SEPARATORS = "-_.~*'+!#$%&^`|"  # what a field's name may hold beside letters and digits


def folded(name):
    """A field's name as the most careless gateway sees it."""
    name = re.sub(r"[^a-z0-9]", "_", name.lower()).strip("_")
    while name.startswith("http_"):
        name = name[5:].strip("_")
    return name


class Forger:
    """Makes the same requests each time. `names` are the fields that are claimed."""

    def __init__(self, names, seed):
        self._names = names
        self._random = random.Random(seed)
        self._count = 0

    def value(self):
        self._count += 1
        return f"{MARK}-{self._count}"

    def name(self, lower=False):
        """Some spelling of one of the names; a token."""
        chance = self._random.random
        text = self._random.choice(self._names)
        how = chance()
        if how > 0.15:
            text = "".join(self._random.choice(SEPARATORS) if c == "-" and chance() < 0.6 else c for c in text)
        if how > 0.3:
            text = "".join(c.upper() if chance() < 0.5 else c.lower() for c in text)
        if chance() < 0.25:
            text = self._random.choice(["HTTP_", "http-", "Http_Http_", "_", "-", "HTTP__"]) + text
        if chance() < 0.15:
            text += self._random.choice(["_", "-", "__", "."])
        return text.lower() if lower else text

    def lines(self, lower=False):
        """1 to 4 fields, perhaps the same one more than once."""
        names = [self.name(lower) for _ in range(self._random.randint(1, 3))]
        if self._random.random() < 0.3:
            names.append(names[0])
        return [(name, self.value()) for name in names]

    def chance(self, share):
        return self._random.random() < share

    def choice(self, items):
        return self._random.choice(items)

    def http1(self, host, cookie):
        """The bytes of one request, which may be refused: then nothing of it may arrive."""
        claimed = [f"{name}: {value}" for name, value in self.lines()]
        lines = [f"Host: {host}", f"Cookie: {cookie}", *claimed]
        if self.chance(0.2):
            lines.append("Connection: keep-alive, " + self.choice(self._names + [self.name()]))
        if self.chance(0.1):
            lines += ["Connection: Upgrade", "Upgrade: websocket"]
        if self.chance(0.04):
            name, value = self.choice(self._names), self.value()
            lines.append(self.choice([f"{name} : {value}", f"{name}\t: {value}", f"{name.replace('-', ' ', 1)}: {value}",
                                      f"X-Other: 1\r\n {name}: {value}", f"{name}\xa0: {value}", f"{name}\0: {value}",
                                      f"X-Other: 1\n{name}: {value}", f"X-Other: 1\r{name}: {value}"]))
        self._random.shuffle(lines)
        if not self.chance(0.25):
            return self._bytes(["GET /h1 HTTP/1.1", *lines], [])
        lines += ["Transfer-Encoding: chunked", "Trailer: " + self.choice(self._names)]
        return self._bytes(["POST /h1 HTTP/1.1", *lines], [f"{name}: {value}" for name, value in self.lines()])

    @staticmethod
    def _bytes(head, trailers):
        text = "\r\n".join(head) + "\r\n\r\n"
        if trailers:
            text += "\r\n".join(["4", "body", "0", *trailers]) + "\r\n\r\n"
        return text.encode("latin-1")
