"""Text to vectors and indexes; knows nothing of people, spaces or the store."""
