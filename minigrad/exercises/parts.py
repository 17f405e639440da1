"""The course: its parts, and the exercises of each in the order in which they build on each other."""

from __future__ import annotations

from minigrad.exercises.course import EXERCISES

PARTS: dict[str, tuple[str, ...]] = {
    part: tuple(names.split())
    for part, names in {
        "Backward passes": "add_vjp multiply_vjp matmul_vjp relu_vjp sigmoid_vjp tanh_vjp softmax_vjp max_vjp take_vjp "
        "layernorm_vjp",
        "Graphs": "topological_order backward",
        "Layers and losses": "log_softmax softmax_cross_entropy bce_with_logits dense_forward dense_backward "
        "dropout_forward batchnorm_train xavier_uniform",
        "Update rules": "sgd_step momentum_step nag_step adagrad_step rmsprop_step rmsprop_centered_step adadelta_step "
        "adam_step adamw_step adamax_step nadam_step signum_step dcasgd_step ftrl_step ftml_step sgld_step",
        "Norms and schedules": "lars_ratio clip_global_norm warmup_cosine",
        "Communication and checking": "sign_majority two_bit_compress gradcheck_directional",
        "What comes next": "huber_loss bilinear_init cyclic_rate clipping_updater top_k_accuracy",
    }.items()
}
"""Part -> names."""


def in_order() -> list[str]:
    """The names of all exercises, in the order of the course."""
    return [name for names in PARTS.values() for name in names if name in EXERCISES]
