#!/usr/bin/env bash
# Confirms a signature with a passkey from a bundle with openssl and python3's standard library alone.
# verify.sh STATEMENT.pae STATEMENT.pae.sig org-NNNN-passkey.pae ORIGIN
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$@" "$work" <<'PYTHON'
import base64, hashlib, json, sys
statement, signature, registered, origin, work = sys.argv[1:]
b64 = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
pae = open(statement, "rb").read()
sig = json.load(open(signature))
said = json.loads(pae[pae.index(b"{"):])["predicate"]
passkey = open(registered, "rb").read()
passkey = json.loads(passkey[passkey.index(b"{"):])["predicate"]["act"]["confirmed"]
client, data = b64(sig["clientDataJSON"]), b64(sig["authenticatorData"])
asked = json.loads(client)
assert asked["type"] == "webauthn.get" and asked["origin"] == origin, "another kind or origin"
assert b64(asked["challenge"]) == hashlib.sha256(pae).digest(), "made over something else"
assert data[:32] == hashlib.sha256(passkey["rp-id"].encode()).digest(), "another domain"
assert data[32] & 5 == 5, "the user was not present and verified"
assert (sig["credential"], said["by"]) == (passkey["credential"], passkey["person"]), "another passkey"
for name, content in {
    "signed": data + hashlib.sha256(client).digest(),
    "signature": b64(sig["signature"]),
    "key": base64.b64decode(passkey["public-key"]),
    "word": f"{said['act']['decision'].upper()} by {said['by']}".encode(),
}.items():
    open(f"{work}/{name}", "wb").write(content)
PYTHON
openssl pkey -pubin -inform DER -in "$work/key" -out "$work/key.pem"
openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/signature" "$work/signed" >"$work/answer"
echo "Good: $(cat "$work/word")"
