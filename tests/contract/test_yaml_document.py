"""YAML is read as JSON would be, line by line, and what is more or less than that is refused."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import ContractError
from pytest_asyncops.contract import yaml_document as document
from pytest_asyncops.contract.pointers import escape
from pytest_asyncops.contract.yaml_document import Document, read_document

LOADERS = {
    name: getattr(yaml, name) for name in ("CSafeLoader", "SafeLoader") if hasattr(yaml, name)
}


@pytest.fixture(params=LOADERS, autouse=True, scope="module")
def loader(request):
    """Every law here holds with libyaml and without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_Loader", LOADERS[request.param])
        yield request.param


def read(text):
    return read_document(text, "api.yaml").root


def refusal(text):
    with pytest.raises(ContractError) as caught:
        read_document(text, "api.yaml")
    assert caught.value.file == "api.yaml"
    place = "api.yaml" if caught.value.line is None else f"api.yaml:{caught.value.line}"
    message = str(caught.value)
    assert message.startswith(f"{place}: ")
    return caught.value.line, message.removeprefix(f"{place}: ")


TOO_DEEP = "this is nested more than 100 deep"
NO_KEY = "a key must be a string"
TAB = "a tab is not allowed here; YAML is indented with spaces"
SECOND = "a second document begins; one file holds one contract"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "the document is empty"),
        ("# nothing\n\n", None, "the document is empty"),
        ("a: 1\n---\nb: 2\n", 2, SECOND),
        ("---\n---\n", 2, SECOND),
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is repeated"),
        ("a: 1\n'a': 3\n", 2, "the key 'a' is repeated"),
        ("x:\n  y: {p: 1,\n    p: 2}\n", 3, "the key 'p' is repeated"),
        ("a: !foo 1\n", 1, "the tag '!foo' is not read"),
        ("a: ! 12\n", 1, "the tag '!' is not read"),
        ("a:\n  !!map {}\n", 2, "the tag 'tag:yaml.org,2002:map' is not read"),
        ("- !!seq []\n", 1, "the tag 'tag:yaml.org,2002:seq' is not read"),
        ("!!str a: 1\n", 1, "the tag 'tag:yaml.org,2002:str' is not read"),
        (
            "a: !!python/object/apply:os.system ['false']\n",
            1,
            "the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not read",
        ),
        ("[" * 100_000, 1, TOO_DEEP),
        ("[" * 101 + "]" * 101, 1, TOO_DEEP),
        ("{a: " * 10_000, 1, TOO_DEEP),
        ("a:\n\tb: 1\n", 2, TAB),
        ("a:\n  b: 1\n\tc: 1\n", 3, TAB),
        ("- " * 2_000, 1, TOO_DEEP),
        ("\n".join(" " * depth + "a:" for depth in range(2_000)), 101, TOO_DEEP),
        ("? " * 2_000, 1, NO_KEY),
        ("a: 1\n? [b]\n: 2\n", 2, NO_KEY),
        ("{a: 1}: 2\n", 1, NO_KEY),
        ("a: 1\nb: \0\n", 2, "the character '\\x00' cannot be in YAML"),
        ("a: \x07\n", 1, "the character '\\x07' cannot be in YAML"),
        ("a:\n  b: \ud800\n", 2, "the character '\\ud800' cannot be in YAML"),
        ("a: 1\nb: \ufffe\n", 2, "the character '\\ufffe' cannot be in YAML"),
        ("a: b\n".encode("utf-16-le"), 1, "the character '\\x00' cannot be in YAML"),
        (
            b"#" * (32 * 1024 * 1024 + 1),
            None,
            "the document has more than 33,554,432 bytes, the most that is read. Keep the "
            "paths that the tests need, and what these refer to",
        ),
    ],
)
def test_what_is_refused(text, line, message):
    assert refusal(text) == (line, message)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 'x\n", 2),
        ("a:\n  b: 1\n c: 2\n", 3),
        ("a: [1,\n 2\n", 3),
        ("a: b: c\n", 1),
        ("a: !x!y 1\n", 1),
        ("a: 1\n...\nb: 2\n", 3),
        # Brackets that open nothing.
        (f"a: '{'[' * 101}'\nb: \"\\\"{'{' * 101}\"\nc: d # {'[' * 101}\n'e", 4),
    ],
)
def test_broken_yaml_is_refused_at_its_line_with_what_its_parser_says(loader, text, line):
    found, message = refusal(text)
    assert found == line
    assert re.fullmatch(r"this is not valid YAML: \S.+", message)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"a: 1\nb: caf\xe9\n", 2),
        (b"a: \xed\xa0\x80\n", 1),
        ("a: b\n".encode("utf-16"), 1),
        (bytes(range(256)), 2),
    ],
)
def test_broken_utf_8_is_refused_at_its_line(text, line):
    found, message = refusal(text)
    assert found == line
    assert re.fullmatch(r"this is not valid UTF-8: \S.+", message)


def test_an_escape_of_no_character(loader):
    line, message = refusal('a: 1\nb: "\\UFFFFFFFF"\n')
    assert message.startswith("this is not valid YAML: ")
    assert line == (2 if loader == "CSafeLoader" else None)


@pytest.mark.parametrize("limit", [101, 1_000])
def test_too_deep_for_its_parser_is_too_deep_in_our_words(limit, monkeypatch):
    """A parser may have a limit of its own, and may notice before its first event."""

    class Limited(yaml.SafeLoader):
        def fetch_flow_sequence_start(self):
            super().fetch_flow_sequence_start()
            if self.flow_level > limit:
                raise yaml.scanner.ScannerError(None, None, "no", self.get_mark())

    monkeypatch.setattr(document, "_Loader", Limited)
    assert refusal("- 1\n- " + "[" * (limit + 1)) == (2, TOO_DEEP)
    assert read("[[1]]") == [[1]]


def test_too_deep_for_the_stack_is_too_deep_in_our_words(monkeypatch):
    class Recursive(yaml.SafeLoader):
        def check_event(self, *choices):
            raise RecursionError

    monkeypatch.setattr(document, "_Loader", Recursive)
    assert refusal("[[1]]") == (None, TOO_DEEP)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("---", None),
        ("", ""),
        ("true", True),
        ("false", False),
        ("True", True),
        ("TRUE", True),
        ("False", False),
        ("FALSE", False),
        ("Null", None),
        ("NULL", None),
        ("tRUE", "tRUE"),
        ("[True, False, null]", [True, False, None]),
        ("[\"True\", 'False']", ["True", "False"]),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("y", "y"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01 00:00:00", "2026-01-01 00:00:00"),
        ("1:30", "1:30"),
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("18446744073709551615", 2**64 - 1),
        ("-18446744073709551617", -(2**64) - 1),
        ("1.5", 1.5),
        ("-1e3", -1000.0),
        ("2E+2", 200.0),
        ("1e999", "1e999"),
        ("010", 10),
        ("+1", 1),
        ("0x1F", 31),
        ("0o17", 15),
        ("0o8", "0o8"),
        ("-0x1", "-0x1"),
        ("1_000", "1_000"),
        ("1.", 1.0),
        ("-.5", -0.5),
        ("+1.5E3", 1500.0),
        (".", "."),
        ("1e", "1e"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("\N{ARABIC-INDIC DIGIT ONE}", "\N{ARABIC-INDIC DIGIT ONE}"),
        ("=", "="),
        ("'null'", "null"),
        ('"12"', "12"),
        ("|\n  1\n", "1\n"),
        (">-\n  true\n", "true"),
        ("'\N{SNOWMAN}'", "\N{SNOWMAN}"),
    ],
)
def test_scalars(text, value):
    found = read(f"a: {text}" if text != "---" else text)
    found = found["a"] if text != "---" else found
    assert found == (value if text else None)
    assert type(found) is type(value if text else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200: a\n", {"200": "a"}),
        ("null: a\n", {"null": "a"}),
        ("true: a\n~: b\n1.5: c\n", {"true": "a", "~": "b", "1.5": "c"}),
        ("'': a\n", {"": "a"}),
        ("{a, b: [c: 1]}", {"a": None, "b": [{"c": 1}]}),
    ],
)
def test_keys_stay_as_they_are_written(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [('{"a": 1,\n "b": ]}', 2), ('{\n"a": 1\n', 3), ('{"a": NaN, "b": "\n', None)],
)
def test_broken_json_is_refused_as_such(text, line):
    found, message = refusal(text)
    assert found == line
    assert re.fullmatch(r"this is not valid JSON: \S.+", message)


@pytest.mark.parametrize("text", ['{"a": 1, b: 2}', '{ "a": 1, "b": 2, }', '{"a": 1, "b": 2} # c'])
def test_yaml_that_looks_like_json(text):
    assert read(text) == {"a": 1, "b": 2}


def test_a_byte_order_mark_is_no_content():
    assert read(b"\xef\xbb\xbfa: 1\n") == {"a": 1}


def test_a_hundred_levels_are_read():
    value = read("[" * 100 + "]" * 100)
    for _ in range(99):
        (value,) = value
    assert value == []


def test_places():
    found = read_document("a:\n  b/c:\n  - 1\n  - ~d: 2\n", "api.yaml")
    assert found.lines == {"": 1, "/a": 1, "/a/b~1c": 2, "/a/b~1c/0": 3, "/a/b~1c/1": 4} | {
        "/a/b~1c/1/~0d": 4
    }
    assert found.place("/a/b~1c/1") == "api.yaml:4 #/a/b~1c/1"
    assert found.place("/a/b~1c/7/x") == "api.yaml:2 #/a/b~1c/7/x"
    assert Document("own.yaml", {}, {}).place("/a/b") == "own.yaml:1 #/a/b"
    error = found.error("boom", "/a/b~1c/7/x")
    assert (str(error), error.line, error.pointer) == ("api.yaml:2: boom", 2, "/a/b~1c/7/x")
    assert repr(found) == "Document(file='api.yaml', root={'a': {'b/c': [1, {'~d': 2}]}})"


# PyYAML writes YAML 1.1, where a number with an exponent has a point; so it leaves the string 1e5
# without quotes, and in YAML 1.2 that is a number.
# And it writes Unicode's line breaks as they are, which reads as a space.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"))
texts = texts.filter(lambda text: not re.fullmatch(r"-?[0-9]+[eE][-+]?[0-9]+", text))
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
        st.sampled_from(["no", "on", "2026-01-01", "null", "~", "1_0", "0x1", "!a", "&a", "*a"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)


class Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def lines_of(node, pointer=""):
    """The lines by pointer, as PyYAML's own composer knows them."""
    yield pointer, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from lines_of(item, f"{pointer}/{index}")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = f"{pointer}/{escape(key.value)}"
            yield from lines_of(value, at)
            yield at, key.start_mark.line + 1  # a member stands where its name does


@given(values, st.sampled_from([None, False, True]), st.booleans())
def test_what_is_written_is_read(value, flow, unicode):
    text = yaml.dump(
        value, Dumper=Plain, default_flow_style=flow, allow_unicode=unicode, sort_keys=False
    )
    found = read_document(text, "f")
    assert found == read_document(text.encode(), "f")
    assert found.root == value
    assert repr(found.root) == repr(value)  # 1 is neither true nor 1.0
    assert found.lines == dict(lines_of(yaml.compose(text, Loader=yaml.SafeLoader)))


@given(st.text() | st.binary() | st.text(alphabet="a:-[]{}?!&*'\"\\#|>%@` \n\t10~Ux"))
def test_any_text_is_read_or_refused(text):
    try:
        found = read_document(text, "f")
    except ContractError as error:
        found = error
    assert found.file == "f"


@pytest.mark.parametrize("digits", [4299, 4301, 12_003])
def test_integers_have_any_number_of_digits(digits):
    text = ("1203" * digits)[:digits]
    expected = 0
    for digit in text:
        expected = expected * 10 + int(digit)
    assert read(text) == expected
    assert read(f"-{text}") == -expected
