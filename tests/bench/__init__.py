"""Benchmarks: our portal and its peers, side by side in one run. See README.md."""
