"""Applying: alone or together, changing one's mind, and answering who asks one along.

Every command that changes an application raises its sequence first, in one conditional update: the row is then this
transaction's until it ends, and whoever comes with an older sequence is told so. That a member is in one application
a season is the key of `retreat_applicants`.
"""
