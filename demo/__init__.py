"""What does Relance do, seen in a minute? Months of collections, on real engines."""
