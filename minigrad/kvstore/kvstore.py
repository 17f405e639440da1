"""A key-value store, which sums the gradients of several devices and, if asked, updates the weights."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from minigrad import autograd
from minigrad.arguments import shown
from minigrad.composed import from_plain
from minigrad.device import Array, cpu
from minigrad.disk import FilePath
from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.errors import AnomalyError, ArgumentError, KeywordError, KindError, ShapeError, UsageError
from minigrad.guarded import guarded
from minigrad.kvstore.compression import Compression, compression
from minigrad.optimizer import Optimizer, Updater
from minigrad.optimizer.files import load_states, save_states
from minigrad.warn import warn

Key = int | str
Values = Any
"""A Tensor, a list of Tensors (one for each device), or for a list of keys, a list of either."""
Lists = Sequence[list[Tensor]]
"""For each of several keys, its arrays: one for each device."""


class KVStore:
    """A store in one process, made by `create('local')` or `create('device')`.

    Values pushed to a key from several devices are summed, on the CPU ('local') or on the first device ('device'). The
    sum replaces the stored value or, with an updater (an optimizer), updates it. A pull copies the value to all
    devices.

    >>> from minigrad import cpu, kv, np
    >>> store = kv.create("device")
    >>> store.init("w", np.zeros(2))
    >>> store.push("w", [np.array([1, 2], ctx=cpu(0)), np.array([10, 20], ctx=cpu(1))])
    >>> out = np.zeros(2)
    >>> store.pull("w", out)
    >>> out
    array([11., 22.])
    """

    def __init__(self, name: str, rank: int = 0, num_workers: int = 1) -> None:
        self._name, self._rank, self._num_workers = name, rank, num_workers
        self._sent = 0
        self._stored: dict[Key, Tensor] = {}
        self._updater: Callable[[Any, Tensor, Tensor], None] | None = None
        self._compression: Compression | None = None

    def __repr__(self) -> str:
        return f"kvstore.create({self._name!r})"

    @property
    def type(self) -> str:
        """The name it was created by."""
        return self._name

    @property
    def rank(self) -> int:
        """The number of this process, from 0."""
        return self._rank

    @property
    def num_workers(self) -> int:
        """How many processes share the store."""
        return self._num_workers

    # Values in and out

    @guarded
    def init(self, key: Key | list[Key], value: Values) -> None:
        """Add each key, once, with a copy of its value. All workers do so, and the value of the first one counts."""
        pairs = self._pairs(key, from_plain(value))
        if isinstance(key, list | tuple) and len(pairs) < len(key):
            raise UsageError(f"A key occurs twice in {shown(key)}; init() takes each key once.")
        for k, _ in pairs:
            if k in self._stored:
                raise UsageError(f"Key {k!r} is in the store already; push a new value to it instead.")
            other = next(iter(self._stored), pairs[0][0])
            if type(k) is not type(other):
                raise KeywordError(f"Keys of a store are all whole numbers or all strings; found {other!r} and {k!r}.")
        first = {k: self._total(values[:1]) for k, values in pairs}
        self._share(first)
        self._stored |= first

    @guarded
    def push(self, key: Key | list[Key], value: Values, priority: int = 0) -> None:
        """Sum the values of each key over devices; store the sum, or update the stored value with it.

        `priority` is accepted for compatibility: everything is done when the call returns.
        """
        with autograd.pause():
            found = [(k, values, self._find(k, values)) for k, values in self._pairs(key, from_plain(value))]
            self._check_all([k for k, _, _ in found], [values for _, values, _ in found])
            for k, values, stored in found:
                total = self._reduce(k, values)
                if self._updater is None:
                    self._stored[k] = total
                else:
                    self._updater(k, total.as_in_ctx(stored.ctx), stored)

    @guarded
    def pull(self, key: Key | list[Key], out: Values = None, priority: int = 0, ignore_sparse: bool = True) -> None:
        """Copy the stored value of each key into all of its `out`."""
        if out is None:
            raise UsageError("pull() copies into arrays that exist: give them as out=.")
        with autograd.pause():
            for k, outs in self._pairs(key, out):
                stored = self._find(k, outs)
                for o in outs:
                    o[...] = stored.as_in_ctx(o.ctx)

    def pushpull(self, key: Key | list[Key], value: Values, out: Values = None, priority: int = 0) -> None:
        """Push, then pull into `out`, or else into the values themselves."""
        outs = value if out is None else out
        for k, arrays in self._pairs(key, outs):  # before anything is pushed
            self._find(k, arrays)
        self.push(key, value, priority)
        self.pull(key, outs, priority)

    def broadcast(self, key: Key | list[Key], value: Values, out: Values, priority: int = 0) -> None:
        """Init, then pull: every `out` starts from the same value."""
        self.init(key, value)
        self.pull(key, out, priority)

    @guarded
    def row_sparse_pull(
        self, key: Key | list[Key], out: Values = None, priority: int = 0, row_ids: Values = None
    ) -> None:
        """Copy only the rows `row_ids` of the stored value into `out`, whose other rows become 0.

        `row_ids` is an array of indices in any order, repeated or not; or a list of such arrays, one for each `out`.
        """
        if out is None or row_ids is None:
            raise UsageError("row_sparse_pull() needs the arrays to fill, out=, and the rows to pull, row_ids=.")
        row_ids = from_plain(row_ids)
        if isinstance(row_ids, Tensor) and isinstance(key, list | tuple):  # else its values would be dealt to the keys
            row_ids = [row_ids]
        with autograd.pause():
            for (k, outs), (_, ids) in zip(self._pairs(key, out), self._pairs(key, row_ids)):
                stored = self._find(k, outs)
                for o, wanted in zip(outs, ids * len(outs) if len(ids) == 1 else ids, strict=True):
                    asked = numpy.unique(wanted.asnumpy())
                    with numpy.errstate(invalid="ignore"):  # NaN, which is not a row
                        rows = asked.astype(int)
                    numbers = asked.dtype != bool and not (rows != asked).any()
                    if len(rows) and not (numbers and 0 <= rows[0] <= rows[-1] < len(stored)):
                        raise ArgumentError(f"Key {k!r} has {len(stored)} rows, but {asked.tolist()} were asked for.")
                    o[...] = 0
                    o[rows] = stored[rows].as_in_ctx(o.ctx)

    @guarded
    def assign(self, key: Key, value: Tensor) -> None:
        """Replace the stored value, bypassing the updater, for a weight that was set or cast by hand."""
        stored = self._find(key, [value])
        if stored.dtype == value.dtype:
            stored[...] = value.as_in_ctx(stored.ctx)
        else:
            self._stored[key] = value.copyto(stored.ctx)

    # How values change

    def set_updater(self, updater: Callable[[Any, Tensor, Tensor], None]) -> None:
        """From now on a push calls `updater(key, sum, stored)`, which changes `stored` in place."""
        self._updater = updater

    _set_updater = set_updater

    def set_optimizer(self, optimizer: Optimizer) -> None:
        """From now on a push is a gradient, and the optimizer updates the stored weight with it (index: the key)."""
        self.set_updater(Updater(checked(optimizer)))

    def set_gradient_compression(self, compression_params: Mapping[str, Any]) -> None:
        """Send two bits for each value, as in {'type': '2bit', 'threshold': 0.5}. See `TwoBitCompression`.

        Stores with workers ('sim', 'dist_sync', 'dist_async') also know {'type': '1bit'}. See `OneBitCompression`.

        Called again, as with a lower threshold later in training, it keeps what has not been sent yet, as in MXNet.
        What one type keeps means nothing to the other: it is dropped with a warning.
        """
        if self._name == "local":
            raise ArgumentError("A 'local' store sums on the CPU without compression; create a 'device' store.")
        made = compression(compression_params, votes=self._name != "device")
        if type(made) is type(self._compression):
            made.residuals = self.residuals
        elif self.residuals:
            warn(f"What {self._compression!r} has not sent yet is dropped, because {made!r} is of another type.")
        self._compression = made

    @guarded
    def is_capable(self, capability: str) -> bool:
        """Whether the store has a capability. The only one is 'optimizer': it can update the stored weights."""
        if capability.lower() != "optimizer":
            raise ArgumentError(f"The only capability to ask a store for is 'optimizer', not {capability!r}.")
        return True

    def save_optimizer_states(self, fname: FilePath, dump_optimizer: bool = False) -> None:
        """Write the states and step counts of the optimizer, and what compression has not sent yet.

        With `dump_optimizer`, the settings of the optimizer and the random generators too.
        """
        save_states(fname, self.optimizer_updater(), dump_optimizer, residuals=self.residuals)

    def load_optimizer_states(self, fname: FilePath) -> None:
        """Read what `save_optimizer_states` wrote; an optimizer in the file replaces the present one.

        The keys must be in the store; an error changes nothing.
        """
        residuals = self.residuals if self.compressed else None
        load_states(fname, self.optimizer_updater(), self._stored, residuals=residuals)

    def barrier(self) -> None:
        """Wait until every process has called this. A single process does not wait."""

    _barrier = barrier

    @property
    def compressed(self) -> bool:
        """Whether what is pushed is compressed."""
        return self._compression is not None

    @property
    def residuals(self) -> dict[tuple[Key, int], Array]:
        """What compression has not sent yet, by key and number of the device; none without compression."""
        return {} if self._compression is None else self._compression.residuals

    def traffic(self) -> int:
        """How many bytes this process has sent to others through the store: 0 if there are no others."""
        return self._sent

    # What a Trainer asks for

    def updates_weights(self, asked: bool | None, devices: int) -> bool:
        """Whether the store does the updates of a Trainer with so many devices; `asked` is its `update_on_kvstore`."""
        return devices > 1 if asked is None else asked

    def begin(self, weights: Lists, places: Sequence[int], late: bool) -> None:
        """Add the first values of all parameters, under the keys 0, 1, ...

        `places` are the positions of the parameters in their network, the same for all workers. `late`: gradients have
        already been computed with these values, so other workers must have had the same ones.
        """
        for key, arrays in enumerate(weights):
            self.init(key, arrays[0])

    def stored(self, key: Key) -> Tensor:
        """The stored value itself."""
        return self._find(_key(key), ())

    def sum_gradients(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        """Put the sum over all devices and processes into the gradients. `weights` are the ones they belong to."""
        self._check_all(keys, gradients)
        for key, arrays in zip(keys, gradients):
            self.pushpull(key, arrays)

    def update_weights(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        """Update the stored weights with these gradients, and copy them into `weights`."""
        self._check_all(keys, gradients)
        for key, arrays, outs in zip(keys, gradients, weights):
            self.push(key, arrays)
            self.pull(key, outs)

    # Helpers

    def _share(self, first: dict[Key, Tensor]) -> None:
        """Tell the other workers, if there are any, the first values of some keys; an error adds none of them."""

    def optimizer_updater(self) -> Updater:
        if not isinstance(self._updater, Updater):
            raise UsageError("The store has no optimizer whose states could be saved or loaded; set_optimizer() first.")
        return self._updater

    def _check_all(self, keys: Sequence[Key], values: Sequence[list[Tensor]]) -> None:
        """Refuse what must not be pushed, before anything is."""
        for key, arrays in zip(keys, values):
            self._check(key, arrays)

    def _check(self, key: Key, values: list[Tensor]) -> None:
        if self._compression is not None:
            for sender, value in enumerate(values):
                if value.ctx.device_type == "cpu":  # looking at a GPU's values would wait for it
                    refuse(f"device {sender}", key, value.data, self._compression)

    def _reduce(self, key: Key, values: list[Tensor]) -> Tensor:
        """The sum over devices, after compression."""
        if self._compression is None:
            return self._total(values)
        first, codes = values[0], []
        for sender, value in enumerate(values):
            with value.ctx:
                codes.append(self._compression.quantize((key, sender), value.data))
        with first.ctx:
            total = self._compression.combine([first.ctx.put(c) for c in codes])
            return Tensor(self._compression.dequantize(total, first.dtype), first.ctx)

    def _total(self, values: list[Tensor]) -> Tensor:
        """The sum of the values in a new array, on the CPU or on the first device."""
        ctx = cpu() if self._name == "local" else values[0].ctx
        with ctx:
            total = ctx.xp.array(ctx.put(values[0].data), single(values[0].dtype))
            for value in values[1:]:
                total += ctx.put(value.data)
            return Tensor(total.astype(values[0].dtype, copy=False), ctx)

    def _find(self, key: Key, arrays: Sequence[Tensor]) -> Tensor:
        """The stored value, if its shape is that of all arrays."""
        if key not in self._stored:
            raise UsageError(f"Key {key!r} is not in the store; add it first: store.init({key!r}, value).")
        stored = self._stored[key]
        for array in arrays:
            if array.shape != stored.shape:
                raise ShapeError(f"Key {key!r} holds shape {stored.shape}, but was given shape {array.shape}.")
        return stored

    def _pairs(self, key: Key | list[Key], values: Values) -> list[tuple[Key, list[Tensor]]]:
        """Each key with the list of its arrays: all of them, as in Gluon, if it occurs more than once."""
        if not isinstance(key, list | tuple):
            key, values = [key], [values]
        if not hasattr(values, "__len__"):
            raise KindError(f"{len(key)} keys were given with {shown(values)}; expected a list of as many values.")
        if len(key) != len(values):
            raise ArgumentError(f"{len(key)} keys were given with {len(values)} values; each key needs its own.")
        found: dict[Key, list[Tensor]] = {}
        for k, value in zip(key, values):
            _key(k)
            arrays = list(value) if isinstance(value, list | tuple) else [value]
            if not arrays:
                raise ArgumentError(f"Key {k!r} was given no array; expected one, or one for each device.")
            for array in arrays:
                if not isinstance(array, Tensor):
                    raise KeywordError(f"Key {k!r} was given {type(array).__name__} {array!r}; expected a Tensor.")
            found.setdefault(k, []).extend(arrays)
        return list(found.items())


def _key(key: Any) -> Key:
    """The key, if it is one."""
    if not isinstance(key, int | str):
        raise KeywordError(f"A key is a whole number or a string, not {key!r}.")
    return key


def checked(optimizer: Any) -> Optimizer:
    """The optimizer, if it is one."""
    if not isinstance(optimizer, Optimizer):
        raise KindError(f"optimizer={shown(optimizer)} cannot be used; expected an optimizer, such as optimizer.SGD()")
    return optimizer


def described(key: Key, array: Array | Tensor) -> str:
    """What all workers must agree on."""
    return f"key {key!r}, {array.dtype} of shape {array.shape}"


def fault(gradient: Array, kind: Compression | None) -> str:
    """What a NumPy array holds that must not be sent: a NaN, or an infinity if `kind` keeps something of it; else "".

    In a residual, a NaN would stop all later sends, and an infinity would be sent for ever.
    """
    if gradient.dtype.kind != "f":
        return ""
    if gradient.dtype.itemsize > 2:
        flat = gradient.reshape(-1)
        with numpy.errstate(all="ignore"):
            if math.isfinite(numpy.dot(flat, flat)):
                return ""
    if numpy.isnan(gradient).any():
        return "a NaN"
    return "an infinity" if kind is not None and kind.keeps and numpy.isinf(gradient).any() else ""


def refuse(sender: str, key: Key, gradient: Array, kind: Compression | None) -> None:
    """AnomalyError if a NumPy array must not be sent: see `fault`."""
    if found := fault(gradient, kind):
        raise AnomalyError(
            f"The gradient of key {key!r} from {sender} holds {found}; nothing was sent. "
            "autograd.detect_anomaly() finds where it came from."
        )
