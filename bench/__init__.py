"""Measurements as ratios within one run: Tocsin beside its peers, on the same machine, in the same hour, rounds interleaved."""
