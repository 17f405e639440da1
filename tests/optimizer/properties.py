"""What is known about each rule without computing its path: a function each, false of most other rules.

Each takes `make(**arguments)`, which builds the optimizer with the arguments of its row in the table, some replaced.
"""

import numpy
from drive import drive

from minigrad import np, optimizer, random

START = [1.0, -2.0, 0.5]
GRADIENTS = [[0.5, -0.25, 1.0], [-1.0, -0.5, 0.75], [0.25, 2.0, -0.5], [0.125, -1.0, 0.0]]
CONSTANT = [0.5, -0.25, 4.0]


def close(a, b, tolerance=1e-10):
    numpy.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def same_path_for_gradients_of_any_size(make, **exact):
    big = [[1024 * x for x in g] for g in GRADIENTS]
    close(drive(make(**exact), START, GRADIENTS), drive(make(**exact), START, big))


def every_step_is_the_rate_against_the_sign(make, steps=5, **exact):
    path = drive(make(**exact), START, [CONSTANT] * steps)
    moves = numpy.diff(numpy.vstack([START, path]), axis=0)
    close(moves, -make().lr * numpy.sign([CONSTANT] * steps))


def decay_balances_a_constant_gradient(make):
    path = drive(make(wd=0.5), START, [CONSTANT] * 1000)
    close(path[-1], -numpy.array(CONSTANT) / 0.5)


def steady_steps_add_up_to_1_over_1_minus_momentum(make):
    path = drive(make(), START, [CONSTANT] * 400)
    close(path[-1] - path[-2], -make().lr / (1 - make().momentum) * numpy.array(CONSTANT))


def stored_weight_is_the_look_ahead_point(make):
    curvature, rate, momentum = 3.0, make().lr, make().momentum
    point, v, expected = numpy.array(START), numpy.zeros(3), []
    for _ in range(20):  # as the guide prints it: the gradient at point + momentum * v
        v = momentum * v - rate * curvature * (point + momentum * v)
        point = point + v
        expected.append(point + momentum * v)
    close(drive(make(), START, [lambda w: curvature * w] * 20), expected)


def steps_shrink_as_1_over_root_t(make):
    path = drive(make(epsilon=0), START, [CONSTANT] * 9)
    close(path[8] - path[7], (path[0] - START) / 3)


def steady_gradients_give_no_nan_in_float32(make):
    constants = numpy.linspace(1, 200, 400)  # for some of them E - m**2 is rounded to less than -epsilon
    assert numpy.isfinite(drive(make(epsilon=1e-8), numpy.zeros(400), [constants] * 100, "float32")).all()


def first_step_is_the_rate_over_root_1_minus_rho(make):
    path = drive(make(epsilon=0), START, [CONSTANT])
    close(path[0] - START, -make().lr / numpy.sqrt(1 - make().rho) * numpy.sign(CONSTANT))
    same_path_for_gradients_of_any_size(make, epsilon=0)


def the_rate_has_no_effect(make):
    close(drive(make(learning_rate=1.0), START, GRADIENTS), drive(make(learning_rate=100.0), START, GRADIENTS))
    assert (drive(make(), START, [CONSTANT])[0] - START != 0).all()


def moves_by_the_rate_whatever_the_size(make):
    every_step_is_the_rate_against_the_sign(make, epsilon=0)
    same_path_for_gradients_of_any_size(make, epsilon=0)


def a_weight_does_not_feel_its_neighbours(make):
    opt = make()
    ws = [np.array(numpy.array(START)) for _ in range(2)]
    states = [opt.create_state(i, w) for i, w in enumerate(ws)]
    for g in GRADIENTS:
        for i in range(2):
            opt.update(i, ws[i], np.array(numpy.array(g)), states[i])
    alone = drive(make(), START, GRADIENTS)[-1]
    close(ws[0].asnumpy(), alone)
    close(ws[1].asnumpy(), alone)
    same_path_for_gradients_of_any_size(make, epsilon=0)


def momentum_outvotes_one_opposite_gradient(make):
    path = drive(make(), [0.0], [[1.0], [1.0], [1.0], [-1.0]])
    close(numpy.diff(path[:, 0]), [-make().lr] * 3)
    every_step_is_the_rate_against_the_sign(make)


def decay_acts_through_the_sign_and_wd_lh_beside_it(make):
    close(drive(make(wd=1.0, wd_lh=0.0), [1.0], [[-0.5]])[0], 1 - make().lr)  # sign(-0.5 + 1)
    close(drive(make(wd_lh=1.0), [1.0], [[-0.5]])[0], 1 - make().lr + make().lr)


def warmed_up_it_takes_one_large_step_on_the_average(make):
    batch = 4
    opt = make(batch_scale=batch, warmup_epochs=0, warmup_strategy="linear")
    path = drive(opt, START, GRADIENTS)
    close(path[:3], [START] * 3)
    expected = START - batch * opt.lr * numpy.mean(GRADIENTS, axis=0)
    close(path[3], expected)


def correction_is_lamda_g2_times_the_way_since(make):
    path = drive(make(), START, GRADIENTS[:2])
    rate, lamda, g = make().lr, make().lamda, numpy.array(GRADIENTS)
    first = START - rate * g[0]
    close(path[0], first)
    close((path[1] - path[0]), -rate * (g[1] + lamda * g[1] ** 2 * (first - START)) + make().momentum * (first - START))


def the_adapted_correction_grows_as_the_gradient(make):
    """Without memory and epsilon, lamda_t g² is lamda |g|."""
    opt, g = make(beta=0.0, epsilon=0.0), numpy.array(GRADIENTS[:2])
    path = drive(opt, START, g)
    first = START - opt.lr * g[0]
    close(path[0], first)
    corrected = g[1] + opt.lamda * abs(g[1]) * (first - START)
    close(path[1] - path[0], -opt.lr * corrected + opt.momentum * (first - START))


def weak_evidence_leaves_exact_zeros(make):
    path = drive(make(lamda1=1.0), [0.0, 0.0], [[0.5, 3.0], [0.25, 1.0]])
    assert (path[:, 0] == 0).all() and (path[:, 1] != 0).all()
    assert drive(make(lamda1=1.0), [5.0], [[0.0]])[0] == 0


def no_gradient_no_nan_where_the_denominator_is_0(make):
    assert (drive(make(lamda1=0.0, beta=0.0), START, [[0.0] * 3] * 2) == 0).all()


def first_step_moves_by_the_rate(make):
    every_step_is_the_rate_against_the_sign(make, steps=1, epsilon=0)
    same_path_for_gradients_of_any_size(make, epsilon=0)


def noise_has_the_rate_as_variance(make):
    random.seed(3)
    for rate in (0.01, 0.09):
        xi = drive(make(learning_rate=rate), numpy.zeros(100_000), [numpy.zeros(100_000)])[0]
        assert abs(xi.mean()) < 5 * numpy.sqrt(rate / xi.size)
        assert abs(xi.var() / rate - 1) < 5 * numpy.sqrt(2 / xi.size)
    close(drive(make(learning_rate=0.0), START, GRADIENTS)[-1], START)


def a_step_is_a_fraction_of_the_length(make, fraction):
    for scale in (1.0, 50.0):
        start = scale * numpy.array(START)
        step = drive(make(epsilon=0), start, [CONSTANT])[0] - start
        close(numpy.linalg.norm(step), fraction * numpy.linalg.norm(start))
    same_path_for_gradients_of_any_size(make, epsilon=0)


def a_step_is_rate_times_eta_of_the_length(make):
    a_step_is_a_fraction_of_the_length(make, make().lr * make().eta)


def a_step_is_the_rate_of_the_length(make):
    a_step_is_a_fraction_of_the_length(make, make().lr)


def a_bound_limits_the_length(make):
    step = drive(make(), START, [CONSTANT])[0] - START
    close(numpy.linalg.norm(step), make().lr * make().upper_bound)


def one_huge_gradient_counts_as_one(make):
    huge = [GRADIENTS[0], [1e6 * x for x in GRADIENTS[1]], *GRADIENTS[2:]]
    close(drive(make(), START, GRADIENTS), drive(make(), START, huge))


def without_gradient_the_weight_shrinks_by_rate_times_decay(make):
    zeros = [[0.0] * 3] * 3
    factor = 1 - make().lr * 0.25
    close(drive(make(wd=0.25), START, zeros), [numpy.array(START) * factor**k for k in (1, 2, 3)])


def steady_gradients_are_believed(make):
    steady = drive(make(epsilon=1e-12), [0.0], [[1.0]] * 20)[:, 0]
    erratic = drive(make(epsilon=1e-12), [0.0], [[3.0], [-1.0]] * 10)[:, 0]  # the same mean
    assert abs(steady[-1] - steady[-2]) > 3 * abs(erratic[-1] - erratic[-2])


def one_column_is_adagrad(make):
    column = [[[x] for x in g] for g in GRADIENTS]
    adagrad = optimizer.AdaGrad(learning_rate=make().lr, epsilon=make().epsilon)
    close(drive(make(), [[x] for x in START], column)[..., 0], drive(adagrad, START, GRADIENTS))
    rows = numpy.array([GRADIENTS[:2], GRADIENTS[2:]])  # two matrices of two rows
    start = numpy.array([START, START])
    close(drive(make(), start, rows)[:, :, ::-1], drive(make(), start[:, ::-1], rows[:, :, ::-1]))


def the_present_gradient_counts_more_in_the_step_than_in_the_memory(make):
    # One opposite gradient turns the step (0.9 * 0.0394 < 0.1 * 1) but not the momentum (0.99 * 0.0394 > 0.01 * 1).
    path = drive(make(), [0.0], [[1.0]] * 4 + [[-1.0], [0.0]])[:, 0]
    close(numpy.diff(path), make().lr * numpy.array([-1, -1, -1, 1, -1]))
