"""The two clients, for threads and for asyncio; all that they decide stands in the modules beside this one."""

from collections.abc import Iterable
from types import TracebackType
from typing import Literal, Self

import httpx
from tenacity import AsyncRetrying, Retrying

from service.client.answers import (
    Analysis,
    Batch,
    Item,
    Labels,
    Language,
    Limits,
    ModelInfo,
    Offsets,
    OperatingPoint,
    Readiness,
)
from service.client.batch import items_of, rounds
from service.client.errors import ClientError, Unavailable, Unreachable, no_answer
from service.client.exchange import Answer, analysis_body, checked, headers_of, read
from service.client.tries import policy

ADDRESS = "http://127.0.0.1:8000"
# A full batch of long texts takes the service minutes on a small machine; a connection takes it no time.
TIMEOUT = httpx.Timeout(300.0, connect=5.0)
TRIES = 5
PATIENCE = 120.0


class Client:
    """Asks the service; may be shared by threads.

    Parameters
    ----------
    address : str
        Where the service is, such as ``https://weerklank.example``.
    api_key : str, optional
        Needed where the service asks for keys.
    lang : {"nl", "en"}, optional
        Language of the labels' names; without it the service chooses.
    timeout : float or httpx.Timeout
        Seconds for each step of one try.
    tries : int
        How often a request is sent at most. It is repeated after 429, 502, 503 and broken connections.
    patience : float
        Seconds after which no further try is begun; see `service.client.tries`.
    transport : httpx.BaseTransport, optional
        For tests, a proxy or own certificates.

    Raises
    ------
    ClientError
        By every method; see `service.client.errors`.
    """

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        api_key: str | None = None,
        lang: Literal["nl", "en"] | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        tries: int = TRIES,
        patience: float = PATIENCE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._policy = policy(tries, patience)
        self._limits: Limits | None = None
        self._http = httpx.Client(
            base_url=checked(address), headers=headers_of(api_key, lang), timeout=timeout, transport=transport
        )

    def analyze(
        self,
        text: str,
        language: Language | None = None,
        offsets: Offsets = "codepoint",
        operating_point: OperatingPoint = "balanced",
    ) -> Analysis:
        """Tag one text; its `language`, when stated, is not detected."""
        body = analysis_body(text, language, offsets, operating_point)
        return self._ask(Analysis, "POST", "/v1/analyze", body)

    def analyze_batch(
        self,
        items: Iterable[str | Item],
        offsets: Offsets = "codepoint",
        operating_point: OperatingPoint = "balanced",
    ) -> list[Analysis]:
        """Tag many texts, in as many requests as the service's limits ask for.

        Parameters
        ----------
        items : iterable of str or Item
            A plain text gets its place, counted from 0, as id.

        Returns
        -------
        list of Analysis
            One per item, in the same order. Once the limits are known nothing is raised any more: an item whose request
            failed has the status ``failed`` and an `error`, and loses none of the others.
        """
        plan = rounds(items_of(items), self._known_limits(), {"offsets": offsets, "operating_point": operating_point})
        try:
            body = next(plan)
            while True:
                body = plan.send(self._batch(body))
        except StopIteration as end:
            analyses: list[Analysis] = end.value
            return analyses

    def labels(self) -> Labels:
        """Give the codebook."""
        return self._ask(Labels, "GET", "/v1/labels")

    def model(self) -> ModelInfo:
        """Give the model's public manifest and the service's limits."""
        return self._ask(ModelInfo, "GET", "/v1/model")

    def ready(self) -> bool:
        """Say whether the service is there and ready; asks once."""
        try:
            self._ask_once(Readiness, "GET", "/health/ready")
        except (Unreachable, Unavailable):
            return False
        return True

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """Give the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def _known_limits(self) -> Limits:
        if self._limits is None:
            self._limits = self.model().limits
        return self._limits

    def _batch(self, body: bytes) -> Batch | ClientError:
        try:
            return self._ask(Batch, "POST", "/v1/analyze/batch", body)
        except ClientError as error:
            return error

    def _ask(self, kind: type[Answer], method: str, path: str, body: bytes | None = None) -> Answer:
        answer: Answer = Retrying(**self._policy)(self._ask_once, kind, method, path, body)
        return answer

    def _ask_once(self, kind: type[Answer], method: str, path: str, body: bytes | None = None) -> Answer:
        answer: httpx.Response | ClientError
        try:
            answer = self._http.request(method, path, content=body)
        except httpx.RequestError as error:
            answer = no_answer(error)
        return read(answer, kind)


class AsyncClient:
    """Asks the service from asyncio; the parameters, methods and errors are those of `Client`."""

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        api_key: str | None = None,
        lang: Literal["nl", "en"] | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        tries: int = TRIES,
        patience: float = PATIENCE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._policy = policy(tries, patience)
        self._limits: Limits | None = None
        self._http = httpx.AsyncClient(
            base_url=checked(address), headers=headers_of(api_key, lang), timeout=timeout, transport=transport
        )

    async def analyze(
        self,
        text: str,
        language: Language | None = None,
        offsets: Offsets = "codepoint",
        operating_point: OperatingPoint = "balanced",
    ) -> Analysis:
        """Tag one text; see `Client.analyze`."""
        body = analysis_body(text, language, offsets, operating_point)
        return await self._ask(Analysis, "POST", "/v1/analyze", body)

    async def analyze_batch(
        self,
        items: Iterable[str | Item],
        offsets: Offsets = "codepoint",
        operating_point: OperatingPoint = "balanced",
    ) -> list[Analysis]:
        """Tag many texts, one request after another; see `Client.analyze_batch`."""
        limits = await self._known_limits()
        plan = rounds(items_of(items), limits, {"offsets": offsets, "operating_point": operating_point})
        try:
            body = next(plan)
            while True:
                body = plan.send(await self._batch(body))
        except StopIteration as end:
            analyses: list[Analysis] = end.value
            return analyses

    async def labels(self) -> Labels:
        """Give the codebook."""
        return await self._ask(Labels, "GET", "/v1/labels")

    async def model(self) -> ModelInfo:
        """Give the model's public manifest and the service's limits."""
        return await self._ask(ModelInfo, "GET", "/v1/model")

    async def ready(self) -> bool:
        """Say whether the service is there and ready; asks once."""
        try:
            await self._ask_once(Readiness, "GET", "/health/ready")
        except (Unreachable, Unavailable):
            return False
        return True

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        """Give the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.aclose()

    async def _known_limits(self) -> Limits:
        if self._limits is None:
            self._limits = (await self.model()).limits
        return self._limits

    async def _batch(self, body: bytes) -> Batch | ClientError:
        try:
            return await self._ask(Batch, "POST", "/v1/analyze/batch", body)
        except ClientError as error:
            return error

    async def _ask(self, kind: type[Answer], method: str, path: str, body: bytes | None = None) -> Answer:
        return await AsyncRetrying(**self._policy)(self._ask_once, kind, method, path, body)

    async def _ask_once(self, kind: type[Answer], method: str, path: str, body: bytes | None = None) -> Answer:
        answer: httpx.Response | ClientError
        try:
            answer = await self._http.request(method, path, content=body)
        except httpx.RequestError as error:
            answer = no_answer(error)
        return read(answer, kind)
