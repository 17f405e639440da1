"""The mistakes that an exercise can name: an id, a family and one sentence for each."""

from __future__ import annotations

FAMILIES: dict[str, dict[str, str]] = {
    "Terms and factors": {
        "wrong-sign": "A term, or the whole step or gradient, has the opposite sign.",
        "missing-term": "Something that is added, a case, an item or a part of the result is left out (decay, an off-diagonal part, a class, the node itself).",
        "extra-term": "Something that does not belong is added or applied, or what belongs is counted twice.",
        "scale-missing": "A factor that multiplies or divides is left out (the learning rate, 1 - β, 1 / (1 - rate), the deviation).",
        "wrong-factor": "A factor is there but has the wrong value, or is applied once too often (2 for ½, n - 1 for n, the rate twice).",
        "power-missing": "An exponent is left out: g for g², β for βᵗ, the mean for its square.",
        "root-missing": "A square root is left out: the variance in place of the deviation.",
        "absolute-missing": "An absolute value is left out.",
        "wrong-operation": "One operation or quantity stands for another, or parentheses change what is computed (÷ for ×, min for max, * for @, the value for its sign, the value for its derivative).",
        "operands-swapped": "Two operands, or the parts meant for two inputs, have changed places.",
        "log-base": "A logarithm of base 2 or 10 in place of the natural one.",
    },
    "Epsilon": {
        "epsilon-inside-root": "ε is added under the root although it belongs outside.",
        "epsilon-outside-root": "ε is added to the root although it belongs inside.",
        "epsilon-missing": "There is no ε where there should be one.",
        "epsilon-scaled": "ε is added before the bias correction and is scaled by it.",
    },
    "Bias correction and counting": {
        "bias-correction-missing": "Neither mean is divided by 1 - βᵗ (or the only one is not).",
        "bias-correction-missing-first": "The mean of the gradient is not corrected.",
        "bias-correction-missing-second": "The mean of the squared gradient is not corrected.",
        "count-off-by-one": "The step count is one too high or too low.",
    },
    "State": {
        "old-state-used": "The state of before is used where the new one is due.",
        "new-state-used": "The new value is used where the one of before is due.",
        "state-not-updated": "A state is handed on as it came.",
        "weight-not-updated": "The weight is handed on as it came.",
        "wrong-state-stored": "What is handed on is another quantity than the state (its corrected value, the step, the deviation).",
        "assignment-for-accumulation": "A value replaces what it should be added to.",
        "state-shared": "Two results, or a result and an input, are one array, so that changing one changes the other.",
        "input-modified": "An array that was passed in (weight, gradient, state, input) is changed.",
    },
    "Rates and decay": {
        "hyperparameters-swapped": "Two hyper-parameters, or β and 1 - β, have changed places.",
        "rate-outside-velocity": "The learning rate multiplies the velocity when it is applied although it belongs inside.",
        "rate-inside-velocity": "The learning rate is inside the velocity although it belongs outside.",
        "decay-sign": "The decay has the opposite sign and lets weights grow.",
        "decay-in-gradient": "The decay goes through the gradient, its means or its denominator although it belongs beside the step.",
        "decay-outside-gradient": "The decay is applied beside the step although it is part of the gradient.",
        "decay-after-update": "The decay is that of the weight which has already moved.",
        "decay-on-state": "The state decays instead of the weight.",
    },
    "Shapes": {
        "sum-for-mean": "A sum where a mean is asked for.",
        "mean-for-sum": "A mean where a sum (or the whole) is asked for.",
        "axis-wrong": "Summed, normalized, compared or decided along the wrong axis, over too many elements, or for all elements at once.",
        "keepdims-missing": "A reduced axis is dropped, so that what follows broadcasts wrongly or has the wrong shape.",
        "transpose-missing": "A transpose is left out, or one is too many.",
        "broadcast-sum-missing": "The gradient of a broadcast operand is not summed back to its shape.",
        "shape-wrong": "The result has another shape or structure than asked for.",
        "dtype-widened": "float32 goes in and float64 comes out.",
        "wrong-returned-order": "The results are right but returned in the wrong order.",
    },
    "Backpropagation": {
        "upstream-missing": "The local derivative is returned without the gradient that comes in.",
        "input-output-confused": "The function's output is taken for its input, or the other way round.",
        "order-wrong": "Things happen in the wrong order; above all, nodes are visited before what they depend on is complete.",
        "mask-wrong": "The wrong elements are chosen, kept or dropped.",
        "ties-wrong": "Equal values are not treated as agreed.",
        "recursion-limit": "Right, but recursive: deep graphs fail.",
    },
    "Bounds and cases": {
        "condition-missing": "A case that needs its own treatment (zero norm, below the threshold, no warm-up) does not get it.",
        "off-by-one-boundary": "A boundary or an end is missed by one: > for >=, one element or step too many or too few.",
        "clip-missing": "A bound is not applied.",
        "clip-per-element": "Each element or each array is limited by itself instead of all by their common norm.",
        "max-not-elementwise": "One maximum, or one decision, for the whole array where each element needs its own.",
    },
    "Numerics": {
        "unstable-softmax": "exp overflows or every exp of a row underflows, because the row's own maximum is not subtracted.",
        "unstable-log": "A logarithm of what has been rounded to 0 or 1 or clipped, or of an exp that overflows.",
    },
}
"""Family -> id -> what is meant."""

MISTAKES: dict[str, str] = {name: text for family in FAMILIES.values() for name, text in family.items()}
"""Id -> what is meant."""

VAGUE = ("scale-missing", "missing-term", "wrong-factor", "extra-term", "operands-swapped", "wrong-operation")
"""Ids that are named only where no other is true, the vaguest last."""


def rank(name: str) -> int:
    """Which of several true ids is named: that of the lowest rank, the most specific."""
    return VAGUE.index(name) + 1 if name in VAGUE else 0
