"""The ground: the one clock, money, the claim loop over work tables, and what every model stands on."""
