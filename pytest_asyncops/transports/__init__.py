"""Transports catch the requests of client libraries: one file per library, imported with it.

`client_libraries` has the table of them, `chosen` starts those of a mock. A transport works in
three steps. A cover over a function of the client library (`covers`) asks `Takers.find` whether a
stub answers at
the absolute URL; if none does, the request goes where it would have gone. `Taken.answer` gets
method, header pairs and body. The request is then handled and recorded, and its `Response` has the
status, the header pairs, the body and its delay. The transport waits that long, outside all locks,
and turns it into what the client library would have received.
"""
