"""Patterns are ECMA-262's, with every engine, and what is only Python's is refused by name."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.contract.ecma_patterns import NotUnderstood, pattern, portable

SPACES = "\t\n\v\f\r \u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
NO_SPACES = "\x1c\x1d\x1e\x1f\x85\u180e\u200b\u2060a0"


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("^a$", ["a"], ["a\n", "ba", "aa"]),
        ("a$|b$", ["xa", "b"], ["a\n", "b\n"]),
        (r"^a\$$", ["a$"], ["a", "a$\n"]),
        ("^[$]$", ["$"], ["", "\n", "$\n"]),
        (r"^[\]$]$", ["$", "]"], ["\\"]),
        ("^[^$]$", ["a", "\n"], ["$"]),
        (r"^\d$", ["7"], ["\N{ARABIC-INDIC DIGIT ONE}", "a"]),
        (r"^\D$", ["\N{ARABIC-INDIC DIGIT ONE}", "a"], ["7"]),
        (r"^\w$", ["e", "_"], ["\N{LATIN SMALL LETTER E WITH ACUTE}", "-"]),
        (r"^\W$", ["\N{LATIN SMALL LETTER E WITH ACUTE}", "-"], ["e", "_"]),
        (r"^\s$", SPACES, NO_SPACES),
        (r"^\S$", NO_SPACES, SPACES),
        (r"^[\s]$", SPACES, NO_SPACES),
        (r"^[^\s]$", NO_SPACES, SPACES),
        (r"^[\S]$", NO_SPACES, SPACES),
        (r"^[^\Sa]$", SPACES, NO_SPACES),
        (r"^[\d\D]$", "7a\n", [""]),
        ("^.$", "a\x85\x0b\U0001f600", "\n\r\u2028\u2029"),
        (r"^\\$", ["\\"], ["\\\n"]),
        ("^(?:[$]|x$)", ["$a", "x"], ["x\n"]),
        ("", ["", "a\n"], []),
        (r"^\cJ\cj\cA$", ["\n\n\x01"], ["J"]),
        (r"^\0\x41\u0042\u{43}$", ["\0ABC"], []),
        (r"^\ud83d\ude00\u{1F600}$", ["\U0001f600" * 2], []),
        (r"^[\b]$", ["\b"], ["b"]),
        (r"\bx\b", ["a x", "x"], ["ax", "x_"]),
        (r"\Bx", ["ax"], ["x"]),
        (r"^\t\n\v\f\r$", ["\t\n\v\f\r"], []),
        (r"^\-\/\@\.[\-\.]$", ["-/@.-"], ["-/@a-"]),
        ("^[[a-z]+$", ["[a", "z"], ["]", "A"]),
        ("^[a&&b-]+$", ["a&b-"], ["c", "%"]),
        (r"^[\w-.]+$", ["a-.", "_"], ["/", ","]),
        (r"^[+-\d]+$", ["+-1"], [",", "."]),
        ("^[-a]+$", ["-a"], ["b"]),
        ("^[a-]+$", ["-a"], ["b"]),
        ("[]", [], ["", "a"]),
        ("^[^]$", ["a", "\n", "\u2028"], [""]),
        ("^{id}$", ["{id}"], ["id"]),
        ("^a]}$", ["a]}"], []),
        ("^a{2}b{1,}c{0,1}?$", ["aab", "aabbc"], ["ab", "aabcc"]),
        ("^(?<year>[0-9]{2})-(?<$day>[0-9])$", ["26-1"], ["26"]),
        (r"""^(?<q>["']).*\k<q>$""", ["'a'", '"b"'], ["'a\""]),
        (r"^(a|b)*\1$", ["aa", "abb", ""], ["b", "ab"]),
        (r"^(?:x|(?:y))(?:z)$", ["xz", "yz"], ["x"]),
        (r"^(?:(a)|b)$", ["a", "b"], ["ab"]),
        (r"^(?:b|c)(a)?\1$", ["b", "caa"], ["ba"]),
        ("^(?=a)(?!ab).", ["a", "ac"], ["ab", "b"]),
        ("(?<=a)b|(?<!a)c", ["ab", "c"], ["b", "ac"]),
        (r"^[\p{L}\p{Nd}_-]*$", ["", "a\u00e9\u4e00-_7\u0663"], ["a b", "\u00bd"]),
        (r"^\p{gc=Lu}\P{General_Category=Lu}$", ["Aa", "\u00c91"], ["aa", "AA"]),
        (r"^[^\p{Z}]$", ["a"], [" ", "\u3000"]),
    ],
)
def test_patterns_mean_what_they_mean_in_ecma_262(text, yes, no):
    assert all(pattern(text).search(each) for each in yes)
    assert not any(pattern(text).search(each) for each in no)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a{,3}", "{,3} is Python's syntax and not ECMA-262's: write {0,n} for at most n times"),
        ("(?i)a", "(?i is Python's syntax and not ECMA-262's: there are no flags; write out"),
        ("(?-i:a)", "(?- is Python's syntax and not ECMA-262's: there are no flags"),
        ("x*+", "+ is Python's syntax and not ECMA-262's: write a quantifier once"),
        ("x{2}+", "+ is Python's syntax and not ECMA-262's: write a quantifier once"),
        ("(?P<n>a)", "(?P is Python's syntax and not ECMA-262's: a named group is (?<name>...)"),
        ("(?#a)", "(?# is Python's syntax and not ECMA-262's: there are no comments"),
        ("(a)(?(1)b)", "(?( is Python's syntax and not ECMA-262's: there are no conditions"),
        ("(?>a)", "(?> is Python's syntax and not ECMA-262's: there are no conditions"),
        (r"\Aa", r"\A is Python's syntax and not ECMA-262's: the beginning is ^"),
        (r"a\Z", r"\Z is Python's syntax and not ECMA-262's: the end is $"),
        (r"\a", r"\a is Python's syntax and not ECMA-262's: write \u and four"),
        (r"\p{Script=Greek}", "only general categories of Unicode are understood, such as "),
        (r"\p{Script=Greek}", r"\p{L} and \p{Lu}; write the characters out, at character 0"),
        (r"a\P{Xx}", r"such as \P{L} and \P{Lu}; write the characters out, at character 1"),
        (r"\pL", "only general categories of Unicode are understood"),
        (r"\01", r"\0 means nothing in ECMA-262"),
        (r"\xg", r"\x means nothing in ECMA-262"),
        ("\\", "\\ means nothing in ECMA-262"),
        (r"\u{110000}", "there is no such character"),
        ("(?<1>a)", "this is not a group of ECMA-262"),
        ("(?<n>a)(?<n>b)", "two groups have the name n"),
        (r"\1(a)", "a reference needs a group that is closed before it"),
        (r"(a\1)", "a reference needs a group that is closed before it"),
        (r"(?:(a)|b)*\1", "a reference needs a group that is closed before it"),
        (r"\k<n>", "a reference needs a group that is closed before it"),
        ("*", "there is nothing to repeat"),
        ("a**", "there is nothing to repeat"),
        ("^*", "there is nothing to repeat"),
        ("(?=a)*", "there is nothing to repeat"),
        (r"\b+", "there is nothing to repeat"),
        ("(a", "a group is not closed"),
        ("a)", "this closes nothing"),
        ("[a", "a class is not closed"),
        ("[b-a]", "a range in a class runs backwards"),
        ("(?<=a+)b", "Python's engine cannot search for it: "),
        ("a{3,2}", "Python's engine cannot search for it: "),
        ("a{99999999999}", "Python's engine cannot search for it: "),
    ],
)  # fmt: skip
def test_what_is_refused(text, why):
    with pytest.raises(NotUnderstood) as caught:
        pattern(text)
    assert why in str(caught.value)


@given(st.text(alphabet="a$\n", max_size=4))
def test_the_end_is_the_very_end(text):
    assert bool(pattern("^[a$\n]*a$").search(text)) == text.endswith("a")


def test_spaces_are_the_classes_of_unicode():
    found = {chr(code) for code in range(0x110000) if pattern(r"^\s$").search(chr(code))}
    named = {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Zs"}
    assert found == named | set("\t\n\v\f\r\u2028\u2029\ufeff")


texts = st.text(st.sampled_from("ab$[]^-\n\u2028\u00a0\u00e9 &~_7\U0001f600"), max_size=4)


@given(
    st.lists(st.sampled_from([*r"ab.*?[]^-()|\sSdW$&~ {2}", r"\p{L}", r"\P{N}"]), max_size=8).map(
        "".join
    ),
    st.lists(texts),
)
def test_what_is_portable_is_the_same_for_another_engine(text, values):
    from jsonschema_rs import Draft4Validator

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            ours = pattern(text)
            theirs = Draft4Validator({"pattern": portable(text)})
        except ValueError:
            return
    for value in values:
        assert theirs.is_valid(value) == bool(ours.search(value))


@pytest.mark.parametrize("text", [r"\bx", r"x\B", r"(a)\1", "(?<=a)b", "(?<!a)b"])
def test_what_engines_differ_about(text):
    with pytest.raises(ValueError, match=re.escape(f"differ about the pattern {text}")):
        portable(text)


@given(st.text())
def test_a_text_that_is_escaped_is_found(text):
    escaped = "".join(f"\\u{{{ord(char):x}}}" for char in text)
    assert pattern(f"^{escaped}$").search(text)
    for char in text:
        literal = f"\\{char}" if char in "^$\\.*+?()[]{}|/-" else char
        assert pattern(f"^[{literal}]{literal}$").search(char * 2), json.dumps(char)
