"""What `booking bench` runs: ours, the bare route and the raw driver, alternating in one run."""
