"""What is measured, against whom, on the same work, in one run: `python -m benchmarks`, or `make bench`.

Never judges by one run, never leaves out a target that was missed.
"""
