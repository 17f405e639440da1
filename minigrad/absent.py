"""Names of other libraries that minigrad does not have, or has elsewhere: the error says what to use instead.

They stay absent: `hasattr` is False, and `getattr` gives its default. Only the error says more than Python's own would.
"""

from __future__ import annotations

import sys
from functools import cache, lru_cache, partial
from inspect import getattr_static
from opcode import opmap
from types import ModuleType
from typing import Any, TypeVar

from minigrad.errors import AbsentError, AbsentImportError

_Class = TypeVar("_Class", bound=type)

TABLE = """
minigrad
    array from_numpy as_tensor          np.array(values)
    Tensor                              np.ndarray for the type, and np.array(values) to make one
    Variable                            np.array(values) and x.attach_grad()
    no_grad inference_mode              `with autograd.pause():`; outside autograd.record() nothing is recorded anyway
    enable_grad GradientTape            `with autograd.record():`, then loss.backward()
    grad                                autograd.grad(y, x)
    nn layers                           gluon.nn
    rnn                                 gluon.rnn
    loss losses                         gluon.loss
    data                                gluon.data
    utils                               gluon.utils
    optim optimizers                    optimizer, and gluon.Trainer to apply one
    metrics                             metric
    initializers                        init
    functional                          npx
    linalg                              np.linalg
    Module Model model                  gluon.Block, and define forward(self, x)
    Block                               gluon.Block
    Sequential                          gluon.nn.Sequential()
    Parameter                           gluon.Parameter
    mod                                 gluon.Trainer
    manual_seed seed                    random.seed(n)
    cuda                                gpu(0)
    save savez                          npx.savez(file, name=array), or net.save_parameters(file)
    load                                npx.load(file), or net.load_parameters(file)
    viz                                 autograd.draw(y)
    jit compile                         net.hybridize()
    arange zeros ones exp log sum mean matmul dot       np.{}(...)
    relu sigmoid softmax log_softmax one_hot erf        npx.{}(...)
    randn                               np.random.normal(size=shape)
    rand                                np.random.uniform(size=shape)
minigrad.np
    relu sigmoid softmax log_softmax leaky_relu one_hot pick topk erf gamma load save savez     npx.{}(...)
    gelu                                gluon.nn.GELU()
    silu                                gluon.nn.SiLU()
    tensor as_tensor                    np.array(values)
    cat concat                          np.concatenate(arrays, axis)
    permute permute_dims                np.transpose(x, axes)
    unsqueeze                           np.expand_dims(x, axis)
    clamp                               np.clip(x, low, high)
    mm bmm                              np.matmul(a, b)
    pow                                 np.power(x, n)
    product                             np.prod(x)
    astype                              x.astype(dtype)
    float_                              np.float64
    int_                                np.int64
    acos                                np.arccos(x)
    asin                                np.arcsin(x)
    atan                                np.arctan(x)
    atan2                               np.arctan2(y, x)
minigrad.np.random
    default_rng RandomState Generator manual_seed       random.seed(n)
    integers                            np.random.randint(low, high, size)
minigrad.np.linalg
    vector_norm matrix_norm             np.linalg.norm(x)
minigrad.npx
    gelu                                gluon.nn.GELU()
    silu                                gluon.nn.SiLU()
    tanh exp log array                  np.{}(...)
    linear                              npx.fully_connected(x, weight, bias, num_hidden)
    cross_entropy                       gluon.loss.SoftmaxCrossEntropyLoss()
    mse_loss                            gluon.loss.L2Loss(), which is half of the squared error
minigrad.autograd
    no_grad inference_mode              `with autograd.pause():`; outside autograd.record() nothing is recorded anyway
    enable_grad GradientTape            `with autograd.record():`, then loss.backward()
    set_grad_enabled                    autograd.set_recording(flag)
    is_grad_enabled                     autograd.is_recording()
    Variable                            np.array(values) and x.attach_grad()
    gradient                            autograd.grad(y, x)
    gradcheck                           gradcheck.gradcheck(f, x)
    get_symbol                          autograd.draw(y)
minigrad.gluon
    Module Model Layer                  gluon.Block, and define forward(self, x)
    Dense                               gluon.nn.Dense(units)
    Sequential                          gluon.nn.Sequential()
    DataLoader                          gluon.data.DataLoader(dataset, batch_size)
    optimizer optim                     minigrad.optimizer, and gluon.Trainer to apply one
    Optimizer                           gluon.Trainer(net.collect_params(), 'sgd')
    lr_scheduler                        minigrad.lr_scheduler
    init                                minigrad.init
minigrad.gluon.nn
    Linear                              nn.Dense(units)
    Module Model                        gluon.Block, and define forward(self, x)
    ModuleList                          nn.Sequential()
    Conv1d                              nn.Conv1D(channels, kernel_size)
    Conv2d                              nn.Conv2D(channels, kernel_size)
    Conv3d                              nn.Conv3D(channels, kernel_size)
    MaxPool1d MaxPooling1D              nn.MaxPool1D()
    MaxPool2d MaxPooling2D              nn.MaxPool2D()
    AvgPool1d AveragePooling1D          nn.AvgPool1D()
    AvgPool2d AveragePooling2D          nn.AvgPool2D()
    AdaptiveAvgPool2d                   nn.GlobalAvgPool2D()
    BatchNorm1d BatchNorm2d BatchNorm3d BatchNormalization      nn.BatchNorm()
    LayerNormalization                  nn.LayerNorm()
    ReLU                                nn.Activation('relu')
    Sigmoid                             nn.Activation('sigmoid')
    Tanh                                nn.Activation('tanh')
    Softsign                            nn.Activation('softsign')
    Softplus                            nn.Activation('softrelu')
    Softmax                             npx.softmax(x)
    LogSoftmax                          npx.log_softmax(x)
    functional                          npx
    Parameter                           gluon.Parameter
    RNN                                 gluon.rnn.RNN(hidden_size)
    LSTM                                gluon.rnn.LSTM(hidden_size)
    GRU                                 gluon.rnn.GRU(hidden_size)
    CrossEntropyLoss                    gluon.loss.SoftmaxCrossEntropyLoss()
    MSELoss                             gluon.loss.L2Loss(), which is half of the squared error
    L1Loss                              gluon.loss.L1Loss()
    init                                minigrad.init
minigrad.gluon.loss
    CrossEntropyLoss cross_entropy SparseCategoricalCrossentropy        gluon.loss.SoftmaxCrossEntropyLoss()
    CategoricalCrossentropy             gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False)
    NLLLoss                             gluon.loss.SoftmaxCrossEntropyLoss(from_logits=True)
    MSELoss mse_loss MeanSquaredError   gluon.loss.L2Loss(), which is half of the squared error
    MAELoss MeanAbsoluteError           gluon.loss.L1Loss()
    SmoothL1Loss                        gluon.loss.HuberLoss()
    BCEWithLogitsLoss                   gluon.loss.SigmoidBCELoss()
    BCELoss BinaryCrossentropy          gluon.loss.SigmoidBCELoss(from_sigmoid=True)
    KLDivergence                        gluon.loss.KLDivLoss()
    TripletMarginLoss                   gluon.loss.TripletLoss()
minigrad.gluon.data
    TensorDataset                       gluon.data.ArrayDataset(x, y)
    Subset                              dataset.sample(indices)
    random_split                        dataset.shard(num_shards, index)
    datasets                            gluon.data.vision
    MNIST                               gluon.data.vision.MNIST()
    transforms                          gluon.data.vision.transforms
minigrad.optimizer
    zero_grad       net.zero_grad(), and only with grad_req='add': otherwise each backward() overwrites the gradients
    step                                trainer.step(batch_size)
    lr_scheduler                        minigrad.lr_scheduler
    Trainer                             gluon.Trainer(net.collect_params(), 'sgd')
minigrad.lr_scheduler
    StepLR ExponentialLR                lr_scheduler.FactorScheduler(step, factor)
    MultiStepLR                         lr_scheduler.MultiFactorScheduler(step, factor)
    CosineAnnealingLR                   lr_scheduler.CosineScheduler(max_update)
    OneCycleLR                          lr_scheduler.OneCycleScheduler
    PolynomialLR                        lr_scheduler.PolyScheduler(max_update)
    LambdaLR                            any function of the number of updates
    ReduceLROnPlateau                   trainer.set_learning_rate(rate)
minigrad.initializer minigrad.init
    xavier_uniform_ GlorotUniform       init.Xavier()
    xavier_normal_ GlorotNormal         init.Xavier(rnd_type='gaussian')
    kaiming_normal_ HeNormal            init.MSRAPrelu()
    zeros_ Zeros                        init.Zero()
    ones_ Ones                          init.One()
    normal_ RandomNormal                init.Normal()
    uniform_ RandomUniform              init.Uniform()
    orthogonal_                         init.Orthogonal()
Tensor
    numpy to_numpy                      x.asnumpy()
    cuda                                x.as_in_ctx(gpu())
    cpu                                 x.as_in_ctx(cpu())
    requires_grad_ requires_grad retain_grad        x.attach_grad()
    grad_fn                             autograd.draw(x)
    view                                x.reshape(shape)
    unsqueeze                           x.expand_dims(axis)
    permute                             x.transpose(axes)
    t                                   x.T
    clone                               x.copy()
    numel                               x.size
    dim                                 x.ndim
    expand                              x.broadcast_to(shape)
    expand_as                           x.broadcast_like(y)
    pow                                 x ** n
    mm bmm mv matmul                    x @ y
    clamp                               x.clip(low, high)
    fill_ fill                          x[...] = value
    zero_                               x[...] = 0
    add_                                x += y
    mul_                                x *= y
    gather                              npx.pick(x, index)
    masked_fill                         np.where(mask, value, x)
    topk                                npx.topk(x, k)
    contiguous                          x itself: every operation accepts any memory order
    type                                x.astype(dtype)
    float                               x.astype('float32')
    double                              x.astype('float64')
    half                                x.astype('float16')
    int                                 x.astype('int32')
    long                                x.astype('int64')
    bool                                x.astype('bool')
    ceil conj diagonal floor imag isnan median nonzero real sort tan trace      np.{}(x)
Block
    parameters named_parameters weights trainable_weights       net.collect_params()
    state_dict                          net.collect_params() to see them, and net.save_parameters(file) to save them
    save_weights save                   net.save_parameters(file)
    load_state_dict load_weights load   net.load_parameters(file)
    train                               `with autograd.record():`, inside of which layers are in training mode
    eval predict                        net(x) outside autograd.record(), where layers are in prediction mode
    fit                                 a loop: `with autograd.record():`, loss.backward(), trainer.step(batch_size)
    compile                             net.hybridize(); to train, gluon.Trainer
    cuda to                             net.reset_ctx(gpu()), or net.initialize(ctx=gpu()) in the first place
    cpu                                 net.reset_ctx(cpu())
    half                                net.cast('float16')
    float                               net.cast('float32')
    double                              net.cast('float64')
    add_module                          net.register_child(block)
    register_parameter                  self.weight = gluon.Parameter('weight', shape=shape)
    register_buffer                     self.table = gluon.Constant('table', value)
    modules                             net.apply(function)
    requires_grad_                      net.collect_params().setattr('grad_req', 'null')
    backward                            loss.backward()
    add append extend                   gluon.nn.Sequential(), which has add(block)
Optimizer
    zero_grad       net.zero_grad(), and only with grad_req='add': otherwise each backward() overwrites the gradients
    state_dict                          trainer.save_states(file)
    load_state_dict                     trainer.load_states(file)
    minimize apply_gradients            gluon.Trainer(net.collect_params(), optimizer), and its step(batch_size)
    param_groups                        its set_lr_mult(factors) and set_wd_mult(factors)
Trainer
    zero_grad       net.zero_grad(), and only with grad_req='add': otherwise each backward() overwrites the gradients
    state_dict                          trainer.save_states(file)
    load_state_dict                     trainer.load_states(file)
    param_groups                        trainer.optimizer
    lr                                  trainer.learning_rate
    minimize                            loss.backward() and trainer.step(batch_size)
"""
"""By module or class: names that it does not have, and the end of the sentence "use ...", where {} is the name."""


@cache
def advice() -> dict[tuple[str, str], str]:
    """The table as a dict: (module or class, name) -> what to use."""
    found: dict[tuple[str, str], str] = {}
    for line in TABLE.strip().splitlines():
        words, _, use = line.strip().partition("  ")
        if line[0] != " ":
            homes = words.split()
        else:
            found.update({(home, name): use.strip().replace("{}", name) for home in homes for name in words.split()})
    return found


def absent(module: ModuleType, name: str) -> Any:
    """Answer for `name`, which a module does not have: raises AbsentError, with advice.

    A name that begins with an underscore is looked up by a protocol; it quickly gets a plain AttributeError.
    """
    if name.startswith("_"):
        raise AttributeError(f"{module.__name__} has no attribute {name!r}")
    sentence = _sentence(module.__name__, name, frozenset(getattr(module, "__all__", ())))
    caller = sys._getframe(1)
    if caller.f_code.co_name == "__getattr__" and caller.f_back:
        caller = caller.f_back
    if caller.f_code.co_code[caller.f_lasti] == opmap["IMPORT_FROM"]:  # which hides any AttributeError
        raise AbsentImportError(sentence)
    raise AbsentError(sentence, name=name, obj=None)  # given `obj`, Python would add its own guess


@lru_cache(256)
def _sentence(home: str, name: str, known: frozenset[str]) -> str:
    if (home, name) in advice():
        return f"{home} has no {name!r}; use {advice()[home, name]}."
    import difflib  # only when something is wrong

    close = difflib.get_close_matches(name, sorted(word for word in known if word[0] != "_"), 1, 0.7)
    return f"{home} has no {name!r}" + (f"; did you mean {close[0]!r}?" if close else ".")


class Absent:
    """A name that a class does not have, and the advice to code that asks an object for it.

    (One `__getattr__` would do for all names; but then every attribute that exists would be found more slowly, which
    costs a small operation a quarter of its time.)
    """

    def __init__(self, use: str) -> None:
        self.use = use
        self.__doc__ = f"Not here; use {use}."

    def __set_name__(self, kind: type, name: str) -> None:
        self.name = name

    def __get__(self, thing: Any, kind: type) -> Any:
        raise AbsentError(f"{kind.__name__} has no {self.name!r}; use {self.use}.", name=self.name, obj=None)


def answers_for_absent(kind: _Class) -> _Class:
    """Let a class answer for the names that the table lists for it. They do not show in `dir()`."""
    names = {name: use for (home, name), use in advice().items() if home == kind.__name__}
    for name, use in names.items():
        answer = Absent(use)
        answer.__set_name__(kind, name)
        setattr(kind, name, answer)

    def shown(self: Any) -> list[str]:
        found = type(self)
        return [name for name in object.__dir__(self) if not isinstance(getattr_static(found, name, None), Absent)]

    kind.__dir__ = shown  # type: ignore[assignment]
    return kind


def explain_absent(module: str) -> None:
    """Give a module a `__getattr__` that answers as `absent` does, and a `__dir__` that lists what it has for users.

    Type checkers do not see this `__getattr__`, so they still check names.
    """
    found = sys.modules[module]
    vars(found).update(__getattr__=partial(absent, found), __dir__=lambda: list(found.__all__))
