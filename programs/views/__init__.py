"""The staff's pages of programmes, calls and envelopes."""
