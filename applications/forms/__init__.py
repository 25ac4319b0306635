"""The company's forms: the questions of a programme (`questions`), and our own (`company`)."""
