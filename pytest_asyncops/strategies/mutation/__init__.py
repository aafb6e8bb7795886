"""What is wrong with a payload: edits that break it, and the violations that they make."""
