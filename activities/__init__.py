"""How does it reach the world? E-mail, phone tasks, letters, referrals, recording."""
