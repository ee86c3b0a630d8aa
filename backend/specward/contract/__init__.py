"""API contracts: a document or a running application in, canonical facts and their differences out."""
