"""The verifiable draw: who gets what when more people want a thing than there is of it.

`Rules` and `Units` go in; `draw` runs the first stage, `next_stage` those on what was released, `explain` says why.
`sources` makes the seed of public lottery draws, `merkle` and `publishing` commit and publish, `verifying` checks what
was published. docs/draw-format.md defines every byte. Nothing here reads a file, a clock or a database.
"""
