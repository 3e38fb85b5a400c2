# A mail server that writes each letter that it takes as a line of JSON: PORT starttls|at-once CERTIFICATE KEY FILE.
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

port, how, certificate, key, file = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Letters:
    async def handle_DATA(self, server, session, envelope):
        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or how == "at-once",
            "user": session.auth_data,
            "data": envelope.content.decode("utf-8", "replace"),
        }
        with open(file, "a", encoding="utf-8") as out:
            out.write(json.dumps(letter) + "\n")
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    right = data.login == b"gonogo" and data.password == b"s3cret-Smtp-42"
    return AuthResult(success=right, handled=False, auth_data=data.login.decode() if right else None)


class Server(Controller):
    def factory(self):
        told = dict(auth_required=True, authenticator=login)
        if how == "starttls":
            return SMTP(self.handler, tls_context=context, require_starttls=True, **told)
        return SMTP(self.handler, auth_require_tls=False, **told)


# The controller looks first whether its server answers, which one that speaks TLS at once does not in clear text.
Server._trigger_server = lambda self: None
server = Server(Letters(), hostname="127.0.0.1", port=int(port), ssl_context=context if how == "at-once" else None)
server.start()
threading.Event().wait()
