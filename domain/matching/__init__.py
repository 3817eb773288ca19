"""Which open items did this payment settle? Rules over a book of what is open; docs/matching.md."""
