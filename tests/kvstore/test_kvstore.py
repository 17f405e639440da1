"""A store sums what devices push, updates if asked, and gives everybody the result, as Gluon's does."""

import json
from pathlib import Path

import numpy
import pytest

from minigrad import autograd, cpu, lr_scheduler, np, optimizer, random
from minigrad.errors import ArgumentError, FileError, KeywordError, KindError, ShapeError, UsageError
from minigrad.kvstore import KVStore, create
from minigrad.serialization import load_arrays, save_arrays

CASES = json.loads((Path(__file__).parents[1] / "data" / "compression.json").read_text())["cases"]
DEVICES = [cpu(i) for i in range(4)]


def on(device, values):
    return np.array(numpy.asarray(values, dtype="float32"), ctx=device)


def pulled(store, key, shape):
    out = np.zeros(shape)
    store.pull(key, out=out)
    return out.asnumpy().tolist()


@pytest.fixture(params=["local", "device"])
def store(request):
    return create(request.param)


# Values in and out


def test_pull_gives_a_copy_of_what_init_entered(store):
    value = np.array([1, 2])
    store.init("w", value)
    value[...] = 0
    assert pulled(store, "w", 2) == [1, 2]


def test_values_from_several_devices_are_summed(store):
    store.init(3, np.ones((2, 3)) * 2)
    store.push(3, [on(device, numpy.full((2, 3), 10**k)) for k, device in enumerate(DEVICES)])
    assert pulled(store, 3, (2, 3)) == [[1111] * 3] * 2


def test_without_updater_a_push_replaces_the_value(store):
    store.init(3, np.ones(2))
    store.push(3, np.array([8, 9]))
    store.push(3, np.array([1, 2]))
    assert pulled(store, 3, 2) == [1, 2]


def test_what_is_pushed_is_neither_kept_nor_changed(store):
    store.init("w", np.zeros(2))
    values = [on(device, [1, 2]) for device in DEVICES[:2]]
    store.push("w", values)
    assert [value.asnumpy().tolist() for value in values] == [[1, 2], [1, 2]]
    values[0][...] = 7
    assert pulled(store, "w", 2) == [2, 4]


def test_an_updater_is_called_with_key_sum_and_stored_value(store):
    calls = []

    def update(key, pushed, stored):
        calls.append((key, pushed.asnumpy().tolist(), stored.asnumpy().tolist()))
        stored += pushed * 2

    store.init("w", np.array([1, 1]))
    store.set_updater(update)
    store.push("w", [on(device, [1, 2]) for device in DEVICES])
    assert calls == [("w", [4, 8], [1, 1])]
    assert pulled(store, "w", 2) == [9, 17]


def test_pull_fills_every_device(store):
    store.init("w", np.array([1, 2]))
    outs = [on(device, [0, 0]) for device in DEVICES]
    store.pull("w", out=outs)
    assert [out.asnumpy().tolist() for out in outs] == [[1, 2]] * 4
    assert [out.ctx for out in outs] == DEVICES


def test_lists_of_keys_go_with_lists_of_values(store):
    keys = [5, 7, 9]
    store.init(keys, [np.zeros(1)] * 3)
    store.push(keys, [[on(device, [key]) for device in DEVICES] for key in keys])
    outs = [[on(device, [0]) for device in DEVICES[:2]] for _ in keys]
    store.pull(keys, out=outs)
    assert [[out.item() for out in pair] for pair in outs] == [[20, 20], [28, 28], [36, 36]]


def test_pushpull_without_out_leaves_the_sum_in_the_values(store):
    store.init("w", np.zeros(1))
    values = [on(device, [k]) for k, device in enumerate(DEVICES)]
    store.pushpull("w", values)
    assert [value.item() for value in values] == [6] * 4


def test_pushpull_with_out_leaves_the_values_alone(store):
    store.init("w", np.zeros(1))
    values, outs = [on(device, [2]) for device in DEVICES], [on(device, [0]) for device in DEVICES]
    store.pushpull("w", values, out=outs)
    assert [value.item() for value in values] == [2] * 4
    assert [out.item() for out in outs] == [8] * 4


def test_broadcast_starts_every_device_from_one_value(store):
    outs = [on(device, [0]) for device in DEVICES]
    store.broadcast("w", np.array([5]), out=outs)
    assert [out.item() for out in outs] == [5] * 4
    assert pulled(store, "w", 1) == [5]


def test_the_dtype_of_the_values_is_kept(store):
    for dtype in ("float16", "float64"):
        store.init(dtype, np.zeros(2, dtype=dtype))
        store.push(dtype, [np.ones(2, dtype=dtype), np.ones(2, dtype=dtype)])
        out = np.zeros(2, dtype=dtype)
        store.pull(dtype, out=out)
        assert store._stored[dtype].dtype == dtype and out.asnumpy().tolist() == [2, 2]


def test_pulling_into_a_parameter_inside_record_is_not_recorded(store):
    store.init("w", np.array([3.0]))
    w = np.array([1.0])
    w.attach_grad()
    with autograd.record():
        store.pull("w", out=w)
        loss = w * w
    loss.backward()
    assert w.grad.item() == 6


def test_row_sparse_pull_copies_only_the_rows_asked_for(store):
    table = numpy.arange(12.0).reshape(4, 3)
    store.init("table", np.array(table))
    out = np.ones((4, 3))
    store.row_sparse_pull("table", out=out, row_ids=numpy.array([3, 1, 3]))
    expected = numpy.zeros((4, 3))
    expected[[1, 3]] = table[[1, 3]]
    assert out.asnumpy().tolist() == expected.tolist()


def test_row_sparse_pull_takes_rows_for_each_device(store):
    store.init("table", np.array([[1.0], [2.0]]))
    outs = [np.zeros((2, 1)), np.zeros((2, 1))]
    store.row_sparse_pull("table", out=outs, row_ids=[np.array([0]), np.array([1])])
    assert [out.asnumpy().ravel().tolist() for out in outs] == [[1, 0], [0, 2]]
    store.row_sparse_pull("table", out=outs, row_ids=np.array([1]))
    assert [out.asnumpy().ravel().tolist() for out in outs] == [[0, 2], [0, 2]]


# Updates on the store


def test_an_optimizer_on_the_store_takes_the_steps_it_takes_alone(store):
    gradients = [numpy.float32([0.5, -1]), numpy.float32([0.25, 2])]
    alone, w, state = optimizer.Adam(learning_rate=0.1), np.array([1.0, 2.0]), None
    store.init(0, w)
    store.set_optimizer(optimizer.Adam(learning_rate=0.1))
    for gradient in gradients:
        if state is None:
            state = alone.create_state(0, w)
        alone.update(0, w, np.array(gradient * 2), state)
        store.push(0, [np.array(gradient), np.array(gradient)])
    assert pulled(store, 0, 2) == w.asnumpy().tolist()


@pytest.mark.parametrize("dump_optimizer", [False, True])
@pytest.mark.parametrize("name", ["adam", "nadam", "sgd", "dcasgd", "ftml"])
def test_saved_states_continue_bit_for_bit(tmp_path, name, dump_optimizer):
    rng = numpy.random.default_rng(0)
    gradients = rng.standard_normal((6, 2, 3)).astype("float32")

    def new():
        return optimizer.create(name, learning_rate=0.1, wd=0.01, **({"momentum": 0.9} if name == "sgd" else {}))

    whole, first, second = create("device"), create("device"), create("device")
    for store in (whole, first):
        store.init(["a", "b"], [np.ones(3), np.ones(3) * 2])
        store.set_optimizer(new())
    for step in range(6):
        whole.push(["a", "b"], [np.array(g) for g in gradients[step]])
    for step in range(3):
        first.push(["a", "b"], [np.array(g) for g in gradients[step]])
    first.save_optimizer_states(tmp_path / "states", dump_optimizer)
    middle = [np.zeros(3), np.zeros(3)]
    first.pull(["a", "b"], out=middle)

    second.init(["a", "b"], middle)
    second.set_optimizer(optimizer.create(name, learning_rate=77) if dump_optimizer else new())
    second.load_optimizer_states(tmp_path / "states")
    for step in range(3, 6):
        second.push(["a", "b"], [np.array(g) for g in gradients[step]])
    for key in ("a", "b"):
        assert pulled(second, key, 3) == pulled(whole, key, 3)


def test_after_a_return_to_earlier_states_lars_corrects_for_no_rate_of_later(tmp_path):
    def made():
        store = create("local")
        store.init(0, np.array([3, 4]))
        rule = optimizer.LARS(learning_rate=1, momentum=0.5, eta=0.1)
        store.set_optimizer(rule)
        return store, rule

    (whole, _), (store, rule) = made(), made()
    for _ in range(4):
        whole.push(0, np.ones(2))
    for step in range(4):
        if step == 2:
            middle = np.array(pulled(store, 0, 2))
            store.save_optimizer_states(tmp_path / "states")
        rule.set_learning_rate(0.25 if step == 3 else 1)
        store.push(0, np.ones(2))
    rule.set_learning_rate(1)
    store.assign(0, middle)
    store.load_optimizer_states(tmp_path / "states")
    for _ in range(2):
        store.push(0, np.ones(2))
    assert pulled(store, 0, 2) == pulled(whole, 0, 2)


@pytest.mark.parametrize("dump_optimizer", [False, True])
def test_random_numbers_go_on_where_they_were_saved_if_the_optimizer_was_saved_too(tmp_path, dump_optimizer):
    store = create("local")
    store.init(0, np.zeros(1))
    store.set_optimizer(optimizer.SGD())
    store.push(0, np.ones(1))
    store.save_optimizer_states(tmp_path / "states", dump_optimizer)
    first = random.normal(size=5).tolist()
    store.load_optimizer_states(tmp_path / "states")
    assert (random.normal(size=5).tolist() == first) is dump_optimizer


def test_a_schedule_is_saved_with_the_optimizer(tmp_path):
    store, other = create("local"), create("local")
    schedule = lr_scheduler.FactorScheduler(step=1, factor=0.5, base_lr=1.0)
    for one, kwargs in ((store, {"lr_scheduler": schedule}), (other, {})):
        one.init(0, np.zeros(1))
        one.set_optimizer(optimizer.SGD(**kwargs))
    for _ in range(3):
        store.push(0, np.ones(1))
    store.save_optimizer_states(tmp_path / "states", dump_optimizer=True)
    other.load_optimizer_states(tmp_path / "states")
    assert other._updater.optimizer.learning_rate == store._updater.optimizer.learning_rate == 0.25


def test_states_that_do_not_fit_are_named_and_nothing_changes(tmp_path):
    def made(key, size, rule):
        store = create("local")
        store.init(key, np.zeros(size))
        store.set_optimizer(rule)
        store.push(key, np.ones(size))
        return store

    made("w", 2, optimizer.Adam()).save_optimizer_states(tmp_path / "states")
    for store, message in [
        (made("v", 2, optimizer.Adam()), "states of the key 'w', which is not in the store"),
        (made("w", 3, optimizer.Adam()), r"State 0 of the key 'w' is float32 of shape \(2,\) .* shape \(3,\)"),
        (made("w", 2, optimizer.SGD()), "holds states of Adam, but SGD is running"),
    ]:
        before = store._updater.states
        with pytest.raises(FileError, match=message):
            store.load_optimizer_states(tmp_path / "states")
        assert store._updater.states is before


def test_states_without_an_optimizer_are_refused(store, tmp_path):
    with pytest.raises(UsageError, match=r"no optimizer .* set_optimizer\(\) first"):
        store.save_optimizer_states(tmp_path / "states")


# Compression


@pytest.mark.parametrize("case", [case for case in CASES if "grads" in case], ids=lambda case: case["id"])
def test_compressed_pushes_are_pulled_as_recorded_from_mxnet(case):
    store = create("device")
    store.set_gradient_compression({"type": "2bit", "threshold": case["threshold"]})
    store.init("w", np.zeros(tuple(case["shape"])))
    for gradients, expected in zip(case["grads"], case["pulled"]):
        store.push("w", [on(device, gradient) for device, gradient in zip(DEVICES, gradients)])
        assert pulled(store, "w", tuple(case["shape"])) == expected


def test_residuals_belong_to_a_key():
    store = create("device")
    store.set_gradient_compression({"type": "2bit", "threshold": 1.0})
    store.init(["a", "b"], [np.zeros(1), np.zeros(1)])
    store.push("a", np.array([0.75]))
    store.push("b", np.array([0.75]))
    assert pulled(store, "a", 1) == pulled(store, "b", 1) == [0]
    store.push("a", np.array([0.75]))
    assert (pulled(store, "a", 1), pulled(store, "b", 1)) == ([1], [0])


@pytest.mark.parametrize("case", [case for case in CASES if "raises" in case], ids=lambda case: case["id"])
def test_compression_that_mxnet_refuses_is_refused(case):
    store = create("local" if case["id"] == "local-store" else "device")
    with pytest.raises(ArgumentError, match="'device' store" if case["id"] == "local-store" else "positive"):
        store.set_gradient_compression(case["params"])


# Names and mistakes


def test_one_process_is_rank_0_of_1(store):
    assert (store.rank, store.num_workers) == (0, 1)
    assert store.is_capable("optimizer")
    store.barrier()
    store._barrier()


def test_type_is_the_name():
    assert [create(name).type for name in ("local", "device", "Device")] == ["local", "device", "device"]
    assert isinstance(create("local"), KVStore)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("locl", "There is no store 'locl'; did you mean 'local'?"),
        ("nccl", "There is no store 'nccl' here: 'device' sums on the GPUs; use that."),
        ("local_allreduce_cpu", "There is no store 'local_allreduce_cpu' here: 'local' sums on the CPU; use that."),
        ("horovod", "There is no store 'horovod' here: 'dist_sync' works across processes; use that."),
        ("dist", "There is no store 'dist' here: 'dist_sync' works across processes; use that."),
        ("p3", "There is no store 'p3' here: 'dist_async' does not wait for others; use that."),
    ],
)
def test_unknown_names_say_what_was_meant(name, message):
    with pytest.raises(ArgumentError) as error:
        create(name)
    assert message in str(error.value)


@pytest.mark.parametrize("keys", [[0, 1], ["a/residual 0", "a"]])
def test_what_compression_has_not_sent_yet_is_saved_and_sent_after_loading(keys, tmp_path):
    def made():
        store = create("device")
        store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
        store.set_optimizer(optimizer.SGD(learning_rate=1.0))
        store.init(keys, [np.zeros(2), np.zeros(1)])
        return store

    def push(store, values):
        store.push(keys, [[on(d, v) for d, v in zip(DEVICES, vs)] for vs in values])
        return pulled(store, keys[0], 2) + pulled(store, keys[1], 1)

    first, second = made(), made()
    assert push(first, [[[0.4, 0.1], [0.3, -0.4]], [[0.2], [0.6]]]) == [0, 0, -0.5]
    first.save_optimizer_states(tmp_path / "s")
    push(second, [[[9, 9], [9, 9]], [[9], [9]]])  # forgotten by loading
    second.load_optimizer_states(tmp_path / "s")
    before = pulled(second, keys[0], 2)
    after = push(second, [[[0.1, 0.0], [0.3, -0.1]], [[0.0], [0.0]]])[:2]
    # 0.4 + 0.1 and 0.3 + 0.3 reach the threshold on the first value, -0.4 - 0.1 on the second
    assert numpy.subtract(after, before).tolist() == [-1.0, 0.5]


@pytest.mark.parametrize("pair", [["v", 0], [["w"], 0], ["w", True], ["w", "0"], ["w"], [], None, ["w", 1]], ids=str)
def test_residuals_that_do_not_fit_are_refused_and_nothing_changes(pair, tmp_path):
    store = create("device")
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    store.set_optimizer(optimizer.SGD(learning_rate=1.0))
    store.init("w", np.zeros(2))
    store.push("w", np.array([0.25, 0.0]))
    store.save_optimizer_states(tmp_path / "s")
    arrays, meta = load_arrays(tmp_path / "s")
    save_arrays(tmp_path / "s", arrays, meta | {"residuals": [pair]})
    with pytest.raises(FileError, match=r"'.*s' cannot be loaded\. .* Nothing was loaded"):
        store.load_optimizer_states(tmp_path / "s")
    assert store.residuals["w", 0].tolist() == [0.25, 0]


def test_a_name_that_is_no_string_is_a_type_error():
    with pytest.raises(TypeError, match="created by name, such as 'local' or 'device', not by 3"):
        create(3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: s.init("w", np.ones(2)), UsageError, "Key 'w' is in the store already"),
        (lambda s: s.init(1, np.ones(2)), KeywordError, "all whole numbers or all strings; found 'w' and 1"),
        (lambda s: s.init(1.5, np.ones(2)), KeywordError, r"a whole number or a string, not 1\.5"),
        (lambda s: s.push("v", np.ones(2)), UsageError, r"Key 'v' is not in the store; .*store\.init\('v', value\)"),
        (lambda s: s.pull("v", np.ones(2)), UsageError, "Key 'v' is not in the store"),
        (lambda s: s.push("w", np.ones(3)), ShapeError, r"Key 'w' holds shape \(2,\), but was given shape \(3,\)"),
        (lambda s: s.pull("w", np.ones((3, 2))), ShapeError, r"was given shape \(3, 2\)"),
        (lambda s: s.pull("w"), UsageError, "copies into arrays that exist"),
        (lambda s: s.push("w", 3.0), KeywordError, r"was given float 3\.0; expected a Tensor"),
        (lambda s: s.push("w", []), ArgumentError, "'w' was given no array; expected one, or one for each device"),
        (lambda s: s.pushpull("w", np.zeros(2), out=np.zeros(3)), ShapeError, r"was given shape \(3,\)"),
        (lambda s: s.set_optimizer("sgd"), KindError, r"optimizer='sgd' cannot be used; .* such as optimizer\.SGD\(\)"),
        (lambda s: s.push(["w", "w"], [np.ones(2)]), ArgumentError, "2 keys were given with 1 values"),
        (lambda s: s.row_sparse_pull("w", np.ones(2)), UsageError, "row_ids="),
        (lambda s: s.row_sparse_pull("w", np.ones(2), row_ids=np.array([2])), ArgumentError, "has 2 rows, but"),
        (lambda s: s.row_sparse_pull("w", np.ones(2), row_ids=np.array([numpy.nan])), ArgumentError, "nan"),
        (lambda s: s.row_sparse_pull("w", np.ones(2), row_ids=np.array([0, 1]) > 0), ArgumentError, r"\[False, True\]"),
        (
            lambda s: s.row_sparse_pull(["w", "w"], [np.ones(2)] * 2, row_ids=np.array([0, 1])),
            ArgumentError,
            "1 values",
        ),
        (lambda s: s.is_capable("fly"), ArgumentError, "not 'fly'"),
    ],
)
def test_mistakes_are_explained(store, call, error, message):
    store.init("w", np.ones(2))
    with pytest.raises(error, match=message):
        call(store)
    assert pulled(store, "w", 2) == [1, 1]


def test_a_key_that_stands_twice_gets_the_sum_and_has_one_first_value():
    store = create("local")
    with pytest.raises(UsageError, match=r"A key occurs twice in \['a', 'b', 'a'\]"):
        store.init(["a", "b", "a"], [np.zeros(2), np.zeros(2), np.ones(2)])
    store.init(["a", "b"], [np.zeros(2), np.zeros(2)])
    store.push(["a", "b", "a"], [np.array([1, 2]), np.array([5, 5]), np.array([10, 20])])
    outs = [np.zeros(2), np.zeros(2), np.zeros(2)]
    store.pull(["a", "b", "a"], outs)
    assert [out.tolist() for out in outs] == [[11, 22], [5, 5], [11, 22]]


def test_no_key_is_added_if_one_of_them_is_there_already():
    store = create("local")
    store.init("b", np.zeros(1))
    for keys in (["a", "b"], ["a", 1]):
        with pytest.raises((UsageError, KeywordError)):
            store.init(keys, [np.ones(1), np.ones(1)])
    store.init("a", np.full(1, 2.0))
    assert pulled(store, "a", 1) == [2]


def test_nothing_is_pushed_if_one_of_the_keys_is_not_there():
    store = create("local")
    store.init("a", np.zeros(2))
    with pytest.raises(UsageError, match="'c' is not in the store"):
        store.push(["a", "c"], [np.ones(2), np.ones(2)])
    out = np.full(2, 7.0)
    store.pull("a", out)
    assert out.tolist() == [0, 0]
