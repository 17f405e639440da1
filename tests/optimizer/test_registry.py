"""Optimizers by name."""

import pytest

from minigrad import optimizer


def test_names_are_found_in_any_case():
    for name in ("adam", "Adam", "ADAM"):
        assert type(optimizer.create(name, learning_rate=0.5)) is optimizer.Adam
    assert type(optimizer.create("ccsgd")) is optimizer.SGD
    assert type(optimizer.Optimizer.create_optimizer("nag")) is optimizer.NAG


def test_an_unknown_name_is_answered_with_the_closest():
    with pytest.raises(ValueError, match="no optimizer is called 'adem'; did you mean 'adam'"):
        optimizer.create("adem")


def test_an_optimizer_is_returned_as_it_is():
    adam = optimizer.Adam()
    assert optimizer.create(adam) is adam
    with pytest.raises(AssertionError, match="takes no arguments, but got learning_rate"):
        optimizer.create(adam, learning_rate=0.1)
    with pytest.raises(TypeError, match="expected the name of an optimizer or an Optimizer, got 3"):
        optimizer.create(3)


def test_register_returns_the_class_and_its_name_finds_it():
    @optimizer.register
    class Mine(optimizer.Optimizer):
        pass

    assert isinstance(Mine, type)
    assert type(optimizer.create("mine")) is Mine


def test_a_cell_run_twice_replaces_the_class_in_silence():
    def cell():
        @optimizer.register
        class Mine(optimizer.Optimizer):
            pass

        return Mine

    first, second = cell(), cell()
    assert first is not second
    assert type(optimizer.create("mine")) is second


def test_taking_the_name_of_another_class_warns():
    class Adam(optimizer.Optimizer):
        pass

    with pytest.warns(UserWarning, match=r"'adam' of minigrad.optimizer.adam.Adam now means .*Adam"):
        optimizer.register(Adam)
