# SPDX-License-Identifier: Apache-2.0
"""An origin that speaks NTLM as far as a client needs it: whoever has shown a name owns the connection from then on."""
import base64
import secrets
import struct

from .waiting import Record

SIGNATURE = b"NTLMSSP\0"
UNICODE, NTLM, TARGET_INFO = 1 << 0, 1 << 9, 1 << 23
UNAUTHORIZED = "401 Unauthorized"


def message(kind, rest=b""):
    """One of the three messages, as a field's value."""
    return "NTLM " + base64.b64encode(SIGNATURE + struct.pack("<I", kind) + rest).decode()


def challenge_message(challenge):
    """Message 2 (MS-NLMP 2.2.1.2): no target's name, flags, the challenge, an empty list of facts about the target."""
    end_of_list = struct.pack("<HH", 0, 0)
    return message(2, struct.pack("<HHI", 0, 0, 48) + struct.pack("<I", UNICODE | NTLM | TARGET_INFO) + challenge +
                   bytes(8) + struct.pack("<HHI", len(end_of_list), len(end_of_list), 48) + end_of_list)


def answer_message(challenge, user):
    """Message 3 as our own clients say it: in front of the name the challenge, where curl has what it made of it."""
    name = user.encode("utf-16-le")
    return message(3, struct.pack("<HHI", 8, 8, 64) * 3 + struct.pack("<HHI", len(name), len(name), 72) + bytes(20) +
                   challenge + name)


def challenge_in(fields):
    """The challenge of a 401's WWW-Authenticate."""
    raw = base64.b64decode(fields["www-authenticate"].removeprefix("NTLM "))
    assert raw[:12] == SIGNATURE + struct.pack("<I", 2)
    return raw[24:32]


def user_in(raw):
    length, _, offset = struct.unpack("<HHI", raw[36:44])
    return raw[offset:offset + length].decode("utf-16-le")


def field(head, name):
    lines = head.decode("latin-1").split("\r\n")[1:]
    return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith(name + ":")), None)


class Handshake:
    """What one connection knows of who is at its other end."""

    def __init__(self):
        self.challenge, self.user, self.kinds = None, None, []

    def refusal(self, credentials):
        """None where the request is let in; else what the 401 says."""
        if credentials is None:
            self.kinds.append(0)
            return None if self.user else "NTLM"
        raw = base64.b64decode(credentials.partition(" ")[2])
        kind = struct.unpack("<I", raw[8:12])[0]
        self.kinds.append(kind)
        if kind == 1:
            self.challenge = secrets.token_bytes(8)
            return challenge_message(self.challenge)
        if self.challenge is None:
            return "NTLM"
        self.user = user_in(raw)
        return None


class NtlmOrigin:
    """`kinds` of a connection: the message that came with each of its requests, 0 for none; `paths`: what was asked."""

    def __init__(self, lab, body=None):
        self.ended = Record()
        self._body = body
        self.origin = lab.origin(self._script)
        self.url = self.origin.url

    def connections(self):
        return [c for c in self.origin.connections.items() if getattr(c, "paths", None)]

    def of(self, user):
        """The connections that this user has authenticated."""
        return [c for c in self.connections() if c.handshake.user == user]

    def _script(self, connection):
        connection.handshake, connection.paths, connection.uploads = Handshake(), [], []
        while head := connection.read_head():
            connection.paths.append(head.split(b" ")[1].decode())
            refusal = connection.handshake.refusal(field(head, "authorization"))
            connection.uploads.append(connection.read_exactly(int(field(head, "content-length") or 0)))
            if refusal:
                connection.answer(b"who?", UNAUTHORIZED, f"WWW-Authenticate: {refusal}")
            else:
                connection.answer(connection.handshake.user.encode())
        self.ended.add(connection)
