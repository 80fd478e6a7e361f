"""Holds answers against the OpenAPI documents: openapi.yaml for stockd, docs/push-openapi.yaml for
a shop. `check()` is called by client.py for every answer; tests need not.

Normal path: the method and the path lead to an operation, its response of that status says which
headers and which body are right. What is not described so raises `Mismatch`: an unknown status, a
missing header, a member too many or too few, a number out of bounds, a code that does not go with
its status. Pages of the HTTP library (text/html, contract C73) are outside.
"""

import datetime
import functools
import json
import pathlib
import re

try:
    import jsonschema
    import yaml
except ImportError as problem:
    raise ImportError(f"{problem.name} is not there: apt-get install python3-yaml "
                      "python3-jsonschema, or have them for this python3") from problem

ROOT = pathlib.Path(__file__).resolve().parents[2]
PUBLIC = "public"
OPERATOR = "operator"
SHOP = "shop"
FILES = {PUBLIC: "openapi.yaml", OPERATOR: "openapi.yaml", SHOP: "docs/push-openapi.yaml"}

VERBS = ("get", "put", "post", "delete", "patch")
VERSIONS = ("/v2/", "/v3/")
NO_LIMIT = 2147483647  # C79: what --no-limits shows.
RATE_LIMIT = "X-RateLimit-Resource-Limit"
RATE_REMAINING = "X-RateLimit-Resource-Remaining"

WHOLE_ITEMS_MAX = 40  # Of a longer array the ends and a sample are looked at.
REMEMBERED_BYTES_MAX = 512
REMEMBERED_MAX = 10000
INTEGER_BOUNDS = {"int32": (-2 ** 31, 2 ** 31 - 1), "int64": (-2 ** 63, 2 ** 63 - 1)}


class Mismatch(AssertionError):
    """An answer is not what the document says."""


def check(listener, method, target, answer):
    """Raises Mismatch unless the document describes this answer to `method` `target`."""
    try:
        _document(listener).check(listener, method, target, answer)
    except Mismatch as problem:
        raise Mismatch(f"{method} {target[:200]} -> {answer!r}: {problem}") from None


def check_alone(listener, answer):
    """The same where nobody knows what was asked: an error has to look like one."""
    if listener == SHOP or answer.status < 400 or not answer.body or _is_library_page(answer):
        return
    try:
        _document(listener).check_error(answer)
    except Mismatch as problem:
        raise Mismatch(f"{answer!r}: {problem}") from None


@functools.lru_cache(None)
def _document(listener):
    return load(ROOT / FILES[listener])


def load(path):
    """Returns the Document in a file. One file is read once."""
    return _load(str(path))


@functools.lru_cache(None)
def _load(path):
    with open(path, encoding="utf-8") as file:
        return Document(yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


class Document:
    """One OpenAPI 3.0 document, and validators for what it describes, made when first needed."""

    def __init__(self, raw):
        self.raw = raw
        self.whole = expand(raw, raw)
        self.paths = [(template, template.strip("/").split("/"), item)
                      for template, item in self.whole["paths"].items()]
        self._validators = {}
        self._remembered = set()

    def operations(self):
        """Yields (verb, path template, operation), with references resolved."""
        for template, _, item in self.paths:
            for verb in VERBS:
                if verb in item:
                    yield verb, template, item[verb]

    def find(self, listener, target):
        """Returns the path item of a target, or None."""
        path = target.split("?")[0]
        if listener == PUBLIC and path.endswith(".json"):
            path = path[:-len(".json")]
        if listener == PUBLIC and not path.startswith(VERSIONS):
            path = "/v2" + path
        if listener == SHOP:
            path = path[path.rfind("/"):]  # The shop's own address stands in front.
        segments = path[1:].split("/")
        for _, wanted, item in self.paths:
            if listener_of(item, listener) == listener and _segments_match(wanted, segments):
                return item
        return None

    def check(self, listener, method, target, answer):
        if _is_library_page(answer):
            return
        item = self.find(listener, target)
        others = self.whole["x-other-answers"][listener]
        verb = method.lower() if method.isupper() else None
        if verb == "head" and item is not None and "get" in item and answer.status != 405:
            verb = "get"
        if item is None:
            responses, operation = others["unknownPath"], {}
        elif verb in VERBS and verb in item:
            responses, operation = item[verb]["responses"], item[verb]
        else:
            responses, operation = others["unknownVerb"], {}
        status = str(answer.status)
        if _is_last(answer) and status in others["lastAnswer"]:
            responses, operation = others["lastAnswer"], {}
        if status in others.get("anyRequest", {}):
            responses, operation = others["anyRequest"], {}
        if status not in responses:
            raise Mismatch(f"the document has no {status} here")
        self._check_headers(responses[status], answer)
        if item is not None and answer.header("Allow") is not None:
            _check_allow(item, answer)
        if operation.get("x-resource-limit-config"):
            _check_limit(operation, answer)
        if method != "HEAD":
            self._check_body(responses[status], answer)

    def check_error(self, answer):
        self._check_json(self.whole["components"]["schemas"]["ErrorAnswer"], answer)

    def check_example(self, content):
        """Holds the example of a media type against its schema."""
        self._validate(content["schema"], content["example"], "the example")

    def _check_headers(self, response, answer):
        for name, header in response.get("headers", {}).items():
            text = answer.header(name)
            if text is None:
                if header.get("required"):
                    raise Mismatch(f"the header {name} is missing")
                continue
            value = text
            if header["schema"]["type"] == "integer":
                if not text.isdigit():
                    raise Mismatch(f"the header {name} is no number: {text!r}")
                value = int(text)
            self._validate(header["schema"], value, f"the header {name}")

    def _check_body(self, response, answer):
        content = response.get("content")
        if content is None:
            return
        kind = (answer.header("Content-Type") or "").split(";")[0].strip().lower()
        if kind not in content:
            raise Mismatch(f"the body is {kind or 'of no type'}, not {' or '.join(content)}")
        if kind != "application/json":
            return
        self._check_json(content[kind]["schema"], answer)
        if answer.status >= 400 and "x-codes" in response:
            for error in json.loads(answer.body)["errors"]:
                if error["code"] not in response["x-codes"]:
                    raise Mismatch(f"the code {error['code']} does not go with {answer.status}")

    def _check_json(self, schema, answer):
        key = (id(schema), answer.body)
        if key in self._remembered:
            return
        try:
            value = json.loads(answer.body.decode("utf-8"), object_pairs_hook=_object,
                               parse_constant=_no_constant)
        except ValueError as problem:
            raise Mismatch(f"the body is no JSON: {problem}") from problem
        self._validate(schema, value, "the body")
        if len(answer.body) <= REMEMBERED_BYTES_MAX and len(self._remembered) < REMEMBERED_MAX:
            self._remembered.add(key)

    def _validate(self, schema, value, what):
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = _Validator(to_json_schema(schema), format_checker=_formats)
            self._validators[id(schema)] = validator
        for error in validator.iter_errors(value):
            place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}"
                            for part in error.absolute_path)
            raise Mismatch(f"{what}{place}: {_clip(error.message)}")


def listener_of(item, default=PUBLIC):
    """Whose path this is: the operator's have servers of their own."""
    if default == SHOP:
        return SHOP
    return OPERATOR if "servers" in item else PUBLIC


def expand(node, root, within=()):
    """Returns the node with each reference replaced by what it names. ValueError: it cannot be."""
    if isinstance(node, list):
        return [expand(one, root, within) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {name: expand(one, root, within) for name, one in node.items()}
    reference = node["$ref"]
    if reference in within:
        raise ValueError(f"{reference} contains itself")
    if not reference.startswith("#/"):
        raise ValueError(f"{reference} is not in this document")
    target = root
    for part in reference[2:].split("/"):
        if part not in target:
            raise ValueError(f"{reference} names nothing")
        target = target[part]
    return expand(target, root, (*within, reference))


def to_json_schema(schema):
    """Returns an OpenAPI 3.0 schema, without references, as JSON Schema of draft 4.

    The dialects differ in `nullable`, and `format` of integers is no bound in JSON Schema.
    """
    if isinstance(schema, list):
        return [to_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = dict(schema)
    for name in ("items", "additionalProperties", "not", "allOf", "anyOf", "oneOf"):
        if name in plain:
            plain[name] = to_json_schema(plain[name])
    if "properties" in plain:
        plain["properties"] = {name: to_json_schema(one)
                               for name, one in plain["properties"].items()}
    if plain.get("format") in INTEGER_BOUNDS:
        least, most = INTEGER_BOUNDS[plain["format"]]
        plain.setdefault("minimum", least)
        plain.setdefault("maximum", most)
    if plain.pop("nullable", False):
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def _sample(count):
    """Which elements of an array are looked at: all of a short one."""
    if count <= WHOLE_ITEMS_MAX:
        return range(count)
    end = WHOLE_ITEMS_MAX // 4
    middle = range(end, count - end, max(1, (count - 2 * end) // (2 * end)))
    return [*range(end), *middle, *range(count - end, count)]


def _check_items(validator, items, array, _):
    if validator.is_type(array, "array"):
        for index in _sample(len(array)):
            yield from validator.descend(array[index], items, path=index)


_Validator = jsonschema.validators.extend(jsonschema.Draft4Validator, {"items": _check_items})
_formats = jsonschema.FormatChecker(formats=())


@_formats.checks("date-time", raises=ValueError)
def _is_moment(text):
    if isinstance(text, str):
        datetime.datetime.strptime(re.sub(r"\.\d+", "", text), "%Y-%m-%dT%H:%M:%S%z")
    return True


def _clip(text):
    """What is wrong stands at the end of a message, the value in front of it."""
    return text if len(text) <= 400 else f"{text[:200]} … {text[-200:]}"


def _object(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError(f"a name comes twice among {[name for name, _ in pairs]}")
    return value


def _no_constant(word):
    raise ValueError(f"{word} is no JSON")


def _segments_match(wanted, segments):
    if len(wanted) != len(segments):
        return False
    return all(segment == want or (want.startswith("{") and segment != "")
               for want, segment in zip(wanted, segments))


def _is_library_page(answer):
    return (answer.header("Content-Type") or "").startswith("text/html")


def _is_last(answer):
    """The connection ends, and the answer belongs to no request: it shows no window."""
    return answer.closes() and answer.header(RATE_LIMIT) is None


def _check_allow(item, answer):
    said = {verb.strip() for verb in answer.header("Allow").split(",")} - {"HEAD"}
    known = {verb.upper() for verb in VERBS if verb in item}
    if said != known:
        raise Mismatch(f"Allow says {sorted(said)}, the document {sorted(known)}")


def _check_limit(operation, answer):
    """The window shown is one that the document promises for this operation."""
    amount = int(answer.header(RATE_LIMIT))
    known = {row["amount"] for row in operation["x-resource-limit-config"]}
    if amount not in known | {NO_LIMIT}:
        raise Mismatch(f"{RATE_LIMIT} is {amount}, the document has {sorted(known)}")
    if int(answer.header(RATE_REMAINING)) > amount:
        raise Mismatch(f"more remains than the limit of {amount}")
