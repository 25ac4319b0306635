"""Letters: what they say, the sheet they are written on, and their road from there to who receives them."""
