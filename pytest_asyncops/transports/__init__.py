"""Transports catch the requests of client libraries: one file per library, imported with it.

`client_libraries` has the table of them, `chosen` starts those of a mock. A transport works in
three steps. A function of the client library, covered by one of ours (`covers`), asks
`Takers.find` whether a stub answers at the absolute URL; if none does, the request goes where it
would have gone. `Taken.answer` takes method, header pairs and body. The request is handled and
recorded then, and its `Response` has the status, the header pairs, the body and how late it is. The
transport waits that long, outside of all locks, and makes of it what the client library would have
received.
"""
