"""Believable tenants out of a seed, with the truth kept beside them.

The demonstration, the tests and the benchmarks need customers and trade that look like a real
company's: heavy-tailed sizes, seasons, people who pay late, companies entered twice, customers who
quietly leave. Real data can't be shipped and never says what is true. A simulated world can: it is
a pure function of its arguments, and `World.truth` tells who left, when it began, and who is whose
duplicate. Every assumption is a field of `Assumptions` and is written down in docs/simulation.md.
"""

from tierline.simulate.assumptions import INDUSTRIES, Assumptions, assumptions_for
from tierline.simulate.records import Account, Contact, Line, Transaction, Truth, World
from tierline.simulate.worlds import simulate_world
from tierline.simulate.writers import write_csv

__all__ = [
    "INDUSTRIES",
    "Account",
    "Assumptions",
    "Contact",
    "Line",
    "Transaction",
    "Truth",
    "World",
    "assumptions_for",
    "simulate_world",
    "write_csv",
]
