"""The page on strategies names every strategy and every option, with its default."""

from __future__ import annotations

import ast
import inspect

import pytest
from support.pages import read, rows, section, words

from pytest_asyncops import strategies

NAMES = [name for name in strategies.__all__ if name.islower()]


def options(name):
    """The options of a strategy that are given by name, with their defaults."""
    return {
        parameter.name: parameter.default
        for parameter in inspect.signature(getattr(strategies, name)).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def told(text):
    """The options in a table: name, and the first default that it tells."""
    return {words(name)[0]: ast.literal_eval(words(default)[0]) for name, default, _ in rows(text)}


def test_every_strategy_is_named():
    page = read("strategies.md")
    named = {word.partition("(")[0] for _, cell, _ in rows(page) for word in words(cell)}
    assert named == {*NAMES}


@pytest.mark.parametrize("name", ["operations", "gets", "lists", "errors"])
def test_options_of_bodies(name):
    found = options(name)
    found.pop("state", None)
    assert found.items() <= told(section("strategies.md", "Options")).items()


@pytest.mark.parametrize("name", ["payloads", "from_schema"])
def test_options_of_payloads(name):
    found = options(name)
    found.pop("contract", None)
    assert (found.pop("extra"), found.pop("unknown")) == ("sometimes", "sometimes")
    assert found.pop("times") == "any"
    assert found.items() <= told(section("strategies.md", "Options")).items()


def test_no_option_is_made_up():
    real = {option for name in NAMES for option in options(name)}
    assert told(section("strategies.md", "Options")).keys() <= real


@pytest.mark.parametrize("name", ["lifecycles", "histories"])
def test_options_of_lifecycles_and_histories(name):
    text = section("strategies.md", "Lifecycles and histories")
    _, _, table = text.partition(f"| option of `{name}`")
    assert told(f"|{table}") == options(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_named(name):
    page = read("strategies.md")
    missing = [
        option for option in options(name) if f"`{option}" not in page and f"{option}=" not in page
    ]
    assert missing == []
