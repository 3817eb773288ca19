"""What is there? Frozen nouns that every other folder speaks in; nothing of ours is imported."""
