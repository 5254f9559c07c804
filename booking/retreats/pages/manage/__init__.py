"""The pages of the federation's officers: drafts of seasons, quotas, the rehearsal and the draw."""
