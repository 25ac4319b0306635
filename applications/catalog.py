"""The questions that the product itself reads, by key. A programme that wants a list, a letter or a sponsor's page to
show its title or its amount gives the question this key; any of them may be absent.
"""

TITLE = "project_title"
SUMMARY = "project_summary"
PERIOD = "project_period"
REQUESTED = "amount_requested"  # without the bonus, where the programme has one
MINIMUM = "minimum_amount"  # under which the applicant does not go on
SPONSOR_NAME = "sponsor_name"
SPONSOR_EMAIL = "sponsor_email"

# The answers to the two-minute check are kept beside the others, under a key that no question of a form may have.
ELIGIBILITY = "eligibility:"
