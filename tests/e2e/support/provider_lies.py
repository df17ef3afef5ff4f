# SPDX-License-Identifier: Apache-2.0
"""The table of what a provider, or whoever plays it, may get wrong, and how each is refused."""
import base64
import dataclasses
import hmac
import json
import time

from .scripted_provider import EC, RSA, STRANGER, EcKey, RsaKey, b64, part

# A provider that never answers costs ten seconds, and so does one whose keys are asked for again.
SLOW = {"slow": True}


@dataclasses.dataclass
class Row:
    """`fault (detail)` is what the page says, `words` stand in the log's reason. `lies` are an Issuer's."""
    name: str
    fault: str
    detail: str
    words: str
    lies: dict = dataclasses.field(default_factory=dict)
    key: object = EC
    place: str = "main"  # which listener
    slow: bool = False


def claims(name, detail, words, **changes):
    """The claims with these changes; None takes one away."""
    def change(truth, _issuer, _login):
        return {key: value for key, value in {**truth, **changes}.items() if value is not None}
    return Row(name, "token_refused", detail, words, {"claims": change})


def moved(name, detail, words, **seconds):
    """Claims that are times, by so many seconds from now."""
    def change(truth, _issuer, _login):
        return {**truth, **{key: int(time.time()) + by for key, by in seconds.items()}}
    return Row(name, "token_refused", detail, words, {"claims": change})


def header(name, detail, words, sign=None, key=EC, **changes):
    """A header with these changes; None takes one away. `sign` makes the signature in another way."""
    def head(truth, _issuer, _login):
        return {key: value for key, value in {**truth, **changes}.items() if value is not None}

    def token(truth, _issuer, _login):
        signed = truth.rpartition(".")[0]
        return f"{signed}.{b64(sign(signed.encode()))}" if sign else truth
    return Row(name, "token_refused", detail, words, {"header": head, "token": token}, key)


def token(name, detail, words, change):
    """The compact text changed."""
    return Row(name, "token_refused", detail, words, {"token": lambda truth, issuer, login: change(truth)})


def payload(name, detail, words, change):
    """A payload of another form, rightly signed."""
    def write(truth, _issuer, _login):
        head, body, _ = truth.split(".")
        decoded = json.loads(base64.urlsafe_b64decode(body + "=="))
        signed = f"{head}.{part(change(decoded))}"
        return f"{signed}.{b64(EC.sign(signed.encode()))}"
    return Row(name, "token_refused", detail, words, {"token": write})


def doubled(decoded):
    return json.dumps(decoded)[:-1] + ', "sub": "eve"}'


def deep(levels):
    return "[" * levels + "]" * levels


def with_deep_claim(decoded):
    return json.dumps(decoded)[:-1] + f', "deep": {deep(40)}}}'


TOKEN_ROWS = [
    claims("iss_other", "issuer_wrong", "`iss` is another", iss="https://evil.example"),
    claims("iss_slash", "issuer_wrong", "`iss` is another", iss="https://login.localhost/"),
    claims("iss_missing", "issuer_wrong", "`iss` is another", iss=None),
    claims("iss_list", "malformed", "`iss` is not a text", iss=["https://login.localhost"]),
    Row("iss_of_another_issuer_with_the_same_keys", "token_refused", "issuer_wrong", "`iss` is another",
        {"claims": lambda truth, issuer, login: {**truth, "iss": f"{issuer.listener.base}/neighbour"}}),
    claims("aud_missing", "audience_wrong", "`aud` does not name", aud=None),
    claims("aud_other", "audience_wrong", "`aud` does not name", aud="another-apps-client"),
    claims("aud_empty_list", "audience_wrong", "`aud` does not name", aud=[]),
    claims("aud_list_without_azp", "party_wrong", "no `azp`", aud=["hawser", "another"]),
    claims("aud_number", "malformed", "`aud` is not", aud=5),
    claims("azp_other", "party_wrong", "`azp` is another client", azp="another"),
    claims("azp_other_of_a_list", "party_wrong", "`azp` is another client", aud=["hawser", "another"], azp="another"),
    moved("exp_past", "expired", "it ended", exp=-120),
    claims("exp_missing", "malformed", "no `exp`", exp=None),
    claims("exp_text", "malformed", "`exp` is not a time", exp="4102444800"),
    claims("exp_beyond_all_time", "malformed", "`exp` is not a time", exp=1e300),
    claims("exp_negative", "malformed", "`exp` is not a time", exp=-1),
    moved("iat_future", "not_yet_valid", "are the clocks right", iat=300),
    claims("iat_missing", "malformed", "no `iat`", iat=None),
    moved("nbf_future", "not_yet_valid", "are the clocks right", nbf=300),
    claims("nonce_missing", "nonce_wrong", "`nonce` is not", nonce=None),
    claims("nonce_other", "nonce_wrong", "`nonce` is not", nonce="AAAAAAAAAAAAAAAAAAAAAA"),
    claims("nonce_empty", "nonce_wrong", "`nonce` is not", nonce=""),
    claims("at_hash_other", "access_token_wrong", "`at_hash` is of another", at_hash=b64(b"0123456789abcdef")),
    claims("sub_missing", "subject_missing", "`sub` is missing", sub=None),
    claims("sub_empty", "subject_missing", "`sub` is missing", sub=""),
    claims("sub_too_long", "subject_missing", "`sub` is missing or not 1 to 255", sub="a" * 256),
    claims("sub_with_a_nul", "subject_missing", "`sub` is missing", sub="ada\0eve"),
    claims("sub_number", "malformed", "`sub` is not a text", sub=1),
    claims("auth_time_text", "malformed", "`auth_time` is not a time", auth_time="now"),
    header("alg_none", "algorithm_refused", '`alg` is "none"', alg="none", sign=lambda signed: b""),
    header("alg_none_spelled_otherwise", "algorithm_refused", '`alg` is "NoNe"', alg="NoNe"),
    header("alg_hs256_with_the_public_key", "algorithm_refused", '`alg` is "HS256"', key=RSA, alg="HS256",
           sign=lambda signed: hmac.digest(RSA.pem(), signed, "sha256")),
    header("alg_ps256_of_a_key_for_rs256", "key_unfit", "not for this algorithm", key=RSA, alg="PS256",
           sign=lambda signed: RSA.sign(signed, "PS256")),
    header("alg_es256_of_an_rsa_key", "key_unfit", "not for this algorithm", alg="ES256", kid="rsa"),
    header("alg_number", "malformed", "`alg`, `kid` or `typ` is no text", alg=256),
    header("crit", "extension_refused", "`crit`", crit=["exp"]),
    header("b64_unencoded", "extension_refused", "`crit`", crit=["b64"], b64=False),
    header("kid_unknown", "key_unknown", "has this `kid`", kid="another"),
    header("kid_of_a_key_for_encryption", "key_unknown", "has this `kid`", kid="enc"),
    header("jwk_embedded", "signature_bad", "not the issuer's", sign=STRANGER.sign, jwk=STRANGER.public(), kid="ec"),
    header("jwk_embedded_without_kid", "signature_bad", "not the issuer's", sign=STRANGER.sign, jwk=STRANGER.public(), kid=None),
    header("jku_of_another", "signature_bad", "not the issuer's", sign=STRANGER.sign, jku="https://evil.localhost/keys"),
    header("signed_by_another_key", "signature_bad", "not the issuer's", sign=STRANGER.sign),
    header("signature_of_zeros", "signature_bad", "not the issuer's", sign=lambda signed: bytes(64)),
    header("signature_in_der", "signature_bad", "not the issuer's", sign=EC.der),
    header("typ_logout_token", "type_wrong", "no ID token", typ="logout+jwt"),
    header("typ_access_token", "type_wrong", "no ID token", typ="at+jwt"),
    token("signature_truncated", "signature_bad", "not the issuer's", lambda text: text[:-6]),
    token("signature_missing", "signature_bad", "not the issuer's", lambda text: text.rpartition(".")[0] + "."),
    token("two_parts", "malformed", "not three parts", lambda text: text.rpartition(".")[0]),
    token("encrypted", "malformed", "an encrypted one has five", lambda text: text + ".a.b"),
    token("padded_base64", "malformed", "payload", lambda text: text.replace(".", "=.", 2).replace("=.", ".", 1)),
    token("space_within", "malformed", "header", lambda text: text[:5] + " " + text[5:]),
    token("too_long", "malformed", "longer than its limit", lambda text: text + "A" * 65536),
    payload("payload_no_json", "malformed", "payload: not JSON", lambda decoded: "{iss}"),
    payload("payload_cut", "malformed", "payload: not JSON", lambda decoded: json.dumps(decoded)[:-1]),
    payload("payload_a_list", "malformed", "payload: not a JSON object", lambda decoded: json.dumps([decoded])),
    payload("payload_not_utf8", "malformed", "payload: not JSON",
            lambda decoded: json.dumps(decoded).encode().replace(b'"ada"', b'"ad\xff"')),
    payload("payload_names_doubled", "malformed", "a name stands twice", doubled),
    payload("payload_nested_deep", "malformed", "nested too deep", with_deep_claim),
    Row("logout_token_as_id_token", "token_refused", "nonce_wrong", "`nonce` is not",
        {"claims": lambda truth, issuer, login: {key: truth[key] for key in ("iss", "aud", "sub", "iat", "exp")} | {
            "jti": "1", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}}),
    Row("acr_too_long", "too_much_to_hold", "", "takes a cookie of",
        {"claims": lambda truth, issuer, login: {**truth, "acr": "a" * 2000}}),
]


def answer(name, fault, detail, words, **changes):
    """The token endpoint's JSON with these changes; None takes one away."""
    def change(truth, _issuer, _login):
        return {key: value for key, value in {**truth, **changes}.items() if value is not None}
    return Row(name, fault, detail, words, {"answer": change})


def http(status, body, *fields, content_type="application/json"):
    """A whole response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body if isinstance(body, bytes) else body.encode())


def raw(step, name, fault, detail, words, response, **more):
    """What the endpoint sends instead: bytes, or a function that takes the connection and the truth."""
    def change(truth, issuer, _login):
        if callable(response):
            return lambda connection: response(connection, truth, issuer)
        return response
    return Row(f"{step}_{name}", fault, detail, words, {f"raw {step}": change}, **more)


def silence(_connection, _truth, issuer):
    issuer.listener.ending.wait(30)


def drip(connection, truth, issuer):
    """A byte at a time, so that something always comes."""
    for byte in truth:
        if issuer.listener.ending.wait(0.2):
            return
        connection.send(bytes([byte]))


def half(connection, truth, _issuer):
    connection.send(truth[:len(truth) // 2])


def huge(connection, _truth, _issuer):
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(10):
        connection.send(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")


def other_type(connection, truth, _issuer):
    connection.send(truth.replace(b"application/json", b"text/html"))


def interim_flood(connection, truth, _issuer):
    connection.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000 + truth)


def head_flood(connection, truth, _issuer):
    line, rest = truth.split(b"\r\n", 1)
    connection.send(line + b"\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(150)) + rest)


def two_lengths(connection, truth, _issuer):
    connection.send(truth.replace(b"Content-Length", b"Content-Length: 2\r\nContent-Length"))


def cut_without_a_length(connection, truth, _issuer):
    """Whole, but nobody can know."""
    head, body = truth.split(b"\r\n\r\n", 1)
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    connection.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)


BAD_CHUNKS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
DEEP = '{"keys": ' + deep(100) + "}"


def redirect(connection, _truth, issuer):
    connection.send(http("307 Temporary Redirect", "", f"Location: {issuer.listener.elsewhere}/{issuer.name}/token"))


def endpoint_rows(step):
    """What every endpoint may do; `named` is what the page adds to the fault."""
    down, wrong = "provider_unreachable", "provider_misconfigured"
    failed = "discovery" if step == "description" else step
    named = "" if step == "token" else failed
    return [
        raw(step, "500", down, named, "answered 500", http("500 Oops", "no")),
        raw(step, "404", wrong, named, "answered 404", http("404 Not Found", "no")),
        raw(step, "10_mb", down, failed, "is larger than", huge),
        raw(step, "html", wrong, named, "not JSON", http("200 OK", "<html></html>", content_type="text/html")),
        raw(step, "nested_deep", wrong, named, "nested too deep", http("200 OK", DEEP)),
        raw(step, "redirect", wrong, named, "answered 307", redirect),
        raw(step, "closes_midway", down, failed, "without close_notify", half),
        raw(step, "chunked_garbage", down, failed, "chunk", BAD_CHUNKS),
        raw(step, "silent", down, failed, "no complete answer in", silence, **SLOW),
        raw(step, "slow_drip", down, failed, "no complete answer in", drip, **SLOW),
    ]


TOKEN_ENDPOINT_ROWS = [
    *endpoint_rows("token"),
    raw("token", "other_content_type", "provider_misconfigured", "", "Content-Type", other_type),
    raw("token", "interim_flood", "provider_unreachable", "token", "too many interim", interim_flood),
    raw("token", "head_flood", "provider_unreachable", "token", "head", head_flood),
    raw("token", "two_lengths", "provider_unreachable", "token", "Content-Length", two_lengths),
    raw("token", "cut_without_a_length", "provider_unreachable", "token", "without close_notify", cut_without_a_length),
    raw("token", "compressed_in_transfer", "provider_unreachable", "token", "transfer coding",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    raw("token", "another_protocol", "provider_unreachable", "token", "", b"220 mail.example ESMTP\r\n250 ok\r\n\r\n"),
    raw("token", "nothing_but_204", "provider_misconfigured", "", "answered 204", b"HTTP/1.1 204 No Content\r\n\r\n"),
    answer("id_token_missing", "token_refused", "missing", "holds no `id_token`", id_token=None),
    answer("id_token_empty", "token_refused", "missing", "holds no `id_token`", id_token=""),
    answer("id_token_object", "token_refused", "missing", "holds no `id_token`", id_token={"sub": "ada"}),
    answer("token_type_other", "token_refused", "token_type", "another kind than Bearer", token_type="mac"),
    raw("token", "code_refused", "code_refused", "invalid_grant", "answered 400",
        http("400 Bad Request", '{"error": "invalid_grant"}')),
    raw("token", "client_refused", "provider_misconfigured", "invalid_client", "answered 401",
        http("401 Unauthorized", '{"error": "invalid_client"}')),
    raw("token", "error_with_markup", "provider_misconfigured", "_script_alert_1___script_", "answered 400",
        http("400 Bad Request", '{"error": "<script>alert(1)</script>"}')),
]


def keys(name, detail, words, change, key=EC, **more):
    """A key set of another content. The token is signed rightly by `key`."""
    return Row(f"keys_{name}", "token_refused", detail, words, {"keys": change}, key, **{**SLOW, **more})


SMALL, OTHER_EC = RsaKey("small", 512), EcKey("ec")
WIDE_MODULUS = b64(b"\xff" * 2048 + b"\x01")


def only(key):
    return lambda truth, issuer, login: {"keys": [key]}


KEY_ROWS = [
    *endpoint_rows("keys"),
    keys("ten_thousand", "key_unknown", "has this `kid`", lambda truth, issuer, login: {"keys": [{}] * 10000}),
    raw("keys", "ten_thousand_whole", "provider_unreachable", "keys", "is larger than",
        http("200 OK", json.dumps({"keys": [OTHER_EC.public()] * 10000}))),
    keys("none", "key_unknown", "has this `kid`", lambda truth, issuer, login: {"keys": []}),
    keys("rsa_of_512_bits", "key_unknown", "has this `kid`", only(SMALL.public()), SMALL),
    keys("rsa_exponent_1", "key_unknown", "has this `kid`", only(RSA.public(e="AQ")), RSA),
    keys("rsa_modulus_of_16384_bits", "key_unknown", "has this `kid`", only(RSA.public(n=WIDE_MODULUS)), RSA),
    keys("no_point_of_the_curve", "key_unknown", "has this `kid`", only({**EC.public(), "y": EC.public()["x"]})),
    keys("point_too_long", "key_unknown", "has this `kid`", only({**EC.public(), "x": b64(bytes(33))})),
    keys("two_of_one_name", "key_unknown", "several keys have this `kid`",
         lambda truth, issuer, login: {"keys": [OTHER_EC.public(), EC.public()]}),
    Row("keys_symmetric", "token_refused", "algorithm_refused", '`alg` is "HS256"',
        {"keys": only({"kty": "oct", "kid": "ec", "alg": "HS256", "k": b64(b"secret of the public")}),
         "header": lambda truth, issuer, login: {**truth, "alg": "HS256"},
         "token": lambda truth, issuer, login: truth.rpartition(".")[0] + "." + b64(
             hmac.digest(b"secret of the public", truth.rpartition(".")[0].encode(), "sha256"))}, **SLOW),
    keys("for_another_algorithm", "key_unknown", "has this `kid`", only({**EC.public(), "alg": "ES384"})),
    keys("not_for_verifying", "key_unknown", "has this `kid`", only({**EC.public(), "key_ops": ["encrypt"]})),
    raw("keys", "names_doubled", "provider_misconfigured", "keys", "a name stands twice",
        http("200 OK", '{"keys": [], "keys": []}')),
    raw("keys", "no_list", "provider_misconfigured", "keys", "no list `keys`", http("200 OK", '{"keys": "none"}')),
]


def description(name, words, **changes):
    """The provider's description with these changes; None takes one away."""
    def change(truth, issuer, _login):
        return {key: value(issuer) if callable(value) else value for key, value in {**truth, **changes}.items()
                if value is not None}
    return Row(f"description_{name}", "provider_misconfigured", "discovery", words, {"description": change})


DESCRIPTION_ROWS = [
    *endpoint_rows("description"),
    description("of_another_issuer", "another issuer", issuer="https://login.localhost"),
    description("of_an_issuer_with_a_slash", "another issuer", issuer=lambda issuer: issuer.url + "/"),
    description("without_issuer", "another issuer", issuer=None),
    description("without_keys", "names no `jwks_uri`", jwks_uri=None),
    description("http_token_endpoint", "`token_endpoint` is not a URL of https", token_endpoint="http://login.localhost/token"),
    description("http_keys", "`jwks_uri` is not a URL of https", jwks_uri="http://login.localhost/keys"),
    description("http_authorization", "`authorization_endpoint` is not", authorization_endpoint="http://login.localhost/"),
    description("script_authorization", "`authorization_endpoint` is not", authorization_endpoint="javascript:alert(1)"),
    description("authorization_with_line_end", "`authorization_endpoint` is a URL with", authorization_endpoint="https://a\r\nb"),
    description("with_user_name", "`token_endpoint` is a URL with user name",
                token_endpoint="https://login.localhost@evil.example/"),
    description("file_logout", "`end_session_endpoint` is not", end_session_endpoint="file:///etc/passwd"),
    description("without_pkce", "PKCE with S256", code_challenge_methods_supported=["plain"]),
    description("without_code_flow", "authorization code flow", response_types_supported=["id_token"]),
    Row("token_endpoint_on_a_dead_port", "provider_unreachable", "token", "",
        {"description": lambda truth, issuer, login: {**truth, "token_endpoint": "https://login.localhost:1/token"}}),
    Row("certificate_of_another_name", "provider_unreachable", "discovery", "certificate", place="other_name"),
    Row("certificate_expired", "provider_unreachable", "discovery", "certificate", place="expired"),
    Row("certificate_of_an_unknown_authority", "provider_unreachable", "discovery", "certificate", place="unknown"),
]


def back(name, fault, detail, words, change):
    """The browser is sent back with other parameters: an object, or the query as it stands."""
    return Row(f"back_{name}", fault, detail, words,
               {"sent_back": lambda truth, issuer, login: change(truth, issuer)})


def without(truth, *names):
    return {name: value for name, value in truth.items() if name not in names}


def query(truth):
    return "&".join(f"{name}={value}" for name, value in truth.items())


BACK_ROWS = [
    back("without_iss_where_it_is_announced", "issuer_mixed_up", "", "`iss` of the answer",
         lambda truth, issuer: without(truth, "iss")),
    back("iss_of_another", "issuer_mixed_up", "", "`iss` of the answer",
         lambda truth, issuer: {**truth, "iss": "https://evil.example"}),
    back("error_of_another_issuer", "issuer_mixed_up", "", "`iss` of the answer",
         lambda truth, issuer: {"state": truth["state"], "error": "access_denied", "iss": "https://evil.example"}),
    back("iss_twice", "issuer_mixed_up", "", "`iss` of the answer",
         lambda truth, issuer: query(truth) + "&iss=https://evil.example"),
    Row("back_iss_twice_where_it_is_not_announced", "issuer_mixed_up", "", "`iss` of the answer",
        {"description": lambda truth, issuer, login: without(truth, "authorization_response_iss_parameter_supported"),
         "sent_back": lambda truth, issuer, login: query(truth) + "&iss=https://evil.example"}),
    back("without_code", "code_refused", "", "no usable code", lambda truth, issuer: without(truth, "code")),
    back("code_empty", "code_refused", "", "no usable code", lambda truth, issuer: {**truth, "code": ""}),
    back("code_too_long", "code_refused", "", "no usable code", lambda truth, issuer: {**truth, "code": "a" * 4097}),
    back("code_twice", "code_refused", "", "no usable code", lambda truth, issuer: query(truth) + "&code=another"),
    back("code_made_up", "code_refused", "invalid_grant", "answered 400", lambda truth, issuer: {**truth, "code": "made-up"}),
    back("state_missing", "login_unknown", "", "`state` is not", lambda truth, issuer: without(truth, "state")),
    back("state_changed", "login_unknown", "", "`state` is not",
         lambda truth, issuer: {**truth, "state": truth["state"][:-1] + ("A" if truth["state"][-1] != "A" else "B")}),
    back("state_of_zeros", "login_unknown", "", "`state` is not", lambda truth, issuer: {**truth, "state": "A" * 200}),
    back("state_twice", "login_unknown", "", "`state` is not", lambda truth, issuer: query(truth) + "&state=another"),
    *[back(f"error_{error}", fault, error, "answered with an error",
           lambda truth, issuer, error=error: {**without(truth, "code"), "error": error})
      for error, fault in (("access_denied", "provider_refused"), ("login_required", "provider_refused"),
                           ("server_error", "provider_unreachable"), ("temporarily_unavailable", "provider_unreachable"))],
    back("error_beside_a_code", "provider_refused", "access_denied", "answered with an error",
         lambda truth, issuer: {**truth, "error": "access_denied"}),
    back("error_with_markup", "provider_refused", "_img_src_x_", "answered with an error",
         lambda truth, issuer: {**without(truth, "code"), "error": "<img src=x>"}),
]

ROWS = [*BACK_ROWS, *TOKEN_ROWS, *TOKEN_ENDPOINT_ROWS, *DESCRIPTION_ROWS, *KEY_ROWS]
assert len({row.name for row in ROWS}) == len(ROWS)
