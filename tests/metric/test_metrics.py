"""Every metric against MXNet's recorded values and against its definition, in the forms in which users pass batches."""

import json
import math
from pathlib import Path

import numpy
import pytest

from minigrad import metric
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KeywordError, KindError, NotNumbersError, ShapeError, UsageError

CASES = json.loads((Path(__file__).parents[1] / "data" / "metrics.json").read_text())["cases"]


def build(case):
    if "children" in case:
        return metric.create([name.lower() for name in case["children"]])
    return getattr(metric, case["metric"])(**case["kwargs"])


@pytest.mark.parametrize("wrap", [numpy.array, lambda a: Tensor(numpy.array(a))], ids=["numpy", "tensor"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_values_equal_mxnets_after_each_update(case, wrap):
    figure = build(case)
    values = []
    for batch in case["updates"]:
        figure.update([wrap(a) for a in batch["labels"]], [wrap(a) for a in batch["preds"]])
        values.append(figure.get()[1])
    name, last = figure.get()
    assert name == case["name"]
    assert (last if "children" in case else values) == pytest.approx(case["values"], rel=1e-12)
    assert figure.get_global()[1] == pytest.approx(case["values"] if "children" in case else case["values"][-1])
    figure.reset()
    assert numpy.isnan(figure.get()[1]).all()
    assert numpy.isnan(figure.get_global()[1]).all()


RNG = numpy.random.default_rng(0)
LABELS, SCORES = [0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]


@pytest.mark.parametrize(
    ("labels", "preds"),
    [
        (LABELS, SCORES),
        ([LABELS], [SCORES]),
        (numpy.array(LABELS), numpy.array(SCORES)),
        (numpy.array(LABELS), [numpy.array(SCORES)]),
        ([numpy.array(LABELS)], Tensor(numpy.array(SCORES))),
        (LABELS, [Tensor(numpy.array(SCORES, "float16"))]),
        ([LABELS[:1], LABELS[1:]], [SCORES[:1], SCORES[1:]]),
        (numpy.array(LABELS)[:, None], numpy.array(SCORES)),
    ],
)
def test_a_batch_may_be_given_as_lists_arrays_or_tensors(labels, preds):
    figure = metric.Accuracy()
    figure.update(labels, preds)
    assert figure.get() == ("accuracy", 2 / 3)


@pytest.mark.parametrize("name", ["f1", "mcc"])
@pytest.mark.parametrize("average", ["macro", "micro"])
def test_one_update_of_several_arrays_scores_them_together(name, average):
    label, pred = RNG.integers(0, 2, 20), RNG.random((20, 2))
    together, apart = metric.create(name, average=average), metric.create(name, average=average)
    together.update(label, pred)
    apart.update([label[:7], label[7:]], [pred[:7], pred[7:]])
    assert together.get() == apart.get()


def test_f1_and_mcc_of_known_counts():
    # 3 true positives, 1 false positive, 4 true negatives, 2 false negatives
    said = numpy.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    true = numpy.array([1, 1, 1, 0, 0, 0, 0, 0, 1, 1])
    scores = numpy.stack([1 - said, said], 1)
    for name, value in (("f1", 2 * 3 / (2 * 3 + 1 + 2)), ("mcc", (3 * 4 - 1 * 2) / math.sqrt(4 * 5 * 5 * 6))):
        figure = metric.create(name)
        figure.update(true, scores)
        assert figure.get()[1] == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "options", "value"),
    [
        ("acc", {}, 2 / 4),
        ("top_k_accuracy", {"top_k": 2}, 2 / 4),
        ("f1", {}, 2 * 1 / (2 * 1 + 1 + 1)),  # one positive and one negative are hit, one of each is not
        ("mcc", {}, 0.0),
    ],
)
def test_scores_with_a_nan_are_never_right(name, options, value):
    nan = math.nan
    figure = metric.create(name, **options)
    figure.update(numpy.array([0, 1, 0, 1]), numpy.array([[nan, 0.1], [0.1, nan], [0.9, 0.1], [0.2, 0.8]]))
    assert figure.get()[1] == pytest.approx(value)


CHOICES = {"acc": {}, "top_k_acc": {"top_k": 2}, "f1": {}, "mcc": {}, "ce": {}, "perplexity": {"ignore_label": None}}
"""The metrics of class numbers, with their arguments."""


@pytest.mark.parametrize("name", [*CHOICES, "mae", "mse", "rmse", "pearsoncorrelation"])
def test_a_batch_without_samples_has_no_say(name):
    """NaN in apache/mxnet#5127. Where there are fewer samples than devices, some get an empty part."""
    label, pred = numpy.array([0, 1, 1]), numpy.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])
    pred = pred if name in CHOICES else pred[:, 1]
    alone, beside = (metric.create(name, **CHOICES.get(name, {})) for _ in range(2))
    alone.update(label, pred)
    beside.update([label, label[:0]], [pred, pred[:0]])
    beside.update(label[:0], pred[:0])
    assert beside.get() == alone.get() and beside.get_global() == alone.get_global()
    assert not math.isnan(alone.get()[1])
    alone.reset()
    alone.update(label[:0], pred[:0])
    assert math.isnan(alone.get()[1])


def test_a_class_number_that_is_nan_is_no_hit():
    figure = metric.Accuracy()
    figure.update(numpy.array([0, 1]), numpy.array([math.nan, 1.0]))
    assert figure.get()[1] == 1 / 2


def test_micro_correlation_is_that_of_all_pairs_even_far_from_zero():
    label = RNG.normal(size=300) + 1e6
    pred = label + RNG.normal(size=300)
    figure = metric.PearsonCorrelation(average="micro")
    for part in numpy.split(numpy.arange(300), [10, 11, 150]):
        figure.update(label[part], pred[part])
    assert figure.get()[1] == pytest.approx(numpy.corrcoef(label, pred)[0, 1], rel=1e-9)


def test_correlation_of_a_constant_is_undefined():
    for value in (1.0, 0.1):  # the mean of three times 0.1 is not 0.1
        figure = metric.PearsonCorrelation()
        figure.update(numpy.full(3, value), numpy.arange(3.0))
        assert math.isnan(figure.get()[1])


@pytest.mark.parametrize("scale", [1e-90, 1e75])
def test_correlation_does_not_depend_on_the_unit(scale):
    """NaN or infinity where the product of two sums of squares underflows or overflows."""
    label, pred = numpy.array([1.0, 2, 4, 3]), numpy.array([2.0, 1, 5, 4])
    figure = metric.create("pearsonr")
    figure.update(label * scale, pred * scale)
    assert figure.get()[1] == pytest.approx(numpy.corrcoef(label, pred)[0, 1], rel=1e-12)


def test_guessing_evenly_has_the_perplexity_of_the_number_of_classes():
    figure = metric.Perplexity(ignore_label=-1)
    figure.update(numpy.array([[0, 2, -1], [5, -1, -1]]), numpy.full((2, 3, 6), 1 / 6))
    assert figure.get()[1] == pytest.approx(6)
    figure = metric.Perplexity(None, axis=1)
    figure.update(numpy.array([[0, 2], [3, 1]]), numpy.full((2, 4, 2), 1 / 4))
    assert figure.get()[1] == pytest.approx(4)


@pytest.mark.parametrize("make", [metric.CrossEntropy, metric.NegativeLogLikelihood, lambda: metric.Perplexity(None)])
def test_scores_are_not_taken_for_probabilities(make):
    """NaN, or a perplexity of 1e10, without a word."""
    scores = numpy.array([[-3.0, 5.0]])
    for label, number in [(0, "-3"), (1, "5")]:
        with pytest.raises(ArgumentError, match=rf"a prediction is {number}, which is no probability; of scores, give"):
            make().update(numpy.array([label]), scores)
    score = make()
    score.update(numpy.array([0, 1]), numpy.array([[1.0, 0.0], [numpy.nan, numpy.nan]]))
    assert math.isnan(score.get()[1])  # NaN stays visible


def test_probability_zero_gives_a_large_but_finite_value():
    for name, value in (("ce", -math.log(1e-12)), ("nll_loss", -math.log(1e-12))):
        figure = metric.create(name)
        figure.update([0], [[0.0, 1.0]])
        assert figure.get()[1] == pytest.approx(value)


def test_large_scores_in_float16_do_not_overflow_the_mean():
    figure = metric.MSE()
    figure.update(numpy.zeros(4, "float16"), numpy.full(4, 60000, "float16"))
    assert figure.get()[1] == 60000.0**2


def test_global_value_outlives_a_local_reset():
    figure = metric.Accuracy()
    figure.update([0, 1], [0, 0])
    figure.reset_local()
    figure.update([1, 1], [1, 1])
    assert figure.get()[1] == 1
    assert figure.get_global()[1] == 0.75


def test_loss_takes_anything_for_labels():
    figure = metric.Loss()
    figure.update(0, [Tensor(numpy.array([1.0, 2.0])), Tensor(numpy.array([6.0]))])
    figure.update(None, Tensor(numpy.array([[3.0]])))
    assert figure.get() == ("loss", 3.0)


def test_a_composite_passes_batches_on_and_lists_names_and_values():
    figure = metric.CompositeEvalMetric(["acc"])
    figure.add(metric.create(["mae", lambda label, pred: 7]))
    figure.update(numpy.array([0.0, 1.0]), numpy.array([0.0, 0.0]))
    assert figure.get() == (["accuracy", "mae", "custom(<lambda>)"], [0.5, 0.5, 7])
    assert figure.get_name_value() == [("accuracy", 0.5), ("mae", 0.5), ("custom(<lambda>)", 7)]
    assert isinstance(figure.get_metric(0), metric.Accuracy)
    figure.reset_local()
    assert numpy.isnan(figure.get()[1]).all()
    assert figure.get_global()[1] == [0.5, 0.5, 7]


def test_a_function_may_return_a_sum_and_a_count():
    def error_count(label, pred):
        return (label != pred).sum(), len(label)

    figure = metric.create(error_count)
    figure.update(numpy.array([0, 1, 2]), numpy.array([0, 1, 1]))
    figure.update(numpy.array([0]), numpy.array([1]))
    assert figure.get() == ("error_count", 0.5)


def test_a_function_may_ignore_extra_outputs():
    figure = metric.CustomMetric(lambda label, pred: pred.sum(), "first", allow_extra_outputs=True)
    figure.update([numpy.zeros(2)], [numpy.ones(2), numpy.full(2, 9)])
    assert figure.get() == ("first", 2)


def test_a_metric_of_ones_own_only_needs_update():
    @metric.register
    class Longest(metric.EvalMetric):
        def __init__(self):
            super().__init__("longest")

        def update(self, labels, preds):
            self.sum_metric = max(self.sum_metric, float(numpy.max(preds)))
            self.num_inst = 1

    try:
        figure = metric.create("longest")
        figure.update([1.0], [4.0])
        figure.update([1.0], [3.0])
        assert figure.get() == ("longest", 4.0)
        assert str(figure) == "Longest: {'longest': 4.0}"
    finally:
        del metric.metric.registry["longest"]


@pytest.mark.parametrize(
    "name", ["acc", "accuracy", "ce", "nll_loss", "top_k_acc", "pearsoncorrelation", "pearsonr", "RMSE"]
)
def test_names_and_aliases(name):
    assert metric.create(name, **({"top_k": 3} if "top" in name else {})).get()[0]


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    [
        (lambda: metric.create("acurracy"), ArgumentError, "No metric is called 'acurracy'; did you mean 'accuracy'"),
        (lambda: metric.create(3), ArgumentError, "not 3"),
        (lambda: metric.TopKAccuracy(1), UsageError, "top_k is 1"),
        (lambda: metric.F1(average="mean"), ArgumentError, "average is 'mean'"),
        (lambda: metric.PearsonCorrelation(average="mean"), ArgumentError, "average is 'mean'"),
        (
            lambda: metric.Accuracy().update([numpy.zeros(2)], [numpy.zeros(2), numpy.zeros(2)]),
            ArgumentError,
            "1 arrays of labels and 2 of predictions",
        ),
        (lambda: metric.Accuracy().update(numpy.zeros(3), numpy.zeros((4, 2))), ShapeError, r"\(3,\) .* \(4, 2\)"),
        (lambda: metric.Accuracy().update(numpy.zeros((3, 1)), numpy.zeros(4)), ShapeError, "axis 1 is out of bounds"),
        (lambda: metric.Accuracy().update([0, 1], numpy.zeros((2, 1))), ShapeError, r"one score for each .* \(2, 1\)"),
        (lambda: metric.F1().update([0, 1], [[1.0, 0, 0], [0, 1, 0]]), ShapeError, r"shape \(batch, 2\)"),
        (lambda: metric.F1().update([0, 1, 2], numpy.zeros((3, 2))), ArgumentError, r"two classes, .* \[0, 1, 2\]"),
        (lambda: metric.TopKAccuracy(2).update([1], numpy.zeros(3)), ShapeError, r"\(batch, classes\)"),
        (lambda: metric.CrossEntropy().update([4], numpy.ones((1, 4)) / 4), ArgumentError, "a label is 4, .* 0 to 3"),
        (lambda: metric.CrossEntropy().update([1, 2], numpy.ones((1, 4)) / 4), ShapeError, "2 labels"),
        (lambda: metric.Accuracy().update([1, 0], [0.9, 0.0]), ArgumentError, r"prediction is 0\.9, .*p > 0\.5 makes"),
        (lambda: metric.Accuracy().update([0.5], [[0.9, 0]]), ArgumentError, r"accuracy: a label is 0\.5, which is no"),
        (lambda: metric.TopKAccuracy(2).update([math.nan], [[0.9, 0]]), ArgumentError, "a label is nan"),
        (lambda: metric.F1().update([0.9], [[0.9, 0]]), ArgumentError, r"f1: a label is 0\.9"),
        (lambda: metric.CrossEntropy().update([0.9], [[0.9, 0]]), ArgumentError, r"cross-entropy: a label is 0\.9"),
        (lambda: metric.Perplexity(0).update([math.inf], [[0.9, 0]]), ArgumentError, "perplexity: a label is inf"),
        (lambda: metric.MSE().update(numpy.zeros((2, 3)), numpy.zeros((2, 1))), ShapeError, r"mse: .* \(2, 3\)"),
        (lambda: metric.PearsonCorrelation().update(numpy.zeros(2), numpy.zeros(3)), ShapeError, "pearsonr"),
        (lambda: metric.MSE().update([0, 1], [None, 1.0]), NotNumbersError, "a list of NoneType, float, but expects"),
        (lambda: metric.MSE().update([0], {"mse": 1.0}), NotNumbersError, "a value of type dict, but expects numbers"),
        (lambda: metric.Loss().update(0, {"mse": 1.0}), NotNumbersError, "a value of type dict, but expects numbers"),
        (lambda: metric.create(max).update([0], [{}]), NotNumbersError, "a list of dict, but expects numbers"),
        (lambda: metric.EvalMetric("mine").update([0], [0]), NotImplementedError, "must define measure"),
    ],
)
def test_error_says_what_was_found(act, error, sentence):
    with pytest.raises(error, match=sentence):
        act()


@pytest.mark.parametrize("wrap", [numpy.array, lambda a: Tensor(numpy.array(a))], ids=["numpy", "tensor"])
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32", "int64", "float16"])
def test_errors_of_whole_numbers_and_halves_are_those_of_float64(dtype, wrap):
    low, high = (0, 1) if dtype == "bool" else (-60000, 60000) if dtype == "float16" else (
        numpy.iinfo("int32" if dtype == "int64" else dtype).min, numpy.iinfo("int32" if dtype == "int64" else dtype).max
    )  # fmt: skip
    labels, preds = numpy.array([high, low, high], dtype), numpy.array([low, high, high], dtype)
    distance = float(high) - float(low)
    for name, expected in (
        ("mae", distance * 2 / 3),
        ("mse", distance**2 * 2 / 3),
        ("rmse", distance * (2 / 3) ** 0.5),
    ):
        figure = metric.create(name)
        figure.update(wrap(labels), wrap(preds))
        assert figure.get()[1] == pytest.approx(expected, rel=1e-12)


def test_a_custom_metric_of_bytes_does_not_wrap_and_may_index_with_labels():
    figure = metric.create(lambda label, pred: abs(label - pred).max())
    figure.update(numpy.array([250, 3], "uint8"), numpy.array([7, 2], "uint8"))
    assert figure.get()[1] == 243
    figure = metric.create(lambda label, pred: pred[numpy.arange(2), label].sum())
    figure.update(numpy.array([1, 0], "uint8"), numpy.array([[0.25, 0.5], [1, 2]], "float16"))
    assert figure.get()[1] == 1.5


def test_gluons_further_arguments_are_kept_and_np_makes_a_metric():
    class Half(metric.EvalMetric):
        def __init__(self, output_names=None, label_names=None):
            super().__init__("half", output_names=output_names, label_names=label_names, weight=0.5)

        def measure(self, label, pred):
            return self._kwargs["weight"] * label.size, label.size

    half = Half(output_names=["y"])
    half.update([1.0, 2.0], [1.0, 2.0])
    assert half.get() == ("half", 0.5) and half.output_names == ["y"] and half.label_names is None
    largest = metric.np(lambda label, pred: abs(label - pred).max(), "largest")
    largest.update([1.0, 2.0], [1.5, 2.0])
    assert largest.get() == ("largest", 0.5)


@pytest.mark.parametrize("name", ["acc", ["acc", "mse"]])
def test_arrays_by_name_are_a_dict_that_has_the_names(name):
    figure = metric.create(name)
    with pytest.raises(KindError, match="label must be a dict of arrays by name"):
        figure.update_dict([0, 1], {"y": [0, 1]})
    with pytest.raises(KeywordError, match="pred has no array called 'x'"):
        metric.create("acc", output_names=["x"]).update_dict({"y": [0, 1]}, {"y": [0, 1]})


def test_a_metric_is_made_again_from_its_settings_as_text():
    pred, label = numpy.array([[0.1, 0.2, 0.7], [0.5, 0.2, 0.3]]), numpy.array([1, 1])
    made = metric.create("top_k_accuracy", top_k=2, name="two", output_names=["y"])
    again = metric.create(**json.loads(json.dumps(made.get_config())))
    again.update(label, pred)
    assert again.get() == ("two_2", 0.5) and again.output_names == ["y"]
    loose = metric.create(**metric.Perplexity(ignore_label=1).get_config())
    loose.update(label, pred)
    assert numpy.isnan(loose.get()[1])


@pytest.mark.parametrize("average", ["macro", "micro"])
@pytest.mark.parametrize("name", ["f1", "mcc", "pearsoncorrelation", "acc", "mae", "mse", "rmse", "ce", "loss"])
def test_an_update_without_samples_adds_nothing(name, average):
    figure = metric.create(name, **({"average": average} if name in ("f1", "mcc", "pearsoncorrelation") else {}))
    pred = numpy.array([[0.9, 0.2], [0.3, 0.8], [0.4, 0.7]])
    label = numpy.array([0, 1, 0]) if name in ("acc", "f1", "mcc", "ce") else numpy.array([[1, 0.5], [0.2, 0], [0, 0]])
    figure.update(label, pred)
    value = figure.get()
    figure.update(label[:0], pred[:0])
    assert figure.get() == value


def test_a_function_that_gives_no_number_is_refused_at_once():
    figure = metric.create(lambda label, pred: abs(label - pred))
    with pytest.raises(TypeError, match=r"CustomMetric.update\(\)"):
        figure.update(numpy.array([0, 1]), numpy.array([1, 1]))
    assert math.isnan(figure.get()[1])


@pytest.mark.parametrize(
    ("figure", "label", "pred"),
    [(metric.Accuracy(), (2, 3), (3, 4, 2)), (metric.Perplexity(None), (2, 3), (3, 2, 4)),
     (metric.PearsonCorrelation(), (2, 3), (3, 2)), (metric.MSE(), (2, 3), (3, 2))],
)  # fmt: skip
def test_labels_with_axes_in_another_order_are_refused(figure, label, pred):
    with pytest.raises(ShapeError, match=r"shape \(2, 3\) do not go with"):
        figure.update(numpy.zeros(label), numpy.full(pred, 0.25))
    assert math.isnan(figure.get()[1])


@pytest.mark.parametrize("figure", [metric.MSE(), metric.create(lambda label, pred: float((label - pred).max()))])
def test_a_second_pair_that_is_refused_leaves_the_first_out(figure):
    with pytest.raises(ValueError, match="shape"):
        figure.update([numpy.zeros(2), numpy.zeros(2)], [numpy.ones(2), numpy.ones(3)])
    assert math.isnan(figure.get()[1])


def test_a_list_of_numpys_numbers_is_one_batch():
    labels, preds = [numpy.float32(n) for n in (1, 2)], [numpy.float32(n) for n in (2, 4)]
    error = metric.RMSE()
    error.update(labels, preds)
    assert error.get()[1] == pytest.approx(math.sqrt(5 / 2))
    accuracy = metric.Accuracy()
    accuracy.update([numpy.int64(1), numpy.int64(0)], numpy.array([[0.1, 0.9], [0.2, 0.8]]))
    assert accuracy.get()[1] == 0.5
