"""Forms about people and organisations."""
