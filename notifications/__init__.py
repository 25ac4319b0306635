"""What people are told by e-mail: the catalogue of messages, and the outbox they wait in."""
