"""The proof: every operation of the running application attacked as another user, and nothing leaks."""
