"""What a mock keeps from the network, whatever client library sends it."""
