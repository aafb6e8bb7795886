"""What several test files share; a line for each module.

- `chainloop_polls`: Polls of a Chainloop operation, as the code under test would send them.
- `chainloop_rule_rows`: Rules of Chainloop: a payload that breaks each, and one that does not.
- `chainloop_server`: A stub of Chainloop, its clock, and what is asked of it.
- `client_responses`: Responses made by hand, each as the client library of its name makes them.
- `function_holders`: Objects that hold a function, in every way that Python has for it.
- `library_idioms`: The ways in which libraries wait between two attempts, each as a small poller.
- `loopback`: What stands for the network, an API that does the same, and the URLs that tests ask.
- `observed_operations`: Operations as polls show them, and what is wrong with several in a row.
- `own_contracts`: Contracts with one schema, and the place and message with which one is refused.
- `pages`: README and docs, read for what they say.
- `pinecone_rule_rows`: Rules of Pinecone: a payload that breaks each, and one that does not.
- `pinecone_server`: A stub of Pinecone, its clock, and what is asked of it.
- `pytest_runs`: What runs of pytest are given to test, and what they print.
- `rule_rows`: What a row of a table of rules consists of.
- `samples`: Many values of a strategy.
- `schema_kinds`: Schemas of every kind, and an API that has nothing but schemas.
- `served_answers`: What stubs of both APIs are asked and answer, for Hypothesis.
- `settings_table`: Every setting by its full name, and its value in settings that have been read.
- `spoilt_payloads`: Payloads of both APIs for Hypothesis: mostly right, then spoilt at any depth.
- `ticking_lifecycles`: Lifecycles for Hypothesis, and a plain, slow simulation of them that ticks.
- `toy_api`: An API that nobody has, with statuses, routes and an envelope of its own.
- `verdicts`: What a check says of an answer: paths and rules, or why it cannot be read.
- `virtual_seconds`: The virtual seconds since a mock was opened.
- `waiting_idioms`: The ways in which Python code waits between two polls, each as a small poller.
"""
