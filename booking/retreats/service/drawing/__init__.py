"""The draw of a season, step by step: each is a row that nothing overwrites, with the files that it published."""
