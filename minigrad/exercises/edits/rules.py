"""All edits of update rules, the most specific first: the first neighbour that explains an answer is named."""

from minigrad.exercises.edits.conditions import conditions
from minigrad.exercises.edits.correction import correction, extra_correction
from minigrad.exercises.edits.epsilon import epsilon
from minigrad.exercises.edits.factors import factors, scaled_lines
from minigrad.exercises.edits.hypers import hypers
from minigrad.exercises.edits.names import additions, numbers, others
from minigrad.exercises.edits.powers import powers
from minigrad.exercises.edits.rates import decay, rates, spread
from minigrad.exercises.edits.states import states, stored
from minigrad.exercises.edits.terms import parentheses, terms
from minigrad.exercises.edits.whole import decisions, together, whole

RULES = [
    epsilon, correction, states, rates, decay, terms, hypers, powers, factors, spread, parentheses, conditions,
    decisions, whole, together, numbers, stored, extra_correction, additions, scaled_lines, others,
]  # fmt: skip
