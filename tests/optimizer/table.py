"""The optimizers under test. Adding one is its file and its line here: every test below runs on every row.

A row: registered name, arguments, its steps by hand (`by_hand.py`), and a property of its own (`properties.py`).
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import by_hand
import properties

from minigrad import optimizer


@dataclass
class Row:
    name: str
    arguments: dict[str, Any]
    by_hand: Any
    holds: Any
    matrix: bool = False  # the rule works on matrices only

    def make(self, **other):
        return optimizer.create(self.name, **deepcopy(self.arguments | other))  # with a schedule of its own

    @property
    def start(self):
        return [[1.0, -0.5]] if self.matrix else [1.0, -0.5]

    def __str__(self):
        more = [f"{k}={v}" for k, v in self.arguments.items() if k in ("centered", "momentum", "warmup_strategy")]
        more += ["adaptive"] if self.name == "dcasgd" and "beta" in self.arguments else []
        more += [k for k, v in self.arguments.items() if v is False]
        return " ".join([self.name, *more])


ADAM = {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}
LARGE = {"learning_rate": 0.1, "momentum": 0.5, "warmup_epochs": 2, "updates_per_epoch": 2, "batch_scale": 2}
has = properties

# ruff: noqa: E501
# fmt: off
TABLE = [
    Row("sgd", {"learning_rate": 0.1}, by_hand.sgd, has.decay_balances_a_constant_gradient),
    Row("sgd", {"learning_rate": 0.1, "momentum": 0.8}, by_hand.sgd, has.steady_steps_add_up_to_1_over_1_minus_momentum),
    Row("nag", {"learning_rate": 0.1}, by_hand.nag, has.decay_balances_a_constant_gradient),
    Row("nag", {"learning_rate": 0.1, "momentum": 0.8}, by_hand.nag, has.stored_weight_is_the_look_ahead_point),
    Row("adagrad", {"learning_rate": 0.1, "epsilon": 1e-3}, by_hand.adagrad, has.steps_shrink_as_1_over_root_t),
    Row("rmsprop", {"learning_rate": 0.1, "rho": 0.8, "epsilon": 1e-3}, by_hand.rmsprop, has.first_step_is_the_rate_over_root_1_minus_rho),
    Row("rmsprop", {"learning_rate": 0.1, "rho": 0.8, "momentum": 0.5, "epsilon": 1e-3, "centered": True, "clip_weights": 0.9}, by_hand.rmsprop_centered, has.steady_gradients_give_no_nan_in_float32),
    Row("adadelta", {"rho": 0.8, "epsilon": 1e-3}, by_hand.adadelta, has.the_rate_has_no_effect),
    Row("adam", ADAM, by_hand.adam, has.moves_by_the_rate_whatever_the_size),
    Row("adamax", ADAM, by_hand.adamax, has.moves_by_the_rate_whatever_the_size),
    Row("nadam", ADAM | {"schedule_decay": 0.1}, by_hand.nadam, has.a_weight_does_not_feel_its_neighbours),
    Row("signum", {"learning_rate": 0.1, "momentum": 0.8, "wd_lh": 0.0}, by_hand.signum, has.momentum_outvotes_one_opposite_gradient),
    Row("signum", {"learning_rate": 0.1, "momentum": 0.0, "wd_lh": 0.3}, by_hand.signum, has.decay_acts_through_the_sign_and_wd_lh_beside_it),
    Row("lbsgd", LARGE | {"momentum": 0.0, "warmup_strategy": "linear"}, by_hand.lbsgd, has.warmed_up_it_takes_one_large_step_on_the_average),
    Row("lbsgd", LARGE | {"warmup_strategy": "power2"}, by_hand.lbsgd, has.warmed_up_it_takes_one_large_step_on_the_average),
    Row("lbsgd", LARGE | {"warmup_strategy": "sqrt"}, by_hand.lbsgd, has.warmed_up_it_takes_one_large_step_on_the_average),
    Row("lbsgd", LARGE | {"warmup_strategy": "lars"}, by_hand.lbsgd, has.warmed_up_it_takes_one_large_step_on_the_average),
    Row("dcasgd", {"learning_rate": 0.1, "lamda": 3.0}, by_hand.dcasgd, has.correction_is_lamda_g2_times_the_way_since),
    Row("dcasgd", {"learning_rate": 0.1, "lamda": 3.0, "momentum": 0.5}, by_hand.dcasgd, has.correction_is_lamda_g2_times_the_way_since),
    Row("dcasgd", {"learning_rate": 0.1, "lamda": 3.0, "beta": 0.8, "epsilon": 1e-3}, by_hand.dcasgd, has.the_adapted_correction_grows_as_the_gradient),
    Row("dcasgd", {"learning_rate": 0.1, "lamda": 3.0, "beta": 0.8, "epsilon": 1e-3, "momentum": 0.5}, by_hand.dcasgd, has.the_adapted_correction_grows_as_the_gradient),
    Row("ftrl", {"lamda1": 0.02, "learning_rate": 0.1, "beta": 0.5}, by_hand.ftrl, has.weak_evidence_leaves_exact_zeros),
    Row("ftrl", {"lamda1": 0.0, "learning_rate": 0.1, "beta": 0.0}, by_hand.ftrl, has.no_gradient_no_nan_where_the_denominator_is_0),
    Row("ftml", ADAM, by_hand.ftml, has.first_step_moves_by_the_rate),
    Row("sgld", {"learning_rate": 0.1}, by_hand.sgld, has.noise_has_the_rate_as_variance),
    Row("lars", {"learning_rate": 0.5, "eta": 0.1, "epsilon": 1e-9}, by_hand.lars, has.a_step_is_rate_times_eta_of_the_length),
    Row("lars", {"learning_rate": 0.5, "eta": 0.1, "epsilon": 1e-9, "momentum": 0.5}, by_hand.lars, has.a_step_is_rate_times_eta_of_the_length),
    Row("lamb", ADAM, by_hand.lamb, has.a_step_is_the_rate_of_the_length),
    Row("lamb", ADAM | {"bias_correction": False, "upper_bound": 0.9}, by_hand.lamb, has.a_bound_limits_the_length),
    Row("lans", ADAM, by_hand.lans, has.one_huge_gradient_counts_as_one),
    Row("adamw", ADAM, by_hand.adamw, has.without_gradient_the_weight_shrinks_by_rate_times_decay),
    Row("adamw", ADAM | {"correct_bias": False}, by_hand.adamw, has.without_gradient_the_weight_shrinks_by_rate_times_decay),
    Row("adabelief", ADAM, by_hand.adabelief, has.steady_gradients_are_believed),
    Row("adabelief", ADAM | {"correct_bias": False}, by_hand.adabelief, has.steady_gradients_are_believed),
    Row("groupadagrad", {"learning_rate": 0.1, "epsilon": 1e-3}, by_hand.groupadagrad, has.one_column_is_adagrad, matrix=True),
    Row("lion", {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99}, by_hand.lion, has.the_present_gradient_counts_more_in_the_step_than_in_the_memory),
]
# fmt: on
