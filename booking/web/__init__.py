"""The shell: problem details, pages, live events, languages, idempotency. It knows no feature."""
