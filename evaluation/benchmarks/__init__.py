"""Measurements of single parts against their rivals; each prints its conditions first."""
