"""What is known: models, readers of exports, text, and the one store that speaks SQL."""
