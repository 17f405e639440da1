"""Names that code written for MXNet imports: errors, switches, symbols in annotations, the default device."""

import inspect

import numpy
import pytest
from minigrad.base import MXNetError

import minigrad as mx
from minigrad import errors, gluon, nd
from minigrad.errors import AbsentError


def test_every_error_of_minigrad_is_caught_as_mxnets():
    ours = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.MinigradError)]
    assert len(ours) > 20 and all(issubclass(kind, MXNetError) for kind in ours)
    assert MXNetError is mx.MXNetError is mx.base.MXNetError is mx.errors.MXNetError
    with pytest.raises(mx.base.MXNetError):
        nd.zeros((2, 3)).reshape((4, 4))


def test_the_switches_are_where_mxnet_has_them():
    assert mx.util.is_np_array() and mx.util.is_np_shape()
    with mx.np_shape(True), mx.util.np_shape():
        assert mx.util.use_np(int) is int
    with pytest.raises(AbsentError, match=r"no 'getenv'"):
        mx.util.getenv("PATH")
    with pytest.raises(AbsentError, match=r"no 'check_call'"):
        mx.base.check_call(0)
    assert mx.use_np is mx.util.use_np and mx.is_np_array() and mx.is_np_shape()


def test_the_types_of_arguments_are_where_mxnet_has_them():
    assert isinstance(numpy.float32(1), mx.base.numeric_types) and isinstance(2, mx.base.numeric_types)
    assert isinstance(numpy.int64(1), mx.base.integer_types) and not isinstance(1.0, mx.base.integer_types)
    assert isinstance("a", mx.base.string_types) and not isinstance(b"a", mx.base.string_types)


def test_a_symbol_may_annotate_and_is_never_made():
    def hybrid_forward(F, x: mx.sym.Symbol | nd.NDArray):
        return F.relu(x)

    assert hybrid_forward(nd, nd.array([-1, 1])).tolist() == [0, 1]
    with pytest.raises(AbsentError, match=r"no sym\.Symbol"):
        mx.sym.Symbol()


def test_the_default_device_and_where_blocks_are():
    assert mx.Context.default_ctx is mx.cpu()
    assert gluon.block.HybridBlock is gluon.HybridBlock
    from minigrad.gluon.block import HybridBlock

    assert HybridBlock is gluon.nn.HybridBlock
