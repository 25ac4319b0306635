"""The pages of applications: the public catalogue, the company's own pages, the officer's."""
