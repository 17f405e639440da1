"""Training equals what MXNet recorded: losses and weights after every step, for every optimizer and way of stepping."""

import json
from pathlib import Path

import numpy
import pytest

from minigrad import autograd, gluon, init, kv, lr_scheduler, np

CASES = json.loads((Path(__file__).parents[1] / "data" / "trainer.json").read_text())["cases"]


def array(values, dtype):
    return np.array(numpy.array(values, dtype))


def arguments_of(case):
    arguments = dict(case["optimizer_params"])
    schedule = arguments.pop("lr_scheduler", None)
    if schedule is not None:
        arguments["lr_scheduler"] = getattr(lr_scheduler, schedule["class"])(**schedule["kwargs"])
    return arguments


def network(case):
    net = gluon.nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(
            gluon.nn.Dense(
                case["hidden"], activation=case["activation"], in_units=case["in_units"], dtype=case["dtype"]
            ),
            gluon.nn.Dense(1, in_units=case["hidden"], dtype=case["dtype"]),
        )
    net.initialize(init.Zero())
    params = net.collect_params()
    for name, value in case["init"].items():
        params[name].set_data(array(value, case["dtype"]))
    for name, (lr_mult, wd_mult) in case.get("mult", {}).items():
        params[name].lr_mult, params[name].wd_mult = lr_mult, wd_mult
    for name, req in case.get("grad_req", {}).items():
        params[name].grad_req = req
    return net, params


def trainer_of(case, params):
    store = case.get("kvstore")
    if store is None:
        return gluon.Trainer(params, case["optimizer"], arguments_of(case))
    return gluon.Trainer(
        params,
        case["optimizer"],
        arguments_of(case),
        kvstore=kv.create(store["type"]),
        update_on_kvstore=store["update_on_kvstore"],
        compression_params=store.get("compression_params"),
    )


@pytest.mark.filterwarnings("ignore:.*holds the optimizer Adam .*, which replaces SGD")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_training_equals_the_recorded_one(case, tmp_path):
    net, params = network(case)
    trainer = trainer_of(case, params)
    assert [p.name for p in trainer.optimizer.param_dict.values()] == case["param_order"]
    loss_fn = getattr(gluon.loss, case["loss"])()
    recorded = "default_" if case["expected_default"] == "default_weights" else ""
    several = case.get("backwards_per_step", 1) > 1
    tolerance = 1e-4 if case["dtype"] == "float32" else 1e-5
    for step in case["steps"]:
        if "set_learning_rate" in step:
            trainer.set_learning_rate(step["set_learning_rate"])
        if step.get("zero_grad"):
            net.zero_grad()
        if step.get("save_load"):
            trainer.save_states(tmp_path / "states")
            trainer = gluon.Trainer(params, "sgd", {"learning_rate": 0.123})
            trainer.load_states(tmp_path / "states")
        assert trainer.learning_rate == pytest.approx(step["learning_rate"])
        losses = []
        for x, y in zip(*(step[k] if several else [step[k]] for k in "xy")):
            with autograd.record():
                loss = loss_fn(net(array(x, case["dtype"])), array(y, case["dtype"]))
            loss.backward()
            losses.append(loss.asnumpy())
        if step.get("split"):
            trainer.allreduce_grads()
            trainer.update(step["batch_size"])
        else:
            trainer.step(step["batch_size"])
        expected = step.get(recorded + "loss", step["loss"])
        for found, wanted in zip(losses, expected if several else [expected]):
            numpy.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)
        for name, wanted in step.get(recorded + "weights", step["weights"]).items():
            numpy.testing.assert_allclose(
                params[name].data().asnumpy(), wanted, rtol=tolerance, atol=tolerance, err_msg=name
            )
