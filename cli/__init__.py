"""What does a person type? The commands of ``starter.py``, one file a subject."""
