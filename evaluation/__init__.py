"""Measures the engine as any caller would use it."""
