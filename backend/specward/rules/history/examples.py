"""A record for the examples of this family, as `specward record` writes it."""

PATH = "history/prompts/shop/0001-list-orders.green.prompt.md"
RECORD = """---
id: '0001'
title: 'T-001: List orders'
stage: green
date: '2026-11-23'
surface: agent
model: ''
feature: shop
branch: main
user: ''
command: ''
labels: []
links:
  spec: specs/tasks.md
tasks:
- T-001
files:
- pyproject.toml
tests: []
---

## Prompt

This work was not done in a recorded session, so there is no prompt to quote.

## Response snapshot

## Outcome

- ✅ Impact: orders are listed

## Evaluation notes (flywheel)
"""
