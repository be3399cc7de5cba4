"""Ranks people and ideas. No HTTP, no SQL strings, no clock: now is an argument."""
