"""The examples of the OpenAPI document are valid, and the API answers as they show."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema
import pytest

FREE_FORM = {"attributes"}


@pytest.fixture(scope="session")
def document(site: str) -> dict[str, Any]:
    """Return the OpenAPI document."""
    return call("GET", f"{site}/schema/openapi.json")[1]


def call(method: str, address: str, body: object = None) -> tuple[int, Any, str]:
    """Send a request; its status, answer and content type."""
    request = urllib.request.Request(  # noqa: S310
        address,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            kind = answer.headers["content-type"]
            content = answer.read().decode() if kind.startswith("text/html") else json.load(answer)
            return answer.status, content, kind
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), error.headers["content-type"]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def query_of(operation: dict[str, Any], *names: str) -> str:
    given: dict[str, Any] = {
        parameter["name"]: parameter["example"]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and (parameter["required"] or parameter["name"] in names)
    }
    return urlencode(given, doseq=True)


def address_of(path: str, operation: dict[str, Any], *names: str) -> str:
    """Fill the parameters in with their examples: all of the path, and the named of the query."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe=""))
    query = query_of(operation, *names)
    return f"{path}?{query}" if query else path


def body_of(operation: dict[str, Any]) -> object:
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["example"] if content else None


def assert_same_shape(example: Any, answer: Any, where: str = "answer") -> None:
    """Compare the names at each level; of lists the first items."""
    assert isinstance(answer, type(example)) or answer is None or example is None, where
    if isinstance(example, dict) and isinstance(answer, dict):
        if where.rsplit(".", 1)[-1] in FREE_FORM:
            return
        assert set(answer) == set(example), where
        for name, value in example.items():
            assert_same_shape(value, answer[name], f"{where}.{name}")
    if isinstance(example, list) and isinstance(answer, list) and example and answer:
        assert_same_shape(example[0], answer[0], f"{where}[0]")


def test_everything_has_an_example(document: dict[str, Any]) -> None:
    missing: list[str] = []
    for path, method, operation in operations(document):
        name = f"{method} {path}"
        missing += [
            f"{name} {parameter['name']}"
            for parameter in operation.get("parameters", ())
            if "example" not in parameter
        ]
        contents = [("body", operation.get("requestBody", {}).get("content", {}))]
        contents += [(s, answer.get("content", {})) for s, answer in operation["responses"].items()]
        missing += [
            f"{name} {what}"
            for what, content in contents
            for media in content.values()
            if "example" not in media
        ]
    assert missing == [], "give them one in api/openapi/examples.py"


def test_every_example_is_valid(document: dict[str, Any]) -> None:
    def check(example: object, schema: dict[str, Any]) -> None:
        jsonschema.validate(
            example,
            {**schema, "components": document["components"]},
            cls=jsonschema.Draft202012Validator,
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
        )

    checked = 0
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            check(parameter["example"], parameter["schema"])
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in contents:
            for media in content.get("content", {}).values():
                check(media["example"], media["schema"])
                checked += 1
    assert checked > len(document["paths"])


def test_every_problem_is_described_as_one(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                content = answer["content"]
                assert list(content) == ["application/problem+json"], (method, path, status)
                assert content["application/problem+json"]["example"]["status"] == int(status)
        assert len({s for s in operation["responses"] if s < "300"}) >= 1


def test_a_request_with_the_examples_gets_what_they_show(
    site: str, document: dict[str, Any]
) -> None:
    for path, method, operation in operations(document):
        status, answer, kind = call(method, site + address_of(path, operation), body_of(operation))
        if kind.startswith("text/html"):
            shown = operation["responses"][str(status)]["content"]["text/html"]["example"]
            assert answer.partition(">")[0] == shown.partition(">")[0]
            continue
        shown = operation["responses"][str(status)]["content"]["application/json"]["example"]
        assert_same_shape(shown, answer, f"{method} {path}")
        if "items" in shown:
            assert answer["items"], f"{method} {path} gave nothing to compare"


def test_each_parameter_takes_its_example(site: str, document: dict[str, Any]) -> None:
    taken = 0
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                address = address_of(path, operation, parameter["name"])
                assert call(method, site + address, body_of(operation))[0] == 200, address
                taken += 1
    assert taken > 0


def test_what_is_invalid_gets_the_problem_that_is_shown(
    site: str, document: dict[str, Any]
) -> None:
    for path, method, operation in operations(document):
        if "400" not in operation["responses"]:
            continue
        address = site + address_of(path, operation)
        if body_of(operation) is None:
            answer = call(method, f"{address}{'&' if '?' in address else '?'}nonsense=1")
        else:
            answer = call(method, address, [])
        assert_problem(answer, 400, operation)


def test_what_is_unknown_gets_the_problem_that_is_shown(
    site: str, document: dict[str, Any]
) -> None:
    for path, method, operation in operations(document):
        if "{" in path and "404" in operation["responses"]:
            nowhere = "/".join("none" if part.startswith("{") else part for part in path.split("/"))
            # A shopper is never unknown: there it is the model.
            query = urlencode({"model": "none"} if "{shopper_id}" in path else {})
            answer = call(method, f"{site}{nowhere}?{query}", body_of(operation))
            assert_problem(answer, 404, operation)


def assert_problem(answer: tuple[int, Any, str], status: int, operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    assert (answer[0], answer[2]) == (status, "application/problem+json"), name
    content = operation["responses"][str(status)]["content"]["application/problem+json"]
    assert_same_shape(content["example"], answer[1], name)
