"""How waits of the code under test are found and skipped, whatever it waits with."""
