"""Random arrays: a seed repeats them, parameters may be arrays, and each law keeps its promises at the edges."""

import threading

import numpy
import pytest

from minigrad import autograd, cpu, np, random
from minigrad.errors import ArgumentError, ShapeError


def draws():
    return [random.normal(shape=4).tolist(), random.uniform(shape=4).tolist(), random.randint(9, shape=4).tolist()]


def test_a_seed_repeats_everything_and_another_seed_does_not():
    random.seed(3)
    first = draws()
    assert draws() != first
    random.seed(3)
    assert draws() == first
    random.seed(4)
    assert draws() != first


def test_each_device_has_a_stream_of_its_own_and_one_may_be_seeded_alone():
    random.seed(3)
    a, b = random.normal(shape=4, ctx=cpu(0)).tolist(), random.normal(shape=4, ctx=cpu(1)).tolist()
    assert a != b
    random.seed(3, cpu(0))
    assert random.normal(shape=4, ctx=cpu(0)).tolist() == a
    assert random.normal(shape=4, ctx=cpu(1)).tolist() != b
    assert random.normal(shape=4, ctx=cpu(1)).ctx is cpu(1)


@pytest.mark.parametrize("wrong", [-1, -7])
def test_a_negative_seed_is_refused(wrong):
    with pytest.raises(ArgumentError, match=f"seed_state={wrong} cannot be used"):
        random.seed(wrong)


def test_threads_share_the_generator_without_harm():
    out = []
    threads = [threading.Thread(target=lambda: out.append(random.normal(shape=1000).asnumpy())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({a.tobytes() for a in out}) == 4


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("law", [random.normal, random.uniform, random.exponential, random.gamma, random.poisson])
def test_shape_size_and_dtype(law, dtype):
    assert law().shape == ()
    assert law(shape=3).shape == law(size=(3,)).shape == (3,)
    assert law(shape=(2, 0)).shape == (2, 0)
    assert law(shape=()).shape == ()
    assert law(shape=(2, 3), dtype=dtype).dtype == dtype
    assert law().dtype == "float32"


def test_out_takes_the_values():
    out = np.zeros((2, 3), dtype="float64")
    random.seed(1)
    assert random.uniform(-1, 1, shape=(2, 3), out=out) is out
    random.seed(1)
    assert out.tolist() == random.uniform(-1, 1, shape=(2, 3), dtype="float64").tolist()


def test_parameters_of_two_shapes_give_independent_values_for_each_place():
    random.seed(0)
    x = random.normal(np.zeros(2000), np.ones((2, 1)))
    assert x.shape == (2, 2000)
    assert abs(numpy.corrcoef(x.asnumpy())[0, 1]) < 0.1
    assert random.uniform([0, 10], [1, 11]).shape == (2,)
    low, high = random.uniform([0, 10], [1, 11], shape=(500, 2)).asnumpy().T
    assert low.max() <= 1
    assert high.min() >= 10


def test_a_shape_that_the_parameters_do_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"shape \(3,\) cannot be drawn with parameters of shape \(2,\)"):
        random.normal(np.zeros(2), 1.0, shape=(3,))
    with pytest.raises(ShapeError, match=r"shape \(2,\) cannot be drawn with parameters of shape \(5, 2\)"):
        random.normal(np.zeros((5, 2)), 1.0, shape=(2,))


def test_gradients_reach_location_and_scale():
    m, s, a, b = (np.array([1.0, 2.0]) for _ in range(4))
    for p in (m, s, a, b):
        p.attach_grad()
    with autograd.record():
        x, u = random.normal(m, s, shape=(3, 2)), random.uniform(a, a + b, shape=(3, 2))
        y = (x + u).sum()
    y.backward()
    z = (x - m) / s
    assert m.grad.tolist() == [3, 3]
    numpy.testing.assert_allclose(s.grad.asnumpy(), z.asnumpy().sum(0), rtol=1e-4)
    assert a.grad.tolist() == [3, 3]
    numpy.testing.assert_allclose(b.grad.asnumpy(), ((u - a) / b).asnumpy().sum(0), rtol=1e-4)


def test_whole_numbers_stay_between_their_ends():
    x = random.randint(2, 5, size=1000)
    assert x.dtype == "int64"
    assert set(x.tolist()) == {2, 3, 4}
    assert set(random.randint(3, shape=(200,), dtype="int32").tolist()) == {0, 1, 2}
    assert random.randint(7).shape == ()
    assert set(random.randint(0, 256, size=9000, dtype="uint8").tolist()) == {*range(256)}


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 2), (-3, -2), (5, 5)])
def test_even_halves_stay_below_their_upper_limit(low, high):
    drawn = random.uniform(low, high, (40_000,), "float16").asnumpy()
    assert drawn.min() >= low
    assert (drawn < high).all() or low == high
    assert drawn.max() == high if low == high else drawn.max() > high - 0.01


@pytest.mark.parametrize(("low", "high", "dtype"), [(0, 1, "float16"), (1, 2, "float16"), (1000, 1000.001, "float32")])
def test_values_between_limits_that_are_arrays_stay_below_the_upper_one_and_keep_their_gradients(low, high, dtype):
    a, b = np.array([low], dtype="float32"), np.array([high], dtype="float32")
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        drawn = random.uniform(a, b, (40_000,), dtype)
    drawn.backward()
    assert low <= drawn.asnumpy().min()
    assert drawn.asnumpy().max() < b.item()
    assert 19_000 < b.grad.item() < 21_000
    assert abs(a.grad.item() + b.grad.item() - 40_000) < 1


@pytest.mark.parametrize("make", [lambda x: x, np.array, numpy.array])
def test_whole_numbers_of_a_law_do_not_depend_on_whether_its_parameters_are_arrays(make):
    for law, parameters in [(random.uniform, (0.0, 10.0)), (random.normal, (0.0, 10.0)), (random.exponential, (10.0,))]:
        random.seed(4)
        drawn = law(*map(make, parameters), shape=50, dtype="int32")
        random.seed(4)
        assert drawn.tolist() == law(*parameters, 50, "float64").asnumpy().astype("int32").tolist()
        assert len(set(drawn.tolist())) > 5


@pytest.mark.parametrize("make", [np.array, numpy.array])
def test_the_distance_of_two_small_whole_numbers_may_be_a_larger_one(make):
    drawn = random.uniform(make(-100, dtype="int8"), make(100, dtype="int8"), shape=1000).asnumpy()
    assert -100 <= drawn.min() < -90
    assert 90 < drawn.max() < 100


@pytest.mark.parametrize(("low", "high"), [(-1e308, 1e308), (np.array(-3e38), np.array(3e38))])
def test_limits_at_an_infinite_distance_are_refused(low, high):
    with pytest.raises(ArgumentError, match="infinitely far below"):
        random.uniform(low, high, dtype="float64")


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [(0, 257, "uint8"), (-1, 5, "uint8"), (0, 3, "bool"), (0, 10**6, "float16"), (0, 2**64, "int64")],
)
def test_whole_numbers_that_a_dtype_does_not_have_are_refused(low, high, dtype):
    for keywords in ({"dtype": dtype}, {"out": np.zeros(2, dtype=dtype)}):
        with pytest.raises(ArgumentError, match=f"draws from {low} to {high - 1}; {dtype} does not have both"):
            random.randint(low, high, **keywords)


def test_all_whole_numbers_that_a_dtype_has_can_be_drawn():
    assert set(random.randint(-128, 128, 10_000, "int8").tolist()) == set(range(-128, 128))
    assert set(random.randint(0, 2, 100, "bool").tolist()) == {False, True}
    assert random.randint(2**63 - 2, 2**63, 50).asnumpy().min() >= 2**63 - 2


def test_a_permutation_has_everything_once_and_keeps_rows_together():
    assert sorted(random.permutation(10).tolist()) == list(range(10))
    x = np.arange(12).reshape(6, 2)
    y = random.permutation(x)
    assert sorted(y.tolist()) == x.tolist()
    before = x.tolist()
    assert random.shuffle(x) is x
    assert sorted(x.tolist()) == before


def test_choice_with_weights():
    random.seed(0)
    assert set(random.choice(3, 500, p=[0.5, 0.0, 0.5]).tolist()) == {0, 2}
    counts = np.bincount(random.choice(3, 10_000, p=np.array([0.2, 0.3, 0.5]))).asnumpy()
    numpy.testing.assert_allclose(counts / 10_000, [0.2, 0.3, 0.5], atol=0.02)
    assert set(random.choice(4, 2, replace=False, p=[0.5, 0, 0.5, 0]).tolist()) == {0, 2}
    firsts = [random.choice(2, 1, replace=False, p=[0.9, 0.1]).item() for _ in range(500)]
    assert 10 < sum(firsts) < 100


def test_choice_of_values_and_of_shapes():
    assert random.choice([5.0, 7.0], (2, 3)).shape == (2, 3)
    assert set(random.choice(numpy.array([5, 7]), 50).tolist()) == {5, 7}
    assert random.choice(np.array([5.0])).item() == 5
    assert sorted(random.choice(5, 5, replace=False).tolist()) == [0, 1, 2, 3, 4]


def test_an_impossible_choice_is_refused(on_gpu):
    with pytest.raises(ArgumentError, match="5 different values from 3"):
        random.choice(3, 5, replace=False)
    with pytest.raises(ArgumentError, match="3 different values from 2"):
        random.choice(4, 3, replace=False, p=[0.5, 0, 0.5, 0])
    with pytest.raises(ArgumentError, match=r"replace is \[0\.5, 0\.5\]; it must be True or False"):
        random.choice(2, 3, [0.5, 0.5])
    with pytest.raises(ShapeError, match=r"3 values but weights of shape \(2,\)"):
        random.choice(3, p=[0.5, 0.5])


def test_dropping_out_is_by_the_seeded_generator():
    from minigrad import ops

    x = np.ones((200, 50), dtype="float16")
    random.seed(5)
    y = ops.dropout(x, 0.3)
    random.seed(5)
    assert (y == ops.dropout(x, 0.3)).all()
    assert y.dtype == "float16"
    assert abs((y == 0).mean().item() - 0.3) < 0.02
    assert set(y.asnumpy().ravel().tolist()) == {0.0, float(numpy.float16(1 / 0.7))}
    rows = ops.dropout(x, 0.3, axes=(1,)).asnumpy()
    assert (rows == rows[:, :1]).all()
    with pytest.raises(ArgumentError, match="p=1"):
        ops.dropout(x, 1)
