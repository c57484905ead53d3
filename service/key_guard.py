"""Lets callers in by their key: 401 without a right one, 403 for a revoked one, 429 when it calls too often.

Plain ASGI, and it never touches the body: put it outside what reads the body, so that a stranger's body is not read.
The name of the key is left in ``scope["state"]["key"]`` for logs and metrics; None where no key was asked for.
"""

from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.keys import KeyStore, is_loopback
from service.problems import Problem, send
from service.rate_limits import Quota, RateLimits

OPEN_PATHS = frozenset({"/"})
OPEN_FOLDERS = ("/page/", "/health/")
METRICS = "/metrics"
CHALLENGE = 'Bearer realm="weerklank"'
NO_KEY = "Send a key: Authorization: Bearer wk_... or X-API-Key: wk_..."
WRONG_KEY = "This key is not known here. See `weerklank keys list` for the keys there are."
REVOKED = "This key was revoked. Ask for a new one."
TWO_KEYS = "The request holds two different keys. Send one."
NOT_ON_NETWORK = (
    "This server has no keys, so it answers on a loopback address only. Add keys, or set WEERKLANK_KEYS=off."
)


class KeyGuard:
    """ASGI middleware that asks for keys.

    Parameters
    ----------
    app : ASGIApp
        What is guarded.
    store : KeyStore, optional
        The keys. Without them everybody is let in who reaches this machine's loopback address.
    rate_limit : str
        Calls per key, as ``600/minute``.
    metrics_open : bool
        Whether ``/metrics`` is answered without a key.
    switched_off : bool
        Whether keys were switched off in so many words; then a server without keys answers on every address.
    """

    def __init__(
        self,
        app: ASGIApp,
        store: KeyStore | None,
        rate_limit: str,
        metrics_open: bool = False,
        switched_off: bool = False,
    ) -> None:
        self.app = app
        self.store = store
        self.limits = RateLimits(rate_limit)
        self.open_paths = OPEN_PATHS | {METRICS} if metrics_open else OPEN_PATHS
        self.switched_off = switched_off

    async def __call__(self, scope: Scope, receive: Receive, send_message: Send) -> None:
        """Let one request pass, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send_message)
            return
        scope.setdefault("state", {})["key"] = None
        path: str = scope["path"]
        if path in self.open_paths or path.startswith(OPEN_FOLDERS):
            await self.app(scope, receive, send_message)
            return
        try:
            quota = await self._admit(scope)
        except Problem as problem:
            await send(problem, scope, receive, send_message)
            return

        async def send_with_quota(message: Message) -> None:
            if quota is not None and message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(quota.headers("key"))
            await send_message(message)

        await self.app(scope, receive, send_with_quota)

    async def _admit(self, scope: Scope) -> Quota | None:
        """Give what is left of the caller's quota, None when no key is needed, or raise the problem."""
        if self.store is None:
            if not self.switched_off and _is_on_network(scope):
                raise Problem(403, NOT_ON_NETWORK)
            return None
        sent = credentials(Headers(scope=scope))
        if not sent:
            raise Problem(401, NO_KEY, headers={"WWW-Authenticate": CHALLENGE})
        key = self.store.find(next(iter(sent))) if len(sent) == 1 else None
        if key is None or key.revoked:
            await self._count_wrong_key(scope)
            if key is not None:
                raise Problem(403, REVOKED)
            detail = WRONG_KEY if len(sent) == 1 else TWO_KEYS
            raise Problem(401, detail, headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'})
        scope["state"]["key"] = key.name
        quota = await self.limits.count_call(key.name)
        if not quota.allowed:
            headers = {"Retry-After": str(quota.reset), **quota.headers("key")}
            raise Problem(429, too_often(quota.limit, quota.window), headers=headers)
        return quota

    async def _count_wrong_key(self, scope: Scope) -> None:
        """Count a wrong key; only wrong ones, so that nobody behind the same address is shut out with a right one."""
        client = scope.get("client")
        quota = await self.limits.count_wrong_key(client[0] if client else "")
        if not quota.allowed:
            detail = "Too many wrong keys from this address. A right key is let in at any time."
            raise Problem(429, detail, headers={"Retry-After": str(quota.reset)})


def too_often(calls: int, seconds: int) -> str:
    """Say that a key called more often than it may."""
    return f"This key may call {calls} times in {seconds} seconds. Wait as Retry-After says."


def credentials(headers: Headers) -> set[str]:
    """Give the different keys that a request holds; another scheme in Authorization is not ours to judge."""
    found = {value.strip() for value in headers.getlist("x-api-key")}
    for value in headers.getlist("authorization"):
        scheme, _, token = value.strip().partition(" ")
        if scheme.lower() == "bearer":
            found.add(token.strip())
    return found - {""}


def _is_on_network(scope: Scope) -> bool:
    """Say whether the request came in on an address that other machines reach.

    This holds the door when the app is not started by `weerklank serve`, which looks at the address beforehand. Servers
    give the socket's own IP address here; anything else (a socket file, a client in a test) is no network.
    """
    server = scope.get("server")
    if not server or not server[0]:
        return False
    try:
        ip_address(server[0])
    except ValueError:
        return False
    return not is_loopback(server[0])
