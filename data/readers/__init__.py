"""One file an export format, all behind the face in `face`."""
