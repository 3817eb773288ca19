"""What does the bank say? Pure parsing: the bytes of a bank file in, bank transactions out."""
