"""What the commands do; `api.cli` says what they take."""
