"""The OpenAPI description at /v1/openapi.json: valid, complete, and true of the answers.

No JSON Schema validator is among the locked packages; `faults` knows the keywords that the description uses and
fails on any other.
"""

import copy
import re

import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.testclient import TestClient

from service.app import create_app
from service.examples import WRONG_BATCH, WRONG_LANG, WRONG_REQUEST
from service.keys import hash_of, new_key
from service.settings import Settings
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN

PATHS = {
    ("post", "/v1/analyze"),
    ("post", "/v1/analyze/batch"),
    ("get", "/v1/labels"),
    ("get", "/v1/model"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),
}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None)}
NOTES = {"title", "description", "default", "examples"}


@pytest.fixture(scope="module")
def document(client):
    answer = client.get("/v1/openapi.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.json()


def faults(document, schema, value, at="") -> list[str]:
    """List where a value does not fit a schema, as JSON pointers."""
    found = []
    for keyword, rule in schema.items():
        if keyword == "$ref":
            found += faults(document, resolve(document, rule), value, at)
        elif keyword == "anyOf":
            found += [] if any(not faults(document, option, value, at) for option in rule) else [at]
        elif keyword == "type":
            found += [] if isinstance(value, TYPES[rule]) and not isinstance(value, bool) else [at]
        elif keyword == "properties" and isinstance(value, dict):
            known = ((key, value[key]) for key in rule if key in value)
            found += [fault for key, part in known for fault in faults(document, rule[key], part, f"{at}/{key}")]
        elif keyword == "required" and isinstance(value, dict):
            found += [f"{at}/{key}" for key in rule if key not in value]
        elif keyword == "additionalProperties" and isinstance(value, dict):
            others = [] if rule is True else [key for key in value if key not in schema.get("properties", {})]
            for key in others:
                found += [f"{at}/{key}"] if rule is False else faults(document, rule, value[key], f"{at}/{key}")
        elif keyword == "items" and isinstance(value, list):
            found += [f for i, part in enumerate(value) for f in faults(document, rule, part, f"{at}/{i}")]
        elif keyword in {"enum", "const"}:
            found += [] if value in (rule if keyword == "enum" else [rule]) else [at]
        elif keyword in {"minimum", "maximum"} and isinstance(value, int | float):
            found += [] if (value >= rule if keyword == "minimum" else value <= rule) else [at]
        elif keyword in {"maxLength", "maxItems"} and isinstance(value, str | list):
            found += [] if len(value) <= rule else [at]
        elif keyword == "minLength" and isinstance(value, str):
            found += [] if len(value) >= rule else [at]
        elif keyword == "pattern" and isinstance(value, str):
            found += [] if re.search(rule, value) else [at]
        elif keyword == "propertyNames" and isinstance(value, dict):
            found += [fault for key in value for fault in faults(document, rule, key, f"{at}/{key}")]
        else:
            checked = {"properties", "required", "additionalProperties", "items", "minimum", "maximum", "maxLength"}
            checked |= {"maxItems", "minLength", "pattern", "propertyNames"}
            assert keyword in NOTES | checked, f"no rule for the keyword {keyword}"
    return found


def resolve(document, reference):
    place = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def answer_schema(document, method, path):
    return document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]


def request_schema(document, path):
    return document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]


def test_the_description_is_openapi_3_1_and_its_references_lead_somewhere(document):
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    OpenAPI.model_validate(document)
    references = re.findall(r"'\$ref': '([^']+)'", str(document))
    assert len(references) > 5
    assert all(isinstance(resolve(document, reference), dict) for reference in references)


def test_every_path_is_described(document):
    operations = {(method, path): o for path, methods in document["paths"].items() for method, o in methods.items()}
    assert set(operations) >= PATHS
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    for operation in operations.values():
        assert operation["summary"]
        assert operation["description"].endswith(".")
        assert "200" in operation["responses"]


def test_what_is_described_is_there(document, client):
    for path, methods in document["paths"].items():
        for method in methods:
            answer = client.request(method, path, **({"json": {}} if method == "post" else {}))
            assert answer.status_code == (422 if method == "post" else 200), path


@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/analyze/batch"])
def test_the_errors_of_an_analysis_are_described_as_problems(document, path):
    responses = document["paths"][path]["post"]["responses"]
    assert set(responses) >= {"400", "413", "415", "422", "503"}
    problems = [response["content"] for status, response in responses.items() if status != "200"]
    assert all(set(content) == {"application/problem+json"} for content in problems)


BODIES = [
    ("/v1/analyze", {"text": f"{AUTONOMY} {DISTRUST}"}),
    ("/v1/analyze", {"text": f"😀 {AUTONOMY}", "offsets": "utf16", "language": "nl"}),
    ("/v1/analyze", {"text": AUTONOMY, "operating_point": "sensitive"}),
    ("/v1/analyze", {"text": ""}),
    ("/v1/analyze", {"text": GERMAN, "language": None}),
    ("/v1/analyze/batch", {"items": []}),
    ("/v1/analyze/batch", {"items": [], "operating_point": "precise"}),
    ("/v1/analyze/batch", {"items": [{"id": str(i), "text": t} for i, t in enumerate([AUTONOMY, "ok", GERMAN])]}),
]


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_requests_and_answers_fit_the_description(document, client, path, body):
    assert faults(document, request_schema(document, path), body) == []
    answer = client.post(path, json=body)
    assert answer.status_code == 200
    assert faults(document, answer_schema(document, "post", path), answer.json()) == []


@pytest.mark.parametrize("path", sorted(path for method, path in PATHS if method == "get" and path != "/metrics"))
def test_other_answers_fit_the_description_too(document, client, path):
    answer = client.get(path).json()
    assert answer
    assert faults(document, answer_schema(document, "get", path), answer) == []


BROKEN = [
    (["status"], "fine", "/status"),
    (["reason"], "no idea", "/reason"),
    (["language", "confidence"], 2, "/language/confidence"),
    (["sentences", 0, "start"], -1, "/sentences/0/start"),
    (["sentences", 0, "tags", 0, "label"], None, "/sentences/0/tags/0/label"),
    (["sentences", 0, "tags", 0, "evidence"], {}, "/sentences/0/tags/0/evidence"),
    (["summary", "climate"], {"trust": 1, "control": "0", "balance": 0}, "/summary/climate/control"),
    (["summary", "tags", 0, "stances", "sought"], 0.5, "/summary/tags/0/stances/sought"),
    (["model"], {"name": "a", "version": "1"}, "/model/digest"),
]


@pytest.mark.parametrize(("path", "value", "fault"), BROKEN)
def test_the_description_refuses_other_answers(document, client, path, value, fault):
    broken = copy.deepcopy(client.post("/v1/analyze", json={"text": AUTONOMY}).json())
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert faults(document, answer_schema(document, "post", "/v1/analyze"), broken) == [fault]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 1},
        {"text": "a", "x": 1},
        {"text": "a", "offsets": "bytes"},
        {"text": "a", "operating_point": "strict"},
    ],
)
def test_the_description_refuses_what_the_service_refuses(document, client, body):
    assert faults(document, request_schema(document, "/v1/analyze"), body) != []
    assert client.post("/v1/analyze", json=body).status_code == 422


def examples_of(content):
    (media,) = content.values()
    return {name: example["value"] for name, example in media["examples"].items()}


@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/analyze/batch"])
def test_the_examples_of_an_analysis_are_true(document, client, path):
    operation = document["paths"][path]["post"]
    sent, answers = (
        examples_of(operation["requestBody"]["content"]),
        examples_of(operation["responses"]["200"]["content"]),
    )
    assert set(sent) == set(answers) != set()
    assert {name: client.post(path, json=body).json() for name, body in sent.items()} == answers


@pytest.mark.parametrize("path", ["/v1/labels", "/v1/model", "/health/live", "/health/ready"])
def test_the_examples_of_what_is_asked_for_are_true(document, client, path):
    (example,) = examples_of(document["paths"][path]["get"]["responses"]["200"]["content"]).values()
    assert client.get(path).json() == example


def test_the_examples_of_problems_are_true(document, client):
    headers = {"Content-Type": "application/json"}
    answers = {
        "no_json": client.post("/v1/analyze", content="{", headers=headers),
        "wrong_type": client.post("/v1/analyze", content="{}", headers={"Content-Type": "text/plain"}),
        "too_large": client.post("/v1/analyze", content=b" " * 2_000_001, headers=headers),
        "wrong_fields": client.post("/v1/analyze", json=WRONG_REQUEST),
    }
    found = {}
    for response in document["paths"]["/v1/analyze"]["post"]["responses"].values():
        if "application/problem+json" in response["content"]:
            found |= examples_of(response["content"])
    for name, answer in answers.items():
        assert {**answer.json(), "request_id": found[name]["request_id"]} == found[name]
    schema = document["paths"]["/v1/analyze"]["post"]["responses"]["422"]["content"]["application/problem+json"][
        "schema"
    ]
    assert all(faults(document, schema, {"errors": None, **example}) == [] for example in found.values())


def security_of(tagger, **settings):
    paths = create_app(tagger, Settings(**settings)).openapi()["paths"]
    return {path: operation["security"] for path, methods in paths.items() for operation in methods.values()}


def test_the_description_says_where_a_key_is_needed(tagger):
    keys = f"app={hash_of(new_key())}"
    either = [{"bearer": []}, {"header": []}]
    needed = {path: [] if path.startswith("/health/") else either for _, path in PATHS}
    nowhere = {path: [] for path in needed}
    assert security_of(tagger) == security_of(tagger, keys="off") == nowhere
    assert security_of(tagger, keys=keys) == needed
    assert security_of(tagger, keys=keys, metrics_open=True) == {**needed, "/metrics": []}


def test_an_analysis_links_to_what_explains_it(document):
    operations = {o["operationId"]: path for path, methods in document["paths"].items() for o in methods.values()}
    for path in ("/v1/analyze", "/v1/analyze/batch"):
        links = document["paths"][path]["post"]["responses"]["200"]["links"]
        assert {name: operations[link["operationId"]] for name, link in links.items()} == {
            "labels": "/v1/labels",
            "model": "/v1/model",
        }


def test_each_problem_has_examples_of_its_own_operation(document, client):
    sent = {
        ("post", "/v1/analyze"): {"json": WRONG_REQUEST},
        ("post", "/v1/analyze/batch"): {"json": WRONG_BATCH},
        ("get", "/v1/labels"): {"params": {"lang": WRONG_LANG}},
    }
    for (method, path), wrong in sent.items():
        content = document["paths"][path][method]["responses"]["422"]["content"]
        (example,) = examples_of(content).values()
        answer = client.request(method, path, **wrong)
        assert answer.status_code == 422
        assert {**answer.json(), "request_id": example["request_id"]} == example
    ready = document["paths"]["/health/ready"]["get"]["responses"]["503"]["content"]
    assert set(examples_of(ready)) == {"not_ready", "leaving"}


def test_operations_have_short_names_and_tags_that_are_explained(document):
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = {"analyze", "analyze_batch", "labels", "model", "live", "ready", "metrics"}
    assert {operation["operationId"] for operation in operations} == names
    assert {tag for operation in operations for tag in operation["tags"]} == {tag["name"] for tag in document["tags"]}
    assert all(o["responses"]["200"]["description"] != "Successful Response" for o in operations)


def test_the_description_has_the_interface_s_version(document, client):
    answer = client.get("/v1/openapi.json")
    assert answer.headers["API-Version"] == document["info"]["version"] != client.get("/v1/model").json()["version"]


def test_the_headers_of_an_answer_are_described(tagger):
    token = new_key()
    app = create_app(tagger, Settings(keys=f"app={hash_of(token)}", rate_limit="3/minute"))
    with TestClient(app, headers={"X-API-Key": token}) as client:
        document = app.openapi()
        answers = [
            client.get("/v1/labels", params={"lang": "en"}),
            client.get("/v1/labels", params={"lang": "de"}),
            client.get("/v1/labels", headers={"X-API-Key": "wrong"}),
            client.get("/v1/labels"),
            client.get("/v1/labels"),
        ]
    assert [answer.status_code for answer in answers] == [200, 422, 401, 200, 429]
    for answer in answers:
        described = document["paths"]["/v1/labels"]["get"]["responses"][str(answer.status_code)]["headers"]
        sent = {name for name in document["components"]["headers"] if name in answer.headers}
        assert set(described) == sent
