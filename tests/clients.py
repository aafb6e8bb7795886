"""Clients with a bug each, as people write them."""

from __future__ import annotations

import base64
import datetime
import json
import re


def parses_no_nanoseconds(operation):
    """`datetime` ends at microseconds, and this parser refuses what is finer."""
    assert not re.search(r"\.\d{9}", operation["created_on"]), "too many digits"


def knows_only_z(operation):
    """Cuts off the zone without a look at it."""
    return datetime.datetime.fromisoformat(operation["created_at"][:19] + "+00:00")


def wants_pagination(body):
    """Assumes that every page says how to go on."""
    return body["pagination"]["next"]


def wants_items(body):
    """Assumes that a page has something on it."""
    return body["operations"][0]["id"]


def counts_full_pages(body):
    """Divides, and forgets the page that is not full."""
    pagination = body["pagination"]
    assert pagination["total_pages"] == pagination["total_count"] // pagination["page_size"]


def takes_unknown_for_done(operation):
    """Whatever is not Processing is over, and well."""
    if operation["status"] != "Processing":
        assert operation["status"] in ("Completed", "Failed")


def wants_percent(operation):
    """Draws a progress bar from the first answer on."""
    return operation["percent_complete"] / 100


def wants_output(operation):
    """Takes for granted that what has succeeded has produced something."""
    return base64.b64decode(operation["output"])


def wants_json(operation):
    """Takes for granted that what was produced is JSON."""
    if "output" in operation:
        return json.loads(base64.b64decode(operation["output"]))
    return None


def takes_null_for_text(operation):
    """Knows that the file may be missing, and not that it may be null."""
    return operation.get("file_id", "").upper()


def wants_a_start(operation):
    """Computes how long a failure took."""
    if operation["status"].endswith("FAILED"):
        return operation["started_at"], operation["finished_at"]
    return None


def stops_at_a_hundred(operation):
    """Takes the percentage for the state."""
    if operation.get("percent_complete") == 100:
        assert operation["status"] == "Completed"


def wants_ascii(error):
    """Writes the message to a log of another age."""
    return error["error"]["message"].encode("ascii")


def wants_strings(error):
    """Joins the details, which are strings in all errors but the general one."""
    return ", ".join(error.get("details", []))


def sees_one_state(bodies):
    """Asks once and believes that for ever."""
    assert len({body["operation"]["status"] for body in bodies}) < 2


def wants_progress(bodies):
    """Assumes that a percentage never goes down."""
    percents = [body["percent_complete"] for body in bodies if "percent_complete" in body]
    assert percents == sorted(percents)
