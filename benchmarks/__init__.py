"""Repeatable measurements of the product, each against a floor or a peer in the same run.

Times drift from machine to machine; the ratio to a floor measured minutes, or seconds, apart on
the same machine does not. Nothing here asserts a time: a benchmark says what it measured, the goal,
and whether the goal held. docs/benchmarks.md says how to read and repeat them.
"""
