"""The stubs on loopback: an HTTP server for any program, of this process or of another."""
